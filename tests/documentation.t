#!/usr/bin/perl
# The examples of Flink CDC's documentation, read where they lie beside the project: no check calls an error what the
# documentation shows, at the newest release. What fires all the same is listed here with its reason.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP qw(decode_json);
use Test::More;

my $root = abs_path(dirname(__FILE__) . '/..');
my $program = $ENV{SMTPATCH} // "$root/build/smtpatch";
my $documentation = "$root/../shared/corpus/cdc-docs.sql";
plan skip_all => 'the documentation is not there' unless -r $documentation;

# Statements with an ellipsis between their columns: the documentation's own shorthand, no SQL.
my $elision = qr/\n\s*\.\.\.|,\s*\.\.\./;

# The two examples of oceanbase-cdc use options that went with Flink CDC 3.5, when the connector became mysql-cdc's heir.
my %is_right = map { $_ => 1 } qw(unknown-option);

sub errors_of {
    my ($statement, @arguments) = @_;
    my $directory = tempdir(CLEANUP => 1);
    open my $out, '>', "$directory/a.sql" or die;
    print $out "$statement;\n";
    close $out;
    my $json = qx{"$program" --no-config --lint --format json @arguments "$directory/a.sql" 2>&1};
    return grep { $_->{severity} eq 'error' } @{decode_json($json)->{findings}};
}

open my $in, '<', $documentation or die;
my $text = do { local $/; <$in> };
my @statements = grep { /CREATE\s+TABLE/i && !/$elision/ } split /;[ \t]*\n/, $text;
cmp_ok(scalar @statements, '>', 30, 'there are examples');
for my $statement (@statements) {
    my ($name) = $statement =~ /CREATE\s+TABLE\s+(\S+)/i;
    my ($connector) = $statement =~ /'connector'\s*=\s*'([^']*)'/;
    my @errors = errors_of($statement);
    my $is_old = ($connector // '') eq 'oceanbase-cdc' && @errors > 0;
    @errors = grep { !$is_right{$_->{id} // ''} } @errors if $is_old;
    is_deeply([map { $_->{message} } @errors], [], "$name " . ($connector // ''));
    is_deeply([map { $_->{message} } errors_of($statement, '--flink-cdc', '3.4')], [], "$name at 3.4") if $is_old;
}
done_testing();
