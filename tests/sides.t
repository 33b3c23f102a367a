#!/usr/bin/perl
# What --emit postgres and --emit pipeline print and say of every fixture, without and with its rules, against
# tests/emit/OUTPUT/FIXTURE.out (and .rules.out), where the exit status and the findings stand behind the output; each
# twice. And what no fixture has: transforms, patterns, odd names, what a pipeline cannot do.
#   prove tests/sides.t
#   SMTPATCH_UPDATE=1 prove tests/sides.t    writes what the program prints; then read the difference!
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Find ();
use FindBin ();
use Test::More;
use lib "$FindBin::Bin/lib";
use Command;

my $update = $ENV{SMTPATCH_UPDATE};
my @outputs = qw(postgres pipeline);
my @twelve = ('--slot', 'flink_${table|slot}', '--publication', 'school_pub');
my %is_stored;

# ---- Every fixture --------------------------------------------------------------------------------------------------

sub fixtures {
    my @found;
    File::Find::find(sub { push @found, $File::Find::name =~ s{^\Q$root\E/}{}r if /\.sql$/ }, "$root/fixtures");
    return sort grep { !m{^fixtures/broken/} } @found;
}

sub emitted {
    my ($status, $printed, $said) = run_with({in => $root}, '--no-config', '--emit', @_);
    return $printed . ($said eq '' && $status == 0 ? '' : "==== exit status $status\n$said");
}

sub check_stored {
    my ($file, @arguments) = @_;
    my $printed = emitted(@arguments);
    $is_stored{$file} = 1;
    spew("$root/$file", $printed) if $update && (!-e "$root/$file" || slurp("$root/$file") ne $printed);
    is($printed, -e "$root/$file" ? slurp("$root/$file") : '(there is no such file)', $file);
    is(emitted(@arguments), $printed, "$file: the same again");
    return $printed;
}

for my $fixture (fixtures()) {
    my ($rules) = grep { -e "$root/$_" } map { dirname($fixture) . "/$_" } qw(rules.ini recipe.ini);
    for my $output (@outputs) {
        check_stored("tests/emit/$output/$fixture.out", $output, $fixture);
        check_stored("tests/emit/$output/$fixture.rules.out", $output, '--rules', $rules, $fixture) if defined $rules;
    }
}
my $school = 'fixtures/postgres/flink-create.1.sql';
my %school = map { $_ => check_stored("tests/emit/$_/$school.twelve.out", $_, @twelve, $school) } @outputs;

