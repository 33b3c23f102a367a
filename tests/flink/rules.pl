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
use Pair;
use Part;
use School;
use SmallJob;
use Test::More;

@java or die "usage: rules.pl SMTPATCH WORK JAVA-COMMAND...\n";
open_pair('rules', $work, @java);

# ---- What fails -----------------------------------------------------------------------------------------------------

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
fails('a dash', 'publication-name-unquoted', qr/ERROR: syntax error at or near "-"$/, %unnamed,
    'debezium.publication.name' => 'new-pub');
fails('filtered', 'publication-filtered-incremental', qr/ERROR: must be owner of publication school_pub$/,
    'debezium.publication.autocreate.mode' => 'filtered');
for (['warehouse', 'pgoutput'], ['school', 'test_decoding']) {
    my ($database, $plugin) = @$_;
    rows($database, "SELECT pg_create_logical_replication_slot('pair', '$plugin')");
    fails("the slot of $database, $plugin", undef, qr/ERROR: replication slot "pair" already exists$/);
}
rows('school', q{SELECT pg_create_physical_replication_slot('other_' || i) FROM generate_series(1, 40) AS i});
fails('no slot left', undef, qr/ERROR: all replication slots are in use$/);

# ---- What fails later -----------------------------------------------------------------------------------------------

sub fails_at_change {
    my ($name, $check, $message, %options) = @_;
    is_told($name, $check, script_of(%options));
    begin(%options);
    ok(until_true(30, sub { arrived() ne '' }), "$name: the snapshot arrives");
    ok(reads_changes(), "$name: changes are read");
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

reads('include list', 'debezium-include-lists', '2', 'debezium.table.include.list' => 'public.pair_b');

close_school();
