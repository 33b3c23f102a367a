package MariaServer;
# A MariaDB of a test's own, whose log of changes mysql-cdc reads as it reads MySQL's.
use strict;
use warnings;
use parent qw(TemporaryServer);
use Time::HiRes qw(sleep);

my ($daemon, $installer) = qw(/usr/sbin/mariadbd /usr/bin/mariadb-install-db);

sub owners { return qw(mysql nobody) }

# Why there can be none here; undef when there can.
sub is_missing {
    my @programs = ($daemon, $installer, '/usr/bin/mariadb');
    return 'MariaDB is not installed (Debian: mariadb-server-core, mariadb-client-core)' if grep { !-x } @programs;
    return 'there is no user to run MariaDB as' if $> == 0 && !__PACKAGE__->owner;
    return undef;
}

# Reached by a socket in its directory, where root needs no password, and at 127.0.0.1. Dies with what MariaDB said when it
# does not start.
sub start {
    my ($class, %how) = @_;
    my $self = $class->new;
    my $directory = $self->{directory};
    my @place = ('--no-defaults', "--datadir=$directory/data");
    my @settings = (@place, "--socket=$directory/socket", "--pid-file=$directory/pid", '--bind-address=127.0.0.1',
        "--port=$how{port}", '--server-id=1', '--log-bin=changes', '--binlog-format=ROW', '--binlog-row-image=FULL',
        '--default-time-zone=+00:00', '--innodb-buffer-pool-size=32M', '--innodb-flush-log-at-trx-commit=0');
    my $is_started = $self->as_owner($installer, @place, '--auth-root-authentication-method=normal', '--skip-test-db')
        && $self->as_owner('/bin/sh', '-c', '"$@" &', 'sh', $daemon, @settings)
        && $self->answers;
    die "MariaDB does not start here: " . $self->said . "\n" if !$is_started;
    return $self;
}

sub answers {
    my ($self) = @_;
    for (1 .. 300) {
        return 1 if ($self->execute('mysql', 'SELECT 1'))[0] == 0;
        sleep 0.1;
    }
    return 0;
}

sub process_id {
    my ($self) = @_;
    return TemporaryServer::read_if_there("$self->{directory}/pid") =~ /(\d+)/ ? $1 : undef;
}

sub is_up { return defined $_[0]->process_id }

sub shut_down {
    my ($self) = @_;
    my $process = $self->process_id;
    kill KILL => $process; # nothing of it is kept
    for (1 .. 100) {
        last if !kill 0 => $process;
        sleep 0.05;
    }
}

# Exit status, output (fields with tabs between them) and messages of a script in a database, run as root.
sub execute {
    my ($self, $database, $sql) = @_;
    return $self->run_client($sql, {}, '/usr/bin/mariadb', '--no-defaults', "--socket=$self->{directory}/socket", '--user=root',
        '--batch', '--skip-column-names', $database);
}

1;
