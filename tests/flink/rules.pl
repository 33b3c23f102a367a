#!/usr/bin/perl
# What the checks of replication say will happen, made to happen: small jobs, each with the mistake that a check is about.
#
#   rules.pl SMTPATCH WORK JAVA-COMMAND...
use strict;
use warnings;
use FindBin ();
my ($work, @java);
BEGIN { ($ENV{SMTPATCH}, $work, @java) = @ARGV }
use lib $FindBin::Bin, "$FindBin::Bin/../lib";
use Command;
use School;
use Test::More;

@java or die "usage: rules.pl SMTPATCH WORK JAVA-COMMAND...\n";
open_school('rules', $work, @java);
prepare_server('--slot', 's', '--publication', 'school_pub');

# ---- One source -----------------------------------------------------------------------------------------------------

rows($_, 'CREATE TABLE pair_a (id INT PRIMARY KEY, word TEXT); CREATE TABLE pair_b (LIKE pair_a INCLUDING ALL)')
    for qw(school warehouse);
rows('warehouse', 'CREATE TABLE "both" (LIKE pair_a INCLUDING ALL); GRANT ALL ON ALL TABLES IN SCHEMA public TO writer');
rows('school', "INSERT INTO pair_a VALUES (1, 'a'); INSERT INTO pair_b VALUES (2, 'b'); GRANT SELECT ON pair_a, pair_b TO smt;
    ALTER TABLE pair_a REPLICA IDENTITY FULL; ALTER TABLE pair_b REPLICA IDENTITY FULL;
    ALTER PUBLICATION school_pub ADD TABLE pair_a, pair_b");

my %base = (connector => 'postgres-cdc', hostname => '127.0.0.1', port => $ENV{SERVER_PORT}, username => 'smt',
    password => $ENV{SOURCE_PASSWORD}, 'database-name' => 'school', 'schema-name' => 'public', 'table-name' => 'pair_a',
    'slot.name' => 'pair', 'decoding.plugin.name' => 'pgoutput', 'debezium.publication.name' => 'school_pub',
    'debezium.publication.autocreate.mode' => 'disabled', 'scan.incremental.snapshot.enabled' => 'true', 'heartbeat.interval.ms' => '1s');

sub create {
    my ($name, %options) = @_;
    my $list = join ",\n", map { "  '$_' = '$options{$_}'" } grep { defined $options{$_} } sort keys %options;
    return "CREATE TABLE $name (id INT NOT NULL, word STRING, PRIMARY KEY (id) NOT ENFORCED) WITH (\n$list\n);\n";
}

# A script that copies what a source with these options reads into the table "both"; undef takes an option away.
sub script_of {
    my (%options) = @_;
    my %sink = (connector => 'jdbc', url => "jdbc:postgresql://127.0.0.1:$ENV{SERVER_PORT}/warehouse", 'table-name' => '"both"',
        username => 'writer', password => $ENV{SINK_PASSWORD}, 'sink.buffer-flush.interval' => '100ms');
    return "SET 'execution.checkpointing.interval' = '500ms';\nSET 'parallelism.default' = '1';\n"
        . create('src', %base, %options) . create('snk', %sink) . "INSERT INTO snk SELECT * FROM src;\n";
}

my @job;

sub begin {
    my (%options) = @_;
    my $error;
    ($error, @job) = $flink->submit('case.sql', script_of(%options));
    $error eq '' or diag($error);
}

sub end {
    $flink->cancel(@job);
    until_true(30, sub { !rows('school', 'SELECT slot_name FROM pg_replication_slots WHERE active') });
    rows('school', 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
    rows('warehouse', 'TRUNCATE "both"');
}

sub arrived { return join ' ', rows('warehouse', 'SELECT id FROM "both" ORDER BY id') }

# What the first failure was caused by, from the outermost cause to the innermost; empty when there is none for 40 seconds.
sub failure {
    my @failures;
    until_true(40, sub { @failures = $flink->failures(@job) });
    return @failures ? join "\n", $failures[0][1] =~ /^(?:Caused by: )?(\S+: .*)/mg : '';
}

# That smtpatch says so of the script.
sub is_told {
    my ($name, $check, %options) = @_;
    return if !defined $check;
    my (undef, $findings) = smtpatch(script_of(%options), '--lint');
    like($findings, qr/\[\Q$check\E\]$/m, "$name: smtpatch tells it");
}

# ---- What fails -----------------------------------------------------------------------------------------------------

sub fails {
    my ($name, $check, $message, %options) = @_;
    is_told($name, $check, %options);
    begin(%options);
    like(failure(), $message, "$name: it fails");
    end();
}

my $a63 = 'a' x 63;
my %unnamed = ('debezium.publication.name' => 'new_pub', 'debezium.publication.autocreate.mode' => undef);
fails('no plugin', 'decoding-plugin-default', qr/ERROR: could not access file "decoderbufs": No such file or directory$/,
    'decoding.plugin.name' => undef);
fails('no publication', 'publication-all-tables', qr/ERROR: permission denied for database school$/, %unnamed);
rows('school', 'GRANT CREATE ON DATABASE school TO smt');
fails('no publication, CREATE', 'publication-all-tables', qr/ERROR: must be superuser to create FOR ALL TABLES publication$/,
    %unnamed);
rows('school', 'REVOKE CREATE ON DATABASE school FROM smt');
fails('none to be made', undef, qr/: Publication autocreation is disabled, please create one and restart the connector\.$/,
    'debezium.publication.name' => 'new_pub');
fails('capitals', 'slot-name-invalid', qr/ERROR: replication slot name "My-Slot" contains invalid character$/,
    'slot.name' => 'My-Slot');
fails('a slot of 64 bytes', 'slot-name-invalid', qr/ERROR: replication slot "$a63" already exists$/, 'slot.name' => "${a63}a");
fails('a slot of 63 bytes', 'slot-name-invalid', qr/ERROR: replication slot "$a63" already exists$/, 'slot.name' => $a63);
my $reason_is_in_log = qr/ConnectException: Error configuring an instance of PostgresConnectorTask; check the logs for details$/;
fails('without chunks', 'slot-name-invalid', $reason_is_in_log, 'slot.name' => "${a63}a",
    'scan.incremental.snapshot.enabled' => 'false');
rows('school', q{SELECT pg_create_physical_replication_slot('other_' || i) FROM generate_series(1, 40) AS i});
fails('no slot left', undef, qr/ERROR: all replication slots are in use$/);

# ---- What fails later -----------------------------------------------------------------------------------------------

sub fails_at_change {
    my ($name, $check, $message, %options) = @_;
    is_told($name, $check, %options);
    begin(%options);
    ok(until_true(30, sub { arrived() ne '' }), "$name: the snapshot arrives");
    sleep 3;
    is_deeply([$flink->failures(@job)], [], "$name: nothing has failed");
    rows('school', "UPDATE pair_a SET word = word || '!' WHERE id = 1");
    like(failure(), $message, "$name: it fails at a change");
    end();
}

rows('school', 'CREATE PUBLICATION "MyPub" FOR TABLE pair_a');
fails_at_change('MyPub', 'publication-name-unquoted', qr/ERROR: publication "mypub" does not exist$/,
    'debezium.publication.name' => 'MyPub');
rows('school', 'ALTER TABLE pair_a REPLICA IDENTITY DEFAULT');
fails_at_change('no old rows', 'replica-identity-full', qr/: The "before" field of UPDATE\/DELETE message is null/);
rows('school', 'ALTER TABLE pair_a REPLICA IDENTITY FULL');

# ---- Which tables are read ------------------------------------------------------------------------------------------

sub reads {
    my ($name, $check, $ids, %options) = @_;
    is_told($name, $check, %options);
    begin(%options);
    until_true($ids eq '' ? 8 : 30, sub { arrived() ne '' });
    sleep 1;
    is(arrived() . ' ' . $flink->state(@job), "$ids RUNNING", "$name: what it reads");
    end();
}

reads('a|b', 'table-name-regex-alternation', '1', 'table-name' => 'pair_a|pair_b');
reads('(a|b)', undef, '1 2', 'table-name' => '(pair_a|pair_b)');
reads('a,b', 'table-name-regex-alternation', '1', 'table-name' => 'pair_a,pair_b');
reads('^a$', 'table-name-anchor', '', 'table-name' => '^pair_a$');
reads('^a$ without chunks', 'table-name-anchor', '', 'table-name' => '^pair_a$',
    'scan.incremental.snapshot.enabled' => 'false');
reads('^public$', 'table-name-anchor', '', 'schema-name' => '^public$');
reads('a$', undef, '1', 'table-name' => 'pair_a$');
reads('A', undef, '1', 'table-name' => 'PAIR_A');
reads('snapshot.mode never', 'snapshot-mode-ignored', '1', 'debezium.snapshot.mode' => 'never');

# ---- The slot's place -----------------------------------------------------------------------------------------------

# The bytes between the slot's place and the end of the log.
sub lag {
    my ($lag) = rows('school', 'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) FROM pg_replication_slots');
    return $lag;
}

# Only tables outside of the publication change, in this database and in another, after one inside of it.
sub change_elsewhere {
    my ($name, $interval) = @_;
    begin('heartbeat.interval.ms' => $interval);
    until_true(30, sub { arrived() ne '' });
    sleep 3;
    rows('school', q{UPDATE pair_a SET word = word || '.' WHERE id = 1});
    sleep 5;
    rows($_, 'INSERT INTO elsewhere SELECT generate_series(1, 2000)') for qw(school postgres);
}

rows($_, 'CREATE TABLE elsewhere (id INT)') for qw(school postgres);
change_elsewhere('heartbeats', '1s');
ok(until_true(20, sub { lag() < 100_000 }), 'heartbeats: the slot moves on') or diag(lag());
end();
change_elsewhere('no heartbeats', '0s');
ok(!until_true(10, sub { lag() < 100_000 }), 'no heartbeats: the slot stays where it is') or diag(lag());
end();

# ---- Starting from a savepoint --------------------------------------------------------------------------------------

sub restore {
    my ($savepoint, %options) = @_;
    rows('warehouse', 'TRUNCATE "both"');
    (my $error, @job) = $flink->submit('restored.sql', "SET 'execution.state-recovery.path' = '$savepoint';\n" . script_of(%options));
    is($error, '', 'restored');
}

# Inserts a row when the restored job runs; gives the rows that arrive until that one does.
sub arrived_until {
    my ($id) = @_;
    sleep 3;
    rows('school', "INSERT INTO pair_a VALUES ($id, 'later')");
    until_true(30, sub { arrived() =~ /\b$id\b/ });
    return arrived();
}

begin();
until_true(30, sub { arrived() ne '' });
sleep 3;
my $savepoint = $flink->stop_with_savepoint(@job);
rows('school', q{INSERT INTO pair_a VALUES (10, 'meanwhile')});
restore($savepoint, 'slot.name' => 'pair_2');
is(arrived_until(11), '11', 'a new slot: what changed meanwhile is lost');
$flink->cancel(@job);
restore($savepoint);
is(arrived_until(12), '10 11 12', 'the old slot: nothing is lost');
end();
rows('school', q{INSERT INTO pair_a VALUES (13, 'without a slot')});
restore($savepoint);
is(arrived_until(14), '14', 'a slot that was dropped: it is made again, and what changed before is lost');
end();

finish('rules');
