#!/usr/bin/perl
# What --emit prints of every fixture, without and with its rules, against tests/emit/OUTPUT/FIXTURE.out (and
# .rules.out); each twice. What must hold of any output is tested beside: json parses, dot is taken by Graphviz, no
# password is shown.
#   prove tests/emit.t
#   SMTPATCH_UPDATE=1 prove tests/emit.t     writes what the program prints; then read the difference!
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find ();
use FindBin ();
use JSON::PP ();
use Test::More;
use lib "$FindBin::Bin/lib";
use Command;

my $update = $ENV{SMTPATCH_UPDATE};
my $has_dot = grep { -x "$_/dot" } split /:/, $ENV{PATH} // '';
my %is_stored;

sub fixtures {
    my @found;
    File::Find::find(sub { push @found, $File::Find::name =~ s{^\Q$root\E/}{}r if /\.sql$/ }, "$root/fixtures");
    return sort @found;
}

# A script that is refused prints nothing, whatever the output.
sub is_refused {
    my ($fixture) = @_;
    my ($status, $printed) = run_with({in => $root}, '--no-config', '--emit', 'json', $fixture);
    is($printed, '', "$fixture: nothing printed") if $status == 2;
    return $status == 2;
}

sub emit {
    my ($output, @arguments) = @_;
    my ($status, $printed, $said) = run_with({in => $root}, '--no-config', '--quiet', '--emit', $output, @arguments);
    is("$status: $said", '0: ', "$output: fine: @arguments");
    return $printed;
}

sub compare_stored {
    my ($printed, $file) = @_;
    $is_stored{$file} = 1;
    spew("$root/$file", $printed) if $update && (!-e "$root/$file" || slurp("$root/$file") ne $printed);
    my $stored = -e "$root/$file" ? slurp("$root/$file") : '(there is no such file)';
    is($printed, $stored, $file);
}

# The objects of a printed stream.
sub parse_json {
    my ($text) = @_;
    my $parser = JSON::PP->new->utf8;
    my @objects;
    eval {
        $parser->incr_parse($text);
        while (my $object = $parser->incr_parse) { push @objects, $object }
        1;
    } or diag $@;
    return @objects;
}

sub accepted_by_dot {
    my ($text) = @_;
    my $file = spew('graph.dot', $text);
    my $said = `dot -Tcanon '$file' 2>&1 >/dev/null`;
    return $? == 0 && $said eq '' ? 1 : diag($said) && 0;
}

# Every reference of the JSON leads somewhere.
sub references_hold {
    my ($object) = @_;
    my ($tables, $statements) = map { scalar @{$object->{$_}} } qw(tables statements);
    my @flows = map { ($_->{target}, @{$_->{sources}}) } @{$object->{flows}};
    my @numbers = grep { defined } map { $_->{index} } @flows, map { @{$_->{sources}} } @{$object->{views}};
    my @places = map { $_->{statement} } map { @{$object->{$_}} } qw(tables views flows settings);
    return !(grep { $_ >= $tables } @numbers) && !(grep { $_ >= $statements } @places);
}

# An option's key stands once among those that count.
sub keys_are_single {
    my ($object) = @_;
    for my $table (@{$object->{tables}}) {
        my %count;
        $count{$_->{key}}++ for grep { $_->{effective} } @{$table->{options}};
        return 0 if grep { $_ > 1 } values %count;
    }
    return 1;
}

my %check = (
    tables => sub { unlike($_[0], qr/[ \t]$/m, "tables: no blanks at the end: $_[1]") },
    json => sub {
        my @objects = parse_json($_[0]);
        is(scalar @objects, 1, "json: one object: $_[1]");
        ok(references_hold($objects[0]), "json: references: $_[1]");
        ok(keys_are_single($objects[0]), "json: keys: $_[1]");
    },
    dot => sub {
        SKIP: {
            skip 'Graphviz is not installed', 1 unless $has_dot;
            ok(accepted_by_dot($_[0]), "dot: Graphviz takes it: $_[1]");
        }
    },
);

sub check_output {
    my ($output, $file, @arguments) = @_;
    my $printed = emit($output, @arguments);
    compare_stored($printed, $file);
    is(emit($output, @arguments), $printed, "$file: the same again");
    $check{$output}->($printed, $file) if $check{$output};
}

sub rules_of {
    my ($fixture) = @_;
    my ($rules) = grep { -e "$root/$_" } map { dirname($fixture) . "/$_" } qw(rules.ini recipe.ini);
    return $rules;
}

my @outputs = sort keys %check;
for my $fixture (fixtures()) {
    next if is_refused($fixture);
    my $rules = rules_of($fixture);
    for my $output (@outputs) {
        check_output($output, "tests/emit/$output/$fixture.out", $fixture);
        check_output($output, "tests/emit/$output/$fixture.rules.out", '--rules', $rules, $fixture) if defined $rules;
    }
}

# ---- Inputs that no fixture is --------------------------------------------------------------------------------

my $secret = 'hush-hush';
my $table = sub {
    my ($name, %options) = @_;
    my $list = join ', ', map { "'$_' = '$options{$_}'" } sort keys %options;
    return "CREATE TABLE $name (a INT) WITH ($list);\n";
};

sub emit_text {
    my ($output, $text, @arguments) = @_;
    my $file = spew('script.sql', $text);
    my ($status, $printed, $said) = run_with({}, '--no-config', '--quiet', '--emit', $output, @arguments, 'script.sql');
    is("$status: $said", '0: ', "$output: fine");
    return $printed;
}

