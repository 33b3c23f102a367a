#!/usr/bin/perl
# The manual and the READMEs against the program: every option has its place in smtpatch(1), every key in smtpatch.ini(5),
# every check in smtpatch-checks(7), and every example prints what is shown. `perl tests/manual.t --update` writes what the
# program printed into the examples; read the difference before you keep it.
#
# An example is a literal display (mdoc) or a block of ```console (Markdown): lines of "$ COMMAND", each with its output
# below it. A display behind .\" file: NAME, or a block of ```LANGUAGE NAME, is a file that the examples of the page find in
# their folder; so are the fixtures.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Command;
use File::Basename qw(basename);
use File::Copy qw(copy);
use File::Path qw(make_path);
use Test::More;

my $updates = @ARGV && $ARGV[0] eq '--update';
my $program = $ENV{SMTPATCH} // "$root/build/smtpatch";
my $checks = "$directory/smtpatch-checks.7";
my @written = map { "$root/man/$_" } qw(smtpatch.1 smtpatch.ini.5);

system("perl '$root/grammar/checks.pl' manual '$root/grammar/checks.txt' > '$checks'") == 0 or die;

# ---- The options --------------------------------------------------------------------------------------------------------

# "-r --rules FILE", as the help and the page write them.
sub help_options {
    my ($status, $help) = run('--help');
    my @options;
    for (split /\n/, $help) {
        my ($letter, $name, $argument) = /^  (?:(-\w), |    )--([\w-]+)(\[=\w+\]|=\S+)?/ or next;
        push @options, join ' ', grep { length } $letter // '', "--$name", ($argument // '') =~ s/=//r;
    }
    return @options;
}

sub page_options {
    my @options;
    for (split /\n/, slurp("$root/man/smtpatch.1")) {
        my ($letter, $name, $rest) = /^\.It (?:Fl (\w)\b.*?, )?Fl Fl ([\w-]+)(.*)/ or next;
        my ($argument) = $rest =~ /Ar (\S+)/;
        $argument = "[$argument]" if $rest =~ /\bOp\b/;
        push @options, join ' ', grep { defined && length } $letter ? "-$letter" : '', "--$name", $argument;
    }
    return @options;
}

subtest 'smtpatch.1 has the options of --help, in its order' => sub {
    my @help = help_options();
    cmp_ok(scalar @help, '>', 35, 'options are found');
    is(join("\n", page_options()), join("\n", @help), 'names, letters and arguments');
};

# ---- The keys of rules files --------------------------------------------------------------------------------------------

