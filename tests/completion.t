#!/usr/bin/perl
# The completion scripts in the shells that they are for, where those are installed.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Command;
use Test::More;

my $outputs = join ' ', sort 'sql', map { /^ {20,}([a-z]+): / ? $1 : () } split /\n/, (run('--help'))[1];

# What is typed, and the words that are offered; in this order in every shell.
my @wanted = (
    ['--emit ', $outputs],
    ['--emit=t', 'tables'],
    ['-e p', 'pipeline postgres'],
    ['--layout ', 'keep pretty'],
    ['--format s', 'sarif'],
    ['--color ', 'always auto never'],
    ['--completion ', 'bash fish zsh'],
    ['--flink-cdc 3.', join ' ', map { "3.$_" } 0 .. 6],
    ['--expl', '--explain'],
    ['--explain slot-n', 'slot-name-invalid'],
    ['--options postgres', 'postgres-cdc'],
    ['--connector mysql', 'mysql-cdc'],
    ['--set slot.n', 'slot.name='],
    ['--unset slot.n', 'slot.name'],
    ['-q --no-l', '--no-lint'],
);

sub has { return system("command -v $_[0] >/dev/null 2>&1") == 0 }

sub ask {
    my (@command) = @_;
    open my $shell, '-|', @command or die "$command[0]: $!\n";
    my @words = map { s/\s+$//r } split /\n/, do { local $/; <$shell> } // '';
    close $shell;
    return join ' ', sort grep { length } @words;
}

# readline cuts what is typed at blanks and at '='.
sub ask_bash {
    my ($script, $typed) = @_;
    return ask('bash', '--norc', '-c', 'source "$0"; COMP_WORDS=(smtpatch "$@"); COMP_CWORD=$#; _smtpatch; printf "%s\n" "${COMPREPLY[@]}"',
        $script, map { length ? split /(=)/ : '' } split / /, $typed, -1);
}

# --layout=keep is one word in fish.
sub ask_fish {
    my ($script, $typed) = @_;
    return ask('fish', '--no-config', '-c', 'source $argv[1]; complete -C $argv[2] | string replace -r "\t.*" "" | string replace -r "^--\w+=(?=.)" ""',
        $script, "smtpatch $typed");
}

# zsh completes nowhere but in a terminal; all that it would offer goes through compadd.
my $zsh = <<'END';
zmodload zsh/zpty
zpty z env TERM=dumb zsh -f -i
zpty -w z 'PS1=; autoload -U compinit; compinit -u -D; source '$1
zpty -w z 'compadd() { local -a told; [[ $* == *-[OAD]* ]] || { builtin compadd -O told "$@"; [[ $* == *-S=* ]] && told=($^told=); (( $#told )) && print -l "<"$^told">" >> $TOLD; }; builtin compadd "$@" }'
zpty -w z 'show() { zle complete-word; print DO""NE >> $TOLD; }; zle -N show; bindkey "^I" show; print REA""DY'
zpty -r z line '*READY*'
zpty -w -n z "smtpatch $2"$'\t'
for (( i = 0; i < 800; i++ )); do [[ $(<$TOLD) == *DONE* ]] && break; sleep 0.05; done
zpty -d z
END

sub ask_zsh {
    my ($script, $typed) = @_;
    my $told = spew('told', '');
    spew('ask.zsh', $zsh);
    {
        local $ENV{TOLD} = $told;
        system('timeout', '60', 'zsh', '-f', "$directory/ask.zsh", $script, $typed);
    }
    my @words = slurp($told) =~ /<(.*)>/g;
    return join ' ', sort @words;
}

sub shell_completes {
    my ($shell, $asks) = @_;
    subtest $shell => sub {
        plan skip_all => "$shell is not installed" unless has($shell);
        my ($status, $text) = run('--completion', $shell);
        my $script = spew("completion.$shell", $text);
        is(system($shell, '-n', $script), 0, 'the script is sound');
        is($asks->($script, $_->[0]), $_->[1], $_->[0]) for @wanted;
    };
}

shell_completes('bash', \&ask_bash);
shell_completes('fish', \&ask_fish);
shell_completes('zsh', \&ask_zsh);

my @refused = run('--completion', 'csh');
is_deeply(\@refused, [2, '', "smtpatch: error: --completion takes bash, zsh or fish, not 'csh'\n        'smtpatch --help' lists the options\n"], 'another shell')
    or diag(explain(\@refused));

subtest 'every value that is offered is one that the program takes' => sub {
    for my $option (qw(emit layout format color flink-cdc)) {
        my (undef, $text) = run('--completion', 'bash');
        my ($words) = $text =~ /--$option\) words='([^']*)'/;
        cmp_ok((run_with({input => ''}, "--$option=$_"))[0], '<', 2, "--$option=$_") for split / /, $words;
    }
};
done_testing();
