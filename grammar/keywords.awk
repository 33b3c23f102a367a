# Makes four things of keywords.tsv, told apart by -v make=:
#   gperf      the input of gperf, which makes the lexer's keyword look-up of it
#   fallbacks  the %fallback lines that end flink.y: what a keyword is where the grammar has no use for it
#   words      the text of each keyword token, for messages
#   reserved   the keyword tokens that are reserved words
BEGIN {
    FS = "\t"
    if (make == "gperf") {
        print "%language=ANSI-C\n%compare-strncmp\n%ignore-case\n%struct-type\n%readonly-tables"
        print "%define lookup-function-name find_keyword\n%define slot-name word\n%define initializer-suffix ,0"
        print "struct Keyword {\n    const char *word;\n    uint16_t kind;\n};\n%%"
    }
}
/^#/ || NF < 3 { next }
make == "gperf" { printf "%s, TOKEN_%s\n", $1, $3 == "grammar" ? $1 : "RESERVED" }
$3 == "grammar" && make == "fallbacks" { fallback[$2] = fallback[$2] " " $1 }
$3 == "grammar" && make == "words" { printf "[TOKEN_%s] = \"%s\",\n", $1, $1 }
$3 == "grammar" && $2 == "reserved" && make == "reserved" { printf "[TOKEN_%s] = true,\n", $1 }
END {
    if (make == "fallbacks") {
        print "%fallback IDENTIFIER" fallback["nonreserved"] "."
        print "%fallback RESERVED" fallback["reserved"] "."
    }
}
