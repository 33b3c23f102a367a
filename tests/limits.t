#!/usr/bin/perl
# Large and strange inputs: time and memory that grow in proportion, or a clear refusal. By itself with small sizes, which
# show growth all the same; LIMITS=1 for the large ones (minutes, 2 GB of memory), whose figures are printed.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Command;
use Test::More;

# `make coverage` counts each line that is reached, and large inputs reach none that small ones do not.
plan skip_all => 'lines are counted, which takes its time' if $ENV{COUNTS_LINES};

my $connector = "'connector' = 'postgres-cdc', 'hostname' = 'h'";
my $program = $ENV{SMTPATCH} // "$root/build/smtpatch";
my $step = 4; # the larger of two sizes is so many times the smaller one

sub table { return "CREATE TABLE $_[0] (a INT) WITH ($connector, 'table-name' = '$_[0]');\n" }

sub list { my ($count, $make) = @_; return join '', map { $make->($_) } 1 .. $count }

sub options { return "CREATE TABLE t (a INT) WITH ($connector" . list($_[0], sub { ",\n 'k$_[0]' = 'v'" }) . ");\n" }

# A query over all of t1, t2, …
sub joined { return 'INSERT INTO s SELECT 1' . list($_[0], sub { ", t$_[0].a" }) . ' FROM t1' . list($_[0], sub { " JOIN t$_[0] ON TRUE" }) . ";\n" }

