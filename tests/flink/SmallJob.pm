package SmallJob;
# Small jobs: each copies what a source reads into the table that they all write to.
use strict;
use warnings;
use Exporter qw(import);
use Part;
use Test::More;
use Time::HiRes qw(sleep);

our @EXPORT = qw(@job small_jobs create settings sink script_of run begin end arrived failure sources_of is_told fails reads);

our @job; # those that run

my (%source, %sink, $arrived, $clean_up);

# source and sink: options; arrived: the ids that stand in the table, in order; clean_up: what end() does at last.
sub small_jobs {
    my (%how) = @_;
    %source = %{$how{source}};
    %sink = %{$how{sink}};
    ($arrived, $clean_up) = @how{qw(arrived clean_up)};
}

# ---- Scripts --------------------------------------------------------------------------------------------------------

sub create_from {
    my ($name, $columns, %options) = @_;
    my $list = join ",\n", map { "  '$_' = '$options{$_}'" } grep { defined $options{$_} } sort keys %options;
    return "CREATE TABLE $name ($columns, PRIMARY KEY (id) NOT ENFORCED) WITH (\n$list\n);\n";
}

# A source with options beside those that all have; undef takes one away. More columns in the option "columns".
sub create {
    my ($name, %options) = @_;
    my $columns = join ', ', 'id INT NOT NULL, word STRING', @{delete $options{columns} // []};
    return create_from($name, $columns, %source, %options);
}

sub sink { return create_from('snk', 'id INT NOT NULL, word STRING', %sink) }

sub settings {
    my ($parallelism, $checkpoints) = @_;
    return "SET 'parallelism.default' = '${\($parallelism // 1)}';\n"
        . "SET 'execution.checkpointing.interval' = '${\($checkpoints // '500ms')}';\n";
}

# A script that copies what a source with these options reads. Two of them are for the script: parallelism, checkpoints.
sub script_of {
    my (%options) = @_;
    my $settings = settings(delete @options{qw(parallelism checkpoints)});
    return $settings . create('src', %options) . sink() . "INSERT INTO snk SELECT * FROM src;\n";
}

# ---- Jobs -----------------------------------------------------------------------------------------------------------

# Runs a script beside the jobs that run.
sub run {
    my ($script) = @_;
    my ($error, @started) = $flink->submit('case.sql', $script);
    $error eq '' or diag($error);
    push @job, @started;
    return @started;
}

sub begin { return run(script_of(@_)) }

sub end {
    $flink->cancel(@job);
    @job = ();
    $clean_up->();
}

sub arrived { return join ' ', $arrived->() }

# What the first failure was caused by, from the outermost cause to the innermost; empty when there is none for 40 seconds.
sub failure {
    my ($job) = @_;
    my @failures;
    until_true(40, sub { @failures = $flink->failures($job // $job[-1]) });
    return @failures ? join "\n", $failures[0][1] =~ /^(?:Caused by: )?(\S+: .*)/mg : '';
}

# How many sources a job has.
sub sources_of {
    my ($job) = @_;
    return scalar grep { $_->{name} =~ /^Source: / } @{$flink->rest(GET => "/jobs/$job")->{vertices}};
}

# ---- Cases ----------------------------------------------------------------------------------------------------------

# That smtpatch says so of the script.
sub is_told {
    my ($name, $check, $script) = @_;
    return if !defined $check;
    my (undef, $findings) = smtpatch($script, '--lint');
    like($findings, qr/\[\Q$check\E\]$/m, "$name: smtpatch tells it");
}

sub fails {
    my ($name, $check, $message, %options) = @_;
    is_told($name, $check, script_of(%options));
    begin(%options);
    like(failure(), $message, "$name: it fails");
    end();
}

sub reads {
    my ($name, $check, $ids, %options) = @_;
    is_told($name, $check, script_of(%options));
    begin(%options);
    until_true($ids eq '' ? 8 : 30, sub { $ids eq '' ? arrived() ne '' : arrived() eq $ids });
    sleep 1; # for what must not arrive
    is(arrived() . ' ' . $flink->state(@job), "$ids RUNNING", "$name: what it reads");
    end();
}

1;
