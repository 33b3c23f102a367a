#!/usr/bin/perl
# The YAML pipelines that --emit pipeline writes: Flink CDC's own parser and the StarRocks sink's factory read them; the
# source of the ten tables then runs, with its one slot.
#
#   pipeline.pl SMTPATCH WORK PARSER-COMMAND... -- SOURCE-COMMAND...
use strict;
use warnings;
use FindBin ();
my ($work, @commands);
BEGIN { ($ENV{SMTPATCH}, $work, @commands) = @ARGV }
use lib $FindBin::Bin, "$FindBin::Bin/../lib";
use Command;
use IPC::Open2 qw(open2);
use JSON::PP qw(decode_json);
use School;
use Test::More;

my ($end) = grep { $commands[$_] eq '--' } 0 .. $#commands;
defined $end or die "usage: pipeline.pl SMTPATCH WORK PARSER-COMMAND... -- SOURCE-COMMAND...\n";
my @parser = @commands[0 .. $end - 1];
my @source = @commands[$end + 1 .. $#commands];
open_school('pipeline', $work);

# ---- What Flink CDC reads -------------------------------------------------------------------------------------------

my @patch = ('--slot', 'flink_${table|slot}', '--publication', 'school_pub', @without_decoderbufs, @incremental);
my $for_starrocks = school_of_smt();
my %yaml;
for my $name (qw(mysql sharded)) {
    $yaml{$name} = (smtpatch(slurp("$root/fixtures/$name/flink-create.1.sql"), '--no-lint', '-q', '--emit', 'pipeline'))[1];
}
$yaml{school} = (smtpatch($for_starrocks, '--no-lint', '-q', '--emit', 'pipeline', @patch))[1];
spew("$work/$_.yaml", $yaml{$_}) for keys %yaml;
open my $read, '-|', @parser, map { "$work/$_.yaml" } sort keys %yaml or die "$parser[0]: $!\n";
my (%read, $file);
while (<$read>) {
    chomp;
    my ($section, $key, $value) = split /\t/, $_, 3;
    $section eq 'file' ? (($file) = $key =~ m{([^/]+)\.yaml$}) : push @{$read{$file}{$section}}, [$key, $value];
}
close $read;
for my $name (sort keys %yaml) {
    is_deeply($read{$name}{ERR}, undef, "$name: the parser takes it");
    is_deeply($read{$name}{made}, [['sink', undef]], "$name: the sink's factory takes its options");
}
my %options = map { @$_ } @{$read{school}{source}};
is($options{type}, 'postgres', 'school: the source');
my @captured = map { "school.$_->{schema}.$_->{table}" } @tables;
is_deeply([sort split /,\s*/, $options{tables}], [sort @captured], 'school: its tables');
my @routes = map { ["$_->{schema}.$_->{table}", "school.$_->{table}"] } @tables;
is_deeply($read{school}{route}, \@routes, 'school: its routes');

# ---- One slot for ten tables ----------------------------------------------------------------------------------------

prepare_server(@patch);
@options{qw(hostname port password)} = ('127.0.0.1', $ENV{SERVER_PORT}, $ENV{SOURCE_PASSWORD});
my $list = spew("$work/source.tsv", join '', map { "$_\t$options{$_}\n" } sort grep { $_ ne 'type' } keys %options);
my $pid = open2(my $changes, my $told, @source, $list);
my (%rows, %operations);
my $count = 0;

# Reads changes until there were so many in all.
sub read_changes {
    my ($wanted) = @_;
    local $SIG{ALRM} = sub { die "late\n" };
    alarm 90;
    eval {
        while ($count < $wanted && defined(my $line = <$changes>)) {
            my $change = $line =~ /^\{/ ? decode_json($line) : next;
            my $table = $change->{source}{table};
            $count++;
            $operations{$change->{op}}++;
            $rows{$table} += {r => 1, c => 1, d => -1}->{$change->{op}} // 0;
        }
    };
    alarm 0;
}

sub counted { return {map { $_->{table} => (rows('school', 'SELECT count(*) FROM ' . quoted($_)))[0] + 0 } @tables} }

read_changes(10 * 250);
is_deeply(\%rows, counted(), 'one slot: the rows of ten tables');
sleep 3;
change_all(1);
read_changes(10 * (250 + 4 + 3 + 5));
is_deeply(\%rows, counted(), 'one slot: the changes of ten tables');
is_deeply(\%operations, {r => 2500, c => 40, d => 30, u => 50}, 'one slot: inserts, updates and deletes');
my ($slot) = $yaml{school} =~ /^  slot\.name: (\S+)$/m;
my @slots = rows('school', 'SELECT slot_name, plugin, active FROM pg_replication_slots');
is_deeply(\@slots, ["$slot|pgoutput|t"], 'one slot: the one that is named');
close $told; # its input ends, and so does it
$SIG{ALRM} = sub { kill KILL => $pid };
alarm 20;
waitpid $pid, 0;
alarm 0;
close_school();
