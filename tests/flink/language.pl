#!/usr/bin/perl
# The same language: every statement of the fixtures, the tests and the corpus beside the checkout goes to Flink's parser
# and to smtpatch. They must agree on what is a statement, and what smtpatch prints must mean the same to Flink.
#
#   language.pl SMTPATCH WORK JAVA-COMMAND...
#
# tests/flink/leniencies.tsv lists what smtpatch may take though Flink refuses it. Prints the differences and a line that sums up; exits 1 if any.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find ();
use File::Path qw(make_path remove_tree);
use FindBin;
use lib "$FindBin::Bin/../lib";
use Files;

my $home = abs_path(dirname(__FILE__));
my $root = abs_path("$home/../..");
my ($smtpatch, $work, @java) = @ARGV;
@java or die "usage: language.pl SMTPATCH WORK JAVA-COMMAND...\n";

# ---- Gathering statements ---------------------------------------------------------------------------------------

# The scripts in a file of cases: the bodies of its sections of input.
sub scripts_of_cases {
    my ($text) = @_;
    my (@scripts, $is_input);
    for my $line (split /^/, $text) {
        if ($line =~ /^(?:----|--|====|==) /) {
            $is_input = $line =~ /^--(?:--)? (?:input|stdin)\b/ && $line !~ / from |\(.*escapes/;
            push @scripts, '' if $is_input;
        } elsif ($is_input) {
            $scripts[-1] .= $line;
        }
    }
    return @scripts;
}

my $comment = qr{--[^\n]*|//[^\n]*|/\*(?!\+).*?(?:\*/|\z)}s;
my $token   = qr{'(?:[^']|'')*'?|`[^`\n]*`?|[A-Za-z_\x80-\xff][\w\$\x80-\xff]*|[0-9]+|.}s;

# Splits at each ';' that stands outside of STATEMENT SET BEGIN ... END.
sub statements {
    my ($text) = @_;
    $text =~ s/^\xEF\xBB\xBF//;
    my (@statements, @words);
    my ($start, $cases, $is_in_set) = (0, 0, 0);
    pos($text) = 0;
    while (pos $text < length $text) {
        next if $text =~ /\G(?:\s+|$comment)/gc;
        $text =~ /\G($token)/gc or last;
        my $word = uc $1;
        if ($word eq ';' && !$is_in_set) {
            push @statements, substr $text, $start, $-[0] - $start if @words;
            ($start, $cases, @words) = (pos $text, 0);
            next;
        }
        push @words, $word;
        $is_in_set = 1 if $word eq 'BEGIN' && @words >= 3 && "@words[-3, -2]" eq 'STATEMENT SET';
        $cases++ if $word eq 'CASE';
        next if $word ne 'END';
        $cases > 0 ? $cases-- : ($is_in_set = 0);
    }
    push @statements, substr $text, $start if @words;
    return @statements;
}

my (%seen, @pieces); # [text, the file it came from first]
File::Find::find(
    {
        no_chdir => 1,
        wanted   => sub {
            return if !-f || !/\.(?:sql|case)$/;
            my $text = read_file($_);
            for my $script (/\.case$/ ? scripts_of_cases($text) : $text) {
                push @pieces, [$_, $File::Find::name] for grep { !$seen{$_}++ } statements($script);
            }
        },
        preprocess => sub { sort @_ },
    },
    grep { -d } map { "$root/$_" } qw(fixtures tests ../shared/corpus),
);

# CHANGED (1500) more: short statements that smtpatch takes apart, with one or two tokens dropped, doubled, exchanged or
# replaced by another's, chosen by SEED (1).
sub tokens { return $_[0] =~ /((?:\s+|$comment)|$token)/g }

sub changed {
    my ($text, $others) = @_;
    my @tokens = tokens($text);
    for (0 .. int rand 1.5) {
        my @at = grep { $tokens[$_] !~ /^(?:\s|--|\/\*|\/\/)/ && $_ > 1 } 0 .. $#tokens;
        @at or return $text;
        my ($i, $j) = map { $at[int rand @at] } 1, 2;
        my $other = $others->[int rand @$others];
        (
            sub { splice @tokens, $i, 1 },
            sub { splice @tokens, $i, 0, "$tokens[$i] " },
            sub { @tokens[$i, $j] = @tokens[$j, $i] },
            sub { $tokens[$i] = $other },
            sub { splice @tokens, $i, 0, "$other " },
        )[int rand 5]->();
    }
    return join '', @tokens;
}

srand($ENV{SEED} // 1); # perl's generator is the same on all systems
my @short = grep { $_->[0] =~ /^\s*(?:(?:CREATE|ALTER|USE|LOAD)\b|(?:RE)?SET\s*')/i && length $_->[0] < 500 } @pieces;
my @words = map { grep { !/^(?:\s|--|\/\*|\/\/|;)/ } tokens($_->[0]) } @short;
for (1 .. $ENV{CHANGED} // 1500) {
    my $piece = $short[int rand @short];
    my ($text, @more) = statements(changed($piece->[0], \@words));
    next if !defined $text || @more || $text =~ /^\s*(?:RE)?SET\s+[^'\s]/i; # SET = = 'x' is no mistake to the SQL client
    push @pieces, [$text, $piece->[1]] if !$seen{$text}++;
}

# ---- What both say ----------------------------------------------------------------------------------------------

# The variants that smtpatch writes; each must mean to Flink what the original means.
my %arguments = (
    pretty => [qw(--layout pretty)],
    keep   => [qw(--layout keep --connector . --set smtpatch.probe=1)], # taken away again below
);
remove_tree($work);
make_path(map { "$work/$_" } 'original', keys %arguments);
my %name;
for my $i (0 .. $#pieces) {
    my $name = $name{$i} = sprintf '%05d.sql', $i;
    write_file("$work/$_/$name", $pieces[$i][0]) for 'original', keys %arguments;
}

# Checks that say that Flink's parser refuses what smtpatch reads all the same. (A word that is reserved in some releases
# only gets a warning.)
my %is_of_parser = map { $_ => 1 } qw(reserved-word-column empty-column-list);

# Runs smtpatch on the files of a folder, in place; name => its first complaint.
sub patch {
    my ($folder, @arguments) = @_;
    my $pid = open my $messages, '-|' // die "fork: $!\n";
    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT or die;
        exec $smtpatch, '--no-config', '-i', '--include', '*.sql', @arguments, $folder;
        die "$smtpatch: $!\n";
    }
    my %refused;
    while (<$messages>) {
        m{/(\d+\.sql):\d+:\d+: (?:error|warning): (.*)} or next;
        my ($name, $message) = ($1, $2);
        next if $message =~ /\[([a-z0-9-]+)\]$/ && !$is_of_parser{$1};
        $refused{$name} //= $message;
    }
    close $messages;
    return \%refused;
}

my $refused = patch("$work/pretty", @{$arguments{pretty}});
patch("$work/keep", '--no-lint', @{$arguments{keep}});
patch("$work/keep", qw(--no-lint --layout keep --connector . --unset smtpatch.probe));

my %flink; # name => verdict, error, same or different for each variant
my @variants = sort keys %arguments;
open my $verdicts, '-|', @java, $work, @variants or die "$java[0]: $!\n";
while (<$verdicts>) {
    chomp;
    my ($name, @fields) = split /\t/, $_, -1;
    $flink{$name} = \@fields;
}
close $verdicts or die "the Java program failed\n";
keys %flink == @pieces or die "the Java program did not judge all statements\n";

# ---- Comparing --------------------------------------------------------------------------------------------------

my @leniencies; # pattern of the text up to where Flink stopped, of its error, reason, how often it served
for (split /\n/, read_file("$home/leniencies.tsv")) {
    next if /^#|^$/;
    my ($start, $error, $reason) = split /\t/;
    push @leniencies, [qr/\A$start/is, qr/$error/, $reason, 0];
}

# The statement up to the token that Flink stumbled over, without the comments before it; all of it, if Flink names none.
sub start_of {
    my ($statement, $error) = @_;
    if ($error =~ /at line (\d+), column (\d+)/) {
        my ($line, $column) = ($1, $2);
        utf8::decode($statement);
        my @lines = split /^/, $statement;
        $statement = join '', @lines[0 .. $line - 2], substr $lines[$line - 1] // '', 0, $column - 1;
        utf8::encode($statement);
    }
    $statement =~ s/\A(?:\s+|$comment)+//;
    return $statement;
}

sub is_lenient {
    my ($statement, $error) = @_;
    my $start = start_of($statement, $error);
    for my $leniency (@leniencies) {
        next if $start !~ $leniency->[0] || $error !~ $leniency->[1];
        $leniency->[3]++;
        return 1;
    }
    return 0;
}

my ($accepted, $rejected, $excused, $differences) = (0, 0, 0, 0);

sub differ {
    my ($i, $what) = @_;
    my ($text, $path) = @{$pieces[$i]};
    $path =~ s{^\Q$root\E/}{};
    $text =~ s/^/    /mg;
    print "$path ($name{$i}): $what\n$text\n";
    $differences++;
}

for my $i (0 .. $#pieces) {
    my ($verdict, $error, @same) = @{$flink{$name{$i}}};
    my $complaint = $refused->{$name{$i}};
    if ($verdict eq 'OK' && defined $complaint) {
        differ($i, "Flink takes it, smtpatch: $complaint");
    } elsif ($verdict eq 'ERR' && !defined $complaint) {
        is_lenient($pieces[$i][0], $error) ? $excused++ : differ($i, "smtpatch takes it, Flink: $error");
    } elsif ($verdict eq 'ERR') {
        $rejected++;
    } else {
        $accepted++;
        differ($i, "$variants[$_] means something else to Flink") for grep { $same[$_] ne 'same' } 0 .. $#same;
    }
}

printf "%5d  %s\n", @{$_}[3, 2] for @leniencies;
printf "language: %d statements: both take %d, both refuse %d, known leniencies %d, differences %d\n",
    scalar @pieces, $accepted, $rejected, $excused, $differences;
exit($differences ? 1 : 0);