# Name, size in `make check`, size with LIMITS=1, the script of a size (and a rules file, if there is one), arguments.
my @growing = (
    ['tables', 2000, 50_000, sub { list($_[0], sub { table("t$_[0]") }) }],
    ['tables of one name that are read', 2000, 50_000, sub { list($_[0], sub { table('t') . "INSERT INTO t SELECT * FROM t;\n" }) }],
    ['reads before all tables of the name', 2000, 50_000, sub { "INSERT INTO t SELECT * FROM t;\n" x $_[0] . table('t') x $_[0] }],
    ['options', 2000, 25_000, sub { "CREATE TABLE t (a INT) WITH ($connector" . list($_[0], sub { ",\n 'k$_[0]' = 'v'" }) . ");\n" }],
    ['options of one key', 5000, 25_000, sub { "CREATE TABLE t (a INT) WITH ($connector" . ",\n 'k' = 'v'" x $_[0] . ");\n" }],
    ['columns', 5000, 100_000, sub { 'CREATE TABLE t (a INT' . list($_[0], sub { ", c$_[0] INT" }) . ") WITH ($connector);\n" }],
    ['nested types', 20_000, 250_000, sub { 'CREATE TABLE t (a ' . 'ARRAY<' x $_[0] . 'INT' . '>' x $_[0] . ") WITH ($connector);\n" }],
    ['nested parentheses', 20_000, 250_000, sub { 'INSERT INTO t SELECT ' . '(' x $_[0] . 1 . ')' x $_[0] . ";\n" }],
    ['comments', 20_000, 250_000, sub { "/* c */ -- d\n" x $_[0] . table('t') }],
    ['a long line', 500_000, 12_500_000, sub { "CREATE TABLE t (a INT COMMENT '" . 'x' x $_[0] . "') WITH ($connector);\n" }],
    ['a long statement', 50_000, 5_000_000, sub { 'INSERT INTO t VALUES (1)' . ', (1)' x $_[0] . ";\n" }],
    ['WITH queries', 2000, 25_000, sub { 'INSERT INTO t WITH a AS (SELECT 1)' . list($_[0], sub { ", a$_[0] AS (SELECT * FROM a)" }) . " SELECT * FROM a;\n" }],
    ['WITH queries in one another', 2000, 25_000, sub { 'INSERT INTO t ' . list($_[0], sub { "WITH a$_[0] AS (" }) . 'SELECT 1' . ') SELECT * FROM a ' x $_[0] . ";\n" }],
    ['LIKE, one of the other', 2000, 50_000, sub { table('t0') . list($_[0], sub { "CREATE TABLE t$_[0] LIKE t" . ($_[0] - 1) . ";\n" }) }],
    ['views, one of the other', 2000, 50_000, sub { table('v0') . list($_[0], sub { "CREATE VIEW v$_[0] AS SELECT * FROM v" . ($_[0] - 1) . ";\n" }) }],
    ['inserts into a statement set', 1000, 10_000, sub { list($_[0], sub { table("t$_[0]") . "INSERT INTO t$_[0] SELECT * FROM t0;\n" }) }, '--statement-set'],
    ['sources that share a slot', 1000, 20_000, sub { list($_[0], sub { table("t$_[0]") =~ s/'table-name'/'slot.name' = 's', 'table-name'/r }) }],
    ['new options by rules', 2000, 25_000, sub { (options($_[0]), "[rule r]\n" . list($_[0], sub { "set.j$_[0] = w\n" })) }],
    ['options renamed by rules', 2000, 25_000, sub { (options($_[0]), "[rule r]\n" . list($_[0], sub { "rename.k$_[0] = j$_[0]\n" })) }],
    ['options removed by rules', 5000, 25_000, sub { (options($_[0]), "[rule r]\n" . list($_[0], sub { "unset.k$_[0] =\n" })) }],
    ['a prelude', 5000, 25_000, sub { (list($_[0], sub { "SET 'k$_[0]' = 'v';\n" }), "[prelude]\n" . list($_[0], sub { "k$_[0] = w\n" })) }],
    ['pragmas and inserts', 5000, 25_000, sub { "-- smtpatch: allow(unknown-option)\nINSERT INTO t SELECT 1; -- c\n" x $_[0] }, '--statement-set'],
    ['pragmas that silence nothing', 5000, 50_000, sub { "-- smtpatch: allow(unknown-connector)\n" x $_[0] . table('t') }],
    ['pragmas behind all statements', 5000, 50_000, sub { table('t') . "-- smtpatch: allow(unknown-connector)\n" x $_[0] }],
    ['pragmas for many options', 4000, 25_000, sub { "-- smtpatch: allow(unknown-option)\n" x $_[0] . options($_[0]) }],
    ['renamed tables and their columns', 2000, 25_000, sub { (list($_[0], sub { table("t$_[0]") }) . joined($_[0]), "[rule r]\nname = ^t\nrename-table.\${name}_new =\n") }],
    ['a renamed table in subqueries', 5000, 25_000, sub { (table('t') . 'INSERT INTO s SELECT * FROM ' . '(SELECT t.a FROM t JOIN ' x $_[0] . 't' . ')' x $_[0] . ";\n", "[rule r]\nname = ^t\nrename-table.u =\n") }],
);

# The processor's seconds and the status of a run over the text.
sub seconds {
    my ($texts, @arguments) = @_;
    my ($file, $rules) = (spew('in.sql', $texts->[0]), $texts->[1]);
    unshift @arguments, '-r', spew('rules.ini', $rules) if defined $rules;
    my $before = (times)[2] + (times)[3];
    my ($status) = run_with({checks => 1, output => '/dev/null'}, '--no-config', '-q', @arguments, $file);
    my $spent = (times)[2] + (times)[3] - $before;
    unlink $file;
    return ($spent, $status);
}

# A square would take step times as long again as what is in proportion; measured twice when it looks like one.
sub grows_in_proportion {
    my ($name, $size, $make, @arguments) = @_;
    my ($factor, $small, $large, $status);
    for my $try (1 .. 2) {
        ($small) = seconds([$make->($size)], @arguments);
        ($large, $status) = seconds([$make->($step * $size)], @arguments);
        $factor = $large / ($small > 0.05 ? $small : 0.05);
        last if $factor < 2.5 * $step;
    }
    diag(sprintf '%s: %d takes %.2f s, %d takes %.2f s', $name, $size, $small, $step * $size, $large) if $ENV{LIMITS};
    ok($factor < 2.5 * $step, "$name: $size and " . $step * $size) or diag(sprintf '%.2f s and %.2f s', $small, $large);
    like($status, qr/^[01]$/, "$name: exit status");
}

