package FlinkCluster;
# A cluster of Flink in a process of its own, with Flink's SQL client: tests/flink/job/, which tells how it is spoken to.
use strict;
use warnings;
use HTTP::Tiny;
use IPC::Open2 qw(open2);
use JSON::PP qw(decode_json encode_json);

my @running;

# Runs COMMAND with WORK as its last argument. Dies when it does not come up.
sub start {
    my ($class, $work, @command) = @_;
    local $ENV{FLINK_CONF_DIR} = $work;
    my $self = bless {work => $work, process => $$}, $class;
    my @quiet = ('sh', '-c', 'exec "$@" 2> "$0"', "$work/errors"); # some log there, for all that is told them
    $self->{pid} = open2($self->{said}, $self->{told}, @quiet, @command, $work);
    push @running, $self;
    ($self->{address}) = $self->read_until(qr/^READY\t(\S+)/);
    $self->{http} = HTTP::Tiny->new(timeout => 30);
    return $self;
}

sub read_until {
    my ($self, $pattern) = @_;
    while (defined(my $line = readline $self->{said})) {
        return $1 if $line =~ $pattern;
    }
    die "the cluster is gone: $self->{work}/errors\n";
}

sub stop {
    my ($self) = @_;
    return if $self->{process} != $$ || !defined $self->{told};
    close delete $self->{told}; # its input ends, and so does it
    local $SIG{ALRM} = sub { kill KILL => $self->{pid} };
    alarm 20;
    waitpid $self->{pid}, 0;
    alarm 0;
}

END {
    my $status = $?;
    $_->stop for @running;
    $? = $status;
}

# Has the SQL client run a script; gives the error that it stopped at ('' when there was none), and the jobs that it started.
sub submit {
    my ($self, $name, $script) = @_;
    open my $file, '>:raw', "$self->{work}/$name" or die "$name: $!\n";
    print {$file} $script;
    close $file or die "$name: $!\n";
    print { $self->{told} } "$name\n";
    $self->{told}->flush;
    $self->read_until(qr/^(DONE)\t\Q$name\E$/);
    open my $log, '<:raw', "$self->{work}/$name.log" or die "$name.log: $!\n";
    my $said = do { local $/; <$log> } =~ s/\e\[[\d;]*m//gr;
    my ($error) = $said =~ /\[ERROR\] (.*)/s;
    return ($error // '', $said =~ /^Job ID: (\w+)/mg);
}

sub rest {
    my ($self, $method, $path, $content) = @_;
    my %body;
    %body = (headers => {'content-type' => 'application/json'}, content => encode_json($content)) if defined $content;
    my $answer = $self->{http}->request($method, "$self->{address}$path", \%body);
    $answer->{success} or die "$method $path: $answer->{status} $answer->{content}\n";
    return $answer->{content} eq '' ? {} : decode_json($answer->{content});
}

sub state {
    my ($self, $job) = @_;
    return $self->rest(GET => "/jobs/$job")->{state};
}

# The failures that made the job start anew, or end; the first one first: [task, stack trace].
sub failures {
    my ($self, $job) = @_;
    my $history = $self->rest(GET => "/jobs/$job/exceptions")->{exceptionHistory}{entries};
    return map { [$_->{taskName} // '', $_->{stacktrace}] } reverse @$history;
}

# Ends a job with a savepoint; gives the savepoint's path.
sub stop_with_savepoint {
    my ($self, $job) = @_;
    my %how = ('target-directory' => "file://$self->{work}/savepoints", 'cancel-job' => JSON::PP::true);
    my $begun = $self->rest(POST => "/jobs/$job/savepoints", \%how);
    my $answer;
    do {
        select undef, undef, undef, 0.2;
        $answer = $self->rest(GET => "/jobs/$job/savepoints/$begun->{'request-id'}");
    } while $answer->{status}{id} ne 'COMPLETED';
    return $answer->{operation}{location} // die "no savepoint: " . encode_json($answer) . "\n";
}

# Ends jobs and waits until they have.
sub cancel {
    my ($self, @jobs) = @_;
    my $is_over = qr/^(?:CANCELED|FAILED|FINISHED)$/;
    $self->rest(PATCH => "/jobs/$_?mode=cancel") for grep { $self->state($_) !~ $is_over } @jobs;
    for my $job (@jobs) {
        select undef, undef, undef, 0.1 while $self->state($job) !~ $is_over;
    }
}

1;
