package TemporaryServer;
# A database server of a test's own, in a temporary directory, which goes away with the test. A class of it has the methods
# owners (who may own it, when the tests run as root), is_up and shut_down.
use strict;
use warnings;
use File::Path qw(remove_tree);
use Files qw(read_file write_file);
use POSIX ();

my @running;

# Database servers do not run as root.
sub owner {
    my ($class) = @_;
    return $> == 0 ? (grep { defined $_->[2] } map { [getpwnam $_] } $class->owners)[0] : undef;
}

# An object with its directory. What it becomes stops by stop(), or when the process ends, however it does.
sub new {
    my ($class, %fields) = @_;
    my $self = bless {directory => "/tmp/smtpatch-$$", owner => $class->owner, process => $$, %fields}, $class;
    my $directory = $self->{directory};
    mkdir $directory, 0700 or die "$directory: $!\n";
    chown @{$self->{owner}}[2, 3], $directory if $self->{owner};
    push @running, $self->watch;
    return $self;
}

# A child out of reach of signals stops the server when this process closes its end of a pipe, or is no more.
sub watch {
    my ($self) = @_;
    pipe(my $watched, $self->{life}) or die "pipe: $!\n";
    $self->{watcher} = fork // die "fork: $!\n";
    return $self if $self->{watcher};
    POSIX::setsid();
    $SIG{$_} = 'IGNORE' for qw(INT TERM HUP);
    close $self->{life};
    POSIX::dup2(POSIX::open('/dev/null', POSIX::O_RDWR()), $_) for 0 .. 2; # nobody is to wait for what it says
    sysread $watched, my $nothing, 1;
    $self->shut_down if $self->is_up;
    remove_tree($self->{directory});
    POSIX::_exit(0);
}

sub stop {
    my ($self) = @_;
    return if $self->{process} != $$ || !defined $self->{life};
    close delete $self->{life};
    waitpid $self->{watcher}, 0;
}

END {
    my $status = $?;
    $_->stop for @running;
    $? = $status;
}
$SIG{$_} = sub { exit 1 } for qw(INT TERM HUP);

# Runs a program as the owner of the server; true when it went well.
sub as_owner {
    my ($self, @command) = @_;
    my $child = fork // die "fork: $!\n";
    if ($child == 0) {
        if (my $owner = $self->{owner}) {
            $) = "$owner->[3] $owner->[3]";
            ($(, $<, $>) = @{$owner}[3, 2, 2];
        }
        chdir $self->{directory};
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{directory}/said" or die;
        open STDERR, '>&', \*STDOUT or die;
        exec {$command[0]} @command or die;
    }
    waitpid $child, 0;
    return $? == 0;
}

# What the programs of the server said, in one line.
sub said {
    my ($self) = @_;
    return read_if_there("$self->{directory}/said") =~ s/\s+/ /gr;
}

# Empty while there is no such file.
sub read_if_there { my ($path) = @_; return -e $path ? read_file($path) : '' }

# Exit status, output and messages of a client that reads a script, run.sql in the server's directory, there or as its input.
# The environment is added to what there is, without the settings of such clients.
sub run_client {
    my ($self, $sql, $environment, @command) = @_;
    my ($script, $error) = map { "$self->{directory}/$_" } 'run.sql', 'client.error';
    write_file($script, $sql);
    my $child = open(my $out, '-|') // die "fork: $!\n";
    if ($child == 0) {
        open STDERR, '>', $error or die;
        open STDIN, '<', $script or die;
        delete @ENV{grep { /^(?:PG|MYSQL|MARIADB)/ } keys %ENV};
        %ENV = (%ENV, %$environment);
        exec {$command[0]} @command;
        die "$command[0]: $!\n";
    }
    binmode $out;
    my $printed = do { local $/; <$out> } // '';
    close $out;
    return ($? >> 8, $printed, read_if_there($error));
}

1;
