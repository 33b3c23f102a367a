#!/usr/bin/perl
# The tables of grammar/catalogue/: against the facts that were gathered for them (../shared/reference/catalogue,
# beside the checkout; passed over where that is not there), and what catalogue.pl says of a mistake.
# With SMTPATCH=PROGRAM in the environment also what `PROGRAM --options` prints, at every release, once it has that.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use JSON::PP qw(decode_json);
use Test::More;

my $root = abs_path(dirname(__FILE__) . '/..');
my $ours = "$root/grammar/catalogue";
my $theirs = dirname($root) . '/shared/reference/catalogue';
my @releases = qw(1.0 1.1 1.2 1.3 1.4 2.0 2.1 2.2 2.3 2.4 3.0 3.1 3.2 3.3 3.4 3.5 3.6);

sub rows {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!\n";
    return map { chomp; [split /\t/, $_, -1] } grep { !/^#/ && /\S/ } <$in>;
}

# `A; B@2.4`: what holds at the last release of the option.
sub last_of {
    my ($history) = @_;
    return (split /; /, $history)[-1] =~ s/\@v?\d+\.\d+(\.\d+)?$//r;
}

sub minor { my ($release) = @_; return $release =~ /^v|^-$/ ? $release : $release =~ s/^(\d+\.\d+)\.\d+$/$1/r }
sub known_as { my ($default) = @_; return {'(none)' => '-', '(empty)' => "''"}->{$default} // $default }
sub number { my ($release) = @_; my ($major, $minor) = split /\./, $release; return $major * 100 + $minor }

# Our rows by connector, option, role and first release.
sub our_rows {
    my %rows;
    for my $row (rows("$ours/$_[0]")) {
        my ($name, $role) = split /:/, $row->[0];
        $rows{join ' ', $name =~ s{^pipeline/}{}r, $row->[1], $role // '-', minor($row->[5])} = $row;
    }
    return \%rows;
}

sub compare {
    my ($file) = @_;
    my $rows = our_rows($file);
    my ($header, @reference) = rows("$theirs/$file");
    for my $row (@reference) {
        my ($connector, $option, $type, $default, $required, $since, $until, $values, $note) = @$row;
        my $role = ($note // '') =~ /^(sink|source)/ && $connector eq 'starrocks' && @$row > 6 ? $1 : '-';
        my $own = delete $rows->{"$connector $option $role $since"};
        my $found = $own && join ' ', map({ last_of($_) } @$own[2 .. 4]), minor($own->[5]), $own->[6];
        my $expected = join ' ', $type, known_as($default), $required, $since, $until // '-';
        is($found, $expected, "$connector $option $role $since");
        next unless $own && $values;
        my @kept = grep { !/\.\.[^,]+$/ } split /\|/, $own->[7] =~ s/^\w+: //r;    # those without an end
        is(join('|', map { s{\@.*}{}r } @kept), $values, "$connector $option: values");
    }
    is_deeply([sort keys %$rows], [], "$file: nothing that the reference does not have");
}

# What the program prints of a connector at each release, against the spans of the reference.
sub compare_program {
    my ($program) = @_;
    my ($header, @reference) = rows("$theirs/options.tsv");
    my %connectors = map { $_->[0] => 1 } @reference;
    for my $connector (sort keys %connectors) {
        for my $release (@releases) {
            my @held = grep { $_->[0] eq $connector && number($_->[5]) <= number($release)
                && ($_->[6] eq '-' || number($_->[6]) >= number($release)) } @reference;
            my $json = decode_json(scalar `$program --options $connector --flink-cdc $release --format json`);
            my @printed = map { "$_->{option} $_->{since} " . ($_->{until} // '-') } @{$json->{options}};
            is_deeply([sort @printed], [sort map { "$_->[1] $_->[5] $_->[6]" } @held], "$connector at $release");
        }
    }
}

# Runs catalogue.pl on the tables with one line of one file changed; gives what it says and its status.
sub broken {
    my ($file, $change) = @_;
    my $directory = tempdir(CLEANUP => 1);
    copy($_, $directory) for glob "$ours/*.tsv";
    open my $in, '<', "$ours/$file" or die;
    my @lines = <$in>;
    my ($row) = grep { $lines[$_] =~ /^[a-z]/ } 0 .. $#lines;
    $change->(\@lines, $row);
    open my $out, '>', "$directory/$file" or die;
    print $out @lines;
    close $out;
    my $said = `perl $root/grammar/catalogue.pl $directory 2>&1 >$directory/tables`;
    ok($? != 0 && -z "$directory/tables", "$file: refused, and nothing written");
    return ($said =~ s{^\Q$directory\E/}{}mgr, $row + 1, scalar @lines);
}

sub refuses {
    my ($file, $change, $expected) = @_;
    my ($said, $line, $last) = broken($file, $change);
    my %at = (LINE => $line, NEXT => $line + 1, LAST => $last);
    $expected =~ s/:([A-Z]+):/:$at{$1}:/;
    like($said, qr/^\Q$expected\E/m, $expected);
}

SKIP: {
    skip 'the reference is not beside the checkout', 1 unless -d $theirs;
    compare($_) for qw(options.tsv starrocks.tsv pipeline-options.tsv);
    compare_program($ENV{SMTPATCH}) if $ENV{SMTPATCH} && `$ENV{SMTPATCH} --help` =~ /--options/;
}

my $twice = sub { $_[0][$_[1]] .= $_[0][$_[1]] };
my $again = sub { push @{$_[0]}, $_[0][$_[1]] };
sub replacing { my ($from, $to) = @_; return sub { $_[0][$_[1]] =~ s/$from/$to/ } }

refuses('options.tsv', replacing(qr/\tstring\t/, "\tstrung\t"), "options.tsv:LINE: error: unknown type 'strung'");
refuses('options.tsv', replacing(qr/^\S+/, 'own-cdc'), "options.tsv:LINE: error: unknown connector 'own-cdc'");
refuses('options.tsv', replacing(qr/\t1\.0\t/, "\t9.9\t"), "options.tsv:LINE: error: unknown release '9.9'");
refuses('options.tsv', replacing(qr/\t[^\t]*$/, "\n"), 'options.tsv:LINE: error: expected 13 columns, found 12');
refuses('options.tsv', $twice, 'options.tsv:NEXT: error: \'hostname\' stands twice for the same release');
refuses('options.tsv', $again, 'options.tsv:LAST: error: the rows of postgres-cdc must stand together');
refuses('prefixes.tsv', $twice, 'prefixes.tsv:NEXT: error: \'debezium.\' stands twice');
refuses('aliases.tsv', replacing(qr/\theartbeat\.interval\.ms/, "\theartbeat.never"),
    'aliases.tsv:LINE: error: postgres-cdc has no option');
refuses('releases.tsv', sub { @{$_[0]}[$_[1], $_[1] + 1] = @{$_[0]}[$_[1] + 1, $_[1]] },
    'releases.tsv:NEXT: error: the releases of a line must stand together and rise');
refuses('short-keys.tsv', replacing(qr/slot\.name/, 'slot.nome'),
    'short-keys.tsv:LINE: error: postgres-cdc has no option');
done_testing();