subtest 'smtpatch.ini.5 has every key that is known' => sub {
    my $code = join '', map { slurp("$root/src/$_") } qw(rules/load.c cli/settings.c);
    my ($page) = slurp("$root/man/smtpatch.ini.5");
    my %keys = map { $_ => 1 } $code =~ /\{STR\("([a-z-]+\.?)"\), (?:FIELD|ACTION|apply)_/g,
        $code =~ /(?:str_equal|str_has_prefix|key_matches)\([\w>.-]+key, STR\("([a-z.-]+)"\)/g;
    cmp_ok(scalar keys %keys, '>', 25, 'keys are found');
    for my $key (sort keys %keys) {
        my @lines = grep { /^\.(?:It|Cm)\b/ && /(?<![\w.-])\Q$key\E(?![\w-])/ } split /\n/, $page;
        ok(scalar @lines, $key);
    }
};

# ---- The checks -----------------------------------------------------------------------------------------------------------

subtest 'smtpatch-checks.7 has every check' => sub {
    my ($status, $list) = run('--explain');
    my @ids = map { /^([a-z]\S*)/ ? $1 : () } split /\n/, $list;
    cmp_ok(scalar @ids, '>', 50, 'checks are found');
    is_deeply([slurp($checks) =~ /^\.Ss (\S+)/mg], \@ids, 'in order');
};

# ---- Lint -----------------------------------------------------------------------------------------------------------------

SKIP: {
    skip 'mandoc is not installed', 3 if system('command -v mandoc >/dev/null 2>&1') != 0;
    for my $page (@written, $checks) {
        my $said = qx{mandoc -T lint -W warning '$page' 2>&1} =~ s/^.*outdated mandoc\.db.*\n//mgr;
        is($said, '', 'mandoc -T lint ' . basename($page));
    }
}

# ---- Installing -----------------------------------------------------------------------------------------------------------

subtest 'make install, make uninstall' => sub {
    local %ENV = (%ENV, BUILD => $ENV{BUILD} // "$root/build");
    delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};
    my $make = "make -s -C '$root' BUILD='$ENV{BUILD}' DESTDIR='$directory/root'";
    my $files = sub { join ' ', sort split /\n/, qx{cd '$directory/root' && find . -type f} };
    is(system("$make install >/dev/null"), 0, 'install');
    like($files->(), qr{^\./usr/local/bin/smtpatch .*completions/smtpatch .*fish .*man/man1/smtpatch\.1 .*man5/smtpatch\.ini\.5 .*man7/smtpatch-checks\.7 .*/_smtpatch}, 'files');
    is(system("$make uninstall >/dev/null"), 0, 'uninstall');
    is($files->(), '', 'nothing is left');
};

# ---- The examples -----------------------------------------------------------------------------------------------------------

sub unescape { return $_[0] =~ s/\\(e|&|-|\(aq|\(ga|\(ha|\(ti)/{e => '\\', '&' => '', '-' => '-', '(aq' => "'", '(ga' => '`', '(ha' => '^', '(ti' => '~'}->{$1}/ger }

sub escape { return $_[0] =~ s/\\/\\e/gr =~ s/^(['.])/\\&$1/mgr }

sub run_example {
    my ($folder, $command) = @_;
    local $ENV{PATH} = "$directory/bin:$ENV{PATH}";
    local $ENV{NO_COLOR} = 1;
    local $ENV{COLUMNS} = 100;
    open my $shell, '-|', 'sh', '-c', 'cd "$0" && { eval "$1"; } 2>&1', $folder, $command or die;
    return do { local $/; <$shell> } // '';
}

# The body of a display as it should be.
sub played {
    my ($page, $folder, $body) = @_;
    my @parts = split /^(?=\$ )/m, $body;
    for my $part (@parts) {
        my ($command, $expected) = $part =~ /^\$ (.*(?:\\\n.*)*)\n((?:.*\n)*)/ or next;
        my $output = run_example($folder, $command);
        is($output, $expected, "$page: $command") unless $updates;
        $part = "\$ $command\n$output";
    }
    return join '', @parts;
}

sub prepare_folder {
    my ($folder) = @_;
    make_path($folder);
    return if -e "$folder/fixtures";
    system('cp', '-R', "$root/fixtures", "$folder/fixtures") == 0 or die;
}

sub play_manual {
    my ($file, $folder) = @_;
    my $text = slurp($file);
    $text =~ s{((?:^\.\\" file: (\S+)\n)?^\.Bd -literal.*\n)((?:.*\n)*?)(?=^\.Ed)}{
        my ($head, $name, $body) = ($1, $2, unescape($3));
        spew("$folder/$name", $body) if defined $name;
        $head . escape(defined $name ? $body : played(basename($file), $folder, $body));
    }gme;
    return $text;
}

sub play_markdown {
    my ($file, $folder) = @_;
    my $text = slurp($file);
    prepare_folder($folder);
    $text =~ s{^(```(\w+) ?(\S*)\n)((?:.*\n)*?)(?=^```)}{
        my ($head, $language, $name, $body) = ($1, $2, $3, $4);
        spew("$folder/$name", $body) if $name ne '';
        $head . ($language eq 'console' ? played(basename($file), $folder, $body) : $body);
    }gme;
    return $text;
}

make_path("$directory/bin");
symlink $program, "$directory/bin/smtpatch" or die;
for my $file (@written, glob("$root/README*.md"), glob("$root/docs/*.md")) {
    my $folder = "$directory/" . basename($file);
    make_path($folder);
    my $text = $file =~ /\.md$/ ? play_markdown($file, $folder) : play_manual($file, $folder);
    spew($file, $text) if $updates && $text ne slurp($file);
}
done_testing();
