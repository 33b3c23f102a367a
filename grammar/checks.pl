#!/usr/bin/perl
# Makes the registry of checks of grammar/checks.txt: perl checks.pl WHAT FILE > OUTPUT
#   table      the entries, by id, for src/checks/registry.c
#   functions  the declarations of the functions that they name
#   manual     smtpatch-checks(7), in mdoc
# The form of checks.txt is told at its head. A mistake in it stops the build with its line.
use strict;
use warnings;

my ($what, $file) = @ARGV;
open my $in, '<', $file or die "$file: $!\n";
my (@checks, $check);

sub mistake { die "$file:$.: error: $_[0]\n" }

while (my $line = <$in>) {
    chomp $line;
    next if $line =~ /^#/;
    if ($line =~ /^\[(.*)\]$/) {
        my $id = $1;
        mistake("'$id' is no id: lower case, digits and dashes") unless $id =~ /^[a-z0-9]+(-[a-z0-9]+)*$/;
        $check = { id => $id, page => '' };
        push @checks, $check;
    } elsif ($check && $line =~ /^(severity|summary|per) *= *(.+)$/ && $check->{page} eq '') {
        $check->{$1} = $2;
    } elsif ($check) {
        $check->{page} .= "$line\n" if $line ne '' || $check->{page} ne '';
    } elsif ($line ne '') {
        mistake('this stands before the first [id]');
    }
}

for my $entry (@checks) {
    my $id = $entry->{id};
    for my $key (qw(severity summary per)) {
        die "$file: error: [$id] has no $key\n" unless defined $entry->{$key};
    }
    die "$file: error: [$id]: severity is error, warning, info or off\n" unless $entry->{severity} =~ /^(error|warning|info|off)$/;
    die "$file: error: [$id]: per is table, shape or script\n" unless $entry->{per} =~ /^(table|shape|script)$/;
    die "$file: error: [$id] has no page\n" unless $entry->{page} =~ /\S/;
    $entry->{page} =~ s/\n+\z/\n/;
}
my %seen;
for my $entry (@checks) {
    die "$file: error: [$entry->{id}] stands twice\n" if $seen{$entry->{id}}++;
}

sub literal {
    my ($text) = @_;
    $text =~ s/(["\\])/\\$1/g;
    return join "\n        ", map { "\"$_\\n\"" } split /\n/, $text, -1 if $text =~ s/\n\z//;
    return "\"$text\"";
}

# mdoc wants each sentence to begin a line.
sub sentences { return $_[0] =~ s/(?<=[\w)'"][\w)'"])([.!?][)'"]*) +/$1\n/gr =~ s/^([.'])/\\&$1/mgr }

# Text of a page as mdoc: the paragraphs, and what is indented as a display.
sub mdoc {
    my ($text) = @_;
    $text =~ s/\\/\\e/g;
    my @paragraphs = map { /^ / ? ".Bd -literal -offset indent\n$_\n.Ed" : sentences($_) } split /\n{2,}/, $text =~ s/\n+\z//r;
    return join("\n.Pp\n", @paragraphs) . "\n";
}

if ($what eq 'manual') {
    print <<'HEAD';
.\" Made of grammar/checks.txt by grammar/checks.pl.
.Dd November 22, 2026
.Dt SMTPATCH-CHECKS 7
.Os
.Sh NAME
.Nm smtpatch-checks
.Nd what the checks of smtpatch mean
.Sh DESCRIPTION
.Xr smtpatch 1
checks the scripts that it prints; with
.Fl Fl lint
it does nothing else.
A finding ends with the id of its check in brackets.
.Fl Fl explain Ar ID
prints the part of this page that is about it.
.Pp
A check is silenced at one place by a comment before the statement or on the option's line,
.Ql -- smtpatch: allow(ID) ,
and gets another severity in a rules file, by
.Ql lint.ID = off
in its section
.Ql [smtpatch] ;
see
.Xr smtpatch.ini 5 .
.Sh CHECKS
HEAD
    for my $entry (sort { $a->{id} cmp $b->{id} } @checks) {
        print ".Ss $entry->{id} ($entry->{severity})\n.Em \"", $entry->{summary} =~ s/\\/\\e/gr =~ s/"/\\(dq/gr, "\"\n.Pp\n", mdoc($entry->{page});
    }
    print ".Sh SEE ALSO\n.Xr smtpatch 1 ,\n.Xr smtpatch.ini 5\n";
    exit 0;
}

for my $entry (sort { $a->{id} cmp $b->{id} } @checks) {
    (my $function = "check_$entry->{id}") =~ tr/-/_/;
    my $kind = $entry->{per};
    if ($what eq 'functions') {
        print $kind eq 'script' ? "CHECK_SCRIPT($function)\n" : "CHECK_TABLE($function)\n";
    } else {
        my $severity = uc $entry->{severity};
        my $is_by_shape = $kind eq 'shape' ? 'true' : 'false';
        my $functions = $kind eq 'script' ? "NULL, $function" : "$function, NULL";
        printf "{\"%s\", SEVERITY_%s, %s,\n        %s,\n        %s, %s},\n", $entry->{id}, $severity, literal($entry->{summary}),
            literal($entry->{page}), $is_by_shape, $functions;
    }
}
