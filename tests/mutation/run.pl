#!/usr/bin/perl
# run.pl BUILD SECONDS [PATTERN]: of `make mutation`. Copies the source, puts its mutants into it (mutate.pl), builds it once, and
# shows for each mutant of a file whose name matches PATTERN whether a test fails.
#
# A test is one *.case file, one program of tests/unit/ or one tests/*.t; each runs once as it is, and marks the mutants that
# it could notice at all (mutant.h). Only those tests are run for a mutant, up to the first that fails: at first the one that killed
# the last, then those that look closely at that place, until SECONDS are spent and some have run. So a mutant that the whole
# suite would kill may survive, never the other way round. What survives stands in BUILD/survivors, and BUILD/results has a
# line for each mutant. With MUTATION_RESUME=1, and where the mutants are still the same, those that BUILD/results calls killed
# are believed to be.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use Time::HiRes qw(time);

my $root = abs_path(dirname(__FILE__) . '/../..');
my ($build, $budget, $pattern) = @ARGV;
chdir $root;
make_path($build);
$build = abs_path($build);
my @folders = qw(checks rules catalogue);
my $least_tests = 5;
my $seconds_most = 20; # a mutant that takes longer runs in a circle
# What is left out of tests/*.t: what takes long and looks at other parts (faults, limits, hooks, the documentation).
my @scripts = map { "tests/$_.t" } qw(catalogue emit formats manual cli fixtures sides completion postgres);

sub run { system(@_) == 0 or die "@_: failed\n" }

# ---- The program with all its mutants ----

my $tree = "$build/tree";
sub make_program {
    run('rm', '-rf', $tree);
    make_path($tree);
    run('sh', '-c', 'git ls-files | tar -c -T - | tar -x -C "$0"', $tree); # tests, too: the checkout may change meanwhile
    run('cp', "tests/mutation/mutant.h", "tests/mutation/mutant.c", "$tree/src/");
    run('sh', '-c', "cd '$tree' && exec perl '$root/tests/mutation/mutate.pl' ../list " . join ' ', map { "src/$_/*.[ch]" } @folders);
    my @programs = ('build/smtpatch', map { 'build/tests/' . s{.*/|\.c$}{}gr } glob 'tests/unit/test_*.c');
    run("make", "-s", "-j2", "-C", $tree, 'CFLAGS=-O1 -g0 -w -include mutant.h', 'HARDENING_CFLAGS=', 'HARDENING_LDFLAGS=', @programs);
}

# ---- Tests ----

my %tests; # name => {command, seconds}

sub find_tests {
    chdir $tree or die;
    $tests{$_} = {command => ['perl', $_ =~ m{^tests/checks/} ? 'tests/checks.t' : 'tests/cases.t', $_]} for glob 'tests/checks/*/*.case tests/cases/*/*.case tests/cases/*.case';
    $tests{$_} = {command => ["$tree/build/tests/" . s{.*/|\.c$}{}gr]} for glob 'tests/unit/test_*.c';
    $tests{$_} = {command => ['perl', '-Itests/lib', $_]} for @scripts;
}

# True when the test passes.
sub passes {
    my ($test, %environment) = @_;
    my $child = fork // die "fork: $!\n";
    if ($child == 0) {
        chdir $tree or die;
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        %ENV = (%ENV, BUILD => "$tree/build", SMTPATCH => "$tree/build/smtpatch", LC_ALL => 'C.UTF-8', HARDENING => '', %environment);
        exec 'timeout', '--kill-after=1', $seconds_most, 'sh', '-c', 'ulimit -v 4000000; exec "$@"', 'sh', @{$test->{command}} or POSIX::_exit(127);
    }
    waitpid $child, 0;
    return $? == 0;
}

my %seen_by; # mutant => names of the tests that could notice it
my %marks;   # test => a byte for each mutant: whether it could notice it

