# Makes three things of keywords.tsv, told apart by -v make=:
#   lexer      the rules that flink.re includes
#   fallbacks  the %fallback lines that end flink.y: what a keyword is where the grammar has no use for it
#   words      the text of each keyword token, for messages
BEGIN { FS = "\t" }
/^#/ || NF < 3 { next }
make == "lexer" {
    token = $3 == "grammar" ? $1 : "RESERVED"
    printf "'%s' { return token_of(TOKEN_%s, text, start, cursor); }\n", $1, token
}
$3 == "grammar" && make == "fallbacks" {
    fallback[$2] = fallback[$2] " " $1
}
$3 == "grammar" && make == "words" {
    printf "[TOKEN_%s] = \"%s\",\n", $1, $1
}
END {
    if (make == "fallbacks") {
        print "%fallback IDENTIFIER" fallback["nonreserved"] "."
        print "%fallback RESERVED" fallback["reserved"] "."
    }
}