# The options of a block of the pipeline's YAML: "source:\n  key: value", long values folded.
sub block {
    my ($yaml, $name) = @_;
    my ($block) = $yaml =~ /^\Q$name\E:\n((?:[ -].*\n)+)/m;
    return ($block // '') =~ s/\n {4}/ /gr;
}

sub value {
    my ($yaml, $name, $key) = @_;
    my ($value) = block($yaml, $name) =~ /^  \Q$key\E: (.*)$/m;
    return $value;
}

is(scalar(() = $school{pipeline} =~ /^---$/mg), 1, 'twelve tables: one document');
is(value($school{pipeline}, 'source', 'slot.name'), 'flink_school', 'twelve tables: one slot');
is(value($school{pipeline}, 'source', 'debezium.publication.name'), 'school_pub', 'twelve tables: one publication');
is(scalar(split /, /, value($school{pipeline}, 'source', 'tables')), 12, 'twelve tables: twelve tables');
is(scalar(() = $school{postgres} =~ /^ALTER TABLE .* REPLICA IDENTITY FULL;$/mg), 12, 'twelve tables: twelve identities');
unlike($school{postgres} =~ s/^--.*\n//mgr, qr/ALL TABLES/, 'never FOR ALL TABLES');

# ---- Made for one thing ---------------------------------------------------------------------------------------------

sub table {
    my ($name, $columns, %options) = @_;
    my $list = join ', ', map { "'$_' = '" . $options{$_} =~ s/'/''/gr . "'" } sort keys %options;
    return "CREATE TABLE $name ($columns) WITH ($list);\n";
}

my %postgres = (connector => 'postgres-cdc', hostname => 'pg', username => 'cdc', password => 'hush', 'database-name' => 'shop',
    'schema-name' => 'public', 'decoding.plugin.name' => 'pgoutput');
my %mysql = (connector => 'mysql-cdc', hostname => 'my', username => 'cdc', password => 'hush', 'database-name' => 'shop');
my %starrocks = (connector => 'starrocks', 'load-url' => 'sr:8030', 'jdbc-url' => 'jdbc:mysql://sr:9030', username => 'root',
    password => 'hush', 'database-name' => 'shop');
my $key = 'id INT, name STRING, price DECIMAL(10, 2), PRIMARY KEY (id) NOT ENFORCED';

sub source { my ($name, %more) = @_; return table($name, $more{columns} // $key, %mysql, 'table-name' => $name, %more{grep { $_ ne 'columns' } keys %more}) }
sub sink { my ($name, %more) = @_; return table($name, $more{columns} // $key, %starrocks, 'table-name' => $name, %more{grep { $_ ne 'columns' } keys %more}) }
sub reader { my ($name, %more) = @_; return table($name, $key, %postgres, 'table-name' => $name, 'slot.name' => "slot_of_$name", %more) }

sub emit_text {
    my ($output, $text, @arguments) = @_;
    return run_with({input => $text}, '--no-config', '--stdin-filename', 'job.sql', '--emit', $output, @arguments);
}

# The YAML of a script, which must be fine.
sub yaml_of {
    my ($name, $text, @arguments) = @_;
    my ($status, $printed, $said) = emit_text('pipeline', $text, @arguments);
    is("$status $said", '0 ', "$name: fine");
    return $printed;
}

# What a script is refused for.
sub refused {
    my ($text, $expected, @arguments) = @_;
    my ($status, $printed, $said) = emit_text('pipeline', $text, @arguments);
    is($status, 1, "refused: $expected");
    like($said, qr/: error: [^\n]*\Q$expected\E/, "says: $expected");
    return $printed;
}

my $tables = source('a') . source('b') . sink('s') . sink('t');

subtest 'names' => sub {
    my $same = yaml_of('same names', source('src', 'table-name' => 'a') . sink('dst', 'table-name' => 'a') . "INSERT INTO dst SELECT * FROM src;\n");
    is(block($same, 'route'), '', 'the same name on both sides needs no route');
    is(block($same, 'transform'), '', 'and no transform');
    my $other = yaml_of('other names', source('a') . sink('s') . "INSERT INTO s SELECT * FROM a;\n");
    is(block($other, 'route'), "- source-table: shop.a\n  sink-table: shop.s\n", 'another name needs one');
    my %patterns = ('^orders_[0-9]*$' => 'orders_[0-9]*', 'a.b' => 'a\.b', 'a\.b' => 'a[\.]b', '(x|y)' => '(x|y)', '^x$|^y$' => '(x|y)',
        'v[.]w' => 'v[\.]w', 't\d+' => 't\d+');
    for my $pattern (sort keys %patterns) {
        my $yaml = yaml_of($pattern, source('a', 'table-name' => $pattern) . sink('s') . "INSERT INTO s SELECT * FROM a;\n");
        is(value($yaml, 'source', 'tables'), "shop.$patterns{$pattern}", "$pattern in tables");
        like(block($yaml, 'route'), qr/^- source-table: \Qshop.$patterns{$pattern}\E$/m, "$pattern in route");
    }
    refused(source('a', 'table-name' => 'a{1,2}') . sink('s') . "INSERT INTO s SELECT * FROM a;\n", 'a comma');
    refused(source('a') . sink('s', 'table-name' => 'a.b') . "INSERT INTO s SELECT * FROM a;\n", "with '.'");
    refused(reader('a', 'database-name' => 'my shop') . sink('s') . "INSERT INTO s SELECT * FROM a;\n", "does not take 'my shop'");
};

subtest 'transforms' => sub {
    my %insert = (
        'INSERT INTO s SELECT id, name, price FROM a' => '',
        'INSERT INTO s SELECT id, UPPER(name), price * 2 FROM a' => 'projection: id, UPPER(name) AS name, price * 2 AS price',
        'INSERT INTO s (name, id) SELECT x.name, x.id FROM a AS x' => 'projection: name, id',
        'INSERT INTO s SELECT price, name, id FROM a' => 'projection: price AS id, name, id AS price',
        'INSERT INTO s SELECT UNIX_TIMESTAMP(), FROM_UNIXTIME(id), TIMESTAMPDIFF(DAY, NOW(), NOW()) FROM a' =>
            'projection: UNIX_TIMESTAMP() AS id, FROM_UNIXTIME(id) AS name, TIMESTAMPDIFF(DAY, NOW(), NOW()) AS price',
        "INSERT INTO s SELECT * FROM a WHERE price > 5 -- five\n AND name LIKE '%x%'" => "filter: price > 5 AND name LIKE '%x%'",
        'INSERT INTO s SELECT id, CASE WHEN price > 1 THEN name ELSE CAST(id AS STRING) END, price FROM a' =>
            'projection: id, CASE WHEN price > 1 THEN name ELSE CAST(id AS STRING) END AS name, price',
    );
    for my $query (sort keys %insert) {
        my $found = block(yaml_of($query, source('a') . sink('s') . "$query;\n"), 'transform');
        $found =~ s/^- source-table: shop\.a\n//;
        $found =~ s/^  primary-keys: id\n//m;
        is($found =~ s/^  |\n$//gr, $insert{$query}, $query);
    }
    my $computed = source('a', columns => "id INT, name STRING, price INT, twice AS price * 2, t STRING METADATA FROM 'table_name' VIRTUAL, "
            . "ts TIMESTAMP_LTZ(3) METADATA FROM 'op_ts' VIRTUAL, PRIMARY KEY (id) NOT ENFORCED");
    my $wide = sink('s', columns => 'id INT, name STRING, price INT, twice INT, t STRING, ts TIMESTAMP_LTZ(3), PRIMARY KEY (id) NOT ENFORCED');
    my $yaml = yaml_of('computed columns', $computed . $wide . "INSERT INTO s SELECT * FROM a;\n");
    like($yaml, qr/projection: id, name, price, price \* 2 AS twice, __table_name__ AS t, op_ts AS ts$/m, 'computed and metadata columns');
    is(value($yaml, 'source', 'metadata.list'), 'op_ts', 'metadata.list');
    like(yaml_of('another key', source('a') . sink('s', columns => 'id INT, name STRING, price INT, PRIMARY KEY (id, name) NOT ENFORCED')
            . "INSERT INTO s SELECT * FROM a;\n"), qr/primary-keys: id, name$/m, 'the key of the sink');
};

subtest 'what a pipeline cannot do' => sub {
    my %refused = (
        'INSERT INTO s SELECT a.id, b.name, b.price FROM a JOIN b ON a.id = b.id' => 'a join',
        'INSERT INTO s SELECT a.id, b.name, b.price FROM a, b' => 'a join',
        'INSERT INTO s SELECT id, name, SUM(price) FROM a GROUP BY id, name' => 'an aggregate',
        'INSERT INTO s SELECT DISTINCT * FROM a' => 'an aggregate',
        'INSERT INTO s SELECT * FROM a UNION ALL SELECT * FROM b' => 'a union',
        'INSERT INTO s SELECT * FROM (SELECT * FROM a)' => 'a subquery',
        'INSERT INTO s SELECT * FROM a WHERE id IN (SELECT id FROM b)' => 'a subquery',
        'INSERT INTO s WITH q AS (SELECT * FROM a) SELECT * FROM q' => 'a WITH clause',
        'INSERT INTO s SELECT * FROM a ORDER BY id LIMIT 3' => 'an order',
        'INSERT INTO s SELECT id, SOUNDEX(name), price FROM a' => 'the function SOUNDEX',
        "INSERT INTO s SELECT * FROM a /*+ OPTIONS('server-id' = '1') */" => 'a hint',
        "INSERT INTO s /*+ OPTIONS('sink.parallelism' = '1') */ SELECT * FROM a" => 'a hint',
        'INSERT OVERWRITE s SELECT * FROM a' => 'overwrites',
        "INSERT INTO s VALUES (1, 'x', 2)" => 'no plain SELECT',
        'INSERT INTO s SELECT id, name FROM a' => 'the query has 2 columns, the sink 3',
        'INSERT INTO nowhere SELECT * FROM a' => 'does not define the table that is written',
        'INSERT INTO s SELECT * FROM nowhere' => 'does not define the table that is read',
        'CREATE VIEW v AS SELECT * FROM a; INSERT INTO s SELECT * FROM v' => 'through a view',
        'SELECT * FROM a' => 'a query that writes nowhere',
        "ALTER TABLE a SET ('port' = '1')" => 'no place for this statement',
        'INSERT INTO s SELECT * FROM a; INSERT INTO t SELECT id, UPPER(name), price FROM a' => 'in one way only',
    );
    for my $query (sort keys %refused) {
        refused("$tables$query;\n", $refused{$query});
    }
    my %print = (connector => 'print');
    refused(source('a') . table('p', 'id INT', %print) . "INSERT INTO p SELECT id FROM a;\n", "it writes to 'print'");
    refused(table('k', 'id INT', connector => 'kafka') . sink('s') . "INSERT INTO s SELECT * FROM k;\n", "it reads from 'kafka'");
    refused(reader('a', 'changelog-mode' => 'upsert') . sink('s') . "INSERT INTO s SELECT * FROM a;\n", "nothing for 'changelog-mode'");
    refused(source('a') . sink('s', 'sink.semantic' => 'exactly-once') . "INSERT INTO s SELECT * FROM a;\n", "nothing for 'sink.semantic'");
    refused(source('a', columns => 'id INT') . sink('s', columns => 'id INT') . "INSERT INTO s SELECT * FROM a;\n", 'that have a primary key');
    refused(reader('a') . sink('s') . "INSERT INTO s SELECT * FROM a;\n", 'since Flink CDC 3.5', '--flink-cdc', '3.4');
    refused(table('a', $key, connector => 'mysql-cdc', hostname => 'my', 'table-name' => 'a') . sink('s') . "INSERT INTO s SELECT * FROM a;\n",
        "needs 'password'");
};

subtest 'several tables' => sub {
    my $inserts = "INSERT INTO s SELECT * FROM a;\nINSERT INTO t SELECT * FROM b;\n";
    my $two = sub { my ($first, $second) = @_; return source('a', %$first) . source('b', %$second) . sink('s') . sink('t') . $inserts };
    refused($two->({'scan.startup.mode' => 'latest-offset'}, {'scan.startup.mode' => 'initial'}), "one 'scan.startup.mode' for all tables");
    my $partial = refused($two->({}, {'scan.startup.mode' => 'latest-offset'}), 'and 1 of 2 do not set it: it is left out');
    is(value($partial, 'source', 'scan.startup.mode'), undef, 'the first table has the default');
    my ($status, $printed, $said) = emit_text('pipeline', $two->({'connect.timeout' => '10s'}, {'connect.timeout' => '20s'}));
    is($status, 0, 'tuning is no error');
    like($said, qr/warning: a pipeline has one 'connect\.timeout' for all tables: that of a is taken/, 'but is said');
    is(value($printed, 'source', 'connect.timeout'), '10s', 'the first is taken');
    is(value(yaml_of('chunk keys', $two->({'scan.incremental.snapshot.chunk.key-column' => 'id'}, {'scan.incremental.snapshot.chunk.key-column' => 'name'})),
        'source', 'scan.incremental.snapshot.chunk.key-column'), 'shop.a:id;shop.b:name', 'chunk keys are of tables');
    my ($secret_status, undef, $secret_said) = emit_text('pipeline', $two->({password => 'one-secret'}, {password => 'two-secret'}));
    is($secret_status, 1, 'another password');
    unlike($secret_said, qr/one-secret|two-secret/, 'is not shown');
    my $copies = yaml_of('one source, two sinks', source('a') . sink('s') . sink('t') . "INSERT INTO s SELECT * FROM a;\nINSERT INTO t SELECT * FROM a;\n");
    is(value($copies, 'source', 'tables'), 'shop.a', 'captured once');
    is(block($copies, 'route'), "- source-table: shop.a\n  sink-table: shop.s\n- source-table: shop.a\n  sink-table: shop.t\n", 'routed twice');
};

subtest 'slots and documents' => sub {
    my $inserts = "INSERT INTO s SELECT * FROM a;\nINSERT INTO t SELECT * FROM b;\n";
    my $two = sub { my ($first, $second) = @_; return reader('a', %$first) . reader('b', %$second) . sink('s') . sink('t') . $inserts };
    my $slot = sub { return value(yaml_of('slots', $_[0], '--quiet'), 'source', 'slot.name') };
    is($slot->($two->({'slot.name' => 'one'}, {'slot.name' => 'one'})), 'one', 'the slot that all share');
    is($slot->($two->({'slot.name' => 'etl_a'}, {'slot.name' => 'etl_b'})), 'etl_shop', 'what they begin with');
    is($slot->($two->({'slot.name' => 'x'}, {'slot.name' => 'y'})), 'job_shop', 'the name of the script');
    is($slot->($two->({'slot.name' => 'etl_shop'}, {'slot.name' => 'etl_x'})), 'etl_shop_b', 'none that is taken');
    is($slot->($two->({'debezium.slot.name' => 'one'}, {'slot.name' => 'one'})), 'one', "Debezium's name goes before");
    my $yaml = yaml_of('two databases', $two->({'slot.name' => 'one'}, {'slot.name' => 'one', 'database-name' => 'other'}));
    is(scalar(() = $yaml =~ /^---$/mg), 2, 'a document for each database');
    is(join(' ', $yaml =~ /slot\.name: (\S+)/g), 'one job_other', 'a slot serves one');
    like($yaml, qr/^# Document 2 of 2\. flink-cdc\.sh takes one document a file\.$/m, 'which is said');
};

subtest 'settings' => sub {
    my $yaml = yaml_of('settings', "SET 'parallelism.default' = '4';\nSET pipeline.name = night-job;\nSET 'table.local-time-zone' = 'Europe/Riga';\n"
            . source('a') . sink('s') . "INSERT INTO s SELECT * FROM a;\n");
    is(block($yaml, 'pipeline'), "  name: night-job\n  parallelism: 4\n  local-time-zone: Europe/Riga\n", 'pipeline');
    my ($status, $printed, $said) = emit_text('pipeline', "SET 'execution.checkpointing.interval' = '10s';\n" . source('a') . sink('s') . "INSERT INTO s SELECT * FROM a;\n");
    is($status, 0, 'another setting');
    like($said, qr/info: .*'execution\.checkpointing\.interval'/, 'is told');
    like($printed, qr/^# .*\bexecution\.checkpointing\.interval\b/m, 'and stands in a comment');
    my $prelude = yaml_of('prelude', "SET 'parallelism.default' = '2';\n" . source('a') . sink('s') . "INSERT INTO s SELECT * FROM a;\n",
        '--prelude', 'parallelism.default=7', '--prelude', 'execution.checkpointing.interval=10s');
    is(value($prelude, 'pipeline', 'parallelism'), 7, 'the prelude goes before');
    like($prelude, qr/^# .*\bexecution\.checkpointing\.interval\b/m, 'and is told');
};

subtest 'values' => sub {
    my %written = ('plain' => 'plain', '' => "''", '007' => "'007'", 'yes' => "'yes'", '1e3' => "'1e3'", 'a: b' => "'a: b'", "it's" => "it's",
        '#x' => "'#x'", '12:30' => "'12:30'", '10' => '10', 'true' => 'true', ' x' => "' x'", '${PASSWORD}' => '${PASSWORD}', '2001-01-01' => "'2001-01-01'");
    for my $value (sort keys %written) {
        my $yaml = yaml_of("'$value'", source('a', password => $value) . sink('s') . "INSERT INTO s SELECT * FROM a;\n");
        is(value($yaml, 'source', 'password'), $written{$value}, "the password '$value'");
    }
    my $bad = refused(source('a', hostname => "\xff") . sink('s') . "INSERT INTO s SELECT * FROM a;\n", 'not all UTF-8');
    is($bad, '', 'nothing of it is printed');
};

# ---- PostgreSQL's side ----------------------------------------------------------------------------------------------

sub sql_of {
    my ($text, @arguments) = @_;
    my ($status, $printed, $said) = emit_text('postgres', $text, @arguments);
    is("$status $said", '0 ', 'fine');
    return $printed;
}

sub without_comments { return $_[0] =~ s/^--.*\n//mgr }

subtest 'publications' => sub {
    my %pub = ('debezium.publication.name' => 'pub');
    my $two = reader('a', %pub) . reader('b', %pub);
    my ($list) = sql_of($two) =~ /CREATE PUBLICATION pub FOR TABLE\n(.*?);/s;
    is($list, "      public.a,\n      public.b", 'the tables of all sources');
    spew('has-a.sql', "CREATE PUBLICATION pub FOR TABLE a;\n");
    my $lacking = sql_of($two, '--publication-sql', 'has-a.sql');
    unlike($lacking, qr/CREATE PUBLICATION/, 'one that is there is not made');
    like($lacking, qr/FOREACH wanted IN ARRAY ARRAY\[\n    'public\.b'\n  \]/, 'it gets what it lacks');
    spew('has-all.sql', "CREATE PUBLICATION pub FOR TABLE a, b;\n");
    unlike(sql_of($two, '--publication-sql', 'has-all.sql'), qr/FOREACH/, 'or nothing');
    my %listed = ('(x|y)' => 'public.x public.y', '^x$|^y$' => 'public.x public.y', '^x$' => 'public.x', 'a\.b' => 'public."a.b"',
        'user' => 'public."user"', 'Items' => 'public."Items"', 'say "hi"' => 'public."say ""hi"""', 'таблица' => 'public."таблица"',
        'it\'s' => 'public."it\'s"', 'order_lines' => 'public.order_lines');
    for my $pattern (sort keys %listed) {
        my ($tables) = sql_of(reader('a', %pub, 'table-name' => $pattern)) =~ /FOR TABLE\n(.*?);/s;
        is($tables =~ s/\s*,\s*| {6}/ /gr =~ s/^ //r, $listed{$pattern}, "the tables of $pattern");
    }
    for my $pattern ('edu_[0-9]*', 'a.b', 'x,y', '(a|b)_log') {
        my $sql = sql_of(reader('a', %pub, 'table-name' => $pattern));
        unlike(without_comments($sql), qr/CREATE PUBLICATION/, "$pattern is not spelled out");
        like($sql, qr/^-- .*tablename ~ '\^\(\Q$pattern\E\)\$';$/m, "$pattern is to be listed");
    }
    like(sql_of(reader('a', %pub, 'debezium.heartbeat.action.query' => 'UPDATE beat SET at = now()')),
        qr/FOR TABLE\n      public\.a,\n      public\.beat;.*GRANT SELECT, INSERT, UPDATE ON TABLE\n  public\.beat\n/s, 'the table of the heartbeats');
    unlike(without_comments(sql_of(reader('a', 'decoding.plugin.name' => 'decoderbufs'))), qr/PUBLICATION/, 'decoderbufs needs none');
    like(sql_of(reader('a')), qr/CREATE PUBLICATION dbz_publication/, "Debezium's name");
    like(sql_of(reader('a', 'scan.include-partitioned-tables.enabled' => 'true')), qr/WITH \(publish_via_partition_root = true\)/, 'partitioned tables');
};

subtest 'identities, slots, others' => sub {
    my $mixed = sql_of(reader('a') . reader('b', 'changelog-mode' => 'upsert'));
    is(join(' ', $mixed =~ /ALTER TABLE (\S+) REPLICA IDENTITY FULL/g), 'public.a', 'upsert needs no other identity');
    my %incremental = ('scan.incremental.snapshot.enabled' => 'true');
    my $count = sub { return (sql_of(@_) =~ /'max_replication_slots', '(\d+)'/)[0] };
    my $set = "SET 'parallelism.default' = '4';\n";
    is($count->(reader('a') . reader('b')), 2, 'a slot for each source');
    is($count->($set . reader('a', %incremental) . reader('b', %incremental)), 10, 'and for each snapshot reader');
    is($count->("SET parallelism.default = 4;\n" . reader('a', %incremental)), 5, "the client's form of SET");
    is($count->("$set RESET 'parallelism.default';\n" . reader('a', %incremental)), 2, 'RESET');
    is((sql_of(reader('a', %incremental), '--prelude', 'parallelism.default=6') =~ /'max_replication_slots', '(\d+)'/)[0], 7, 'the prelude');
    is($count->($set . reader('a', %incremental, 'scan.startup.mode' => 'latest-offset')), 1, 'without a snapshot');
    is($count->($set . reader('a', %incremental, 'scan.incremental.snapshot.backfill.skip' => 'true')), 1, 'without catching up');
    is($count->($set . reader('a', %incremental, 'slot.name' => 'one') . reader('b', 'slot.name' => 'one')), 5, 'a shared slot counts once');
    like(sql_of(reader('a', 'slot.name' => "it's")), qr/slot_name IN \(\n  'it''s'\n\)/, 'a literal');
    like(sql_of(reader('a') . source('b') . sink('s') . "INSERT INTO s SELECT * FROM b;\n"), qr/^-- Not in here: b, which reads by 'mysql-cdc'\.$/m,
        'other sources are named');
    my $divided = sql_of(reader('a') . reader('b', 'database-name' => 'other'));
    is(scalar(() = $divided =~ /RAISE EXCEPTION 'this part is for the database/g), 2, 'no part is run in the wrong database');
    unlike(sql_of(reader('a', username => '${USER}')), qr/CREATE ROLE|GRANT SELECT ON TABLE/, 'a placeholder is no role');
    my ($status, $printed, $said) = emit_text('postgres', reader('a', 'table-name' => "\xff"));
    is($status, 1, 'a name that is no UTF-8');
    like($said, qr/UTF-8 without NUL/, 'is told');
};

for my $output (@outputs) {
    my ($status, $printed) = emit_text($output, '');
    is($status, $output eq 'pipeline' ? 1 : 0, "$output: nothing at all");
}

if (!$update) {
    my @stray;
    File::Find::find(sub { push @stray, $File::Find::name if -f && !$is_stored{$File::Find::name =~ s{^\Q$root\E/}{}r} },
        map { "$root/tests/emit/$_" } @outputs);
    is_deeply(\@stray, [], 'no stored output without a fixture');
}
done_testing();
