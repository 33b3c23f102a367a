#!/usr/bin/perl
# The checks: tests/checks/FAMILY/ID.case holds scripts and what the check ID says of them.
#
#   == NAME          starts a case
#   -- args          further arguments, as a shell would split them (optional)
#   -- rules         a rules file that goes along (optional)
#   -- file NAME     another file that stands beside the script (optional, repeatable)
#   -- input         the script
#   -- messages      all of standard error of `smtpatch --no-config ARGS input.sql`; findings of other checks are left
#                    out of it
#   -- exit          the exit status (optional)
#
# With arguments only these files are run.
use strict;
use warnings;
use Cwd qw(abs_path getcwd);
use File::Basename qw(basename dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;
use Text::ParseWords qw(shellwords);

my $root = abs_path(dirname(__FILE__) . '/..');
my $program = $ENV{SMTPATCH} // "$root/build/smtpatch";
my @files = map { abs_path($_) } @ARGV ? @ARGV : glob "$root/tests/checks/*/*.case";
chdir tempdir(CLEANUP => 1) or die;

# The cases of a file, each a hash of its sections.
sub cases {
    my ($file) = @_;
    my (@cases, $section);
    open my $in, '<', $file or die "$file: $!\n";
    while (my $line = <$in>) {
        if ($line =~ /^== (.+)$/) {
            push @cases, {name => $1};
            $section = undef;
        } elsif ($line =~ /^-- file (\S+)$/) {
            $section = "file $1";
            $cases[-1]{$section} = '';
        } elsif ($line =~ /^-- (args|rules|input|messages|exit)$/) {
            $section = $1;
            $cases[-1]{$section} = '';
        } elsif (defined $section) {
            $cases[-1]{$section} .= $line;
        } elsif ($line =~ /\S/ && $line !~ /^#/) {
            die "$file:$.: error: this stands outside of a section\n";
        }
    }
    return @cases;
}

# A finding is a line with its id at the end and the lines up to the next message.
sub only {
    my ($id, $messages) = @_;
    my ($kept, $is_kept) = ('', 1);
    for my $line (split /^/, $messages) {
        $is_kept = $line !~ /\[([a-z0-9-]+)\]$/ || $1 eq $id if $line =~ /^\S/;
        $kept .= $line if $is_kept;
    }
    return $kept;
}

sub write_file {
    my ($name, $text) = @_;
    open my $out, '>', $name or die "$name: $!\n";
    print $out $text;
    close $out or die "$name: $!\n";
    return;
}

for my $file (@files) {
    my $id = basename($file, '.case');
    for my $case (cases($file)) {
        my @arguments = shellwords($case->{args} // '');
        write_file('input.sql', $case->{input});
        for my $name (map { /^file (.+)/ ? $1 : () } keys %$case) {
            make_path(dirname($name));
            write_file($name, $case->{"file $name"});
        }
        if (defined $case->{rules}) {
            write_file('rules.ini', $case->{rules});
            push @arguments, '--rules', 'rules.ini';
        }
        my $pid = open my $in, '-|';
        if (!$pid) {
            open STDERR, '>&', \*STDOUT or die;
            open STDOUT, '>', '/dev/null' or die;
            exec $program, '--no-config', @arguments, 'input.sql' or die "$program: $!\n";
        }
        my $messages = do { local $/; <$in> } // '';
        close $in;
        my $status = $? >> 8;
        (my $wanted = $case->{messages}) =~ s/\n+\z/\n/;
        $wanted = '' if $wanted eq "\n";
        is(only($id, $messages), $wanted, "$id: $case->{name}");
        is($status, $case->{exit} + 0, "$id: $case->{name}: exit") if defined $case->{exit};
    }
}
done_testing();