sub record {
    my ($mutants) = @_;
    for my $name (sort keys %tests) {
        my $file = "$build/record";
        open my $out, '>', $file or die "$file: $!\n";
        print {$out} "\0" x ($mutants + 2);
        close $out;
        chmod 0666, $file;
        my $start = time;
        if (!passes($tests{$name}, MUTANT => 0, MUTANT_RECORD => $file)) {
            warn "mutation: $name fails without a mutant, and is left out\n";
            delete $tests{$name};
            next;
        }
        $tests{$name}{seconds} = time - $start;
        $marks{$name} = do { open my $in, '<', $file or die; local $/; <$in> };
        push @{$seen_by{$_}}, $name for grep { substr($marks{$name}, $_, 1) ne "\0" } 1 .. $mutants;
    }
}

# ---- The run ----

my %last_killer; # of a file: the test that killed one of its mutants last

# A test that could notice many of the mutants round about looks closely there.
sub interest {
    my ($name, $id) = @_;
    my $from = $id > 20 ? $id - 20 : 1;
    return (substr($marks{$name}, $from, 40) =~ tr/\1//) / (1 + $tests{$name}{seconds});
}

sub killer_of {
    my ($mutant) = @_;
    my ($id, $last) = ($mutant->{id}, $last_killer{$mutant->{file}} // '');
    my %interest = map { $_ => $_ eq $last ? 1e9 : interest($_, $id) } @{$seen_by{$id} // []};
    my @tests = sort { $interest{$b} <=> $interest{$a} || $a cmp $b } keys %interest;
    my ($spent, $tried) = (0, 0);
    for my $name (@tests) {
        last if $spent > $budget && $tried >= $least_tests;
        $spent += $tests{$name}{seconds};
        $tried++;
        next if passes($tests{$name}, MUTANT => $mutant->{id});
        $last_killer{$mutant->{file}} = $name;
        return $name;
    }
    return undef;
}

my %killed;
sub read_lines { my ($file) = @_; open my $in, '<', $file or return; return <$in> }
my $old_list = join '', read_lines("$build/list");
my @old_results = $ENV{MUTATION_RESUME} ? read_lines("$build/results") : ();
make_program();
if ($old_list eq join '', read_lines("$build/list")) {
    %killed = map { /^(\d+)\t.*\t(tests\/.*)$/ ? ($1 => $2) : () } @old_results;
}
find_tests();
my @mutants = map { chomp; my %m; @m{qw(id place kind old new)} = split /\t/; ($m{file}) = $m{place} =~ /^(.*):/; \%m } do { open my $in, '<', "$build/list" or die; <$in> };
record(scalar @mutants);
open my $results, '>', "$build/results" or die;
open my $survivors, '>', "$build/survivors" or die;
$_->autoflush(1) for $results, $survivors;
my %sum;
my %last = (constant => 1, text => 2); # what is worth knowing first
for my $mutant (sort { ($last{$a->{kind}} // 0) <=> ($last{$b->{kind}} // 0) || $a->{id} <=> $b->{id} } @mutants) {
    next if defined $pattern && $mutant->{file} !~ /$pattern/;
    my $killer = $killed{$mutant->{id}} // killer_of($mutant);
    my $unseen = !$seen_by{$mutant->{id}};
    my ($folder) = $mutant->{file} =~ m{^src/(\w+)};
    for my $key ("src/$folder", $mutant->{kind}, 'all') {
        $sum{$key}[0]++;
        $sum{$key}[1]++ if !defined $killer;
        $sum{$key}[2]++ if $unseen;
    }
    print {$results} join("\t", @$mutant{qw(id place kind)}, $killer // ($unseen ? 'never differs' : 'survived')), "\n";
    print {$survivors} "$mutant->{place}: $mutant->{kind}: $mutant->{old}  ->  $mutant->{new}", ($unseen ? '  (never differs)' : ''), "\n" if !defined $killer;
}
printf "%-16s %8s %8s %8s %14s\n", '', 'mutants', 'killed', 'survived', 'never differ';
for my $key (sort keys %sum) {
    my ($all, $alive, $unseen) = map { $_ // 0 } @{$sum{$key}}[0 .. 2];
    printf "%-16s %8d %8d %8d %5.1f %% %6d\n", $key, $all, $all - $alive, $alive, 100 * $alive / $all, $unseen;
}
