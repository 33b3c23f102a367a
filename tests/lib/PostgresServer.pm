package PostgresServer;
# A PostgreSQL 15 cluster of a test's own.
use strict;
use warnings;
use parent qw(TemporaryServer);

my $programs = '/usr/lib/postgresql/15/bin';
my $psql = -x "$programs/psql" ? "$programs/psql" : 'psql';

sub owners { return qw(postgres nobody) }

# Why there can be none here; undef when there can.
sub is_missing {
    return 'PostgreSQL 15 is not installed (Debian: postgresql-15)' if !-x "$programs/initdb" || !-x "$programs/postgres";
    return 'there is no user to run PostgreSQL as' if $> == 0 && !__PACKAGE__->owner;
    return undef;
}

# Reached by a socket in its directory, where everybody is who he says. With port => N also at 127.0.0.1, with passwords.
# settings => ['name=value', ...]. Dies with what PostgreSQL said when it does not start.
sub start {
    my ($class, %how) = @_;
    my $self = $class->new;
    my $directory = $self->{directory};
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

sub is_up {
    my ($self) = @_;
    return -e "$self->{directory}/data/postmaster.pid";
}

sub shut_down {
    my ($self) = @_;
    $self->as_owner("$programs/pg_ctl", '-D', "$self->{directory}/data", '-m', 'immediate', 'stop');
}

# Exit status, output and messages of a script in a database, run by psql as the superuser.
sub execute {
    my ($self, $database, $sql, @options) = @_;
    return $self->run_client($sql, $self->{environment}, $psql, '-X', '-q', '-h', $self->{directory}, '-U', 'postgres',
        '-d', $database, '-v', 'ON_ERROR_STOP=1', @options, '-f', "$self->{directory}/run.sql");
}

1;
