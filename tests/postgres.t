#!/usr/bin/perl
# What --emit postgres prints, run by PostgreSQL 15 itself: a cluster of the test's own, which it makes in a temporary
# directory, starts (reached by a socket there and by no network) and takes away again. Needs Debian's postgresql-15.
use strict;
use warnings;
use FindBin ();
use Test::More;
use lib "$FindBin::Bin/lib";
use Command;
use PostgresServer;
use SmtTables qw(smt_tables);

my $missing = PostgresServer::is_missing();
plan skip_all => $missing if defined $missing;
my $server = eval { PostgresServer->start(settings => ['max_replication_slots=20', 'max_wal_senders=20']) };
plan skip_all => $@ if !defined $server;

sub execute { return $server->execute(@_) }

# The rows of a query, fields with a bar between them.
sub rows {
    my ($database, $sql) = @_;
    my ($status, $printed, $said) = execute($database, $sql, '-A', '-t');
    is($status, 0, 'a query') or diag("$sql\n$said");
    return split /\n/, $printed;
}

sub runs {
    my ($name, $database, $sql) = @_;
    my ($status, $printed, $said) = execute($database, $sql);
    is($status, 0, "$name: it executes");
    is($said, '', "$name: without a word");
}

# The statement that begins so.
sub statement {
    my ($sql, $start) = @_;
    my ($statement) = $sql =~ /^(\Q$start\E.*?;)$/ms;
    return $statement // BAIL_OUT("no $start in the output");
}

sub emitted {
    my ($status, $printed, $said) = run_with({in => $root}, '--no-config', '--emit', 'postgres', @_);
    is("$status $said", '0 ', '--emit postgres');
    return $printed;
}

# ---- The twelve tables ----------------------------------------------------------------------------------------------

my $fixture = 'fixtures/postgres/flink-create.1.sql';
my @tables = smt_tables(slurp("$root/$fixture"));
my @names = sort map { "$_->{schema}.$_->{table}" } @tables;
is(scalar @names, 12, 'the fixture has twelve tables');
runs('a database', 'postgres', 'CREATE DATABASE school');
runs('the tables', 'school', join '', "SET client_min_messages = warning;\n", map { $_->{create} } @tables);

my @twelve = ('--slot', 'flink_${table|slot}', '--publication', 'school_pub', $fixture);
my $sql = emitted(@twelve);
my $members = "SELECT schemaname || '.' || tablename AS name FROM pg_publication_tables WHERE pubname = 'school_pub' ORDER BY name";
runs('once', 'school', $sql);
is_deeply([rows('school', $members)], \@names, 'the publication has the twelve');
my @state = ('SELECT oid, pubname, puballtables FROM pg_publication', 'SELECT prpubid, prrelid FROM pg_publication_rel ORDER BY 2',
    'SELECT rolname, rolreplication, rolcanlogin, rolsuper FROM pg_roles ORDER BY 1', 'SELECT oid, relreplident, relacl FROM pg_class ORDER BY 1');
my @before = map { rows('school', $_) } @state;
runs('twice', 'school', $sql);
is_deeply([map { rows('school', $_) } @state], \@before, 'the second time changes nothing');
is_deeply([rows('school', 'SELECT puballtables FROM pg_publication')], ['f'], 'one publication, not for all tables');

my $own = 'FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE relkind = \'r\' AND nspname IN (\'public\', \'web\')';
is_deeply([rows('school', "SELECT DISTINCT relreplident $own")], ['f'], 'every replica identity is full');
is_deeply([rows('school', "SELECT DISTINCT has_table_privilege('smt', pg_class.oid, 'SELECT') AND NOT has_table_privilege('smt', pg_class.oid, 'UPDATE') $own")],
    ['t'], 'the user may read, not write');
is_deeply([rows('school', "SELECT rolreplication, rolsuper FROM pg_roles WHERE rolname = 'smt'")], ['t|f'], 'and replicate');
is_deeply([rows('school', "SET ROLE smt; SELECT count(*) FROM web.web_events")], ['0'], 'the schema is open');

# ---- Watching -------------------------------------------------------------------------------------------------------

