#!/usr/bin/perl
# Makes the registry of checks of grammar/checks.txt: perl checks.pl WHAT FILE > OUTPUT
#   table      the entries, by id, for src/checks/registry.c
#   functions  the declarations of the functions that they name
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
    die "$file: error: [$id]: per is table or script\n" unless $entry->{per} =~ /^(table|script)$/;
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

for my $entry (sort { $a->{id} cmp $b->{id} } @checks) {
    (my $function = "check_$entry->{id}") =~ tr/-/_/;
    my $kind = $entry->{per};
    if ($what eq 'functions') {
        print $kind eq 'table' ? "CHECK_TABLE($function)\n" : "CHECK_SCRIPT($function)\n";
    } else {
        my $severity = uc $entry->{severity};
        my $functions = $kind eq 'table' ? "$function, NULL" : "NULL, $function";
        printf "{\"%s\", SEVERITY_%s, %s,\n        %s,\n        %s},\n", $entry->{id}, $severity, literal($entry->{summary}),
            literal($entry->{page}), $functions;
    }
}
