#!/usr/bin/perl
# The command line as a user meets it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Command;
use File::Path qw(make_path);
use Test::More;

my $script = "create table t (a int) with ('connector' = 'postgres-cdc', 'hostname' = 'h');\n";
my $pretty = "CREATE TABLE t (\n  a INT\n) WITH (\n  'connector' = 'postgres-cdc',\n  'hostname' = 'h'\n);\n";
my $pretty_with = sub { $pretty =~ s/'h'\n/"'h',\n  '$_[0]' = '$_[1]'\n"/er };
my $broken = "create table t (a int,);\n";
($pretty) = (run_with({input => $script}))[1];

# Each test in a directory of its own, below the one that is cleaned up.
sub case_in {
    my ($name, $test) = @_;
    my $outer = $directory;
    $directory .= '/' . ($name =~ s/\W+/-/gr);
    make_path($directory);
    subtest $name => $test;
    $directory = $outer;
}

sub result_is {
    my ($result, $status, $output, $error, $name) = @_;
    is($result->[0], $status, "$name: exit status") or diag($result->[2]);
    ref $output ? like($result->[1], $output, "$name: output") : is($result->[1], $output, "$name: output") if defined $output;
    ref $error ? like($result->[2], $error, "$name: messages") : is($result->[2], $error, "$name: messages") if defined $error;
}

sub run_is {
    my ($arguments, @expected) = @_;
    result_is([run(@$arguments)], @expected, join(' ', @$arguments));
}

sub stdin_is {
    my ($input, $arguments, @expected) = @_;
    result_is([run_with({input => $input}, @$arguments)], @expected, join(' ', '<', @$arguments));
}

sub files_in {
    my ($folder) = @_;
    opendir my $handle, $folder or die "$folder: $!\n";
    return join ' ', sort grep { !/^\.\.?$/ } readdir $handle;
}

case_in 'standard input and output' => sub {
    stdin_is($script, [], 0, $pretty, '');
    stdin_is($script, ['-'], 0, $pretty, '');
    stdin_is($script, [qw(--layout keep)], 0, $script, '');
    stdin_is('', [], 0, '', '');
    stdin_is($broken, [], 2, '', qr/^<stdin>:1:23: error: /);
    stdin_is($broken, [qw(--stdin-filename my.sql)], 2, '', qr/^my\.sql:1:23: error: /);
};

case_in 'several files' => sub {
    spew('a.sql', "select 1;\n");
    spew('b.sql', "select 2;\n");
    run_is(['b.sql', 'a.sql'], 0, "SELECT 2;\n" =~ s/SELECT/select/r . "select 1;\n", '');
    result_is([run_with({input => "select 3;\n"}, 'a.sql', '-', 'b.sql')], 0, "select 1;\nselect 3;\nselect 2;\n", '', 'a - b');
    run_is(['--', 'a.sql'], 0, "select 1;\n", '');
};

case_in 'directories' => sub {
    spew("d/$_", "select '$_';\n") for qw(flink-create.2.sql flink-create.1.sql other.sql starrocks-create.1.sql
        sub/flink-create.1.sql sub/deep/x.sql skip/flink-create.1.sql);
    symlink "$directory/d/other.sql", "$directory/d/flink-create.link.sql" or die;
    my $names = sub { my ($status, $output) = run('--layout', 'keep', @_); return "$status " . join ' ', $output =~ /'(.*?)'/g };
    is($names->('d'), '0 flink-create.1.sql flink-create.2.sql skip/flink-create.1.sql sub/flink-create.1.sql', 'default: in order');
    is($names->('d/'), '0 flink-create.1.sql flink-create.2.sql skip/flink-create.1.sql sub/flink-create.1.sql', 'with a slash');
    is($names->('--exclude', 'skip', 'd'), '0 flink-create.1.sql flink-create.2.sql sub/flink-create.1.sql', 'a folder left out');
    is($names->('--exclude', 'flink-create.2.sql', '--exclude', 'sub/*', 'd'), '0 flink-create.1.sql skip/flink-create.1.sql', 'files left out');
    is($names->('--include', 'x.sql', '--include', 'o*.sql', 'd'), '0 other.sql sub/deep/x.sql', 'others taken');
    is($names->('--include', 'sub/*.sql', 'd'), '0 sub/deep/x.sql sub/flink-create.1.sql', 'by their path');
    is($names->('--exclude', '*', 'd/other.sql'), '0 other.sql', 'a file that is named is taken');
    symlink 'd', "$directory/link" or die;
    is($names->('--exclude', 'skip', 'link'), '0 flink-create.1.sql flink-create.2.sql sub/flink-create.1.sql', 'a link to a directory');
    make_path("$directory/empty");
    run_is(['empty'], 2, '', "empty: error: there is no flink-create.*.sql below this directory; --include GLOB takes other names\n");
    run_is(['--include', 'z*', 'd'], 2, '', qr/^d: error: there is no file that --include names/);
};

