#!/usr/bin/perl
# What becomes of slots, and of those who read them: made to happen by small jobs.
#
#   slots.pl SMTPATCH WORK JAVA-COMMAND...
use strict;
use warnings;
use FindBin ();
my ($work, @java);
BEGIN { ($ENV{SMTPATCH}, $work, @java) = @ARGV }
use lib $FindBin::Bin, "$FindBin::Bin/../lib";
use Pair;
use Part;
use School;
use SmallJob;
use Test::More;

@java or die "usage: slots.pl SMTPATCH WORK JAVA-COMMAND...\n";
open_pair('slots', $work, @java);

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
    reads_changes();
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

# Runs a script until the first rows have arrived and the source reads changes from the slot; gives a savepoint.
sub stopped {
    my ($script, $slot) = @_;
    my ($job) = run($script);
    until_true(30, sub { arrived() ne '' });
    reads_changes($slot);
    return $flink->stop_with_savepoint($job);
}

sub restore {
    my ($savepoint, $script) = @_;
    rows('warehouse', 'TRUNCATE "both"');
    my @started = run("SET 'execution.state-recovery.path' = '$savepoint';\n$script");
    is(scalar @started, 1, 'restored');
}

# Inserts a row when the restored job reads changes from the slot; gives the rows that arrive until that one does.
sub arrived_until {
    my ($id, $slot, $table) = @_;
    reads_changes($slot);
    rows('school', "INSERT INTO ${\($table // 'pair_a')} VALUES ($id, 'later')");
    until_true(30, sub { arrived() =~ /\b$id\b/ });
    return arrived();
}

my $savepoint = stopped(script_of());
rows('school', q{INSERT INTO pair_a VALUES (10, 'meanwhile')});
restore($savepoint, script_of('slot.name' => 'pair_2'));
is(arrived_until(11, 'pair_2'), '11', 'a new slot: what changed meanwhile is lost');
$flink->cancel(@job);
restore($savepoint, script_of());
is(arrived_until(12), '10 11 12', 'the old slot: nothing is lost');
end();
rows('school', q{INSERT INTO pair_a VALUES (13, 'without a slot')});
restore($savepoint, script_of());
is(arrived_until(14), '14', 'a slot that was dropped: it is made again, and what changed before is lost');
end();

# ---- Slots with the names of snapshot readers -----------------------------------------------------------------------

my %numbered = ('table-name' => 'pair_b', 'slot.name' => 'pair_0');
my $both = settings() . create('a') . create('b', %numbered) . sink() . "EXECUTE STATEMENT SET BEGIN\n"
    . "INSERT INTO snk SELECT * FROM a;\nINSERT INTO snk SELECT * FROM b;\nEND;\n";
is_told('pair_0', 'slot-suffix-collision', $both);

$savepoint = stopped(script_of(%numbered), 'pair_0');
rows('school', q{INSERT INTO pair_b VALUES (20, 'meanwhile')});
run(script_of());
ok(until_true(30, sub { !rows('school', q{SELECT 1 FROM pg_replication_slots WHERE slot_name = 'pair_0'}) }),
    'pair_0, while its job is stopped: a snapshot reader of pair drops it');
until_true(30, sub { arrived() eq '1 2' });
restore($savepoint, script_of(%numbered));
is(arrived_until(21, 'pair_0', 'pair_b'), '21', 'pair_0: what changed meanwhile is lost');
end();

# Who reads pair_a moves the log on, as others do on a busy server: the reader of the snapshot then has something to look
# for between the beginning and the end of it. What is written comes to the log when its buffers are full, and they never
# hold more than a file of it, 16 MB.
rows('school', q{CREATE FUNCTION write_log() RETURNS boolean LANGUAGE SQL SECURITY DEFINER
        AS $$ SELECT pg_logical_emit_message(false, 'busy', repeat('.', 20000000)) IS NOT NULL $$;
    CREATE POLICY busy ON pair_a FOR SELECT TO smt USING (write_log()); ALTER TABLE pair_a ENABLE ROW LEVEL SECURITY});