my $secrets = join '',
    $table->('s1', connector => 'postgres-cdc', hostname => 'h', password => $secret),
    $table->('s2', connector => 'jdbc', url => "jdbc:mysql://me:$secret\@h:1/db?password=$secret", 'table-name' => 't'),
    $table->('s3', connector => 'oracle-cdc', url => "jdbc:oracle:thin:me/$secret\@h:1521/x"),
    $table->('s4', connector => 'filesystem', path => "s3://me:$secret\@bucket/a?token=$secret"),
    $table->('s5', connector => 'kafka', topic => 't', 'properties.sasl.jaas.config' => "password=\"$secret\";"),
    $table->('s6', connector => 'jdbc', url => "jdbc:sqlserver://h:1;user=x;password=$secret;x=y"),
    $table->('s7', connector => 'mongodb-cdc', hosts => 'h:1', 'connection.options' => "a=b&password=$secret"),
    "SET 's3.secret-key' = '$secret'; SET s3.password = $secret;\n";
for my $output (@outputs) {
    unlike(emit_text($output, $secrets), qr/\Q$secret\E/, "$output: no secret");
    unlike(emit_text($output, $secrets, '--connector', '.', '--rename', 'password=other'), qr/\Q$secret\E/, "$output: nor a renamed one");
}

my $odd = "CREATE TABLE `a\x01\xff<b>&\"\\` (c INT) WITH ('connector' = 'kaf\xffka', 'topic' = '</b>\e[31m'''); INSERT INTO `]]>\"\\` SELECT * FROM `a\x01\xff<b>&\"\\`;\n";
for my $output (@outputs) {
    my $printed = emit_text($output, $odd);
    ok(utf8::decode(my $copy = $printed), "$output: valid UTF-8 of broken text");
    unlike($printed, qr/[\x00-\x09\x0b-\x1f\x7f]/, "$output: no control characters");
    $check{$output}->($printed, 'odd text');
}

for my $text ('', "-- nothing\n", "SELECT 1;\n", "INSERT INTO a SELECT * FROM b;\n") {
    for my $output (@outputs) {
        $check{$output}->(emit_text($output, $text), "no tables: $text");
    }
}

# A table that a rule renames.
spew('rename.ini', "[rule short]\nname = ^orders__auto_shard\$\nrename-table.orders =\n");
my $renamed = $table->('src', connector => 'kafka') . $table->('orders__auto_shard', connector => 'print')
    . "CREATE TABLE other LIKE orders__auto_shard; INSERT INTO orders__auto_shard SELECT * FROM src;\n";
unlike(emit_text('tables', $renamed, '--rules', 'rename.ini'), qr/auto_shard/, 'tables: the new name');
unlike(emit_text('dot', $renamed, '--rules', 'rename.ini'), qr/auto_shard/, 'dot: the new name');
my ($object) = parse_json(emit_text('json', $renamed, '--rules', 'rename.ini'));
is($object->{tables}[1]{name}{table}, 'orders', 'json: the new name');
is($object->{tables}[1]{renamed_from}, 'orders__auto_shard', 'json: the old name');
is($object->{tables}[2]{like}{table}, 'orders', 'json: the new name after LIKE');
is($object->{flows}[0]{target}{table}, 'orders', 'json: the new name of a target');

my $one_source = "CREATE TABLE a (x INT, PRIMARY KEY (x) NOT ENFORCED) WITH ('connector' = 'postgres-cdc', 'slot.name' = 's', "
    . "'decoding.plugin.name' = 'pgoutput', 'scan.incremental.snapshot.enabled' = 'true');\n";
spew('wide.sql', "SET 'table.exec.resource.default-parallelism' = '7';\n$one_source");
like(emit('postgres', "$directory/wide.sql"), qr/\(parallelism: 7\)/, 'postgres: the parallelism that goes first');
spew('wide.sql', "SET 'parallelism.default' = '7';\nRESET;\n$one_source");
like(emit('postgres', "$directory/wide.sql"), qr/\(parallelism: 1\)/, 'postgres: RESET takes it away');

spew('wide.sql', $one_source =~ s/'slot.name' = 's', //r =~ s/pgoutput/PgOutput/r);
my $of_old = emit('postgres', '--flink-cdc', '2.3', "$directory/wide.sql");
like($of_old, qr/'flink'/, 'postgres: the slot that a connector of 2.3 takes by itself');
like($of_old, qr/CREATE PUBLICATION/, 'postgres: the plugin in any case');

my @two = parse_json(emit('json', 'fixtures/legacy/like.sql', 'fixtures/legacy/unicode.sql'));
is_deeply([map { $_->{file} } @two], ['fixtures/legacy/like.sql', 'fixtures/legacy/unicode.sql'], 'json: an object for each input');

# Every field that the program prints is documented.
my $page = slurp("$root/docs/emit-json.md");
my %documented = map { $_ => 1 } $page =~ /["`](\w+)["`]/g;
my %printed;
my $collect;
$collect = sub {
    my ($value) = @_;
    if (ref $value eq 'HASH') {
        $printed{$_} = 1, $collect->($value->{$_}) for keys %$value;
    } elsif (ref $value eq 'ARRAY') {
        $collect->($_) for @$value;
    }
};
$collect->($_) for parse_json(emit('json', 'fixtures/legacy/everything.sql'));
ok(keys %printed > 40, 'a large script has many fields');
is_deeply([grep { !$documented{$_} } sort keys %printed], [], 'docs/emit-json.md tells of every field');

if (!$update) {
    my @stray;
    File::Find::find(sub { push @stray, $File::Find::name if -f && !$is_stored{$File::Find::name =~ s{^\Q$root\E/}{}r} },
        map { "$root/tests/emit/$_" } @outputs);
    is_deeply(\@stray, [], 'no stored output without a fixture');
}
done_testing();
