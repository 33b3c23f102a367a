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

done_testing();
