#!/usr/bin/perl
# The hooks: those for pre-commit in the real pre-commit, where it is installed, and the plain Git hook of docs/examples.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Command;
use File::Path qw(make_path);
use Test::More;

sub has { return system("command -v $_[0] >/dev/null 2>&1") == 0 }

plan skip_all => 'git is not installed' unless has('git');

my $program = $ENV{SMTPATCH} // "$root/build/smtpatch";
make_path("$directory/bin", "$directory/home");
symlink $program, "$directory/bin/smtpatch" or die;
$ENV{PATH} = "$directory/bin:$ENV{PATH}";
$ENV{HOME} = "$directory/home";
$ENV{NO_COLOR} = 1;
delete @ENV{grep { /^GIT_|^PRE_COMMIT/ } keys %ENV};

my $good = "CREATE TABLE t (a INT) WITH ('connector' = 'print');\n";
my $bad = "CREATE TABLE t (a INT) WITH ('connector' = 'postgres-cdc');\n";

# Runs a command in a folder: exit status and all that it said.
sub shell {
    my ($folder, $command) = @_;
    local $ENV{FOLDER} = "$directory/$folder";
    my $said = qx{cd "\$FOLDER" && { $command; } 2>&1};
    return ($? >> 8, $said);
}

sub make_repository {
    my ($folder) = @_;
    make_path("$directory/$folder");
    my ($status, $said) = shell($folder, 'git init -q . && git config user.email a@b.example && git config user.name A');
    $status == 0 or die $said;
}

subtest 'the plain hook' => sub {
    make_repository('plain');
    system('cp', "$root/docs/examples/pre-commit", "$directory/plain/.git/hooks/pre-commit") == 0 or die;
    spew('plain/a b/flink-create.1.sql', $bad);
    spew('plain/other.sql', $bad);
    my ($status, $said) = shell('plain', 'git add -A && git commit -q -m one');
    is($status, 1, 'a bad script is stopped');
    like($said, qr{^a b/flink-create\.1\.sql:1:\d+: error: .*\[required-options\]}, 'its name and place') or diag($said);
    spew('plain/a b/flink-create.1.sql', $good);
    is((shell('plain', 'git commit -q -m one'))[0], 1, 'what is staged counts');
    is((shell('plain', 'git add -A && git commit -q -m one'))[0], 0, 'a mended one passes');
};

subtest 'pre-commit' => sub {
    plan skip_all => 'pre-commit is not installed' unless has('pre-commit');
    make_repository('hooks');
    system('cp', "$root/.pre-commit-hooks.yaml", "$directory/hooks") == 0 or die;
    shell('hooks', 'git add -A && git commit -q -m hooks');
    my ($status, $revision) = shell('hooks', 'git rev-parse HEAD');
    chomp $revision;
    make_repository('project');
    spew('project/.pre-commit-config.yaml', <<"END");
repos:
  - repo: $directory/hooks
    rev: $revision
    hooks:
      - id: smtpatch
        args: [--layout=keep, --no-lint, --exclude=archive]
      - id: smtpatch-check
        args: [--exclude=archive]
END
    spew('project/.smtpatch.ini', "[rule]\nconnector = print\nset.standard-error = true\n");
    spew('project/archive/flink-create.1.sql', $bad);
    spew("project/$_/flink-create.1.sql", $good) for 'a b', map { "f$_" } 1 .. 40;
    spew('project/notes.sql', $bad);
    ($status, my $said) = shell('project', 'git add -A && pre-commit run');
    is($status, 1, 'files were changed') or diag($said);
    like($said, qr/^smtpatch\.+Failed\n.*files were modified by this hook.*^smtpatch \(only check\)\.+Passed/ms, 'that is said');
    is(slurp("$directory/project/f7/flink-create.1.sql"), $good =~ s/'print'/'print', 'standard-error' = 'true'/r, 'by the rules');
    is(slurp("$directory/project/$_"), $bad, "$_ is left alone") for 'archive/flink-create.1.sql', 'notes.sql';
    ($status, $said) = shell('project', 'git add -A && pre-commit run');
    is($status, 0, 'then they pass') or diag($said);
    spew('project/f7/flink-create.1.sql', $bad);
    ($status, $said) = shell('project', 'git add -A && pre-commit run smtpatch-check');
    is($status, 1, 'a bad one is stopped');
    like($said, qr{f7/flink-create\.1\.sql:1:\d+: error: .*\[required-options\]}, 'its name and place');
};

# ---- The hooks that build smtpatch -----------------------------------------------------------------------------------------

my $build = $ENV{BUILD} // "$root/build";
my $head = '-c user.email=a@b.example -c user.name=A';