my @slots = map { my ($table) = /\.(.*)/; 'flink_' . lc($table) =~ s/[^a-z0-9_]/_/gr } @names;
is_deeply([rows('school', statement($sql, 'SELECT slot_name'))], [], 'no slot yet');
rows('school', join '', map { "SELECT pg_create_logical_replication_slot('$_', 'pgoutput');\n" } @slots);
my @watched = rows('school', statement($sql, 'SELECT slot_name'));
is_deeply([sort map { (split /\|/)[0] } @watched], [sort @slots], 'a row for each slot');
is_deeply([grep { (split /\|/)[1] ne 'school' || (split /\|/)[4] ne 'reserved' || (split /\|/)[5] !~ /^\d+ bytes$/ } @watched], [], 'with its lag');
is_deeply([map { s/^[^|]*\|//r } rows('school', statement($sql, 'SELECT pubname'))], [map { s/\./|/r } @names], 'what is published');
my %setting = map { my ($name, @rest) = split /\|/; ($name => "@rest") } rows('school', statement($sql, 'SELECT name, setting'));
is_deeply(\%setting, {wal_level => 'logical logical 0 t', max_replication_slots => '20 12 0 t', max_wal_senders => '20 12 0 t',
        max_slot_wal_keep_size => '-1 a limit 0 f'}, 'the settings');
rows('school', "SELECT pg_create_logical_replication_slot('somebody_' || i, 'pgoutput') FROM generate_series(1, 8) AS i");
my ($crowded) = grep { /^max_rep/ } rows('school', statement($sql, 'SELECT name, setting'));
is($crowded, 'max_replication_slots|20|12|8|t', "others' slots count");
rows('school', join '', map { "SELECT pg_drop_replication_slot('$_');\n" } @slots);
rows('school', "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");

# ---- A publication that is there ------------------------------------------------------------------------------------

runs('some tables leave', 'school', 'ALTER PUBLICATION school_pub DROP TABLE public.rooms, web.web_events;');
runs('and come back', 'school', $sql);
is_deeply([rows('school', $members)], \@names, 'the publication is whole again');
my $present = 'CREATE PUBLICATION school_pub FOR TABLE public.students, public."Courses";';
spew('present.sql', $present);
runs('an old publication', 'school', "DROP PUBLICATION school_pub; $present");
my $additions = emitted('--publication-sql', "$directory/present.sql", @twelve);
unlike($additions, qr/CREATE PUBLICATION/, 'it is not made again');
runs('what it lacks', 'school', $additions) for 1, 2;
is_deeply([rows('school', $members)], \@names, 'now it has all');
runs('one for all tables', 'school', 'DROP PUBLICATION school_pub; CREATE PUBLICATION school_pub FOR ALL TABLES;');
runs('is left alone', 'school', $sql);

# ---- Names ----------------------------------------------------------------------------------------------------------

sub script {
    my (%options) = @_;
    my %all = (connector => 'postgres-cdc', hostname => 'h', username => 'cdc', password => 'p', 'database-name' => 'odd', 'schema-name' => 'public',
        'decoding.plugin.name' => 'pgoutput', 'slot.name' => 's', 'table-name' => 't', %options);
    return "CREATE TABLE t (id INT) WITH (" . join(', ', map { "'$_' = '" . $all{$_} =~ s/'/''/gr . "'" } sort keys %all) . ");\n";
}

sub emitted_of { return emitted(spew('odd.sql', join '', @_)) }

my @words = rows('school', 'SELECT word FROM pg_get_keywords() ORDER BY word');
my @quoted = rows('school', "SELECT 'public.' || quote_ident(word) FROM pg_get_keywords() ORDER BY 1");
my ($listed) = emitted_of(script('table-name' => '(' . join('|', @words) . ')')) =~ /FOR TABLE\n(.*?);/s;
is_deeply([sort split /,\s*/, $listed =~ s/^\s+//r], \@quoted, 'every keyword is quoted as PostgreSQL does');

my @odd = ('say "hi"', "it's", 'Big', 'with space', 'back\\slash', 'a.b', '$smtpatch$', '%I', '表', '; DROP TABLE x; --', 'select');
my %escaped = map { $_ => s/([.\\\$^|()\[\]{}*+?])/\\$1/gr } @odd;
my $list = '(' . join('|', map { $escaped{$_} } @odd) . ')';
runs('another database', 'postgres', 'CREATE DATABASE odd');
runs('odd tables', 'odd', join '', map { 'CREATE TABLE "' . s/"/""/gr . "\" (id int);\n" } @odd);
my $odd_sql = emitted_of(script('table-name' => $list, username => 'O\'B"x', 'debezium.publication.name' => 'My "pub"', 'slot.name' => "it's"));
runs('odd names', 'odd', $odd_sql) for 1, 2;
is_deeply([sort(rows('odd', "SELECT tablename FROM pg_publication_tables WHERE pubname = 'My \"pub\"'"))], [sort @odd], 'odd names are published');

# ---- Several databases ----------------------------------------------------------------------------------------------

my $divided = emitted_of(script() =~ s/ t / t1 /r, script('database-name' => 'other') =~ s/ t / t2 /r);
my ($status, undef, $said) = execute('postgres', $divided);
is($status, 3, 'the wrong database is refused');
like($said, qr/this part is for the database odd, not for postgres/, 'and told');

done_testing();
