#!/usr/bin/perl
# mutate.pl LIST FILE...: rewrites the C files so that they hold all their mutants, of which one is chosen at run time
# (mutant.h), and writes a line for each to LIST: number, place, kind, what stands there, what the mutant has.
#
# Mutants are of comparisons (the boundary, the opposite), && and || (the other one), conditions and ! (the opposite), numbers
# and characters (one more), true and false, texts ("~"), and texts of tables (another first letter). What the compiler must
# know beforehand stays as it is. Left out is what no test can see: a loop that reads one item behind the last, which only a
# sanitizer would tell, and memory that is asked for and not used.
use strict;
use warnings;

my $token = qr{
    (?<blank> \s+ | /\*.*?\*/ | //[^\n]* ) | (?<directive> (?<=\n)\#(?:\\\n|[^\n])* )
  | (?<string> "(?:\\.|[^"\\])*" ) | (?<character> '(?:\\.|[^'\\])+' )
  | (?<number> 0[xX][0-9a-fA-F]+[uUlL]* | \d+[uUlL]*(?![\w.]) | [\d.]+\w* ) | (?<word> [A-Za-z_]\w* )
  | (?<mark> \.\.\. | <<= | >>= | -> | \+\+ | -- | && | \|\| | [<>=!]= | << | >> | [-+*/%&|^]= | . )
}xs;

my %rank = ('||' => 1, '&&' => 2, '|' => 3, '^' => 4, '&' => 5, '==' => 6, '!=' => 6, map { $_ => 7 } qw(< > <= >=));
my %shifted = ('<' => '<=', '<=' => '<', '>' => '>=', '>=' => '>');
my %ends = map { $_ => 1 } qw(; ? : = += -= *= /= %= &= |= ^= <<= >>= return else do), ',';

our ($list, $count) = (undef, 0);

# ---- One file ----

our ($file, @tokens, @partner, @line, @wraps, @replaced);

sub read_tokens {
    my ($text) = @_;
    my ($line, @open) = (1);
    (@tokens, @partner, @line, @wraps, @replaced) = ();
    my @pending = ('');
    while ($text =~ /\G$token/gc) {
        my $whole = $&;
        if (defined $+{blank} || defined $+{directive}) {
            @tokens ? ($tokens[-1]{after} .= $whole) : ($pending[0] .= $whole);
        } else {
            my $kind = defined $+{string} ? 'string' : defined $+{character} ? 'character' : defined $+{number} ? 'number'
                : defined $+{word} ? 'word' : 'mark';
            push @tokens, {text => $whole, kind => $kind, after => '', line => $line};
            push @open, $#tokens if $whole =~ /^[(\[{]$/;
            if ($whole =~ /^[)\]}]$/) {
                my $start = pop @open;
                ($partner[$start], $partner[$#tokens]) = ($#tokens, $start);
            }
        }
        $line += $whole =~ tr/\n//;
    }
    return $pending[0];
}

sub text_at { return $_[0] >= 0 && $_[0] <= $#tokens ? $tokens[$_[0]]{text} : '' }

sub words { my ($from, $to) = @_; return join '', map { my $t = $tokens[$_]; $_ == $to ? $t->{text} : $t->{text} . $t->{after} } $from .. $to }

sub is_operand_end { my ($at) = @_; my $t = $tokens[$at]; return $t->{kind} ne 'mark' ? $t->{text} ne 'return' : $t->{text} =~ /^[)\]}]$/ }

sub is_binary { my ($at) = @_; return $at > 0 && is_operand_end($at - 1) }

sub stops_at {
    my ($at, $rank, $is_left) = @_;
    my $text = text_at($at);
    return 1 if $ends{$text};
    my $other = $rank{$text};
    return 0 if !defined $other || (!is_binary($at) && $text eq '&');
    return $is_left ? $other < $rank : $other <= $rank;
}

sub left_of {
    my ($at, $rank) = @_;
    for ($at--; $at >= 0; $at--) {
        my $text = text_at($at);
        return $at + 1 if $text =~ /^[(\[{]$/ || stops_at($at, $rank, 1);
        $at = $partner[$at] if $text =~ /^[)\]}]$/;
    }
    return 0;
}

