package Pair;
# Small jobs of PostgreSQL: they read the tables pair_a, with the row 1, and pair_b, with the row 2, of the database school
# into the table "both" of the database warehouse.
use strict;
use warnings;
use Exporter qw(import);
use Part;
use School;
use SmallJob;

our @EXPORT = qw(open_pair reads_changes);

sub make_pair {
    rows($_, 'CREATE TABLE pair_a (id INT PRIMARY KEY, word TEXT); CREATE TABLE pair_b (LIKE pair_a INCLUDING ALL)')
        for qw(school warehouse);
    rows('warehouse', 'CREATE TABLE "both" (LIKE pair_a INCLUDING ALL); GRANT ALL ON ALL TABLES IN SCHEMA public TO writer');
    rows('school', "INSERT INTO pair_a VALUES (1, 'a'); INSERT INTO pair_b VALUES (2, 'b'); GRANT SELECT ON pair_a, pair_b TO smt;
        ALTER TABLE pair_a REPLICA IDENTITY FULL; ALTER TABLE pair_b REPLICA IDENTITY FULL;
        ALTER PUBLICATION school_pub ADD TABLE pair_a, pair_b");
}

sub clean_up_pair {
    until_true(30, sub { !rows('school', 'SELECT slot_name FROM pg_replication_slots WHERE active') });
    rows('school', 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
    rows('school', 'DELETE FROM pair_a WHERE id > 1; DELETE FROM pair_b WHERE id > 2');
    rows('warehouse', 'TRUNCATE "both"');
}

# Waits until a job reads changes from a slot, by default the one that the source of a small job has.
sub reads_changes {
    my ($slot) = @_;
    my $is_read = "slot_name = '${\($slot // 'pair')}' AND active AND confirmed_flush_lsn IS NOT NULL";
    return until_true(30, sub { rows('school', "SELECT 1 FROM pg_replication_slots WHERE $is_read") });
}

# Starts PostgreSQL, and Flink by COMMAND.
sub open_pair {
    my ($name, $work, @command) = @_;
    open_school($name, $work, @command);
    prepare_server('--slot', 's', '--publication', 'school_pub');
    make_pair();
    my %source = (connector => 'postgres-cdc', hostname => '127.0.0.1', port => $ENV{SERVER_PORT}, username => 'smt',
        password => $ENV{SOURCE_PASSWORD}, 'database-name' => 'school', 'schema-name' => 'public', 'table-name' => 'pair_a',
        'slot.name' => 'pair', 'decoding.plugin.name' => 'pgoutput', 'debezium.publication.name' => 'school_pub',
        'debezium.publication.autocreate.mode' => 'disabled', 'scan.incremental.snapshot.enabled' => 'true',
        'heartbeat.interval.ms' => '1s');
    my %sink = (connector => 'jdbc', url => "jdbc:postgresql://127.0.0.1:$ENV{SERVER_PORT}/warehouse", 'table-name' => '"both"',
        username => 'writer', password => $ENV{SINK_PASSWORD}, 'sink.buffer-flush.interval' => '100ms');
    my $arrived = sub { rows('warehouse', 'SELECT id FROM "both" ORDER BY id') };
    small_jobs(source => \%source, sink => \%sink, arrived => $arrived, clean_up => \&clean_up_pair);
}

1;
