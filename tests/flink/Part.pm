package Part;
# A part of check-flink that runs jobs: where its results go, the line that sums them up, Flink, and waiting.
use strict;
use warnings;
use Command;
use Exporter qw(import);
use FlinkCluster;
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw($flink open_part start_flink leave finish free_port until_true smtpatch);

our $flink;

my ($name, $work, $tap, $began);

# The part NAME, which works in the folder $at.
sub open_part {
    ($name, my $at) = @_;
    ($work, $began) = ($at, time);
    open $tap, '>', "$work/$name.tap" or die "$work/$name.tap: $!\n";
    Test::More->builder->output($tap);
}

sub start_flink {
    $flink = FlinkCluster->start($work, @_);
}

sub leave {
    my ($why) = @_;
    print "$name: skipped: $why\n";
    exit 0;
}

# The line that sums up; ends the program, after stopping Flink and what else is given.
sub finish {
    $_->stop for grep { defined } $flink, @_;
    done_testing();
    my @results = Test::More->builder->summary;
    my $failed = grep { !$_ } @results;
    printf "%s: %d assertions, %d failed, %.0f s\n", $name, scalar @results, $failed, time - $began;
    exit($failed ? 1 : 0);
}

sub free_port {
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die "no port: $!\n";
    return $socket->sockport;
}

# Calls the function until what it gives is true, for so many seconds at most; gives that.
sub until_true {
    my ($seconds, $function) = @_;
    my $end = time + $seconds;
    while (1) {
        my $result = $function->();
        return $result if $result || time > $end;
        sleep 0.5;
    }
}

# Exit status, output and messages of smtpatch on a script, with its checks.
sub smtpatch {
    my ($input, @arguments) = @_;
    return run_with({checks => 1}, '--no-config', @arguments, spew('flink-create.1.sql', $input));
}

1;