# What was compiled already, as if it had been in that checkout: then only the last step of the build is left, unless all of
# it is wanted (HOOK_BUILDS=1).
sub prime {
    my ($checkout) = @_;
    return if $ENV{HOOK_BUILDS};
    make_path("$checkout/build/hook");
    system("cd '$checkout/build/hook' && cp -R '$build/generated' '$build/objects' '$build/libsmtpatch.a' '$build/libpg_query.a' . && "
        . "find . -name '*.d' -delete && touch now && find . -type f -exec touch -r now {} +") == 0 or die;
}

# A copy of the sources.
sub make_sources {
    my ($folder) = @_;
    make_path("$directory/$folder");
    system("cd '$root' && tar -cf - --exclude='./build*' --exclude=./.git . | tar -xf - -C '$directory/$folder'") == 0 or die;
}

make_sources('sources');

subtest 'several at once build it once' => sub {
    plan skip_all => 'a build with other flags is not what hooks make' if $build =~ /sanitize|coverage/;
    make_sources('once');
    prime("$directory/once");
    spew("once/$_.sql", "use   a;\n") for 1 .. 6;
    my ($status, $said) = shell('once', 'for i in 1 2 3 4 5 6; do packaging/hook.sh -i $i.sql & pids="$pids $!"; done; '
        . 'for pid in $pids; do wait $pid || exit 1; done');
    is($status, 0, 'all of them succeed');
    is($said, "smtpatch: building it for this hook, once\n", 'one of them builds');
    is(join('', map { slurp("$directory/once/$_.sql") } 1 .. 6), "USE a;\n" x 6, 'all of them work');
    is_deeply([shell('once', 'packaging/hook.sh --version')], [0, (run('--version'))[1]], 'the next one finds it');
};

subtest 'a tool is missing' => sub {
    make_path("$directory/few");
    for my $tool (qw(sh dirname mkdir flock make perl tail)) {
        my ($path) = grep { -x } map { "$_/$tool" } split /:/, $ENV{PATH};
        symlink $path, "$directory/few/$tool" or die "$tool: $!\n";
    }
    my ($status, $said) = shell('sources', "env -u CC PATH='$directory/few' packaging/hook.sh --version");
    is($status, 2, 'exit status');
    is($said, "smtpatch: error: this hook builds smtpatch first, and these programs are missing: cc re2c lemon gperf\n"
        . "        on Debian and Ubuntu: sudo apt-get install -y make && make -C '$directory/sources' deps\n", 'says what and what to do');
};

subtest 'a build that fails' => sub {
    plan skip_all => 'no build tools' if grep { !has($_) } qw(make cc re2c lemon gperf perl);
    my ($status, $said) = shell('sources', 'CC=false packaging/hook.sh --version');
    is($status, 2, 'exit status');
    like($said, qr/^smtpatch: building it.*^smtpatch: error: this hook could not build smtpatch; all that was said is in \S+\n +on Debian/ms, 'says where to look') or diag($said);
    system('rm', '-rf', "$directory/sources/build");
};

subtest 'pre-commit builds it' => sub {
    plan skip_all => 'pre-commit is not installed' unless has('pre-commit');
    plan skip_all => 'a build with other flags is not what hooks make' if $build =~ /sanitize|coverage/;
    shell('sources', "git init -q . && git add -A && git $head commit -q -m sources");
    my ($status, $revision) = shell('sources', 'git rev-parse HEAD');
    chomp $revision;
    make_repository('user');
    spew('user/.pre-commit-config.yaml', <<"END");
repos:
  - repo: $directory/sources
    rev: $revision
    hooks:
      - id: smtpatch-check-from-source
        args: [--exclude=archive]
      - id: smtpatch-from-source
        args: [--layout=keep, --no-lint, --exclude=archive]
END
    spew("user/$_/flink-create.1.sql", $bad) for qw(a archive);
    spew('user/.smtpatch.ini', "[rule]\nconnector = print\nset.standard-error = true\n");
    ($status, my $said) = shell('user', 'git add -A && pre-commit install --install-hooks');
    is($status, 0, 'installed') or diag($said);
    prime($_) for grep { -e "$_/packaging/hook.sh" } glob "$directory/home/.cache/pre-commit/repo*";
    ($status, $said) = shell('user', 'unset SMTPATCH; git commit -q -m one');
    is($status, 1, 'a bad script is stopped');
    like($said, qr{smtpatch: building it.*a/flink-create\.1\.sql:1:\d+: error: .*\[required-options\]}s, 'its name and place') or diag($said);
    unlike($said, qr/archive/, 'an excluded one is left alone');
    spew('user/a/flink-create.1.sql', $good);
    is((shell('user', 'git add -A && git commit -q -m one'))[0], 1, 'a mended one is patched');
    ($status, $said) = shell('user', 'git add -A && git commit -q -m one');
    is($status, 0, 'then it passes') or diag($said);
    is(slurp("$directory/user/a/flink-create.1.sql"), $good =~ s/'print'/'print', 'standard-error' = 'true'/r, 'as it was patched');
};

done_testing();
