#!/usr/bin/perl
# A real job: ten tables of PostgreSQL, a script as SMT writes it, and Flink's SQL client and cluster running it with the
# connectors themselves: as SMT left it, as smtpatch patches it, and with one slot for all tables.
#
#   job.pl SMTPATCH WORK JAVA-COMMAND...
use strict;
use warnings;
use FindBin ();
my ($work, @java);
BEGIN { ($ENV{SMTPATCH}, $work, @java) = @ARGV }
use lib $FindBin::Bin, "$FindBin::Bin/../lib";
use Command;
use JSON::PP qw(decode_json);
use School;
use Test::More;

@java or die "usage: job.pl SMTPATCH WORK JAVA-COMMAND...\n";
open_school('job', $work, @java);

# ---- As SMT wrote it ------------------------------------------------------------------------------------------------

# The keys that Flink's message lists below its heading.
sub listed {
    my ($message, $heading) = @_;
    my ($keys) = $message =~ /^\Q$heading\E\n\n((?:\S+\n?)+)/m;
    return [sort split /\n/, $keys // ''];
}

my ($error, @jobs) = $flink->submit('as-written.sql', $script);
is_deeply(\@jobs, [], 'as SMT wrote it: no job starts');
like($error, qr/^org\.apache\.flink\.table\.api\.ValidationException: One or more required options are missing\./m, 'Flink says why');
is_deeply(listed($error, 'Missing required options are:'), ['slot.name'], 'it misses the slot');
my (undef, $findings) = smtpatch($script, '--lint');
my @missed = $findings =~ /error: postgres-cdc needs '(.*?)' \[required-options\]/g;
is_deeply(\@missed, [('slot.name') x 10], 'smtpatch had said so, of each table');

# ---- With the notes' literal publication.name -----------------------------------------------------------------------

my $with_slots = (smtpatch($script, '--layout', 'keep', '--no-lint', '--slot', 'flink_${table|slot}'))[1];
my $by_hand = $with_slots =~ s/('connector' = 'postgres-cdc',)/$1\n  'publication.name' = 'school_pub',/gr;
($error, @jobs) = $flink->submit('by-hand.sql', $by_hand);
is_deeply(\@jobs, [], 'publication.name: no job starts');
like($error, qr/^org\.apache\.flink\.table\.api\.ValidationException: Unsupported options found for 'postgres-cdc'\./m, 'Flink says why');
is_deeply(listed($error, 'Unsupported options:'), ['publication.name'], 'the option');
(undef, $findings) = smtpatch($by_hand, '--lint');
my @unknown = $findings =~ /error: '(.*?)' is not an option of (postgres-cdc) \[unknown-option\]/g;
is_deeply(\@unknown, [('publication.name', 'postgres-cdc') x 10], 'smtpatch had said so, of each table');
my ($fix_status, $fixed) = smtpatch($by_hand, '--layout', 'keep', '--fix');
is($fix_status, 0, 'smtpatch --fix leaves no error');
($error, @jobs) = $flink->submit('fixed.sql', $fixed =~ s/^INSERT/EXPLAIN INSERT/mgr);
is($error, '', 'and Flink takes what --fix writes');

# ---- Patched --------------------------------------------------------------------------------------------------------

my $watch = 'SELECT slot_name, plugin, database, active FROM pg_replication_slots ORDER BY slot_name';

# The slots that smtpatch says the script has.
sub named_slots {
    my (@patch) = @_;
    my $model = decode_json((smtpatch($script, '--no-lint', '--emit', 'json', @patch))[1]);
    my @options = map { @{$_->{options}} } map { @{$_->{tables}} } @{$model->{files} // [$model]};
    return sort map { $_->{value} } grep { $_->{key} eq 'slot.name' && $_->{effective} } @options;
}

# Whether all slots have been confirmed beyond that place in the log.
sub are_past {
    my ($place) = @_;
    return (rows('school', "SELECT bool_and(confirmed_flush_lsn > '$place') FROM pg_replication_slots"))[0] eq 't';
}

sub run_patched {
    my ($name, @options) = @_;
    my @patch = ('--slot', 'flink_${table|slot}', '--publication', 'school_pub', '--heartbeat', '2s', @in_one_job, @options);
    my ($status, $patched) = smtpatch($script, @patch);
    is($status, 0, "$name: no check finds an error");
    prepare_server(@patch);
    ($error, @jobs) = $flink->submit("$name.sql", $patched);
    is("$error${\scalar @jobs}", 1, "$name: one job starts");
    same_rows("$name: all rows arrive", 60, @tables);
    until_true(30, sub { !grep { !/\|t$/ } rows('school', $watch) });
    my @named = map { "$_|pgoutput|school|t" } named_slots(@patch);
    is_deeply([rows('school', $watch)], \@named, "$name: the slots that smtpatch named, active");
    my @used = rows('school', q{SELECT query FROM pg_stat_activity WHERE backend_type = 'walsender' AND state = 'active'});
    is(scalar(grep { /"publication_names" 'school_pub'/ } @used), 10, "$name: with the publication") or diag(join "\n", @used);
    my ($before) = rows('school', 'SELECT pg_current_wal_lsn()');
    change_all($_) for 1 .. 3;
    same_rows("$name: inserts, updates and deletes arrive", 60, @tables);
    ok(until_true(30, sub { are_past($before) }), "$name: the slots move on") or diag(join "\n", rows('school', $watch));
    is_deeply([$flink->failures(@jobs)], [], "$name: nothing failed");
    is(join(' ', map { $flink->state($_) } @jobs), 'RUNNING', "$name: it runs");
    clean_up(@jobs);
}

# Debezium registers its metrics under the name of the server, which is the same for all sources unless it is set: without
# the incremental snapshot all of a task manager but the first wait two minutes for that name.
run_patched('patched', @without_decoderbufs, '--debezium', 'database.server.name=${table|slot}');
run_patched('patched-incremental', @without_decoderbufs, @incremental, '--set', 'scan.incremental.snapshot.chunk.size=100');

# ---- One slot for all -----------------------------------------------------------------------------------------------

sub run_shared {
    my ($name, @options) = @_;
    my @patch = ('--slot', 'flink_school', '--publication', 'school_pub', '--heartbeat', '2s', @without_decoderbufs, @incremental,
        @in_one_job, @options);
    my ($status, $shared, $said) = smtpatch($script, @patch);
    is($status, 1, "$name: smtpatch finds an error");
    my $told = qr/error: slot 'flink_school' is also the slot of 'students_src' .* and 8 more: .* \[slot-shared-by-sources\]/;
    like($said, $told, "$name: the slot");
    ($error, @jobs) = $flink->submit("$name.sql", $shared);
    is("$error${\scalar @jobs}", 1, "$name: one job starts");
}

# The messages of PostgreSQL for which the job failed, without their numbers.
sub refusals {
    my @texts = map { [$_->[1] =~ /^Caused by: \S*PSQLException: (ERROR: .*)/mg]->[-1] // () } $flink->failures(@jobs);
    return map { s/\b(?:PID |flink_school_)\K\d+/N/gr } @texts;
}

my %expected = map { (qq{ERROR: replication slot "flink_school$_} => 1) }
    '_N" already exists', '_N" does not exist', '_N" is active for PID N', '" already exists', '" is active for PID N';
run_shared('shared');
ok(until_true(90, sub { refusals() > 0 }), 'shared: the job fails');
my %refusals = map { $_ => 1 } refusals();
is_deeply([grep { !$expected{$_} } sort keys %refusals], [], 'shared: as the sources want the same slots');
note("shared: $_") for sort keys %refusals;
clean_up(@jobs);

# From here without a snapshot, which has slots of its own. Debezium waits ten seconds before it tries again, if not told else.
rows('school', q{SELECT pg_create_logical_replication_slot('flink_school', 'pgoutput')});
run_shared('shared-stream', qw(--set scan.startup.mode=latest-offset --debezium slot.retry.delay.ms=300));
my $is_used = 'ERROR: replication slot "flink_school" is active for PID N';
ok(until_true(60, sub { grep { $_ eq $is_used } refusals() }), 'shared-stream: the job fails, as one source has the slot')
    or diag(refusals());
my $place = change_all(1);
ok(until_true(90, sub { are_past($place) }), 'shared-stream: the slot moves past changes');
my @without_rows = grep { (rows('warehouse', 'SELECT count(*) FROM ' . quoted($_)))[0] == 0 } @tables;
cmp_ok(scalar @without_rows, '>=', 5, 'shared-stream: which most tables have not got, nor will get');
clean_up(@jobs);

close_school();
