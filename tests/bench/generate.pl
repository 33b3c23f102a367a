#!/usr/bin/perl
# A script as SMT writes it, of about the size that is asked for; the same arguments give the same bytes.
#   generate.pl MEGABYTES [--seed N] [--comments] [--broken]
# --comments: people have written into it; --broken: each fiftieth statement lacks a comma or a quote.
use strict;
use warnings;

my (%is_set, $megabytes);
my $seed = 1;
while (@ARGV) {
    my $argument = shift;
    if ($argument eq '--seed') { $seed = shift }
    elsif ($argument =~ /^--(comments|broken)$/) { $is_set{$1} = 1 }
    else { $megabytes = $argument }
}
die "usage: generate.pl MEGABYTES [--seed N] [--comments] [--broken]\n" if !defined $megabytes;

# Numbers of its own: rand() is another one in another perl.
sub random { my ($below) = @_; $seed = ($seed * 1103515245 + 12345) % 2147483648; return int($seed / 65536) % $below }
sub one_of { return $_[random(scalar @_)] }

my @nouns = qw(order customer invoice payment shipment product price stock return address contract visit session event
    ticket refund coupon basket review supplier warehouse route driver meter reading account ledger entry);
my @attributes = qw(id code name status created_at updated_at amount currency comment country city street quantity weight
    is_active external_id source payload valid_from valid_to discount version kind owner);
my @types = ('INT', 'BIGINT', 'STRING', 'STRING', 'VARCHAR(255)', 'DECIMAL(10, 2)', 'TIMESTAMP', 'TIMESTAMP(6)', 'DATE',
    'BOOLEAN', 'DOUBLE', 'SMALLINT');

sub columns {
    my @lines = ('  `' . one_of(@nouns) . '_id` BIGINT NOT NULL');
    my $count = 4 + random(20);
    for my $number (1 .. $count) {
        my $type = one_of(@types);
        my $null = random(3) ? 'NULL' : 'NOT NULL';
        push @lines, '  `' . one_of(@nouns) . '_' . one_of(@attributes) . "_$number` $type $null";
    }
    my ($key) = $lines[0] =~ /(`\w+`)/;
    return join(",\n", @lines, "  PRIMARY KEY($key)\n NOT ENFORCED");
}

sub shuffled {
    my @items = @_;
    for my $i (reverse 1 .. $#items) {
        my $j = random($i + 1);
        @items[$i, $j] = @items[$j, $i];
    }
    return @items;
}

sub options { return join ",\n", map {"  '$_->[0]' = '$_->[1]'"} shuffled(@_) }

sub source_options {
    my ($table) = @_;
    return options(['connector', 'postgres-cdc'], ['hostname', '192.168.40.7'], ['port', '5432'], ['username', 'flink_cdc'],
        ['password', 'change-me'], ['database-name', 'shop'], ['schema-name', 'public'], ['table-name', $table],
        ['decoding.plugin.name', 'pgoutput']);
}

sub sink_options {
    my ($table) = @_;
    return options(['connector', 'starrocks'], ['jdbc-url', 'jdbc:mysql://192.168.40.20:9030'],
        ['load-url', '192.168.40.20:8030'], ['username', 'root'], ['password', ''], ['database-name', 'shop'],
        ['table-name', $table], ['sink.max-retries', '10'], ['sink.buffer-flush.interval-ms', '15000'],
        ['sink.properties.format', 'json'], ['sink.properties.strip_outer_array', 'true']);
}

sub create {
    my ($name, $columns, $options) = @_;
    return "CREATE TABLE IF NOT EXISTS `default_catalog`.`shop`.`$name` (\n$columns\n) with (\n$options\n);\n\n";
}

sub with_comments {
    my ($text) = @_;
    $text =~ s/^(  `\w+_id` .*)$/$1 -- the key's number, as the ERP has it/gm;
    $text =~ s/^(  'hostname')/  -- the replica, not the primary\n$1/gm;
    return "/* checked by hand, see the\n   list of tables */\n$text";
}

sub broken {
    my ($text) = @_;
    my $breaks = random(2);
    $breaks ? $text =~ s/',\n/'\n/ : $text =~ s/NOT NULL,/NOT NUL,/;
    return $text;
}

binmode STDOUT;
my ($size, $number) = (0, 0);
my $wanted = $megabytes * 1_000_000;
print my $head = "CREATE DATABASE IF NOT EXISTS `default_catalog`.`shop`;\n\n";
$size += length $head;
while ($size < $wanted) {
    $number++;
    my $table = one_of(@nouns) . '_' . one_of(@attributes) . "_$number";
    my $columns = columns();
    my $source = create("${table}_src", $columns, source_options($table));
    $source = with_comments($source) if $is_set{comments};
    $source = broken($source) if $is_set{broken} && $number % 50 == 0;
    my $text = $source . create("${table}_sink", $columns, sink_options($table)) .
        "INSERT INTO `default_catalog`.`shop`.`${table}_sink` SELECT * FROM `default_catalog`.`shop`.`${table}_src`;\n\n";
    print $text;
    $size += length $text;
}
