#!/usr/bin/perl
# The same options: option lists, made by random changes of valid ones, go to the connectors' own factories and to
# smtpatch's checks. They must agree on which are refused.
#
#   options.pl SMTPATCH WORK RELEASE COUNT SEED CONNECTOR JAVA-COMMAND...
#
# COUNT lists of CONNECTOR as the release RELEASE of Flink CDC. tests/flink/differences.tsv lists where they may differ.
# Prints the differences by class, an example each, and a line that sums up; exits 1 if any.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use JSON::PP qw(decode_json);

my $home = abs_path(dirname(__FILE__));
my ($smtpatch, $work, $release, $count, $seed, $connector, @java) = @ARGV;
@java or die "usage: options.pl SMTPATCH WORK RELEASE COUNT SEED CONNECTOR JAVA-COMMAND...\n";
srand $seed; # perl's generator is the same on all systems
make_path($work);

sub rows {
    my ($path) = @_;
    open my $handle, '<', $path or die "$path: $!\n";
    return map { chomp; [split /\t/, $_, -1] } grep { !/^#/ && /\S/ } <$handle>;
}

sub pick { return $_[int rand @_] }

# ---- Option lists -----------------------------------------------------------------------------------------------

my %common = (hostname => 'db.example', username => 'flink', password => 'pw', 'database-name' => 'shop', 'table-name' => 'orders');
my %starrocks = (
    'jdbc-url' => 'jdbc:mysql://fe.example:9030', username => 'root', password => 'pw', 'database-name' => 'shop',
    'table-name' => 'orders',
);
my %base = (
    'postgres-cdc' => [{%common, 'schema-name' => 'public', 'slot.name' => 'orders', 'decoding.plugin.name' => 'pgoutput'}],
    'mysql-cdc'    => [\%common],
    'starrocks'    => [{%starrocks, 'load-url' => 'fe.example:8030'}, {%starrocks, 'scan-url' => 'fe.example:8030'}],
);

# The option names that there are, in any release of any connector: only names and types, what they do the factories say.
my (%type_of, %values_of, @foreign);
for my $file (qw(options starrocks implicit)) {
    for (rows("$home/../../grammar/catalogue/$file.tsv")) {
        my ($of, $key, $type, $values) = @{$_}[0, 1, 2, 7];
        push @foreign, $key;
        next if $of !~ /^(?:\Q$connector\E(?::.*)?|\*)$/ || $key eq 'connector';
        $type_of{$key} = (split /; /, $type)[-1];
        $values_of{$key} = [map { s/@.*//r } split /\|/, $values =~ s/^(?:exact|open): //r] if $values ne '-';
    }
}
push @foreign, qw(debezium.publication.name publication.name debezium.slot.name jdbc.properties.useSSL sink.properties.format
    scan.params.x debezium. sink.properties. connector.x slot.drop.on.stop Debezium.snapshot.mode unknown);
my @own = sort keys %type_of;

my %pool = (
    boolean  => ['true', 'false', 'TRUE', 'False', 'yes', 'on', '1', '', ' true', 'true ', 't'],
    int      => ['1', '2', '10', '100', '8096', '0', '-1', '+5', '2147483647', '2147483648', '-2147483648', '', 'abc', '1.5', '1e3',
        '0x10', ' 5', '5 ', '1_000', '10s', '007'],
    long     => ['1', '1000', '70000', '64000', '5000000', '300000', '3600000', '67108864', '10737418240', '0', '-1', '2147483648',
        '9223372036854775807', '9223372036854775808', '', 'abc', '1.5', '5L', ' 5', '10 s'],
    double   => ['0.05', '1.0', '0.5', '1000', '1000.0', '0', '-0.1', '1e-1', '1.1', '1,5', 'NaN', 'Infinity', '1d', '.5', '1.', '0x1p3',
        '', 'abc', ' 1 ', '+2'],
    duration => ['30 s', '10s', '10', '0', '1.5s', '10 sec', '-1s', '10 seconds', '1 day', '1 d', '10 m', '10 min', '10 minute', 'PT10S', 'PT-5S',
        '10 S', '10 ms', '200 ms', '251 ms', '10ms ', ' 5 h', '1 hours', '99999999999999999999 s', '9223372036854775807 s', '5 us',
        '5 ns', '5 nano', '10 fortnights', 's', '', '1 s 2 ms', "10\x{a0}s"],
    enum     => ['all', 'upsert', 'ALL', 'Upsert', 'none', '', ' all', 'on-event', 'on_event', 'ON-PERIODIC'],
    string   => ['a', 'shop', 'x y', '', 'A|B', 'id', 'name', 'a,b', '(', '[a', '*a', 'a{2,1}', 'orders_\d+'],
    list     => ['fe.example:8030', 'fe.example', 'a:1;b:2', 'a:1,b:2', 'http://fe.example:8030', '', 'a:', ':8030', 'a:b'],
);
my %special = (
    'server-id'        => ['5400', '5400-5404', '5404-5400', 'a', '5400-', '5400 - 5404', '-1', '0', '1-2-3', '', '5400-5400', '5400,5401',
        '99999999999'],
    'server-time-zone' => ['UTC', 'Europe/Berlin', 'GMT+8', '+08:00', 'Mars/Phobos', 'utc', 'EST', 'CET', '', 'Asia/Shanghai', 'GMT+08:00', '8'],
    'scan.startup.specific-offset.gtid-set' => ['24DA167-0C0C-11E8-8442-00059A3C7B00:1-19', '', 'x'],
    'scan.startup.specific-offset.file'     => ['mysql-bin.000003', '', 'x'],
    'slot.name'            => ['orders', 'Orders', '', 'a-b', 'x' x 70],
    'decoding.plugin.name' => ['pgoutput', 'decoderbufs', 'wal2json', 'PGOUTPUT', 'x', ''],
    'jdbc-url'             => ['jdbc:mysql://a:9030', 'jdbc:mysql://a:9030,b:9030', 'a:9030', '', 'jdbc:postgresql://a:1'],
    'sink.label-prefix'    => ['a', 'a-b_1', 'a b', '', 'é'],
    'sink.properties.format' => ['json', 'csv', 'avro', 'JSON', ''],
    'port'                 => ['5432', '3306', 'abc', '', '1.5', '12345678901'],
);

sub value_for {
    my ($key) = @_;
    return pick(@{$special{$key}}) if $special{$key} && rand() < 0.8;
    if ($values_of{$key} && rand() < 0.7) {
        my $value = pick(@{$values_of{$key}});
        my $how = int rand 12;
        return $how == 0 ? uc $value : $how == 1 ? ucfirst $value : $how == 2 ? "$value " : $how == 3 ? $value =~ tr/-/_/r : $value;
    }
    return pick(@{$pool{$type_of{$key} // 'string'} // $pool{string}});
}

sub misspell {
    my ($key) = @_;
    my $at = int rand length $key;
    return (
        sub { uc $key },
        sub { ucfirst $key },
        sub { "$key " },
        sub { " $key" },
        sub { $key =~ tr/-/_/r },
        sub { $key =~ s/[.]/-/r },
        sub { substr($key, 0, $at) . substr $key, $at + 1 },
        sub { substr($key, 0, $at) . substr($key, $at, 1) . substr $key, $at },
    )[int rand 8]->();
}

# A change is a name and what it does to an option list.
my @changes = (
    ['an own option'    => sub { my ($list) = @_; my $key = pick(@own); $list->{$key} = value_for($key) }],
    ['an own option'    => sub { my ($list) = @_; my $key = pick(@own); $list->{$key} = value_for($key) }],
    ['an own option'    => sub { my ($list) = @_; my $key = pick(@own); $list->{$key} = value_for($key) }],
    ['a value'          => sub { my ($list) = @_; my $key = pick(sort keys %$list); $list->{$key} = value_for($key) }],
    ['dropped'          => sub { my ($list) = @_; delete $list->{pick(sort keys %$list)} }],
    ['misspelt'         => sub { my ($list) = @_; my $key = pick(sort keys %$list); $list->{misspell($key)} = delete $list->{$key} }],
    ['misspelt, added'  => sub { my ($list) = @_; my $key = pick(@own); $list->{misspell($key)} = value_for($key) }],
    ['a foreign option' => sub { my ($list) = @_; my $key = pick(@foreign); $list->{$key} //= value_for($key) }],
    ['start-up'         => \&change_startup],
    ['incremental'      => sub { my ($list) = @_; $list->{'scan.incremental.snapshot.enabled'} = pick('true', 'false') }],
);

sub change_startup {
    my ($list) = @_;
    return $list->{'sink.semantic'} = pick(qw(exactly-once at-least-once)) if $connector eq 'starrocks';
    $list->{'scan.startup.mode'} = pick(
        qw(initial snapshot latest-offset earliest-offset specific-offset timestamp committed-offset never INITIAL), 'initial ', '');
    $list->{'scan.startup.timestamp-millis'} = pick(@{$pool{long}}) if rand() < 0.3 && $connector eq 'mysql-cdc';
    $list->{'scan.startup.specific-offset.file'} = 'mysql-bin.000003' if rand() < 0.2 && $connector eq 'mysql-cdc';
    $list->{'scan.startup.specific-offset.pos'} = pick('4', '-1', 'x') if rand() < 0.2 && $connector eq 'mysql-cdc';
    $list->{'scan.incremental.snapshot.enabled'} = pick('true', 'false') if rand() < 0.5;
}

my (@lists, %seen);
while (@lists < $count) {
    my $i = int rand @{$base{$connector}};
    my %list = %{$base{$connector}[$i]};
    $list{'scan.incremental.snapshot.enabled'} = 'true' if $connector eq 'postgres-cdc' && rand() < 0.5;
    my @did = map { my $change = pick(@changes); $change->[1]->(\%list); $change->[0] } 1 .. 1 + int rand 2.3;
    $list{connector} = $connector;
    my $role = $connector eq 'starrocks' && $i == 0 ? 'sink' : 'source';
    my $line = join "\t", $role, pick('key', 'key', 'key', 'nokey'), map { ($_, $list{$_}) } sort keys %list;
    push @lists, {line => $line, did => join ' + ', sort @did} if !$seen{$line}++;
}

# ---- What both say ----------------------------------------------------------------------------------------------

sub quoted { return "'" . $_[0] =~ s/'/''/gr . "'" }

# One table a line, so that a finding's line tells the list; the sources' own line reads them.
sub statement {
    my ($line, $number) = @_;
    my ($role, $has_key, %list) = split /\t/, $line, -1;
    my $key = $has_key eq 'key' ? ', PRIMARY KEY (id) NOT ENFORCED' : '';
    my $with = join ', ', map { quoted($_) . ' = ' . quoted($list{$_}) } sort keys %list;
    my $use = $role eq 'sink' ? "INSERT INTO t$number SELECT id, name FROM feed" : "INSERT INTO drain SELECT id, name FROM t$number";
    return "CREATE TABLE t$number (id BIGINT NOT NULL, name STRING$key) WITH ($with); $use;\n";
}

my $name = "$work/$connector-$release";
{
    open my $script, '>:utf8', "$name.sql" or die "$name.sql: $!\n";
    print {$script} statement($lists[$_]{line}, $_ + 1) for 0 .. $#lists;
    print {$script} "CREATE TABLE feed (id BIGINT, name STRING) WITH ('connector' = 'datagen');\n";
    print {$script} "CREATE TABLE drain (id BIGINT, name STRING) WITH ('connector' = 'blackhole');\n";
    close $script or die;
    open my $table, '>:utf8', "$name.tsv" or die "$name.tsv: $!\n";
    print {$table} "$_->{line}\n" for @lists;
    close $table or die;
}

# The checks that say that Flink refuses the table as such; what others find shows only when the job runs.
my %refusal = map { $_ => 1 } qw(unknown-option required-options option-value-type startup-mode-value startup-mode-vs-incremental
    option-key-case upsert-needs-primary-key chunk-key-and-primary-key server-id-format server-time-zone-format name-pattern
    load-url merge-commit-interval connector-release legacy-snapshot-option);

open my $lint, '-|', $smtpatch, '--no-config', '--lint', '--format', 'json', '--flink-cdc', $release, "$name.sql" or die "$smtpatch: $!\n";
my $findings = do { local $/; decode_json(<$lint>)->{findings} };
close $lint;
for (grep { $_->{severity} eq 'error' } @$findings) {
    die "$name.sql:$_->{line}: $_->{message}\n" if !defined $_->{id} || $_->{line} > @lists;
    push @{$lists[$_->{line} - 1]{findings}}, $_ if $refusal{$_->{id}};
}

open my $verdicts, '-|', @java, "$name.tsv" or die "$java[0]: $!\n";
my @verdicts = <$verdicts>;
close $verdicts or die "the Java program failed\n";
@verdicts == @lists or die "the Java program did not judge all lists\n";
chomp @verdicts;

# ---- Comparing --------------------------------------------------------------------------------------------------

my @known; # connector, release, who refuses it, pattern of the reason, why it is so, how often it served
push @known, [@$_, 0] for rows("$home/differences.tsv");

sub is_known {
    my ($side, $reason) = @_;
    for my $row (@known) {
        my ($of, $at, $who, $pattern) = @$row;
        next if $connector !~ /^(?:$of)$/ || $release !~ /^(?:$at)$/ || $who ne $side || $reason !~ /$pattern/;
        $row->[-1]++;
        return 1;
    }
    return 0;
}

my (%class, $accepted, $refused, $expected);
($accepted, $refused, $expected) = (0, 0, 0);
for my $i (0 .. $#lists) {
    my ($verdict, $cause) = split /\t/, $verdicts[$i], 2;
    my @findings = @{$lists[$i]{findings} // []};
    if (($verdict eq 'OK') == !@findings) {
        $verdict eq 'OK' ? $accepted++ : $refused++;
        next;
    }
    my $side = @findings ? 'smtpatch' : 'factory';
    my @reasons = @findings ? map { "$_->{id}: $_->{message}" } @findings : $cause;
    if ((grep { is_known($side, $_) } @reasons) == @reasons) {
        $expected++;
        next;
    }
    my $reason = join ' | ', @reasons;
    my $class = "only the $side refuses: " . ($reason =~ s/'[^']*'/'…'/gr =~ s/\d+/0/gr =~ s/^(.{0,100}).*/$1/r);
    push @{$class{$class}}, "$lists[$i]{line}\n        $reason";
}
for my $class (sort { @{$class{$b}} <=> @{$class{$a}} || $a cmp $b } keys %class) {
    printf "%5d  %s\n        %s\n", scalar @{$class{$class}}, $class, $class{$class}[0] =~ tr/\t/ /r;
}
printf "%5d  %s\n", @{$_}[5, 4] for grep { $_->[5] > 0 } @known;
my $differences = 0;
$differences += @$_ for values %class;
printf "options: %s %s: %d lists: both take %d, both refuse %d, known differences %d, differences %d\n",
    $connector, $release, scalar @lists, $accepted, $refused, $expected, $differences;
exit($differences ? 1 : 0);
