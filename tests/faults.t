#!/usr/bin/perl
# Calls that fail, and ends that come too early: a file is the old or the new one, whole; nothing is left beside it; what
# went wrong is said. The library tests/faults/fail.c, which make builds, stands between the program and the C library.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Command;
use POSIX ();
use Test::More;
use Time::HiRes qw(usleep);

my $library = ($ENV{BUILD} // "$root/build") . '/tests/fail.so';
my $program = $ENV{SMTPATCH} // "$root/build/smtpatch";

my $script = <<'SQL';
create table t (a int) with ('connector' = 'postgres-cdc', 'hostname' = 'h', 'table-name' = 't', 'database-name' = 'd');
create table m (a int) with ('connector' = 'mysql-cdc', 'server-id' = 'x');
create table s (a int, b row<x int, y array<string>>) with ('connector' = 'starrocks', 'password' = 'x');
insert into s select a from t;
insert into s select a from m;
SQL

# What PostgreSQL's parser looks at: one text that it takes and one that it does not.
my $queries = <<'SQL';
create table t (a int) with ('connector' = 'postgres-cdc', 'debezium.publication.name' = 'p',
  'debezium.heartbeat.action.query' = 'update b set c = 1');
create table u (a int) with ('connector' = 'postgres-cdc', 'debezium.publication.name' = 'p',
  'debezium.heartbeat.action.query' = 'insert into from');
SQL

# Read statement by statement, of which one needs more memory than those before it left.
my $wide = $script . "create table w (a int) with ('connector' = 'postgres-cdc'" . join('', map { ", 'k$_' = 'v'" } 1 .. 3000) . ");\n"
    . 'create table v (' . join(', ', map { "c$_ int" } 1 .. 3000) . ") with ('connector' = 'postgres-cdc');\n";

my $publications = <<'SQL';
CREATE PUBLICATION p FOR TABLE a.b;
SQL

my $rules = <<'INI';
[smtpatch]
statement-set = yes
[prelude]
execution.checkpointing.interval = 10s
[rule one]
connector = ^postgres-cdc$
table = ^(?<x>t)$
slot = flink_${table|slot}_${x}
publication = p
unset.host* =
[rule two]
connector = starrocks
rename-table.${name}_new =
INI

spew('rules.ini', $rules);

spew('publications.sql', $publications);

sub files { return join ' ', map { s{.*/}{}r } sort glob "$directory/place/* $directory/place/.??*" }

my $original = $script; # what the file holds before a run
my @rules = ('-r', '../rules.ini');

# The program over a fresh script. Gives its status, output, messages, and the number of calls of that name.
sub run_failing {
    my ($call, $at, $with, $arguments, %more) = @_;
    system 'rm', '-rf', "$directory/place";
    spew('place/in.sql', $original);
    my %environment = (LD_PRELOAD => $library, FAIL_CALL => $call, FAIL_AT => $at, FAIL_COUNT => "$directory/count");
    $environment{FAIL_WITH} = $with if defined $with;
    unlink "$directory/count";
    my @result = run_with({checks => 1, environment => \%environment, in => "$directory/place", %more},
        '--no-config', @rules, @$arguments, 'in.sql');
    return (@result, -e "$directory/count" ? slurp("$directory/count") : 0);
}

sub file_now { return slurp("$directory/place/in.sql") }

# ---- Memory --------------------------------------------------------------------------------------------------------

my $out_of_memory = qr/out of memory|Cannot allocate memory/;

# What is wrong with a run whose n-th allocation failed; undef when nothing is. Some failures do no harm: a pattern is run
# without the just-in-time compiler. Then the run is as any other.
sub wrong_with {
    my ($got, $good, $names, $new) = @_;
    my ($status, $output, $messages) = @$got;
    return "status $status" if $status ne '2' && $status ne $good->[0];
    return "files $names->[0], not $names->[1]" if $names->[0] ne $names->[1] && ($status ne '2' || $names->[0] ne 'in.sql');
    if ($status eq $good->[0]) {
        return 'its output differs' if $output ne $good->[1];
        return "its messages differ: $messages" if $messages ne $good->[2];
        return file_now() eq $new ? undef : 'the file differs';
    }
    return "it does not say why: $messages" if $messages !~ $out_of_memory && $output !~ $out_of_memory;
    return 'its output is not whole' if $output ne '' && $output ne $good->[1] && $output !~ $out_of_memory;
    return file_now() eq $original ? undef : 'the file was changed';
}

sub memory_fails {
    my (@arguments) = @_;
    my @good = run_failing('malloc', 0, undef, \@arguments);
    my ($count, $new, $names) = ($good[3], file_now(), files());
    my @wrong;
    for my $at (1 .. $count) {
        my @got = run_failing('malloc', $at, undef, \@arguments);
        my $wrong = wrong_with(\@got, \@good, [files(), $names], $new);
        push @wrong, "$at: $wrong" if defined $wrong;
    }
    ok($count > 20 && !@wrong, "memory ends at each of $count allocations: @arguments")
        or diag(join "\n", @wrong[0 .. ($#wrong < 9 ? $#wrong : 9)]);
}

# ---- Files ----------------------------------------------------------------------------------------------------------

# In place, each call in turn fails with each error.
sub calls_fail {
    my ($call, @errors) = @_;
    my @good = run_failing($call, 0, undef, ['-i.bak', '--no-lint']);
    my ($count, $new, @wrong) = ($good[3], file_now());
    for my $with (@errors) {
        for my $at (1 .. $count) {
            my ($status, $output, $messages) = run_failing($call, $at, $with, ['-i.bak', '--no-lint']);
            my $is_new = file_now() eq $new;
            my $names = files();
            push @wrong, "$with $at: status $status, $messages" if $status !~ /^[02]$/ || ($status eq '2' && $messages eq '' && $call ne 'write');
            push @wrong, "$with $at: the file is neither the old nor the new one" if !$is_new && file_now() ne $script;
            push @wrong, "$with $at: status $status does not fit the file" if $is_new != ($status eq '0');
            push @wrong, "$with $at: files $names" if $names !~ /^in\.sql(?: in\.sql\.bak)?$/;
        }
    }
    ok($count > 0 && !@wrong, "$call fails, each of $count calls: @errors") or diag(join "\n", @wrong);
}

# Errors that a run must get over: nothing comes of them.
sub calls_stumble {
    my ($call, $with) = @_;
    my @good = run_failing($call, 0, undef, ['-i']);
    my $new = file_now();
    for my $at (1 .. $good[3]) {
        my @got = run_failing($call, $at, $with, ['-i']);
        is_deeply([@got[0 .. 2], file_now()], [@good[0 .. 2], $new], "$call $at: $with does no harm");
    }
}

sub can_preload {
    my ($status, $output, $messages) = run_with({environment => {LD_PRELOAD => $library}}, '--version');
    return -e $library && $status eq '0' && $messages eq '';
}

SKIP: {
    skip 'the library that makes calls fail cannot be loaded', 1 if !can_preload();
    memory_fails('-i.bak');
    memory_fails('--layout', 'keep');
    memory_fails('--format', 'json', '--diff', '-v', '--fix');
    memory_fails('--lint', '--format', 'github');
    $original = $queries;
    memory_fails('--lint', '--publication-sql', '../publications.sql');
    memory_fails('-i');
    ($original, @rules) = ($wide);
    memory_fails('--no-lint', '--set', 'slot.name=s', @$_) for [], ['--layout', 'keep'];
    ($original, @rules) = ($script, '-r', '../rules.ini');
    my %errno = (ENOSPC => POSIX::ENOSPC(), EIO => POSIX::EIO(), EINTR => POSIX::EINTR(), EACCES => POSIX::EACCES(), EMFILE => POSIX::EMFILE());
    calls_fail('open', $errno{EACCES}, $errno{EMFILE});
    calls_fail('read', $errno{EIO});
    calls_fail('write', $errno{ENOSPC}, $errno{EIO});
    calls_fail($_, $errno{EIO}, $errno{ENOSPC}) for qw(fsync rename link fchmod fstat close);
    calls_stumble($_, $errno{EINTR}) for qw(read write);
    calls_stumble($_, 'short') for qw(read write);
    my ($status, $output, $messages) = run_failing('write', 'all', $errno{EIO}, ['--no-lint']);
    is($status, '2', 'no output can be written: exit status');
    my @short = run_failing('write', 'all', 'short', ['--no-lint']);
    my @good = run_failing('write', 0, undef, ['--no-lint']);
    is_deeply([@short[0 .. 2]], [@good[0 .. 2]], 'byte by byte the output is the same');
}

# ---- Output that goes nowhere ---------------------------------------------------------------------------------------

SKIP: {
    skip 'no /dev/full', 2 if !-w '/dev/full';
    my ($status, $output, $messages) = run_with({input => $script, output => '/dev/full'});
    is($status, '2', '/dev/full: exit status');
    like($messages, qr/cannot write to standard output: No space left/, '/dev/full: message');
}

my $large = $script x 2000;
my $status = system('sh', '-c', '"$0" --no-config --no-lint <"$1" 2>"$2" | head -c 1 >"$3"', $program, spew('large.sql', $large), "$directory/said", "$directory/head");
is_deeply([$status, length slurp("$directory/head")], [0, 1], 'a reader that goes away: it ends');
unlike(slurp("$directory/said"), qr/AddressSanitizer|bug/, 'a reader that goes away: nothing bad is said');

sub closed_input {
    open my $pipe, '-|', 'sh', '-c', 'exec "$0" --no-config <&- 2>&1', $program or die;
    local $/;
    my $said = <$pipe>;
    close $pipe;
    return ($? >> 8, $said);
}
my ($closed_status, $closed_said) = closed_input();
is($closed_status, 2, 'standard input is closed: exit status');
like($closed_said, qr/Bad file descriptor/, 'standard input is closed: message');

# ---- A full disk -----------------------------------------------------------------------------------------------------

# Runs the code over a folder on a file system of that size.
sub on_small_disk {
    my ($size, $code) = @_;
    my $folder = "$directory/disk";
    mkdir $folder;
    my $is_mounted = $> == 0 && system("mount -t tmpfs -o size=$size none '$folder' 2>/dev/null") == 0;
    $code->($folder) if $is_mounted;
    system "umount '$folder'" if $is_mounted;
    return $is_mounted;
}

my $full = $script x 100; # longer than half of the disk
my $could_fill = on_small_disk('48k', sub {
    my ($folder) = @_;
    spew("$folder/in.sql", $full);
    my ($status, undef, $messages) = run_with({in => $folder}, '--no-config', '-i.bak', '--set', 'k=v', 'in.sql');
    is($status, '2', 'a full disk: exit status');
    like($messages, qr/in\.sql: .*No space left on device/, 'a full disk: message');
    is(slurp("$folder/in.sql"), $full, 'a full disk: the file is the old one');
    opendir my $handle, $folder or die;
    is_deeply([grep { !/^\.\.?$/ } readdir $handle], ['in.sql'], 'a full disk: nothing is left beside it');
});
# Three files of 5 MB, and room for one more: by one job, each is replaced before the next one is written beside it.
on_small_disk('22m', sub {
    my ($folder) = @_;
    my $long = "-- a comment\n" x 400_000 . $script;
    spew("$folder/$_.sql", $long) for 1 .. 3;
    my ($status, undef, $messages) = run_with({in => $folder}, '--no-config', '-i', '-j1', '--set', 'k=v', map { "$_.sql" } 1 .. 3);
    is("$status$messages", '0', 'large files: there is room for one more');
    is(scalar(grep { slurp("$folder/$_.sql") =~ /'k' = 'v'/ } 1 .. 3), 3, 'large files: all are done');
    opendir my $handle, $folder or die;
    is_deeply([sort grep { !/^\.\.?$/ } readdir $handle], ['1.sql', '2.sql', '3.sql'], 'large files: nothing is left beside them');
});
SKIP: {
    skip 'only root can mount a small disk, and here it cannot', 1 if !$could_fill;
    pass('a small disk could be mounted');
}

# ---- A file that changes or goes away meanwhile ------------------------------------------------------------------------

# The second of three files is a pipe: before it gives anything, the code is done to the third.
sub meanwhile {
    my ($name, $code, $expected, $says) = @_;
    system 'rm', '-rf', "$directory/place";
    spew("place/flink-create.$_.sql", $script) for 1, 2;
    my $new = (run('--no-config', '--set', 'k=v', "$directory/place/flink-create.1.sql"))[1];
    POSIX::mkfifo("$directory/place/pipe.sql", 0600) or die;
    my $child = fork // die "fork: $!\n";
    if ($child == 0) {
        open my $pipe, '>', "$directory/place/pipe.sql" or die;
        $code->("$directory/place/flink-create.2.sql");
        print $pipe "SELECT 1;\n";
        close $pipe;
        POSIX::_exit(0);
    }
    my ($status, $output, $messages) = run_with({}, '--no-config', '-i', '-j', '1', '--set', 'k=v', map { "$directory/place/$_" }
        'flink-create.1.sql', 'pipe.sql', 'flink-create.2.sql');
    waitpid $child, 0;
    is($status, '2', "$name: exit status");
    like($messages, $says, "$name: message");
    is(slurp("$directory/place/flink-create.1.sql"), $new, "$name: the other file is done");
    my $file = "$directory/place/flink-create.2.sql";
    is(-e $file ? slurp($file) : undef, $expected, "$name: the file");
}
meanwhile('a file goes away', sub { unlink $_[0] or die }, undef, qr/flink-create\.2\.sql: error: No such file or directory/);
meanwhile('a file becomes a link to itself', sub { unlink $_[0] or die; symlink $_[0], $_[0] or die }, undef,
    qr/flink-create\.2\.sql: error: Too many levels of symbolic links/);

# ---- Killed at any moment ---------------------------------------------------------------------------------------------

use constant {KILLED_FILES => 200, KILLED_ROUNDS => $ENV{LIMITS} ? 100 : 15};

# Starts the program over the folder and kills it after so many microseconds. True when it was killed in time.
sub killed_after {
    my ($microseconds) = @_;
    my $child = fork // die "fork: $!\n";
    if ($child == 0) {
        open STDERR, '>', '/dev/null';
        $ENV{GCOV_PREFIX} = "$directory/killed"; # a half-written count of `make coverage` would spoil the others
        exec {$program} 'smtpatch', '--no-config', '--no-lint', '-i', '--set', 'new.key=value', "$directory/many" or die;
    }
    usleep($microseconds);
    kill 'KILL', $child;
    waitpid $child, 0;
    return ($? & 127) == 9;
}

sub write_many { spew(sprintf('many/flink-create.%03d.sql', $_), $script) for 1 .. KILLED_FILES }

srand 1;
my ($new, $killed, $torn, $started) = (undef, 0, 0, Time::HiRes::time());
write_many();
killed_after(0);
write_many();
$new = (run_with({}, '--no-config', '--set', 'new.key=value', "$directory/many/flink-create.001.sql"))[1];
my $whole = Time::HiRes::time();
run('--no-config', '-i', '--set', 'new.key=value', "$directory/many");
$whole = Time::HiRes::time() - $whole;
for (1 .. KILLED_ROUNDS) {
    write_many();
    $killed += killed_after(int rand(1e6 * $whole));
    for my $file (glob "$directory/many/flink-create.*.sql") {
        my $text = slurp($file);
        $torn++ if $text ne $script && $text ne $new;
    }
}
is($torn, 0, "killed $killed times of " . KILLED_ROUNDS . ': each file is the old or the new one');
ok($killed > 0, 'it was killed under way');
system 'sh', '-c', 'rm -f "$0"/.* "$0"/*.smtpatch.* 2>/dev/null', "$directory/many";
write_many();
my ($last_status) = run('--no-config', '-i', '--set', 'new.key=value', "$directory/many");
opendir my $handle, "$directory/many" or die;
is(scalar(grep { !/^\.\.?$/ } readdir $handle), KILLED_FILES, 'after a run that ends by itself no temporary file is there');
is($last_status, '0', 'and it ends well');

done_testing;
