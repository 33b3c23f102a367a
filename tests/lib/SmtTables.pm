package SmtTables;
# The tables that a script of SMT reads from PostgreSQL, made of the script's own definitions.
use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(smt_tables);

my %types = (STRING => 'text', FLOAT => 'real', TINYINT => 'smallint', DOUBLE => 'double precision', BYTES => 'bytea');

# For each source of the script, as SMT lays it out: schema, table, columns ([name, type in PostgreSQL, may be null], ...),
# key, the names of its columns, and create, the statements that make it.
sub smt_tables {
    my ($script) = @_;
    my @tables;
    for my $definition ($script =~ /^CREATE TABLE (.*?^\);)/msg) {
        my ($columns, $options) = $definition =~ /\A\S+ .*?\(\n(.*?)^\) with \(\n(.*)/ms or die "no table of SMT: $definition\n";
        my %option = $options =~ /'([\w.-]+)' = '([^']*)'/g;
        next if $option{connector} ne 'postgres-cdc';
        $columns =~ s/ NOT ENFORCED//;
        $columns =~ s/`/"/g;
        $columns =~ s/\b([A-Z]+)\b/$types{$1} \/\/ $1/ge;
        my ($schema, $table) = @option{'schema-name', 'table-name'};
        push @tables, {
            schema  => $schema,
            table   => $table,
            columns => [map { [$_->[0], lc $_->[1], !$_->[2]] } map { /^  "(\w+)" (.*?) (NOT )?NULL,?$/ ? [$1, $2, $3] : () } split /\n/, $columns],
            key     => [map { /"(\w+)"/g } $columns =~ /PRIMARY KEY\((.*?)\)/],
            create  => qq{CREATE SCHEMA IF NOT EXISTS "$schema";\nCREATE TABLE "$schema"."$table" (\n$columns);\n},
        };
    }
    return @tables;
}

1;
