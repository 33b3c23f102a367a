#!/usr/bin/perl
# run.pl BUILD SECONDS [PATTERN [KINDS]]: of `make mutation`. Copies the source, puts its mutants into it (mutate.pl), builds it
# once, and shows for each mutant of a file whose name matches PATTERN, and whose kind matches KINDS, whether a test fails.
#
# A test is one case of a *.case file, one program of tests/unit/ or one tests/*.t; each runs once as it is, and marks the
# mutants that it could notice at all (mutant.h); only those can be killed by it. What cases and tests/emit.t call the program
# with is kept, and called again for each mutant by the program itself (replay.c), in a tenth of the time. For what that does
# not kill the other tests are run, up to the first that fails: at first the one that killed the last, then those that look
# closely at that place and are quick. Both end when SECONDS are spent; 0 is without an end. So a mutant that the whole suite
# would kill may survive; what a test does not look at (a second run's messages) may kill one that should survive, but seldom.
#
# What survives stands in BUILD/survivors, and BUILD/results has a line for each mutant. MUTATION_JOBS mutants are tried at a
# time. With MUTATION_RESUME=1, and where the mutants are still the same, what BUILD/results calls killed is believed to be, and
# only what it calls otherwise, or does not know, is tried.
#
# Most of a test's time would be Perl's start. So a test is a fork of this process, which has read the modules already, and
# has a Test::More of its own (quick_test.pl).
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Copy ();
use File::Find ();
use File::Path qw(make_path remove_tree);
use File::Temp ();
use JSON::PP ();
use POSIX ();
use Text::ParseWords ();
use Time::HiRes qw(time);

my $root = abs_path(dirname(__FILE__) . '/../..');
my ($build, $budget, $pattern, $kinds) = @ARGV;
chdir $root;
make_path($build);
$build = abs_path($build);
require "$root/tests/mutation/quick_test.pl";
delete @ENV{qw(BUILD MAKEFLAGS MFLAGS MAKEOVERRIDES)}; # the BUILD of who called is not that of the copy
my @folders = qw(checks rules catalogue);
my $least_tests = 5;
my $calls_a_second = 400;
# What is left out of tests/*.t: what takes long and looks at other parts (faults, limits, hooks, the documentation), and
# what reads the source (manual).
my @scripts = map { "tests/$_.t" } qw(catalogue emit formats fixtures sides);

sub read_lines { my ($file) = @_; open my $in, '<', $file or return; return <$in> }
sub run { system(@_) == 0 or die "@_: failed\n" }

# ---- The program with all its mutants ----

my $tree = "$build/tree";
sub make_program {
    run('rm', '-rf', $tree);
    make_path($tree);
    run('sh', '-c', 'git ls-files | tar -c -T - | tar -x -C "$0"', $tree); # tests, too: the checkout may change meanwhile
    run('cp', "tests/mutation/mutant.h", "tests/mutation/mutant.c", "$tree/src/");
    run('sh', '-c', "cd '$tree' && exec perl '$root/tests/mutation/mutate.pl' ../list " . join ' ', map { "src/$_/*.[ch]" } @folders);
    my @programs = map { 'build/tests/' . s{.*/|\.c$}{}gr } glob 'tests/unit/test_*.c';
    my @make = ('make', '-s', '-j2', '-C', $tree, 'CFLAGS=-O1 -g0 -w -include mutant.h', 'HARDENING_CFLAGS=', 'HARDENING_LDFLAGS=');
    run(@make, @programs);
    run(@make, 'LDFLAGS=-static', 'build/smtpatch', 'build/replay'); # they start in half the time
}

# ---- Tests ----

my %tests; # name => {script and arguments, or program, seconds}

# Each case as a file of its own, which still has its file's name.
sub split_cases {
    my ($file, $start) = @_;
    open my $in, '<:raw', $file or die "$file: $!\n";
    my ($head, @cases) = split /^(?=$start)/m, do { local $/; <$in> };
    unshift @cases, $head if $head =~ /^$start/;
    my $number = 0;
    return map {
        my $folder = sprintf '%s/cases/%s/%03d', $build, $file =~ s{\.case$}{}r, ++$number;
        make_path($folder);
        open my $out, '>:raw', "$folder/" . basename($file) or die;
        print {$out} $_;
        close $out;
        ("$file:$number" => "$folder/" . basename($file));
    } @cases;
}

sub find_tests {
    chdir $tree or die;
    remove_tree("$build/cases");
    for my $file (glob 'tests/checks/*/*.case tests/cases/*/*.case tests/cases/*.case') {
        my $is_check = $file =~ m{^tests/checks/};
        my %files = split_cases($file, $is_check ? '== ' : '==== ');
        for my $name (keys %files) {
            $tests{$name} = {script => $is_check ? 'tests/checks.t' : 'tests/cases.t', arguments => [$files{$name}], calls => 1};
            next if !$is_check;
            $tests{$name}{only} = basename($file, '.case');
            $tests{$name}{status} = grep { /^-- exit/ } read_lines($files{$name});
        }
    }
    $tests{$_} = {program => "$tree/build/tests/" . s{.*/|\.c$}{}gr} for glob 'tests/unit/test_*.c';
    $tests{$_} = {script => $_, arguments => [], calls => $_ eq 'tests/emit.t'} for @scripts;
}

