#!/usr/bin/perl
# A picture (SVG) of what a terminal shows: perl docs/picture.pl COMMAND < OUTPUT, where OUTPUT has the colours of the terminal.
# `make docs/lint.svg` calls it; tests/picture.t makes the picture again and compares.
use strict;
use warnings;
use utf8;

binmode STDIN,  ':encoding(UTF-8)';
binmode STDOUT, ':encoding(UTF-8)';

my ($character_width, $line_height, $margin) = (8.43, 20, 16); # of a fixed font of 14 pixels
my %colors = (31 => '#f47067', 32 => '#8ddb8c', 35 => '#dcbdfb', 36 => '#76e3ea');
my ($background, $foreground, $dim) = ('#1f242c', '#d6dde6', '#8b96a3');

my $command = shift // die "usage: perl docs/picture.pl COMMAND < OUTPUT\n";
utf8::decode($command);

sub escape { return $_[0] =~ s/&/&amp;/gr =~ s/</&lt;/gr =~ s/>/&gt;/gr }

sub piece {
    my ($text, $style) = @_;
    return '' if $text eq '';
    return escape($text) if $style eq '';
    return "<tspan $style>" . escape($text) . '</tspan>';
}

# What a line's escape sequences (ESC [ numbers m) say, as styled pieces; the style goes on in the next line.
my $style = '';
sub line {
    my ($text) = @_;
    my $shown = '';
    while ($text =~ /\G([^\e]*)(?:\e\[([\d;]*)m)?/gc) {
        my ($part, $codes) = ($1, $2);
        last if $part eq '' && !defined $codes;
        $shown .= piece($part, $style);
        next unless defined $codes;
        my @codes = split /;/, $codes;
        my ($color) = map { $colors{$_} // () } @codes;
        $style = join ' ', ($color ? qq{fill="$color"} : ()), (grep { $_ eq '1' } @codes) ? 'font-weight="bold"' : ();
    }
    return $shown;
}

my @lines = map { chomp; $_ } <STDIN>;
my @shown = (qq{<tspan fill="$dim">\$</tspan> <tspan font-weight="bold">} . escape($command) . '</tspan>', map { line($_) } @lines);
my ($columns) = sort { $b <=> $a } map { length s/\e\[[\d;]*m//gr } "\$ $command", @lines;
my $width = int($columns * $character_width) + 2 * $margin;
my $height = @shown * $line_height + 2 * $margin;

print qq{<svg xmlns="http://www.w3.org/2000/svg" role="img" width="$width" height="$height" viewBox="0 0 $width $height">\n};
print '<title>', escape($command), "</title>\n";
print qq{<rect width="$width" height="$height" rx="8" fill="$background"/>\n};
print qq{<g fill="$foreground" font-size="14" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace">\n};
for my $i (0 .. $#shown) {
    my $y = $margin + $i * $line_height + 15;
    print qq{<text x="$margin" y="$y" xml:space="preserve">$shown[$i]</text>\n} if length $shown[$i];
}
print "</g>\n</svg>\n";
