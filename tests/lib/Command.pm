package Command;
# Runs the program under test (SMTPATCH) in a directory of the test's own.
use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Files;
use POSIX ();

our @EXPORT = qw($root $directory can_be_nobody run run_with slurp spew);

our $root = abs_path(dirname(__FILE__) . '/../..');
our $directory = abs_path(tempdir(CLEANUP => 1));

chmod 0755, $directory;

my $program = abs_path($ENV{SMTPATCH} // "$root/build/smtpatch");

sub slurp { return read_file(@_) }

# Writes a file below the directory, with the folders above it.
sub spew {
    my ($file, $text) = @_;
    my $path = $file =~ m{^/} ? $file : "$directory/$file";
    write_file($path, $text);
    return $path;
}

# Root may read and write everything, so what others may not is tried as nobody.
sub become_nobody {
    $ENV{ASAN_OPTIONS} = ($ENV{ASAN_OPTIONS} // '') . ':detect_leaks=0'; # it cannot trace a process that changed its user
    return if $> != 0;
    $) = '65534 65534';
    POSIX::setgid(65534);
    POSIX::setuid(65534);
}

# Whether nobody can run the program and see the directory.
sub can_be_nobody {
    my $child = fork // die "fork: $!\n";
    if ($child == 0) {
        become_nobody();
        exec 'sh', '-c', 'cd "$0" && exec "$1" --version >/dev/null 2>&1', $directory, $program;
    }
    waitpid $child, 0;
    return $? == 0;
}

# Options: nobody => 1 to run as nobody, open_files => how many may be open, input => text for standard input,
# output => a file for standard output, closed => 1 to close it, environment => {...}, in => directory. Gives exit status
# (or "signal N"), standard output, standard error.
sub run_with {
    my ($options, @arguments) = @_;
    my $said = tempdir(CLEANUP => 1);
    spew("$said/input", $options->{input} // '');
    my $child = fork // die "fork: $!\n";
    if ($child == 0) {
        chdir($options->{in} // $directory) or die;
        open STDIN, '<', "$said/input" or die;
        open STDERR, '>', "$said/error" or die;
        open STDOUT, '>', $options->{output} // "$said/output" or die;
        close STDOUT if $options->{closed};
        become_nobody() if $options->{nobody};
        %ENV = (%ENV, %{$options->{environment} // {}});
        unshift @arguments, '--no-lint' unless $options->{checks}; # what checks find is tested elsewhere
        exec 'sh', '-c', 'ulimit -n "$1"; shift; exec "$@"', 'sh', $options->{open_files}, $program, @arguments
            if $options->{open_files};
        exec 'sh', '-c', 'exec "$0" "$@"', $program, @arguments if $options->{nobody}; # a fresh process, which sanitizers can look into
        exec {$program} 'smtpatch', @arguments or die "$program: $!\n";
    }
    waitpid $child, 0;
    my $status = $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
    return ($status, -e "$said/output" ? slurp("$said/output") : '', slurp("$said/error"));
}

sub run { return run_with({}, @_) }

1;