sub be_test {
    my ($test, $scratch, %environment) = @_;
    chdir $tree or die;
    open STDIN, '<', '/dev/null';
    open STDOUT, '>', '/dev/null';
    open STDERR, '>', '/dev/null';
    %ENV = (%ENV, BUILD => "$tree/build", SMTPATCH => "$tree/build/smtpatch", LC_ALL => 'C.UTF-8', HARDENING => '', TMPDIR => $scratch, %environment);
    if ($environment{MUTANT_CALLS}) {
        $ENV{MUTANT_ONLY} = $test->{only} if $test->{only};
        $ENV{MUTANT_STATUS} = 1 if $test->{status};
    }
    if ($test->{program}) {
        exec $test->{program} or POSIX::_exit(127);
    }
    unshift @INC, "$tree/tests/lib";
    ($0, @ARGV) = ("$tree/$test->{script}", @{$test->{arguments}});
    do $0;
    POSIX::_exit(1); # a test ends with done_testing
}

# True when the test passes.
sub passes {
    my ($test, %environment) = @_;
    my $scratch = "/tmp/mutation-$$";
    mkdir $scratch;
    my $child = fork // die "fork: $!\n";
    be_test($test, $scratch, %environment) if $child == 0;
    waitpid $child, 0;
    my $status = $?;
    remove_tree($scratch);
    return $status == 0;
}

my %marks; # test => a byte for each mutant: whether it could notice it

my %is_seen; # mutant => whether any test could notice it

# Not a table of its own: it would be so large that each fork takes time.
sub seen_by { my ($id) = @_; return grep { substr($marks{$_}, $id, 1) ne "\0" } keys %marks }

# A text of a table may matter wherever one of the file's functions runs.
sub mark_tables {
    my ($marks, $mutants) = @_;
    my %runs = map { $_->{file} => 1 } grep { substr($$marks, $_->{id}, 1) ne "\0" } @$mutants;
    substr($$marks, $_->{id}, 1) = "\1" for grep { $_->{kind} eq 'table' && $runs{$_->{file}} } @$mutants;
}

sub record {
    my ($mutants) = @_;
    remove_tree("$build/calls");
    make_path("$build/calls");
    for my $name (sort keys %tests) {
        my $file = "$build/record";
        open my $out, '>', $file or die "$file: $!\n";
        print {$out} "\0" x (@$mutants + 2);
        close $out;
        chmod 0666, $file;
        my $start = time;
        my %calls = $tests{$name}{calls} ? (MUTANT_CALLS => "$build/calls", MUTANT_CASE => $name) : ();
        if (!passes($tests{$name}, MUTANT => 0, MUTANT_RECORD => $file, %calls)) {
            warn "mutation: $name fails without a mutant, and is left out\n";
            delete $tests{$name};
            next;
        }
        $tests{$name}{seconds} = time - $start;
        $marks{$name} = do { open my $in, '<', "$file" or die; local $/; <$in> };
        mark_tables(\$marks{$name}, $mutants);
    }
}

# ---- The run ----

my %last_killer; # of a file: the test that killed one of its mutants last