sub right_of {
    my ($at, $rank) = @_;
    for ($at++; $at <= $#tokens; $at++) {
        my $text = text_at($at);
        return $at - 1 if $text =~ /^[)\]}]$/ || stops_at($at, $rank, 0);
        $at = $partner[$at] if $text =~ /^[(\[{]$/;
    }
    return $#tokens;
}

# ---- Mutants ----

sub mutant {
    my ($at, $kind, $old, $new) = @_;
    $count++;
    s/\s+/ /g for $old, $new;
    print {$list} join("\t", $count, "$file:$tokens[$at]{line}", $kind, $old, $new), "\n";
    return $count;
}

sub wrap { my ($from, $to, $before, $after) = @_; push @wraps, [$from, $to, $before, $after] }

sub holds_operator {
    my ($from, $to) = @_;
    for (my $at = $from; $at <= $to; $at++) {
        return 1 if ($rank{text_at($at)} // 0) && text_at($at) !~ /^[|^&]$/ || $ends{text_at($at)};
        $at = $partner[$at] if text_at($at) =~ /^[(\[{]$/;
    }
    return 0;
}

# A condition of its own: not one of those that have mutants anyway.
sub negate {
    my ($from, $to) = @_;
    return if $from > $to || text_at($from) eq '!' || text_at($from) =~ /^(?:true|false)$/ || holds_operator($from, $to);
    return if text_at($from) eq '(' && $partner[$from] == $to && holds_operator($from + 1, $to - 1);
    my $old = words($from, $to);
    my $id = mutant($from, 'condition', $old, "!($old)");
    wrap($from, $to, "(mutant_flip($id) != (bool)(", '))');
}

# Whether `for (...)` holds it, as what ends the loop.
sub is_loop_bound {
    my ($at) = @_;
    for ($at--; $at > 0; $at--) {
        return text_at($at - 1) eq 'for' if text_at($at) =~ /^[(\[{]$/;
        $at = $partner[$at] if text_at($at) =~ /^[)\]}]$/;
    }
    return 0;
}

sub compare {
    my ($at) = @_;
    my ($text, $from, $to) = (text_at($at), left_of($at, $rank{text_at($at)}), right_of($at, $rank{text_at($at)}));
    my $old = words($from, $to);
    my $shifted = $text eq '<' && is_loop_bound($at) ? undef : $shifted{$text};
    if (defined $shifted) {
        (my $new = $old) = words($from, $at - 1) . " $shifted " . words($at + 1, $to);
        my $id = mutant($at, 'boundary', $old, $new);
        mutant($at, 'comparison', $old, "!($old)");
        wrap($from, $to, "MUTANT_COMPARE($id, $text, $shifted, (", '))');
        $replaced[$at] = '), (';
    } else {
        my $id = mutant($at, 'comparison', $old, "!($old)");
        wrap($from, $to, "(mutant_flip($id) != (", '))');
    }
}

sub logic {
    my ($at) = @_;
    my ($text, $from, $to) = (text_at($at), left_of($at, $rank{text_at($at)}), right_of($at, $rank{text_at($at)}));
    my $other = $text eq '&&' ? '||' : '&&';
    my $id = mutant($at, 'logic', words($from, $to), words($from, $at - 1) . " $other " . words($at + 1, $to));
    wrap($from, $to, "MUTANT_LOGIC($id, " . ($text eq '&&' ? 'false' : 'true') . ', (', '))');
    $replaced[$at] = '), (';
    negate($from, $at - 1);
    negate($at + 1, $to);
}

sub constant {
    my ($at) = @_;
    my $text = text_at($at);
    my $id = mutant($at, 'constant', $text, $text eq 'true' ? 'false' : $text eq 'false' ? 'true' : "$text + 1");
    $replaced[$at] = $text =~ /^[tf]/ ? "($text ^ mutant_flip($id))" : "($text + mutant_flip($id))";
}

sub is_macro { my ($at) = @_; return text_at($at) =~ /^[A-Z][A-Z0-9_]+$/ && text_at($at + 1) ne '(' }

# Texts that stand one behind the other are one, with the macros among them. Gives where they end.
sub text {
    my ($at) = @_;
    my $last = $at;
    $at-- if is_macro($at - 1);
    $last++ while text_at($last + 1) =~ /^"/ || is_macro($last + 1);
    my $old = words($at, $last);
    my $is_str = text_at($at - 1) eq '(' && text_at($at - 2) eq 'STR';
    my $id = mutant($at, 'text', length $old > 60 ? substr($old, 0, 60) . '...' : $old, $is_str ? '"~"' : '"~" before it');
    $is_str ? wrap($at - 2, $last + 1, "mutant_text($id, ", ')') : wrap($at, $last, "MUTANT_STRING($id, ", ')');
    return $last;
}

# The size of an array that is declared, a label, or an index of an initializer: the compiler must know it.
sub is_fixed {
    my ($at) = @_;
    my $before = text_at($at - 1);
    return text_at($partner[$at] + 1) eq '=' && $before =~ /^[,{]$/ || $tokens[$at - 1]{kind} eq 'word' && $tokens[$at - 2]{kind} eq 'word' && text_at($at - 2) ne 'return';
}

sub mutate_body {
    my ($start, $end) = @_;
    for (my $at = $start; $at <= $end; $at++) {
        my ($text, $kind) = @{$tokens[$at]}{qw(text kind)};
        if ($text =~ /^(?:static|enum|_Static_assert)$/) {
            for (; text_at($at) ne ';'; $at++) {
                $at = $partner[$at] if text_at($at) =~ /^[(\[{]$/;
            }
        } elsif ($text eq 'case') {
            $at++ while text_at($at) ne ':';
        } elsif ($text =~ /^(?:sizeof|U?INT64_C)$/) {
            $at = $partner[$at + 1] if text_at($at + 1) eq '(';
            $at++ if $tokens[$at + 1]{kind} eq 'string';
        } elsif ($text =~ /^arena_(?:alloc|array)$/) {
            $at = $partner[$at + 1];
        } elsif ($text eq '[' && is_fixed($at)) {
            $at = $partner[$at];
        } elsif ($text eq '{' && text_at($at + 1) eq '0' && text_at($at + 2) eq '}') {
            $at += 2;
        } elsif ($kind eq 'string') {
            $at = text($at);
        } elsif ($kind eq 'number' && $text !~ /\./ || $kind eq 'character' || $text eq 'true' || $text eq 'false') {
            constant($at);
        } elsif ($text eq '!') {
            my $id = mutant($at, 'condition', words($at, right_of($at, 6)), words($at + 1, right_of($at, 6)));
            $replaced[$at] = "mutant_flip($id) ^ !";
        } elsif ($text eq '&&' || $text eq '||') {
            logic($at);
        } elsif ($kind eq 'mark' && ($rank{$text} // 0) >= 6) {
            compare($at);
        } elsif ($text eq 'if') {
            negate($at + 2, $partner[$at + 1] - 1);
        } elsif ($text eq '?') {
            negate(left_of($at, 0), $at - 1);
        }
    }
}

# A table's texts become arrays in front of it, of which one is changed before main().
sub mutate_table {
    my ($start, $from, $to) = @_;
    my $arrays = '';
    for (my $at = $from; $at <= $to; $at++) {
        next if $tokens[$at]{kind} ne 'string' || text_at($at) eq '""';
        my $last = $at;
        $at-- if is_macro($at - 1);
        $last++ while text_at($last + 1) =~ /^"/ || is_macro($last + 1);
        my $text = words($at, $last);
        my $id = mutant($at, 'table', length $text > 60 ? substr($text, 0, 60) . '...' : $text, 'another first letter');
        $arrays .= "MUTANT_ARRAY($id, $text) ";
        $replaced[$_] = '' for $at .. $last;
        $replaced[$at] = "mutant_array_$id";
        $at = $last;
    }
    wrap($start, $to, $arrays, '') if $arrays ne '';
}

# Functions are what stands in braces behind a parenthesis, at the outermost level; tables stand behind a =.
sub mutate_file {
    my $start = 0;
    for (my $at = 0; $at <= $#tokens; $at++) {
        $start = $at + 1 if text_at($at) eq ';';
        next if text_at($at) !~ /^[(\[{]$/;
        my $is_body = text_at($at) eq '{' && text_at($at - 1) eq ')';
        mutate_body($at + 1, $partner[$at] - 1) if $is_body;
        mutate_table($start, $at + 1, $partner[$at] - 1) if text_at($at) eq '{' && text_at($at - 1) eq '=';
        $at = $partner[$at];
        $start = $at + 1 if $is_body;
    }
}

sub written {
    my (@before, @after);
    for my $wrap (sort { $a->[0] <=> $b->[0] || $b->[1] <=> $a->[1] } @wraps) { # outer ones first
        my ($from, $to, $open, $close) = @$wrap;
        $before[$from] .= $open;
        $after[$to] = $close . ($after[$to] // '');
    }
    return join '', map { ($before[$_] // '') . ($replaced[$_] // $tokens[$_]{text}) . ($after[$_] // '') . $tokens[$_]{after} } 0 .. $#tokens;
}

my $list_file = shift @ARGV;
open $list, '>', $list_file or die "$list_file: $!\n";
for (@ARGV) {
    $file = $_;
    open my $in, '<', $file or die "$file: $!\n";
    my $head = read_tokens(do { local $/; "\n" . <$in> });
    $head =~ s/^\n//;
    $_->{line}-- for @tokens;
    mutate_file();
    open my $out, '>', $file or die "$file: $!\n";
    print {$out} $head, written();
}
