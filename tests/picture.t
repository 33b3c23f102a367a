#!/usr/bin/perl
# The picture of the README shows what the program says today. `make docs/lint.svg` draws it again.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Command;
use File::Copy qw(copy);
use Test::More;

my @command = qw(--lint orders.sql);
copy("$root/docs/examples/orders.sql", "$directory/orders.sql") or die;
my ($status, $output) = run_with({checks => 1, environment => {}}, '--no-config', '--color=always', @command);
is($status, 1, 'the checks find an error');
my $text = spew('output', $output);
is(qx{perl '$root/docs/picture.pl' 'smtpatch @command' < '$text'}, slurp("$root/docs/lint.svg"), 'docs/lint.svg');

my $odd = spew('odd', "\e[1ma<b>&\e[0m\n\e[32mgreen\n\e[0m\nlast\n");
my $drawn = qx{perl '$root/docs/picture.pl' 'x' < '$odd'};
my @lines = $drawn =~ m{<text [^>]*>(.*)</text>}g;
is_deeply(\@lines, ['<tspan fill="#8b96a3">$</tspan> <tspan font-weight="bold">x</tspan>', '<tspan font-weight="bold">a&lt;b&gt;&amp;</tspan>',
    '<tspan fill="#8ddb8c">green</tspan>', 'last'], 'characters that XML has, colours, an empty line');
done_testing();