run(script_of(%numbered));
until_true(30, sub { arrived() eq '2' });
# Debezium reads the slot up to the first change, lets go of it, and reads it again from that place on.
is(arrived_until(22, 'pair_0', 'pair_b'), '2 22', 'pair_0 is read');
ok(reads_changes('pair_0'), 'and goes on being read');
run(script_of('debezium.slot.retry.delay.ms' => '300'));
like(failure(), qr/ERROR: replication slot "pair_0" is active for PID \d+$/, 'pair_0, while its job runs: the reader of pair fails');
is_deeply([$flink->failures($job[0])], [], 'and its job does not');
end();
rows('school', 'ALTER TABLE pair_a DISABLE ROW LEVEL SECURITY');

# ---- A source that is read twice ------------------------------------------------------------------------------------

sub one_set {
    my ($source, @queries) = @_;
    my $inserts = join '', map { "INSERT INTO snk $_;\n" } @queries;
    return settings() . $source . sink() . "EXECUTE STATEMENT SET BEGIN\n${inserts}END;\n";
}

my $metadata = create('src', columns => [map { "$_ STRING METADATA VIRTUAL" } qw(table_name schema_name)]);
run(one_set($metadata, 'SELECT id, table_name FROM src', 'SELECT id + 100, schema_name FROM src',
    'SELECT id + 200, LEFT(word, 1) FROM src'));
until_true(30, sub { arrived() eq '1 101 201' });
is(join(' ', rows('warehouse', 'SELECT word FROM "both" ORDER BY id')), 'pair_a public a', 'other metadata columns: all arrive');
is(sources_of(@job), 1, 'other metadata columns: one source');
end();

my $hint = q{/*+ OPTIONS('heartbeat.interval.ms' = '2s') */};
run(one_set(create('src', 'debezium.slot.retry.delay.ms' => '300'), 'SELECT * FROM src', "SELECT id + 100, word FROM src $hint"));
is(sources_of(@job), 2, 'other hints: two sources');
like(failure(), qr/ERROR: replication slot "pair(?:_0)?" (?:already exists|does not exist|is active for PID \d+)$/,
    'other hints: they want one slot');
end();

# ---- Slots that fall behind -----------------------------------------------------------------------------------------

# The server keeps one file of its log for slots, and writes four.
sub outgrow {
    rows('postgres', q{ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'; SELECT pg_reload_conf()});
    rows('postgres', 'INSERT INTO elsewhere VALUES (1); SELECT pg_switch_wal()') for 1 .. 4;
    rows('postgres', 'CHECKPOINT; ALTER SYSTEM RESET max_slot_wal_keep_size; SELECT pg_reload_conf()');
    return join ' ', rows('school', 'SELECT wal_status FROM pg_replication_slots');
}

my $waits = qr/Cannot obtain valid replication slot 'pair' for plugin 'pgoutput' and database 'school'/;

# How often that stands in Flink's log.
sub waited {
    open my $log, '<', "$work/flink.log" or die "flink.log: $!\n";
    return scalar grep { /$waits/ } <$log>;
}

$savepoint = stopped(script_of());
is(outgrow(), 'lost', 'max_slot_wal_keep_size: the slot is lost');
restore($savepoint, script_of());
ok(until_true(30, sub { waited() > 1 }), 'a lost slot: the job waits for it');
rows('school', q{INSERT INTO pair_a VALUES (40, 'later')});
sleep 5;
is(arrived() . join(' ', map { $flink->state($_) } $job[-1]), 'RUNNING', 'it is RUNNING, and nothing arrives');
is_deeply([$flink->failures($job[-1])], [], 'and nothing fails');
rows('school', q{SELECT pg_drop_replication_slot('pair')});
is(arrived_until(41), '41', 'the lost slot is dropped: it is made again, and what changed before is lost');
end();

my $never = script_of(checkpoints => '1h') =~ s/^SET 'execution\.checkpointing.*\n//mr;
is_told('no checkpoints', 'checkpointing-missing', $never);
run($never);
until_true(30, sub { arrived() ne '' });
reads_changes();
is(outgrow(), 'lost', 'no checkpoints: the slot is lost while the job runs');
like(failure(), qr/PSQLException: Database connection failed when reading from copy$/, 'no checkpoints: the job fails');
end();

close_school();
