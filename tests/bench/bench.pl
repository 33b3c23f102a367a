#!/usr/bin/perl
# How fast smtpatch is beside sed and cat on the same file. Each round runs every command once, so that what else the
# machine does meets them all alike; a ratio is the median of the rounds' ratios.
#   BUILD=dir ROUNDS=n PEERS=dir bench.pl [MEGABYTES ...]
# PEERS: a folder with node_modules, in which sql-formatter and dt-sql-parser (npm) may be; they run once, on 1 MB.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);

my $here = abs_path(dirname(__FILE__));
my $build = abs_path($ENV{BUILD} // 'build');
my ($program, $folder) = ("$build/smtpatch", "$build/bench");
my $rounds = $ENV{ROUNDS} || 5;
my @sizes = @ARGV ? @ARGV : (1, 10, 100);
make_path($folder);
chdir $folder or die "$folder: $!\n";

sub median {
    my @sorted = sort { $a <=> $b } @_;
    return ($sorted[$#sorted / 2] + $sorted[@sorted / 2]) / 2;
}

sub measure {
    my ($name, @command) = @_;
    my ($wall, $processor, $memory, $status) = split ' ', qx{"$build/tests/measure" @{[join ' ', map {"'" . s/'/'\\''/gr . "'"} @command]}};
    die "$name: exit status $status\n" if $status > 2;
    return {wall => $wall, processor => $processor, memory => $memory};
}

# By name: the results of all rounds. What counts is the second of two runs: for the first one the machine may have to
# find memory, which on a virtual one can take longer than all else.
sub run_rounds {
    my ($count, @commands) = @_;
    my %results;
    for (1 .. $count) {
        for my $command (@commands) {
            measure(@$command);
            push @{$results{$command->[0]}}, measure(@$command);
        }
    }
    return \%results;
}

sub ratio {
    my ($results, $name, $to, $what) = @_;
    return median(map { $results->{$to}[$_]{$what} / ($results->{$name}[$_]{$what} || 1e-6) } 0 .. $#{$results->{$name}});
}

sub middle { my ($results, $name, $what) = @_; return median(map { $_->{$what} } @{$results->{$name}}) }

sub generate {
    my ($name, @arguments) = @_;
    if (!-e $name) {
        system("perl '$here/generate.pl' @arguments > '$name.new'") == 0 && rename "$name.new", $name or die "$name: $!\n";
    }
    return $name;
}

my @modes = (['keep', '--no-lint', '--layout', 'keep'], ['pretty', '--no-lint'], ['lint', '--lint'], ['keep, checks', '--layout', 'keep'],
    ['pretty, checks']);
my @sed = ('sed', q{s/'connector' = 'postgres-cdc'/&,\n  'slot.name' = 'shop'/});

# ---- One file ----------------------------------------------------------------------------------------------------------

sub table_of {
    my ($title, $file) = @_;
    my $megabytes = (-s $file) / 1e6;
    my @commands = (['cat', 'cat', $file], ['sed', @sed, $file],
        map { my ($name, @options) = @$_; [$name, $program, @options, '--rules', "$here/rules.ini", $file] } @modes);
    my $results = run_rounds($rounds, @commands);
    printf "\n%s, %.1f MB: medians of %d rounds; times sed and times cat are of the throughput\n", $title, $megabytes, $rounds;
    printf "  %-16s %9s %9s %9s %9s %9s %11s\n", '', 'wall s', 'cpu s', 'MB/s', 'x sed', 'x cat', 'peak/file';
    for my $name (map { $_->[0] } @commands) {
        my $wall = middle($results, $name, 'wall');
        printf "  %-16s %9.3f %9.3f %9.0f %9.2f %9.3f %11.2f\n", $name, $wall, middle($results, $name, 'processor'),
            $megabytes / $wall, ratio($results, $name, 'sed', 'processor'), ratio($results, $name, 'cat', 'wall'),
            middle($results, $name, 'memory') * 1024 / (-s $file);
    }
    return $results;
}

# ---- Other programs for SQL ---------------------------------------------------------------------------------------------

sub peers {
    my ($peers) = @_;
    my @names = grep { -d "$peers/node_modules/$_" } qw(sql-formatter dt-sql-parser);
    return if !@names;
    my $file = generate('1.sql', 1);
    local $ENV{PEERS} = abs_path($peers);
    printf "\nOther programs, %.1f MB, once\n", (-s $file) / 1e6;
    for my $name (@names) {
        my $result = measure($name, 'node', "$here/peer.mjs", $name, $file);
        printf "  %-16s %9.3f s %9.2f MB/s\n", $name, $result->{wall}, (-s $file) / 1e6 / $result->{wall};
    }
}

# ---- Start-up, many files -----------------------------------------------------------------------------------------------

sub write_file { my ($name, $text) = @_; open my $out, '>', $name or die "$name: $!\n"; print $out $text; close $out or die }

sub start_up {
    my $script = qx{head -c 4000 '@{[generate('1.sql', 1)]}'};
    $script =~ s/[^;]*\z/\n/;
    write_file('small.sql', $script);
    write_file('fifty.ini', join '', map {"[rule r$_]\nconnector = ^postgres-cdc\$\ntable = ^(orders|t_${_}_.*)\$\nset.debezium.x$_ = v\n\n"} 1 .. 50);
    my $results = run_rounds(20 * $rounds, ['true', '/bin/true'], ['dynamic', '/bin/ls', '-d', '/'],
        ['smtpatch', $program, '--no-config', '--rules', 'fifty.ini', 'small.sql']);
    printf "\nStart-up, a script of 4 kB and 50 rules with regular expressions: medians of %d rounds\n", 20 * $rounds;
    printf "  %-16s %9.2f ms\n", $_, 1000 * middle($results, $_, 'wall') for qw(true dynamic smtpatch);
}

# A folder of 500 files, which have a second name in another one: a file system that was asked to forget many files a
# moment ago takes long for new ones, whoever makes them.
sub make_many {
    my ($folder, $table) = @_;
    make_path($folder, "$folder.old");
    for my $name (map { sprintf 'flink-create.%03d.sql', $_ } 1 .. 500) {
        write_file("$folder/$name", $table);
        link "$folder/$name", "$folder.old/$name" or die "$name: $!\n";
    }
}

# Memory that the machine has at hand for the next command, which writes megabytes of new files: see run_rounds().
sub find_memory { system($^X, '-e', '$x = "x" x 1e8') == 0 or die "no memory\n" }

sub many_files {
    my $table = qx{head -c 12000 '@{[generate('1.sql', 1)]}'};
    $table =~ s/[^;]*\z/\n/;
    my $sed = q{sed -i "$1" "$2"/*.sql && sync "$2"/*.sql "$2"};
    my @ways = (['sed -i, sync', 'sh', '-c', $sed, 'sh', $sed[1]],
        map { ["smtpatch -j$_", $program, '--no-lint', '-i', "-j$_", '--layout', 'keep', '--rules', "$here/rules.ini"] } 1, 2);
    my $count = 3 * $rounds;
    my @folders = map { "many.$_" } 1 .. $count * @ways;
    remove_tree(glob 'many.*'); # of a run that was cut short
    make_many($_, $table) for @folders;
    my %results;
    for my $round (1 .. $count) {
        for my $way (@ways) {
            find_memory();
            push @{$results{$way->[0]}}, measure(@$way, shift @folders);
        }
    }
    remove_tree(glob 'many.*');
    printf "\n500 files of %.0f kB in place, each synced: medians of %d rounds\n", length($table) / 1000, $count;
    printf "  %-16s %9.3f s %9.3f s of the processor\n", $_->[0], middle(\%results, $_->[0], 'wall'), middle(\%results, $_->[0], 'processor')
        for @ways;
}

my %by_size;
$by_size{$_} = table_of('As SMT writes it', generate("$_.sql", $_)) for @sizes;
table_of('With comments', generate('comments.sql', 10, '--comments'));
if ($by_size{1} && $by_size{10}) {
    print "\n10 MB to 1 MB, processor time:";
    printf "  %s %.1f", $_->[0], middle($by_size{10}, $_->[0], 'processor') / middle($by_size{1}, $_->[0], 'processor') for @modes[0 .. 2];
    my $broken = run_rounds($rounds, map { my $size = $_; [$size, $program, '--lint', generate("broken-$size.sql", $size, '--broken')] } 1, 10);
    printf "  broken %.1f\n", middle($broken, 10, 'processor') / middle($broken, 1, 'processor');
}
peers($ENV{PEERS}) if $ENV{PEERS};
start_up();
many_files();
