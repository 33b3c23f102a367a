#!/usr/bin/perl
# What must hold for every fixture: --layout keep without a rule is the identity, pretty of pretty is pretty, and the
# command that smtpatch is made for changes the PostgreSQL sources and nothing else.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Temp ();
use Test::More;

my $root     = dirname(dirname(abs_path(__FILE__)));
my $smtpatch = abs_path($ENV{SMTPATCH} // "$root/build/smtpatch");
my $scratch  = File::Temp->newdir;
my $number   = 0;

# The exit status and the output; standard error is thrown away.
sub run_on {
    my ($text, @arguments) = @_;
    my $name = "$scratch/" . $number++;
    open my $in, '>:raw', "$name.sql" or die $!;
    print {$in} $text;
    close $in or die $!;
    my $pid = fork // die $!;
    if ($pid == 0) {
        open STDOUT, '>', "$name.out" or die $!;
        open STDERR, '>', '/dev/null' or die $!;
        exec $smtpatch, '--no-config', '--no-lint', @arguments, "$name.sql" or die $!;
    }
    waitpid $pid, 0;
    return ($?, read_text("$name.out"));
}

sub read_text {
    my ($path) = @_;
    open my $handle, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$handle> // '';
}

for my $path (sort glob("$root/fixtures/*/*.sql")) {
    next if dirname($path) =~ /broken$/;
    my $name = substr $path, length("$root/fixtures/");
    my $text = read_text($path);
    my ($status, $kept) = run_on($text, '--layout', 'keep');
    ok($status == 0 && $kept eq $text, "$name: keep is the identity");
    my ($pretty_status, $pretty) = run_on($text);
    my ($again_status,  $again)  = run_on($pretty);
    ok($pretty_status == 0 && $again_status == 0 && $again eq $pretty, "$name: pretty of pretty is pretty");
    my $rules = dirname($path) . '/rules.ini';
    for my $layout (-f $rules ? qw(keep pretty) : ()) {
        my ($first_status,  $first)  = run_on($text,  '-r', $rules, '--layout', $layout);
        my ($second_status, $second) = run_on($first, '-r', $rules, '--layout', $layout);
        ok($first_status == 0 && $second_status == 0 && $first eq $second, "$name: its rules once more change nothing, $layout");
    }
}

# SMT's scripts have no ';' within a statement.
sub statements { return split /;\n+/, $_[0] }

my $text  = read_text("$root/fixtures/postgres/flink-create.1.sql");
my @patch = ('--slot', 'flink_${table|slot}', '--publication', 'my_pub', '--heartbeat', '10s');
for my $layout (qw(keep pretty)) {
    my ($plain_status, $plain)   = run_on($text, '--layout', $layout);
    my ($status,       $patched) = run_on($text, '--layout', $layout, @patch);
    my ($again_status, $again)   = run_on($patched, '--layout', $layout, @patch);
    is($status, 0, "postgres, $layout: exit status");
    ok($again_status == 0 && $again eq $patched, "postgres, $layout: its own output does not change");
    my @before = statements($plain);
    my @after  = statements($patched);
    is(scalar @after, scalar @before, "postgres, $layout: as many statements");
    my ($sources, %slots) = (0);
    for my $i (0 .. $#before) {
        if ($before[$i] !~ /'connector' = 'postgres-cdc'/) {
            is($after[$i], $before[$i], "postgres, $layout: statement $i is as it was");
            next;
        }
        $sources++;
        my ($table) = $before[$i] =~ /'table-name' = '([^']*)'/;
        my %options = $after[$i] =~ /^  '([^']+)' = '([^']*)'/mg;
        my %old     = $before[$i] =~ /^  '([^']+)' = '([^']*)'/mg;
        my %wanted  = (%old, 'slot.name' => $options{'slot.name'}, 'debezium.publication.name' => 'my_pub', 'heartbeat.interval.ms' => '10s');
        is_deeply(\%options, \%wanted, "postgres, $layout: the options of $table");
        like($options{'slot.name'}, qr/^flink_[a-z0-9_]{1,52}$/, "postgres, $layout: a slot's name for $table");
        $slots{$options{'slot.name'}} = 1;
    }
    cmp_ok($sources, '>=', 10, "postgres, $layout: at least ten sources");
    is(scalar keys %slots, $sources, "postgres, $layout: each has its own slot");
}
done_testing;
