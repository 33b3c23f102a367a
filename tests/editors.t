#!/usr/bin/perl
# The editors' examples of docs/integration.md, in the real editors where those are installed.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Command;
use File::Path qw(make_path);
use JSON::PP qw(decode_json);
use Test::More;

my $program = $ENV{SMTPATCH} // "$root/build/smtpatch";
my $page = slurp("$root/docs/integration.md");
make_path("$directory/bin", "$directory/home");
symlink $program, "$directory/bin/smtpatch" or die;
$ENV{PATH} = "$directory/bin:$ENV{PATH}";
$ENV{HOME} = "$directory/home";

my $script = "use   a;\n\nuse   b;\nuse   c;\n";

sub example { return $page =~ /^```$_[0]\n(.*?)^```$/ms ? $1 : die "no example of $_[0]\n" }

sub has { return system("command -v $_[0] >/dev/null 2>&1") == 0 }

# The script after the editor has been at it.
sub edited {
    my ($text, @command) = @_;
    my $file = spew('a script.sql', $text);
    my $child = fork // die "fork: $!\n";
    if ($child == 0) {
        open STDIN, '<', '/dev/null' or die;
        open STDOUT, '>', "$directory/said" or die;
        open STDERR, '>&', \*STDOUT or die;
        exec 'timeout', '60', @command, $file or die;
    }
    waitpid $child, 0;
    return slurp($file);
}

subtest 'Vim' => sub {
    plan skip_all => 'vim is not installed' unless has('vim');
    my $plugin = spew('sql.vim', example('vim'));
    my $vim = sub { edited($_[0], 'vim', '-es', '-u', 'NONE', '-N', '-c', "source $plugin", '-c', $_[1], '-c', 'wq') };
    is($vim->($script, 'normal gggqG'), "USE a;\n\nUSE b;\n\nUSE c;\n", 'all lines');
    is($vim->($script, 'normal 3Ggqq'), "use   a;\n\nUSE b;\nuse   c;\n", 'one line');
    is($vim->("use\na;\n\n\n\nuse  b;\n", 'normal gggqG'), "USE a;\n\nUSE b;\n", 'fewer lines than before');
    is($vim->("use;\n$script", 'normal gggqG'), "use;\n$script", 'a script with a mistake');
};

subtest 'Emacs' => sub {
    plan skip_all => 'emacs is not installed' unless has('emacs');
    my $init = spew('init.el', example('elisp'));
    my $emacs = sub {
        my ($text, $first, $last) = @_;
        my $lisp = "(let ((at (lambda (line) (goto-char (point-min)) (forward-line (1- line)) (point)))) "
            . "(find-file (car command-line-args-left)) (setq command-line-args-left nil) "
            . "(smtpatch-format (funcall at $first) (funcall at $last)) (save-buffer))";
        edited($text, 'emacs', '--batch', '--load', $init, '--eval', $lisp);
    };
    is($emacs->($script, 1, 9), "USE a;\n\nUSE b;\n\nUSE c;\n", 'all lines');
    is($emacs->($script, 3, 3), "use   a;\n\nUSE b;\nuse   c;\n", 'one line');
    is($emacs->("use;\n$script", 1, 9), "use;\n$script", 'a script with a mistake');
    like(slurp("$directory/said"), qr{a script\.sql:1:4: error: }, 'is told');
};

subtest 'VS Code' => sub {
    my ($check, $format) = @{decode_json(example('json'))->{tasks}};
    my $file = spew('b.sql', $script);
    my $command = $format->{command} =~ s/\$\{lineNumber\}/3/gr =~ s/\$\{file\}/$file/r;
    is(system($command), 0, 'the task that formats');
    is(slurp($file), "use   a;\n\nUSE b;\nuse   c;\n", 'one statement');
    spew('b.sql', "CREATE TABLE t (a INT) WITH ('connector' = 'postgres-cdc');\n");
    my ($command_line, $pattern) = ($check->{command} =~ s/\$\{file\}/$file/r, $check->{problemMatcher}{pattern});
    my @found = map { [/$pattern->{regexp}/] } grep { /^\// } split /\n/, qx{$command_line};
    cmp_ok(scalar @found, '>', 1, 'the task that checks finds something');
    is(scalar(grep { $_->[$pattern->{file} - 1] eq $file && $_->[$pattern->{line} - 1] == 1 } @found), scalar @found, 'the pattern takes every finding');
    is_deeply([grep { $_ eq 'required-options' } map { $_->[$pattern->{code} - 1] } @found], ['required-options'], 'with its id');
};

done_testing();
