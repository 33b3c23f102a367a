#!/usr/bin/perl
# What the checks of mysql-cdc say will happen, made to happen by small jobs that read MariaDB.
#
#   mysql.pl SMTPATCH WORK JAVA-COMMAND...
use strict;
use warnings;
use FindBin ();
my ($work, @java);
BEGIN { ($ENV{SMTPATCH}, $work, @java) = @ARGV }
use lib $FindBin::Bin, "$FindBin::Bin/../lib";
use MariaServer;
use Part;
use SmallJob;
use Test::More;

@java or die "usage: mysql.pl SMTPATCH WORK JAVA-COMMAND...\n";
open_part('mysql', $work);
my $missing = MariaServer::is_missing();
leave($missing) if defined $missing;

# ---- The tables pair_a, with the row 1, and pair_b, with the row 2 -----------------------------------------------------

my ($port, $password) = (free_port(), 'let-me-read');
my $server = MariaServer->start(port => $port);

sub rows {
    my ($database, $sql) = @_;
    my ($status, $printed, $said) = $server->execute($database, $sql);
    $status == 0 or die "$sql\n$said";
    return split /\n/, $printed;
}

rows('mysql', "CREATE USER flink\@'%' IDENTIFIED BY '$password'; GRANT ALL ON *.* TO flink\@'%';
    CREATE DATABASE school; CREATE DATABASE warehouse");
rows('school', "CREATE TABLE pair_a (id INT PRIMARY KEY, word VARCHAR(20)); CREATE TABLE pair_b LIKE pair_a;
    INSERT INTO pair_a VALUES (1, 'a'); INSERT INTO pair_b VALUES (2, 'b'); CREATE TABLE warehouse.gathered LIKE pair_a");

my %access = (username => 'flink', password => $password);
my %source = (%access, connector => 'mysql-cdc', hostname => '127.0.0.1', port => $port, 'database-name' => 'school',
    'table-name' => 'pair_a', 'server-id' => '5400', 'server-time-zone' => 'UTC');
my %sink = (%access, connector => 'jdbc', url => "jdbc:mysql://127.0.0.1:$port/warehouse", 'table-name' => 'gathered',
    'sink.buffer-flush.interval' => '100ms');
start_flink(@java);
small_jobs(source => \%source, sink => \%sink, arrived => sub { rows('warehouse', 'SELECT id FROM gathered ORDER BY id') },
    clean_up => sub { rows('warehouse', 'TRUNCATE gathered') });

# ---- Which tables are read ------------------------------------------------------------------------------------------

my $no_table = qr/IllegalArgumentException: Can't find any matched tables/;
fails('^a$', 'table-name-anchor', $no_table, 'table-name' => '^pair_a$');
fails('^school$', 'table-name-anchor', $no_table, 'database-name' => '^school$');
reads('a$', undef, '1', 'table-name' => 'pair_a$');
reads('A', undef, '1', 'table-name' => 'PAIR_A');
reads('a|b', 'table-name-regex-alternation', '1', 'table-name' => 'pair_a|pair_b');
reads('a,b', 'table-name-regex-alternation', '1', 'table-name' => 'pair_a,pair_b');
reads('(a|b)', undef, '1 2', 'table-name' => '(pair_a|pair_b)');
reads('include list', 'debezium-include-lists', '2', 'debezium.table.include.list' => 'school.pair_b');
reads('snapshot.mode never', 'snapshot-mode-ignored', '1', 'debezium.snapshot.mode' => 'never');
fails('another zone', undef, qr/does not match the configured timezone Asia\/Shanghai\./, 'server-time-zone' => 'Asia/Shanghai');

# ---- Server ids -----------------------------------------------------------------------------------------------------

my %range = ('server-id' => '5400-5401');
fails('two ids for four readers', 'mysql-server-id-range', qr/: Subtask ID 3 is out of server id range 5400-5401/,
    %range, parallelism => 4);
reads('two ids for three readers', 'mysql-server-id-range', '1', %range, parallelism => 3);
reads('two ids for two readers', undef, '1', %range, parallelism => 2);
my %no_chunks = (%range, 'scan.incremental.snapshot.enabled' => 'false');
is_told('a range without chunks', 'server-id-format', script_of(%no_chunks));
like(($flink->submit('case.sql', script_of(%no_chunks)))[0], qr/NumberFormatException: For input string: "5400-5401"/,
    'a range without chunks: Flink refuses it');

sub both {
    my (%b) = @_;
    return settings() . create('a') . create('b', 'table-name' => 'pair_b', %b) . sink() . "EXECUTE STATEMENT SET BEGIN\n"
        . "INSERT INTO snk SELECT * FROM a;\nINSERT INTO snk SELECT * FROM b;\nEND;\n";
}

# What MySQL says, and what MariaDB does.
my $is_taken = qr/A slave with the same server_uuid\/server_id (?:as this slave has connected|is already connected)/;

is_told('one id', 'mysql-server-id-overlap', both());
run(both());
like(failure(), $is_taken, 'one id in one job: it fails');
until_true(30, sub { $flink->failures(@job) > 2 });
cmp_ok(scalar(my @failures = $flink->failures(@job)), '>', 2, 'one id in one job: it fails again and again');
end();

run(script_of());
until_true(30, sub { arrived() eq '1' });
sleep 3;
run(script_of('table-name' => 'pair_b'));
like(failure($job[0]), $is_taken, 'one id in two jobs: the first fails when the second comes');
like(failure($job[1]), $is_taken, 'one id in two jobs: then the second does');
end();

run(both('server-id' => '5401'));
until_true(30, sub { arrived() eq '1 2' });
sleep 5;
rows('school', "INSERT INTO pair_a VALUES (3, 'later'); INSERT INTO pair_b VALUES (4, 'later')");
until_true(30, sub { arrived() eq '1 2 3 4' });
is(arrived(), '1 2 3 4', 'two ids: all arrives');
is_deeply([$flink->failures(@job)], [], 'two ids: nothing fails');
end();
rows('school', 'DELETE FROM pair_a WHERE id > 1; DELETE FROM pair_b WHERE id > 2');

finish($server);