case_in 'files that are named and excluded' => sub {
    spew($_, "select '$_';\n") for qw(a.sql vendor/a.sql vendor/deep/b.sql);
    my @files = qw(a.sql vendor/a.sql ./vendor/deep/b.sql);
    my $names = sub { my ($status, $output) = run('--force-exclude', @_); return "$status " . join ' ', $output =~ /'(.*?)'/g };
    is($names->(@files), '0 a.sql vendor/a.sql vendor/deep/b.sql', 'nothing is excluded');
    is($names->('--exclude', 'vendor', @files), '0 a.sql', 'a folder');
    is($names->('--exclude', 'vendor/*.sql', @files), '0 a.sql', 'by their path');
    is($names->('--exclude', 'a.sql', @files), '0 vendor/deep/b.sql', 'by name');
    is($names->('--exclude', '*', @files), '0 ', 'all of them: standard input is not read instead');
    is($names->('--exclude', 'v', @files), '0 a.sql vendor/a.sql vendor/deep/b.sql', 'the whole name counts');
};

SKIP: {
    skip 'there is no script(1) to make a terminal', 2 if system('command -v script >/dev/null 2>&1') != 0;
    case_in 'alone on a terminal' => sub {
        my $program = $ENV{SMTPATCH} // "$root/build/smtpatch";
        my $said = qx{timeout 10 script -qec "'$program'" /dev/null </dev/null 2>&1} =~ s/\e\[[\d;]*m|\r//gr;
        like($said, qr/^smtpatch: error: there is no FILE, and standard input is a terminal\n +name files/, 'it says what to do');
    };

    # Standard input keeps the program waiting for more than a second.
    case_in 'long work on a terminal' => sub {
        my $program = $ENV{SMTPATCH} // "$root/build/smtpatch";
        spew($_, "use a;\n") for qw(a.sql b.sql);
        my $said = sub {
            my ($environment, $command) = @_;
            return qx{cd '$directory' && $environment timeout 20 script -qec "(sleep 1.5; echo use c\\;) | '$program' --no-lint -j1 $command" /dev/null </dev/null 2>&1};
        };
        my $erase = "\r\e[K";
        my ($line, $none) = (qr/smtpatch: 1 of 3 files, \d s/, "USE a;\r\nUSE c;\r\nUSE a;\r\n");
        like($said->('TERM=xterm', 'a.sql - b.sql'), qr/^USE a;\r\n(?:\r\e\[K$line)+\Q$erase\EUSE c;\r\nUSE a;\r\n\z/, 'a line, and then none');
        is($said->('TERM=xterm', '-q a.sql - b.sql'), $none, 'not with -q');
        is($said->('TERM=dumb', 'a.sql - b.sql'), $none, 'not where nothing can be taken away');
        is($said->('TERM=xterm', "a.sql - b.sql 2>'$directory/messages'"), $none, 'not when standard error is a file');
        is(slurp("$directory/messages"), '', 'nor in it');
    };
}

case_in 'in place' => sub {
    my @slot = ('--slot', 's');
    my $patched = $pretty_with->('slot.name', 's');
    my $file = spew('a.sql', $script);
    chmod 0640, $file;
    chown 1234, 2345, $file if $> == 0;
    run_is(['-i', @slot, 'a.sql'], 0, '', '');
    is(slurp($file), $patched, 'rewritten');
    my @status = stat $file;
    is($status[2] & 07777, 0640, 'mode kept');
    is("$status[4] $status[5]", $> == 0 ? '1234 2345' : "$> " . ($status[5]), 'owner kept');
    is(files_in($directory), 'a.sql', 'nothing else is left');

    utime 1000, 1000, $file;
    my $inode = (stat $file)[1];
    run_is(['-i', @slot, 'a.sql'], 0, '', '');
    is((stat $file)[9], 1000, 'not written when nothing changes');
    is((stat $file)[1], $inode, 'still the same file');

    spew('a.sql', $script);
    run_is(['-i.orig', @slot, 'a.sql'], 0, '', '');
    is(slurp("$directory/a.sql.orig"), $script, 'a backup, short form');
    spew('a.sql', "-- new\n$script");
    run_is(['--in-place=.orig', @slot, 'a.sql'], 0, '', '');
    is(slurp("$directory/a.sql.orig"), "-- new\n$script", 'a backup, long form, replaces the old one');
    run_is(['--in-place=.bak', @slot, 'a.sql'], 0, '', '');
    ok(!-e "$directory/a.sql.bak", 'no backup when nothing changes');

    spew('real/b.sql', $script);
    symlink 'real/b.sql', "$directory/link.sql" or die;
    run_is(['-i', @slot, 'link.sql'], 0, '', '');
    ok(-l "$directory/link.sql", 'a link stays a link');
    is(slurp("$directory/real/b.sql"), $patched, 'its file is rewritten');
    is(files_in("$directory/real"), 'b.sql', 'nothing is left beside it');

    spew('c.sql', $broken);
    spew('d.sql', $script);
    run_is(['-i', @slot, 'c.sql', 'd.sql'], 2, '', qr/^c\.sql:1:23: error: /);
    is(slurp("$directory/c.sql"), $broken, 'a file with errors stays as it is');
    is(slurp("$directory/d.sql"), $patched, 'the next one is handled');

    run_is(['-i'], 2, '', qr/^smtpatch: error: --in-place needs the names of files\n/);
    run_is(['-i', '-'], 2, '', qr/^smtpatch: error: --in-place cannot rewrite standard input\n/);
    run_is(['-i', '--check', 'a.sql'], 2, '', qr/^smtpatch: error: --in-place writes files/);
    run_is(['--in-place=', 'a.sql'], 2, '', qr/^smtpatch: error: --in-place takes a suffix/);
    run_is(['--in-place=x/y', 'a.sql'], 2, '', qr/^smtpatch: error: --in-place takes a suffix/);
};

case_in 'in place where nothing may be written' => sub {
    my $file = spew('d/a.sql', $script);
    plan skip_all => 'nobody cannot run the program' unless can_be_nobody();
    my $nobody = sub { [run_with({nobody => 1}, '-i', '--slot', 's', @_)] };
    chmod 0555, "$directory/d";
    result_is($nobody->('d/a.sql'), 2, '', "d/a.sql: error: its directory may not be written to\n", 'the directory');
    is(slurp($file), $script, 'as it was');
    chmod 0777, "$directory/d";
    SKIP: {
        skip 'only root can make a file of another', 3 if $> != 0;
        result_is($nobody->('d/a.sql'), 2, '', "d/a.sql: error: its owner or group could not be kept\n", 'the owner');
        is(slurp($file), $script, 'as it was');
        is(files_in("$directory/d"), 'a.sql', 'nothing is left beside it');
    }
    chmod 0755, "$directory/d";
};

case_in 'check' => sub {
    my %was = map { $_ => slurp(spew($_, $script)) } qw(a.sql b.sql);
    spew('c.sql', $pretty);
    run_is(['--check', 'b.sql', 'c.sql', 'a.sql'], 1, "b.sql\na.sql\n", '');
    run_is(['--check', 'c.sql'], 0, '', '');
    run_is(['--check', '--layout', 'keep', 'a.sql'], 0, '', '');
    run_is(['--check', '--layout', 'keep', '--slot', 's', 'a.sql'], 1, "a.sql\n", '');
    run_is(['--check', '--diff', 'a.sql', 'c.sql'], 1, qr/\A--- a\.sql\n\+\+\+ a\.sql\n\@\@ [^\n]+ \@\@\n(?!.*^--- )/ms, '');
    spew('bad.sql', $broken);
    run_is(['--check', 'bad.sql', 'a.sql'], 2, "a.sql\n", qr/^bad\.sql:1:23: error/);
    is(slurp("$directory/$_"), $was{$_}, "$_ was not written") for sort keys %was;
};

case_in 'diff' => sub {
    plan skip_all => 'there is no patch(1)' unless `patch --version 2>/dev/null`;
    for my $name (qw(postgres mysql sqlserver)) {
        for my $layout (qw(keep pretty)) {
            my $file = "$name.$layout.sql";
            spew($file, slurp("$root/fixtures/$name/flink-create.1.sql"));
            my @arguments = ('--layout', $layout, '--heartbeat', '7s', '-u', 'password', $file);
            my (undef, $whole) = run(@arguments);
            my ($status, $diff) = run('--diff', @arguments);
            is($status, 0, "$file: exit status without --check");
            spew('patch', $diff);
            is(system("cd '$directory' && patch --silent --fuzz=0 -p0 < patch"), 0, "$file: patch takes it");
            is(slurp("$directory/$file"), $whole, "$file: and makes the result of it");
            is((run('--diff', @arguments))[1], '', "$file: then there is no difference");
        }
    }
};

case_in 'many at once' => sub {
    spew("flink-create.$_.sql", $_ % 7 == 3 ? $broken : "-- $_\n" x ($_ % 5 * 50) . $script) for 10 .. 69;
    my @one = run('--slot', '${table|slot}', '-v', '-j1', '.');
    is($one[0], 2, 'some are broken');
    for my $jobs (2, 3, 16) {
        is_deeply([run('--slot', '${table|slot}', '-v', '-j', $jobs, '.')], \@one, "the same with $jobs at once");
    }
    is_deeply([run('--slot', '${table|slot}', '-v', '.')], \@one, 'the same with as many as there are processors');
    run('-i', '-j4', '--slot', 's', '.');
    is((run('--check', '--slot', 's', '-j4', '.'))[1], '', 'in place, too');
    for my $jobs (1, 4) {
        run_with({open_files => 24}, '-i', '-j', $jobs, '--slot', "few_$jobs", '.');
        is((run('--check', '--slot', "few_$jobs", '.'))[1], '', "in place, where few files may be open, $jobs at once");
    }
    for my $jobs (qw(0 -1 x 257), '') {
        run_is(["--jobs=$jobs", '.'], 2, '', qr/^smtpatch: error: --jobs takes a number from 1 to 256, not '\Q$jobs\E'\n/);
    }
};

case_in 'files that cannot be read' => sub {
    spew('a.sql', "select 1;\n");
    run_is(['missing.sql', 'a.sql'], 2, "select 1;\n", "missing.sql: error: No such file or directory\n");
    my $utf16 = qr/^w\.sql: error: it is UTF-16, and Flink's client reads UTF-8: 'iconv -f UTF-16 -t UTF-8' makes it that\n\z/;
    for my $text ("\xFF\xFEs\0\n\0", "\xFE\xFF\0s\0\n", "s\0\n\0", "\0s\0\n") {
        spew('w.sql', $text);
        run_is(['-i', 'w.sql'], 2, '', $utf16);
        is(slurp("$directory/w.sql"), $text, 'UTF-16 stays as it is');
    }
    run_is(["red\e[31m.sql"], 2, '', "red?[31m.sql: error: No such file or directory\n");
    spew('b.sql', "CREATE TABLE `a\xC2\x9B31m\xC2\xA0` (x INT) WITH ('connector' = 'postgres-cdc');\n");
    unlike((run('--lint', 'b.sql'))[1], qr/[\x00-\x09\x0B-\x1F\x7F\x9B]/, 'nothing that a terminal obeys');
    like((run('--lint', 'b.sql'))[1], qr/ALTER TABLE public\."a\?31m\xC2\xA0" /, 'nor in a hint');
    run_is(['a.sql', 'missing/'], 2, "select 1;\n", "missing/: error: No such file or directory\n");
    run_is(['a.sql/x', 'a.sql'], 2, "select 1;\n", "a.sql/x: error: Not a directory\n");
    run_is(['', 'a.sql'], 2, "select 1;\n", "error: No such file or directory\n");
    symlink 'loop.sql', "$directory/loop.sql" or die;
    run_is(['loop.sql', 'a.sql'], 2, "select 1;\n", "loop.sql: error: Too many levels of symbolic links\n");
    run_is(['-r', 'missing.ini', 'a.sql'], 2, '', "missing.ini: error: No such file or directory\n");
    run_is(['-r', '.', 'a.sql'], 2, '', ".: error: Is a directory\n");
    SKIP: {
        skip 'nobody cannot run the program', 6 unless can_be_nobody();
        chmod 0, spew('secret.sql', "select 2;\n");
        result_is([run_with({nobody => 1}, 'secret.sql', 'a.sql')], 2, "select 1;\n", "secret.sql: error: Permission denied\n", 'a file');
        spew('e/flink-create.1.sql', "select 2;\n");
        chmod 0, "$directory/e";
        result_is([run_with({nobody => 1}, 'e', 'a.sql')], 2, "select 1;\n", "e: error: Permission denied\n", 'a directory');
        chmod 0755, "$directory/e";
    }
    make_path("$directory/d/flink-create.1.sql");
    run_is(['d', 'a.sql'], 2, "select 1;\n", qr/^d: error: there is no flink-create/);
};

case_in 'a named pipe is read' => sub {
    plan skip_all => 'there is no mkfifo' unless system("mkfifo '$directory/pipe'") == 0;
    my $writer = fork // die;
    if ($writer == 0) {
        open my $out, '>', "$directory/pipe" or die;
        print $out $script;
        close $out;
        require POSIX;
        POSIX::_exit(0);
    }
    run_is(['pipe'], 0, $pretty, '');
    waitpid $writer, 0;
};

case_in 'usage' => sub {
    my $hint = "        'smtpatch --help' lists the options\n";
    my %said = (
        '--slott=x' => "there is no option --slott; did you mean --slot?",
        '--in-plac3' => "there is no option --in-plac3; did you mean --in-place?",
        '--layuot=keep' => "there is no option --layuot; did you mean --layout?",
        '--zzzzzzzzzzz' => 'there is no option --zzzzzzzzzzz',
        '-z' => 'there is no option -z',
        '-qz' => 'there is no option -z',
        '--slot' => '--slot needs its NAME',
        '-r' => '--rules needs its FILE',
        '--check=yes' => '--check takes no argument',
        '--layout=wide' => "--layout takes pretty or keep, not 'wide'",
        '--color=red' => "--color takes auto, always or never, not 'red'",
        '--emit=csv' => qr/--emit takes .*, not 'csv'/,
        '--set=novalue' => "--set takes KEY=VALUE, not 'novalue'",
        '--rename=a' => "--rename takes OLD=NEW, not 'a'",
        '--debezium=a' => "--debezium takes KEY=VALUE, not 'a'",
    );
    for my $option (sort keys %said) {
        my $text = ref $said{$option} ? $said{$option} : qr/\Q$said{$option}\E/;
        result_is([run_with({input => $script}, $option)], 2, '', qr/\Asmtpatch: error: $text\n\Q$hint\E\z/, $option);
    }
    stdin_is($script, ['--set=a=${nope}'], 2, '', qr/^--set: error: '\$\{nope\}' is no name that templates know .* double the dollar: \$\$\{nope\}\n/);
    stdin_is($script, ['--table=(', '--set=a=b'], 2, '', qr/^--table: error: '\(' is no regular expression: missing closing parenthesis/);
    stdin_is($script, ['--slot', '', '--layout=keep'], 0, $script =~ s/'h'/'h', 'slot.name' = ''/r, '');
    my ($status, undef, $error) = run('--slott', '--zzz', '--layout=wide');
    is(scalar(() = $error =~ /error:/g), 3, 'every mistake is told');
    stdin_is($script, ['--lay=keep'], 0, $script, '');
};

case_in 'help and version' => sub {
    my ($status, $help, $error) = run('--help');
    is("$status $error", '0 ', 'help is no trouble');
    open my $source, '<', "$root/src/cli/options.c" or die;
    my ($table) = join('', <$source>) =~ /^static const OptionSpec options\[\] = \{\n(.*?)^\};/ms;
    my $count = 0;
    while ($table =~ /^ *\{"([a-z-]+)", (?:0|'(.)'), (?:NULL|"(.*?)")/mg) {
        my ($name, $letter, $argument) = ($1, $2, $3 // '');
        my $shown = $argument =~ s/^\[/[=/ ? $argument : $argument && "=$argument";
        my $lead = $letter ? "-$letter, --" : '    --';
        like($help, qr/^  \Q$lead$name$shown\E(?: {2,}\S|\n {20,}\S)/m, "--$name is there");
        $count++;
    }
    cmp_ok($count, '>', 25, 'the table was found');
    is_deeply([grep { length > 120 } split /\n/, $help], [], 'no line is too long');
    is((run('-h'))[1], $help, '-h');
    my @version = run('--version');
    like($version[1], qr/\Asmtpatch \d+\.\d+\.\d+\n\z/, '--version');
    is("$version[0] $version[2]", '0 ', 'is no trouble');
    is((run('-V'))[1], $version[1], '-V');
};

case_in 'color' => sub {
    my $run = sub { my ($environment, @arguments) = @_; return (run_with({input => $broken, environment => $environment}, @arguments))[2] };
    unlike($run->({}), qr/\e/, 'none where no terminal is');
    like($run->({}, '--color=always'), qr/\e\[/, 'always');
    like($run->({NO_COLOR => 1}, '--color=always'), qr/\e\[/, 'the option is stronger than NO_COLOR');
    unlike($run->({}, '--color=never'), qr/\e/, 'never');
    (my $plain = $run->({}, '--color=always')) =~ s/\e\[[\d;]*m//g;
    is($plain, $run->({}), 'the text is the same');
    unlike((run_with({input => $script}, '--color=always', '--diff'))[1], qr/\e/, 'never in the result');

    SKIP: {
        skip 'there is no terminal to be had', 2 if system('script -qec true /dev/null </dev/null >/dev/null 2>&1') != 0;
        spew('broken.sql', $broken);
        my $terminal = sub { my ($setting) = @_; return `cd '$directory' && $setting script -qec '$ENV{SMTPATCH} --no-config broken.sql' /dev/null </dev/null` };
        like($terminal->('env -u NO_COLOR'), qr/\e\[/, 'on a terminal');
        unlike($terminal->('NO_COLOR=1'), qr/\e\[\d/, 'NO_COLOR on a terminal');
    }
};

case_in 'verbose and quiet' => sub {
    my $text = "create table `t` (a int) with (\n'connector'='postgres-cdc',\n'password'='geheim',\n'slot.name'='old', 'x'='y'\n);\n";
    spew('a.sql', $text);
    run_is(['-v', '--layout=keep', '--slot=new', '-s', 'password=neu', '-u', 'x', '-s', 'debezium.database.history.consumer.sasl.jaas.config=geheim', '--rename=hostname=h', 'a.sql'],
        0, qr/'password'='neu'/,
        "a.sql:3: t: 'password' = '******' -> '******' (--set)\n"
        . "a.sql:4: t: 'slot.name' = 'old' -> 'new' (--slot)\n"
        . "a.sql:4: t: removed 'x', which was 'y' (--unset)\n"
        . "a.sql:1: t: added 'debezium.database.history.consumer.sasl.jaas.config' = '******' (--set)\n");
    run_is(['--verbose', 'a.sql'], 0, undef, '');
    my $wrong = ['-s', 'publication.name=p', 'a.sql'];
    run_is($wrong, 0, qr/'debezium\.publication\.name' = 'p'/, "--set: info: 'publication.name' is not an option of postgres-cdc; wrote 'debezium.publication.name'\n");
    run_is(['-q', @$wrong], 0, qr/'debezium\.publication\.name' = 'p'/, '');
    spew('bad.sql', $broken);
    run_is(['--quiet', 'bad.sql'], 2, '', qr/error/);
    spew('secret.sql', "create table t (a int) with ('password'='geheim' 'x'='y');\n");
    my ($status, undef, $error) = run('secret.sql');
    unlike($error, qr/geheim/, 'the excerpt of an error shows no secret');
    like($error, qr/\*{6}/, 'but its mask');
};

case_in 'standard output that cannot be written' => sub {
    result_is([run_with({input => $script, closed => 1})], 2, undef, "smtpatch: error: cannot write to standard output: Bad file descriptor\n", 'closed');
    SKIP: {
        skip 'there is no /dev/full', 6 unless -c '/dev/full';
        for my $arguments ([], ['--help'], ['--version']) {
            result_is([run_with({input => $script, output => '/dev/full'}, @$arguments)], 2, undef,
                "smtpatch: error: cannot write to standard output: No space left on device\n", "full: @$arguments");
        }
    }
    spew("flink-create.$_.sql", $script x 2000) for 1 .. 3;
    my $program = $ENV{SMTPATCH};
    for my $jobs (1, 2) {
        my $said = `cd '$directory' && { timeout 60 '$program' -j$jobs . 2>&1 >&3; echo "status \$?"; } 3>&1 >status | head -c 10; cat '$directory/status'`;
        like($said, qr/status (2|141)$/, "a reader that goes away, -j$jobs: no message");
    }
};

case_in 'unusual names' => sub {
    my @names = ('-dash.sql', "new\nline.sql", "not\xFFutf8.sql", ' blank .sql', "quote'\"\$(x).sql", "%s%n.sql", "\e[31m.sql");
    for my $name (@names) {
        spew($name, $script);
        my @arguments = ('-i', '--slot', 's', '--', $name);
        is((run(@arguments))[0], 0, 'in place: exit status');
        is(slurp("$directory/$name"), $pretty_with->('slot.name', 's'), 'in place: result');
        is((run('--check', '--slot', 't', '--', $name))[1], "$name\n", 'check: name');
        spew($name, $broken);
        my ($status, undef, $error) = run('--', $name);
        is($status, 2, 'error: exit status');
        like($error, qr/:1:23: error: /, 'error: place');
    }
    is((run('--check', '--include', '*', '.'))[0], 2, 'below a directory');
};

case_in 'rules files found beside the input' => sub {
    my $set = sub { "[rule r]\nset.x = $_[0]\n" };
    my $x_of = sub { my ($status, $output, $error) = @_; return $status . ' ' . join(' ', $output =~ /'x' = '(.*?)'/g) . $error };
    spew('p/.smtpatch.ini', $set->('outer'));
    spew('p/q/.smtpatch.ini', $set->('inner'));
    spew($_, $script) for qw(p/a.sql p/q/b.sql p/q/r/c.sql p/s/d.sql free.sql);
    is($x_of->(run('p/a.sql')), '0 outer', 'beside it');
    is($x_of->(run('p/q/b.sql')), '0 inner', 'the nearest');
    is($x_of->(run('p/q/r/c.sql')), '0 inner', 'above it');
    is($x_of->(run('p/s/d.sql', 'p/q/b.sql')), '0 outer inner', 'each its own');
    is($x_of->(run('--include', '*.sql', 'p')), '0 outer inner inner outer', 'of a directory too');
    is($x_of->(run('--no-config', 'p/q/b.sql')), '0 ', '--no-config');
    is($x_of->(run('free.sql')), '0 ', 'none above');
    is($x_of->(run_with({in => "$directory/p/q/r"}, '../b.sql')), '0 inner', 'dots');
    my %in = (input => $script);
    is($x_of->(run_with({%in, in => "$directory/p/s"})), '0 outer', 'standard input: the working directory');
    is($x_of->(run_with({%in}, '--stdin-filename', 'p/q/new.sql')), '0 inner', '--stdin-filename');
    is($x_of->(run_with({%in}, '--stdin-filename', "$directory/p/new.sql")), '0 outer', '--stdin-filename, absolute');
    is($x_of->(run('--set', 'x=own', 'p/q/b.sql')), '0 own', 'the command line is stronger');
    spew('r.ini', $set->('given'));
    is($x_of->(run('-r', 'r.ini', 'p/q/b.sql')), '0 given', '--rules is stronger');
    spew('r2.ini', $set->('later'));
    is($x_of->(run('-r', 'r.ini', '-r', 'r2.ini', 'p/q/b.sql')), '0 later', 'the later one wins');
    is($x_of->(run('-r', 'r2.ini', '-r', 'r.ini', '-s', 'x=own', 'free.sql')), '0 own', 'the command line wins');
    symlink "$directory/p/q", "$directory/linked" or die;
    is($x_of->(run('linked/b.sql')), '0 inner', 'through a link to a directory');

    spew('bad/.smtpatch.ini', "[rule r]\nsett.x = 1\n");
    spew('bad/a.sql', $script);
    my ($status, $output, $error) = run('bad/a.sql', 'p/a.sql');
    is($status, 2, 'a broken one');
    like($error, qr{bad/\.smtpatch\.ini:2:1: error: 'sett\.x' is no key of a rule\n.*\n.*did you mean 'set\.x'\?}, 'is told');
    is($x_of->(0, $output, ''), '0 outer', 'the other file is handled');

    spew('keep/.smtpatch.ini', "[smtpatch]\nlayout = keep\n");
    spew('keep/a.sql', $script);
    is((run('keep/a.sql'))[1], $script, 'settings');
    is((run('--layout=pretty', 'keep/a.sql'))[1], $pretty, 'the command line is stronger there too');
    spew('pretty.ini', "[smtpatch]\nlayout = pretty\n");
    is((run('-r', 'pretty.ini', 'keep/a.sql'))[1], $pretty, '--rules is stronger than .smtpatch.ini');
};

# Each of them makes the text of the one before it.
case_in 'options in order, a prelude and a statement set together' => sub {
    my $text = "create table t with ('x' = '1', 'connector' = 'print');\ninsert into t select 1;\n-- c \ninsert into t select 2";
    stdin_is($text, [qw(--sort-options --statement-set --prelude a=b --set x=2 --connector print)], 0,
        "SET 'a' = 'b';\n\nCREATE TABLE t\nWITH (\n  'connector' = 'print',\n  'x' = '2'\n);\n\n"
        . "BEGIN STATEMENT SET;\n\nINSERT INTO t\nselect 1;\n\n-- c \nINSERT INTO t\nselect 2;\n\nEND;\n", '');
    stdin_is("insert into t select 1;\n-- c \nbegin statement set; insert into t select 2; end;", [qw(--statement-set --layout keep)], 0,
        "-- c \n\nBEGIN STATEMENT SET;\ninsert into t select 1;\ninsert into t select 2;\nEND;\n", '');
};

case_in 'an input that the output would overwrite' => sub {
    my $file = spew('a.sql', $script);
    run_is(['-i', '--slot', 's', 'a.sql', './a.sql'], 0, '', '');
    is(slurp($file), $pretty_with->('slot.name', 's'), 'a file that is named twice');
    spew('a.sql', $script);
    run_is(['-i', '-j', '4', '--slot', 's', 'a.sql', './a.sql'], 0, '', '');
    is(slurp($file), $pretty_with->('slot.name', 's'), 'nor with several jobs: one comes after the other');
};

done_testing();
