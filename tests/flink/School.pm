package School;
# What the tests of running jobs stand on: PostgreSQL with the ten tables of fixtures/postgres that have a key, in the
# database school, and the same tables empty in the database warehouse; the script that SMT wrote for them; Flink.
use strict;
use warnings;
use Command;
use Exporter qw(import);
use File::Basename qw(dirname);
use Part;
use PostgresServer;
use SmtTables qw(smt_tables);
use Test::More;
use Time::HiRes qw(time);

our @EXPORT = qw($flink @tables $script @without_decoderbufs @incremental @in_one_job open_school school_of_smt close_school rows quoted
    change_all tables_that_differ until_true same_rows smtpatch prepare_server clean_up);

our (@tables, $script);

# What else a script needs to run here.
our @without_decoderbufs = qw(--set decoding.plugin.name=pgoutput --debezium publication.autocreate.mode=disabled);
our @incremental = qw(--set scan.incremental.snapshot.enabled=true);
our @in_one_job = qw(--statement-set --prelude execution.checkpointing.interval=1s --prelude parallelism.default=1);

my $server;

# Starts all, with work in the folder $at; Flink by COMMAND, if there is one.
sub open_school {
    my ($name, $at, @command) = @_;
    open_part($name, $at);
    my $missing = PostgresServer::is_missing();
    leave($missing) if defined $missing;
    $ENV{SERVER_PORT} = free_port();
    @ENV{qw(SOURCE_PASSWORD SINK_PASSWORD)} = qw(let-me-read let-me-write);
    $server = PostgresServer->start(port => $ENV{SERVER_PORT},
        settings => [qw(max_replication_slots=40 max_wal_senders=40 max_connections=400 wal_sender_timeout=10s)]);
    make_tables();
    my $here = dirname(__FILE__) . '/job/here.ini';
    $script = (smtpatch($script, '--layout', 'keep', '--no-lint', '--rules', $here))[1];
    start_flink(@command) if @command;
}

# The line that sums up; ends the program.
sub close_school {
    finish($server);
}

# ---- PostgreSQL -----------------------------------------------------------------------------------------------------

# The rows of a query, fields with a bar between them.
sub rows {
    my ($database, $sql) = @_;
    my ($status, $printed, $said) = $server->execute($database, $sql, '-A', '-t');
    $status == 0 or die "$sql\n$said";
    return split /\n/, $printed;
}

sub quoted {
    my ($table) = @_;
    return qq{"$table->{schema}"."$table->{table}"};
}

# The value of a column in row i, as an expression.
my %value_of = (
    text        => sub { "'$_[0] ' || i || E' \\u2013 l\\'\\u00e9t\\u00e9 \\\\ \"x\"'" },
    boolean     => sub { 'i % 2 = 0' },
    date        => sub { "date '2020-02-28' + i" },
    'timestamp(6)' => sub { "timestamp '2024-03-31 01:59:59.123456' + i * interval '1 hour 0.000001 seconds'" },
    real        => sub { 'i / 4.0' },
    'char(3)'   => sub { "(ARRAY['EUR', 'USD', 'X'])[1 + i % 3]" },
    map({ $_ => sub { 'i' } } qw(bigint int smallint)),
);

sub value {
    my ($name, $type, $may_be_null) = @{$_[0]};
    my $expression = $type =~ /^decimal/ ? '(i * 1.25)' : $value_of{$type}->($name);
    return $may_be_null ? "CASE WHEN i % 7 <> 0 THEN $expression END" : $expression;
}

# The statement that puts rows FIRST to LAST into a table.
sub insertion {
    my ($table, $first, $last) = @_;
    return 'INSERT INTO ' . quoted($table) . ' SELECT ' . join(', ', map { value($_) } @{$table->{columns}})
        . " FROM generate_series($first, $last) AS i;\n";
}

# The script of the tables that have a key, as SMT writes it.
sub school_of_smt {
    my $all = slurp("$root/fixtures/postgres/flink-create.1.sql");
    my %is_keyless = map { $_->{table} => 1 } grep { !@{$_->{key}} } smt_tables($all);
    return join "\n\n", grep { !/`([^`]+)_(?:src|sink)`/ || !$is_keyless{$1} } split /\n\n/, $all;
}

sub make_tables {
    $script = school_of_smt();
    @tables = smt_tables($script);
    @tables == 10 or die "the fixture has another number of tables with a key\n";
    rows('postgres', "CREATE DATABASE $_") for qw(school warehouse);
    my $create = join '', 'SET client_min_messages = warning;', map { $_->{create} } @tables;
    rows($_, $create) for qw(school warehouse);
    fill_tables();
    rows('postgres', "CREATE ROLE writer LOGIN PASSWORD '$ENV{SINK_PASSWORD}'");
    rows('warehouse', 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO writer');
}

sub fill_tables {
    rows('school', join '', map { 'TRUNCATE ' . quoted($_) . ';' . insertion($_, 1, 250) } @tables);
}

# Changes rows of all tables in one transaction; gives the place in the log behind it.
sub change_all {
    my ($round) = @_;
    my $sql = 'BEGIN;';
    for my $table (@tables) {
        my ($name, @key) = (quoted($table), @{$table->{key}});
        my ($column) = grep { my $column = $_; !grep { $_ eq $column->[0] } @key } @{$table->{columns}};
        my ($low, $high) = map { $round * 10 + $_ } 1, 4;
        $sql .= insertion($table, map { 1000 + $_ } $low, $high)
            . "DELETE FROM $name WHERE ctid IN (SELECT ctid FROM $name ORDER BY $key[0] LIMIT 3);\n"
            . qq{UPDATE $name SET "$column->[0]" = other."$column->[0]" }
            . "FROM (SELECT * FROM $name ORDER BY $key[0] DESC LIMIT 1) AS other "
            . "WHERE $name.ctid IN (SELECT ctid FROM $name ORDER BY $key[0] LIMIT 5);\n";
    }
    my ($place) = rows('school', "${sql}COMMIT; SELECT pg_current_wal_lsn();");
    return $place;
}

# Ends jobs, drops all slots and makes the tables new.
sub clean_up {
    my (@jobs) = @_;
    $flink->cancel(@jobs);
    my $in_use = 'SELECT slot_name FROM pg_replication_slots WHERE active';
    until_true(30, sub { !rows('school', $in_use) });
    rows('school', 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
    rows('warehouse', 'TRUNCATE ' . join ', ', map { quoted($_) } @tables);
    fill_tables();
}

# The rows of a table of a database, in the order of their text.
sub content {
    my ($database, $table) = @_;
    return join "\n", rows($database, 'SELECT row::text FROM ' . quoted($table) . ' AS row ORDER BY 1');
}

sub tables_that_differ {
    return map { $_->{table} } grep { content('school', $_) ne content('warehouse', $_) } @_;
}

# ---- Waiting --------------------------------------------------------------------------------------------------------

# Waits until the tables have the same rows in both databases.
sub same_rows {
    my ($name, $seconds, @which) = @_;
    my $began = time;
    until_true($seconds, sub { !tables_that_differ(@which) });
    is_deeply([tables_that_differ(@which)], [], sprintf '%s (%.1f s)', $name, time - $began);
}

# ---- smtpatch -------------------------------------------------------------------------------------------------------

# Runs what --emit postgres prints for the script with these options on the server.
sub prepare_server {
    my ($status, $sql, $said) = smtpatch($script, '--no-lint', '--emit', 'postgres', @_);
    rows('school', $sql);
    rows('postgres', "ALTER ROLE smt PASSWORD '$ENV{SOURCE_PASSWORD}'"); # which no script can know
}

1;