# A test that could notice many of the mutants round about looks closely there.
sub interest {
    my ($name, $id) = @_;
    my $from = $id > 20 ? $id - 20 : 1;
    return (1 + substr($marks{$name}, $from, 40) =~ tr/\1//) / (0.02 + $tests{$name}{seconds});
}

sub killer_of {
    my ($mutant) = @_;
    my ($id, $last) = ($mutant->{id}, $last_killer{$mutant->{file}} // '');
    my %interest = map { $_ => $_ eq $last ? 1e9 : interest($_, $id) } seen_by($id);
    my @tests = sort { $interest{$b} <=> $interest{$a} || $a cmp $b } keys %interest;
    my ($spent, $tried) = (0, 0);
    for my $name (@tests) {
        last if $budget > 0 && $spent > $budget && $tried >= $least_tests;
        $spent += $tests{$name}{seconds};
        $tried++;
        next if passes($tests{$name}, MUTANT => $mutant->{id});
        $last_killer{$mutant->{file}} = $name;
        return $name;
    }
    return undef;
}

# What the program was called with in most tests, once more for each mutant, without the tests: what that kills.
sub replay {
    my ($workers, $mutants, @chosen) = @_;
    my $most = $budget > 0 ? int $budget * $calls_a_second : 1e9;
    my %of_file;
    push @{$of_file{$_->{file}}}, $_->{id} for @$mutants;
    open my $list, '>', "$build/replayed" or die;
    printf {$list} "%d %d %d\n", $_->{id}, $_->{kind} eq 'table' ? @{$of_file{$_->{file}}}[0, -1] : (0, 0) for @chosen;
    close $list;
    side_by_side($workers, sub {
        open STDOUT, '>', "$build/replay.$_[0]" or die;
        exec "$tree/build/replay", "$build/calls", "$build/replayed", $_[0], $workers, $most;
    });
    my %killer = map { /^(\d+)\t(tests\/.*)/ ? ($1 => $2) : () } map { read_lines("$build/replay.$_") } 0 .. $workers - 1;
    return %killer;
}

# What writes files is not.
sub is_replayed {
    my ($test) = @_;
    return $test->{calls} && !grep { /^---- arguments.*\s(?:-i|--in-place)/ } map { read_lines($_) } @{$test->{arguments}};
}

sub side_by_side {
    my ($workers, $work) = @_;
    for my $worker (0 .. $workers - 1) {
        my $child = fork // die "fork: $!\n";
        if ($child == 0) {
            $work->($worker);
            POSIX::_exit(0);
        }
    }
    1 while wait > 0;
}

# Writes a line for each mutant as it is known. Neighbours go to one worker: the same test kills them.
sub try_mutants {
    my ($worker, $workers, $killed, @mutants) = @_;
    open my $out, '>', "$build/results.$worker" or die;
    $out->autoflush(1);
    for my $mutant (@mutants) {
        next if int($mutant->{id} / 10) % $workers != $worker;
        my $killer = $killed->{$mutant->{id}} // killer_of($mutant);
        print {$out} join("\t", @$mutant{qw(id place kind)}, $killer // ($is_seen{$mutant->{id}} ? 'survived' : 'never differs')), "\n";
    }
    close $out;
}

sub report {
    my ($mutants, @results) = @_;
    my %result = map { chomp; my @fields = split /\t/; ($fields[0] => $fields[3]) } @results;
    open my $results, '>', "$build/results" or die;
    open my $survivors, '>', "$build/survivors" or die;
    my %sum;
    for my $mutant (grep { defined $result{$_->{id}} } @$mutants) {
        my $result = $result{$mutant->{id}};
        my $unseen = $result eq 'never differs';
        my $lives = $unseen || $result eq 'survived';
        my ($folder) = $mutant->{file} =~ m{^src/(\w+)};
        for my $key ("src/$folder", $mutant->{kind}, 'all') {
            $sum{$key}[0]++;
            $sum{$key}[1] += $lives;
            $sum{$key}[2] += $unseen;
        }
        print {$results} join("\t", @$mutant{qw(id place kind)}, $result), "\n";
        print {$survivors} "$mutant->{place}: $mutant->{kind}: $mutant->{old}  ->  $mutant->{new}", ($unseen ? '  (never differs)' : ''), "\n" if $lives;
    }
    printf "%-16s %8s %8s %8s %14s\n", '', 'mutants', 'killed', 'survived', 'never differ';
    for my $key (sort keys %sum) {
        my ($all, $alive, $unseen) = map { $_ || 0 } @{$sum{$key}}[0 .. 2];
        printf "%-16s %8d %8d %8d %5.1f %% %6d\n", $key, $all, $all - $alive, $alive, 100 * $alive / $all, $unseen;
    }
}

my $old_list = join '', read_lines("$build/list");
my @old_results = $ENV{MUTATION_RESUME} ? map { read_lines($_) } glob "$build/results $build/results.*" : ();
make_program();
my @new_list = read_lines("$build/list");
@old_results = () if $old_list ne join '', @new_list;
my %killed = map { /^(\d+)\t.*\t(tests\/.*)$/ ? ($1 => $2) : () } @old_results;
find_tests();
my @mutants = map { chomp; my %m; @m{qw(id place kind old new)} = split /\t/; ($m{file}) = $m{place} =~ /^(.*):/; \%m } @new_list;
record(\@mutants);
my @chosen = grep { (!defined $pattern || $_->{file} =~ /$pattern/) && (!defined $kinds || $_->{kind} =~ /$kinds/) } @mutants;
my %rank = (constant => 1, table => 2, text => 3); # what is worth knowing first
@chosen = sort { ($rank{$a->{kind}} // 0) <=> ($rank{$b->{kind}} // 0) || $a->{id} <=> $b->{id} } @chosen;
my $workers = $ENV{MUTATION_JOBS} // 1;
unlink glob "$build/results.*";
%killed = (%killed, replay($workers, \@mutants, grep { !$killed{$_->{id}} } @chosen));
$is_seen{$_->{id}} = seen_by($_->{id}) > 0 for @chosen;
delete @tests{grep { is_replayed($tests{$_}) } keys %tests};
delete @marks{grep { !$tests{$_} } keys %marks};
side_by_side($workers, sub { try_mutants($_[0], $workers, \%killed, @chosen) });
my @kept = grep { /^(\d+)\t/ } @old_results; # what was not chosen now is still known
report(\@mutants, @kept, map { read_lines("$build/results.$_") } 0 .. $workers - 1);
unlink glob "$build/results.*";
