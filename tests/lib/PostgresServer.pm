package PostgresServer;
# A PostgreSQL 15 cluster of a test's own, in a temporary directory, which goes away with the test.
use strict;
use warnings;
use File::Path qw(remove_tree);
use POSIX ();

my $programs = '/usr/lib/postgresql/15/bin';
my $psql = -x "$programs/psql" ? "$programs/psql" : 'psql';
my @running;

# Why there can be none here; undef when there can.
sub is_missing {
    return 'PostgreSQL 15 is not installed (Debian: postgresql-15)' if !-x "$programs/initdb" || !-x "$programs/postgres";
    return 'there is no user to run PostgreSQL as' if $> == 0 && !owner();
    return undef;
}

# PostgreSQL does not run as root.
sub owner {
    return $> == 0 ? (grep { defined $_->[2] } map { [getpwnam $_] } qw(postgres nobody))[0] : undef;
}

# Reached by a socket in its directory, where everybody is who he says. With port => N also at 127.0.0.1, with passwords.
# settings => ['name=value', ...]. It stops by stop(), or when the process ends, however it does. Dies with what PostgreSQL
# said when it does not start.
sub start {
    my ($class, %how) = @_;
    my $self = bless {directory => "/tmp/smtpatch-$$", owner => owner(), process => $$}, $class;
    my $directory = $self->{directory};
    mkdir $directory, 0700 or die "$directory: $!\n";
    chown @{$self->{owner}}[2, 3], $directory if $self->{owner};
    push @running, $self->watch;
    my @settings = ("unix_socket_directories=$directory", 'wal_level=logical', 'fsync=off', 'shared_buffers=16MB',
        @{$how{settings} // []});
    push @settings, $how{port} ? ('listen_addresses=127.0.0.1', "port=$how{port}") : 'listen_addresses=';
    $self->{environment} = {PGPORT => $how{port} // 5432};
    my $is_started = $self->as_owner("$programs/initdb", '-D', "$directory/data", '--auth-local=trust', '--auth-host=scram-sha-256',
        '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--no-sync')
        && $self->as_owner("$programs/pg_ctl", '-D', "$directory/data", '-w', '-t', '60', '-l', "$directory/log", '-o',
            join(' ', map { "-c $_" } @settings), 'start');
    die "PostgreSQL 15 does not start here: " . $self->said . "\n" if !$is_started;
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
    my $data = "$self->{directory}/data";
    $self->as_owner("$programs/pg_ctl", '-D', $data, '-m', 'immediate', 'stop') if -e "$data/postmaster.pid";
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

# Runs a program as the owner of the cluster; true when it went well.
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

# What the programs of the cluster said, in one line.
sub said {
    my ($self) = @_;
    return read_file("$self->{directory}/said") =~ s/\s+/ /gr;
}

sub read_file {
    my ($path) = @_;
    open my $in, '<:raw', $path or return '';
    local $/;
    return scalar <$in> // '';
}

# Exit status, output and messages of a script in a database, run by psql as the superuser.
sub execute {
    my ($self, $database, $sql, @options) = @_;
    my ($script, $error) = map { "$self->{directory}/$_" } 'run.sql', 'psql.error';
    open my $file, '>:raw', $script or die "$script: $!\n";
    print {$file} $sql;
    close $file or die "$script: $!\n";
    my $child = open(my $out, '-|') // die "fork: $!\n";
    if ($child == 0) {
        open STDERR, '>', $error or die;
        delete @ENV{grep { /^PG/ } keys %ENV};
        %ENV = (%ENV, %{$self->{environment}});
        exec {$psql} 'psql', '-X', '-q', '-h', $self->{directory}, '-U', 'postgres', '-d', $database, '-v', 'ON_ERROR_STOP=1',
            @options, '-f', $script;
        die "psql: $!\n";
    }
    binmode $out;
    my $printed = do { local $/; <$out> } // '';
    close $out;
    return ($? >> 8, $printed, read_file($error));
}

1;
