#!/usr/bin/perl
# Counts instructions, which unlike seconds are the same on a busy machine, and compares them with the stored figures.
#   BUILD=dir [STORE=1] instructions.pl
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);

my $here = abs_path(dirname(__FILE__));
my $build = abs_path($ENV{BUILD} // 'build');
my $file = "$build/bench/1.sql";
my %options = ('keep' => '--no-lint --layout keep', 'pretty' => '--no-lint', 'lint' => '--lint', 'pretty, checks' => '');
my $margin = 1.1;

if (system('command -v valgrind > /dev/null') != 0) {
    print "skipped: there is no valgrind\n";
    exit 0;
}
make_path("$build/bench");
system("perl '$here/generate.pl' 1 > '$file'") == 0 or die "generate.pl failed\n";

sub count {
    my ($what) = @_;
    my $log = "$build/bench/callgrind.log";
    system("valgrind --tool=callgrind --callgrind-out-file='$build/bench/callgrind.out' '$build/smtpatch' --no-config $options{$what} " .
        "--rules '$here/rules.ini' '$file' > /dev/null 2> '$log'");
    open my $in, '<', $log or die "$log: $!\n";
    my ($instructions) = map {/refs:\s+([\d,]+)/ ? $1 =~ s/,//gr : ()} <$in>;
    die "valgrind says nothing: see $log\n" if !$instructions;
    return $instructions / -s $file;
}

my $table = "$here/instructions.tsv";
open my $in, '<', $table or die "$table: $!\n";
my @lines = <$in>;
close $in;
my %stored = map {/^([^#\t]+)\t([\d.]+)/ ? ($1, $2) : ()} @lines;
my $has_failed = 0;
my @written;
for my $what (sort keys %options) {
    my $now = count($what);
    my $is_worse = !$ENV{STORE} && (!defined $stored{$what} || $now > $margin * $stored{$what});
    printf "%-16s %7.1f instructions a byte, stored %s%s\n", $what, $now, $stored{$what} // 'none',
        $is_worse ? ': more than a tenth above' : '';
    $has_failed ||= $is_worse;
    push @written, sprintf "%s\t%.1f\n", $what, $now;
}
if ($ENV{STORE}) {
    open my $out, '>', $table or die "$table: $!\n";
    print $out grep({/^#/} @lines), @written;
    close $out or die "$table: $!\n";
}
exit $has_failed;
