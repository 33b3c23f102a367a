#!/usr/bin/perl
# Makes what the fuzzers begin with, below the folder that is named: a dictionary of the grammar's keywords and of the
# catalogue's keys, and a folder of seeds for each fuzzer out of fixtures/ and of the scripts in FUZZ_CORPUS, if that is set.
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use File::Find qw(find);
use File::Path qw(make_path);
use FindBin;
use lib "$FindBin::Bin/../lib";
use Files;

my ($folder) = @ARGV;
my $seed_size_max = 6000; # what is larger is cut: small inputs run fast

sub files_in {
    my ($pattern, @folders) = @_;
    my @files;
    find({wanted => sub { push @files, $_ if -f && /$pattern/ }, no_chdir => 1}, grep { -d } @folders);
    return sort @files;
}

sub seed {
    my ($fuzzer, $text) = @_;
    make_path("$folder/seeds/$fuzzer");
    write_file("$folder/seeds/$fuzzer/" . md5_hex($text), $text);
}

# ---- The dictionary ---------------------------------------------------------------------------------------------

my %words;
for my $file ('grammar/keywords.tsv', glob 'grammar/catalogue/*.tsv') {
    for (grep { !/^#/ } split /\n/, read_file($file)) {
        my @columns = split /\t/;
        $words{$_} = 1 for grep { defined && /^[\w.\-*]{2,40}$/ } @columns[0, $file =~ /catalogue/ ? 1 : 0];
    }
}
$words{$_} = 1 for '-- smtpatch: off', '-- smtpatch: skip', '/*+', '${table|slot}', '[rule', 'set.', 'unset.', 'CREATE PUBLICATION',
    'ALTER PUBLICATION', 'FOR TABLE', 'FOR ALL TABLES', '$$', '\\connect', 'COPY', 'FROM stdin;';
write_file("$folder/dictionary", join '', map { '"' . s/(["\\])/\\$1/gr . "\"\n" } sort keys %words);

# ---- Seeds -------------------------------------------------------------------------------------------------------

my @corpus = grep { length } $ENV{FUZZ_CORPUS} // '';
my $number = 0;
for my $file (files_in(qr/\.sql$/, 'fixtures', @corpus)) {
    my $text = substr read_file($file), 0, $seed_size_max;
    $number++;
    seed('fuzz_script', pack('CCC', map { $_ % 256 } $_, $number, int($number / 3)) . $text) for 32, 33, 46, 50 + $number % 14;
    seed('fuzz_syntax', $text);
}
for my $case (files_in(qr/\.case$/, 'tests')) {
    my @sections = split /^(?=---- |==== )/m, read_file($case);
    for (@sections) {
        next unless s/^---- (\w+).*\n//;
        my $kind = $1;
        if ($kind =~ /^(?:input|stdin)$/) {
            seed('fuzz_script', pack('CCC', map { $_ % 256 } 32 + $number % 32, $number, int($number / 3)) . $_);
            seed('fuzz_syntax', $_);
        }
        seed('fuzz_rules', $_) if $kind eq 'rules';
        seed('fuzz_publications', $_) if /PUBLICATION/;
        $number++;
    }
}
seed('fuzz_rules', read_file($_)) for files_in(qr/\.(?:ini|conf)$/, 'fixtures');
$number = 0;
seed('fuzz_values', pack('C', $number++ % 256) . $_)
    for '10s', '1 min', '5 ms', '1d 2h', 'true', '42', '-9223372036854775808', '1.5e3', '64 mb', 'a;b', "'a;b';c", 'initial', 'flink_${table|slot}', '${option:a}', '$$', '${1}';
seed('fuzz_publications', $_)
    for "CREATE PUBLICATION p FOR TABLE ONLY a.b (x, y) WHERE (x > 1), c WITH (publish = 'insert, update');\n",
    "\\connect db\nCREATE PUBLICATION p FOR ALL TABLES;\nALTER PUBLICATION p RENAME TO q;\nDROP PUBLICATION IF EXISTS q;\n",
    "CREATE TABLE a (x int) PARTITION BY LIST (x);\nCREATE TABLE b PARTITION OF a DEFAULT;\nCOPY t FROM stdin;\n1\n\\.\nSELECT \$f\$;\$f\$;\n",
    "ALTER PUBLICATION p ADD TABLES IN SCHEMA s, TABLE t;\nALTER PUBLICATION p SET TABLE u, v;\nALTER PUBLICATION p DROP TABLE u;\n";