for my $case (@growing) {
    my ($name, $small, $large, $make, @arguments) = @$case;
    grows_in_proportion($name, $ENV{LIMITS} ? $large : $small, $make, '--layout', 'keep', '--set', 'new.key=x', @arguments);
    grows_in_proportion("$name, pretty", $ENV{LIMITS} ? $large : $small, $make, @arguments) if $ENV{LIMITS};
}

# ---- Rules ----------------------------------------------------------------------------------------------------------

sub with_rules {
    my ($rules, @arguments) = @_;
    return run_with({checks => 0, input => table('a' x 40 . '!') =~ s/TABLE (\S+)/TABLE `$1`/r}, '--no-config', '-r', spew('rules.ini', $rules), @arguments);
}

my $many = list(10_000, sub { "[rule r$_[0]]\ntable = ^t$_[0]\$\nset.k$_[0] = v\n" });
my $before = (times)[2];
is((with_rules($many))[0], '0', '10,000 rules are read');
cmp_ok((times)[2] - $before, '<', 10, 'in seconds');

for my $pattern ('^(a+)+$', '^(a|aa)+$', '(a*)*b\1', '^(([a-z])+.)+[A-Z]([a-z])+$') {
    my $start = (times)[2];
    my ($status, $output, $messages) = with_rules("[rule r]\ntable = $pattern\nset.x = y\n");
    cmp_ok((times)[2] - $start, '<', 5, "the pattern $pattern ends in time");
    like($status, qr/^[02]$/, "the pattern $pattern: exit status") or diag($messages);
}
my ($deep_status) = with_rules('[rule r]' . "\ntable = " . '(' x 5000 . 'a' . ')' x 5000 . "\nset.x = y\n");
is($deep_status, '2', 'a pattern that is nested too deep is refused');
my ($self_status, $self_output) = with_rules("[rule r]\nset.x = y\nset.y = \${option:x}\${option:x}\nset.x = \${option:y}\${option:y}\n");
like($self_status, qr/^[02]$/, 'templates of one another end');

# ---- Bytes ----------------------------------------------------------------------------------------------------------

sub bytes_are {
    my ($name, $text, $status, $says) = @_;
    my @result = run_with({input => $text}, '--layout', 'keep');
    is($result[0], $status, "$name: exit status") or diag($result[2]);
    is($result[1], $status eq '0' ? $text : '', "$name: output");
    like($result[2], $says, "$name: message") if defined $says;
}
bytes_are('a NUL byte', "CREATE TABLE t (a INT\0);\n", '2', qr/:1:22: error/);
bytes_are('a NUL byte between statements', "CREATE TABLE t (a INT);\0\n", '0');
bytes_are('a NUL byte in a string', "SET 'a' = 'b\0c';\n", '0');
bytes_are('broken UTF-8 in a comment', "-- \xFF\xC0\x80\xED\xA0\x80\nCREATE TABLE t (a INT);\n", '0');
bytes_are('broken UTF-8 in a string', "CREATE TABLE t (a INT COMMENT '\xF5\x80');\n", '0');
bytes_are('broken UTF-8 as a name', "CREATE TABLE t (\xFF INT);\n", '2', qr/error/);

sub sparse {
    my ($size) = @_;
    open my $file, '>', "$directory/sparse.sql" or die;
    my $can = truncate $file, $size;
    close $file;
    return $can;
}
SKIP: {
    skip 'no sparse files', 2 if !sparse(2 ** 31 + 1);
    my ($status, $output, $messages) = run('sparse.sql');
    is($status, '2', 'a file above 2 GiB: exit status');
    like($messages, qr/larger than 2 GiB/, 'a file above 2 GiB: message');
    unlink "$directory/sparse.sql";
}

done_testing;
