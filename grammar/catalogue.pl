#!/usr/bin/perl
# Makes of catalogue/*.tsv the constant tables that src/catalogue/catalogue.c includes:
#   perl catalogue.pl DIRECTORY > catalogue_tables.inc
# Whatever is wrong in a file is told with its place, and nothing is written. The columns are described in the files.
use strict;
use warnings;

my $directory = shift // die "usage: catalogue.pl DIRECTORY\n";
my ($place, $problems) = ('', 0);    # file:line of the row at hand

my %LINE = ('-' => 'LINE_NONE', 'flink-cdc' => 'LINE_FLINK_CDC', starrocks => 'LINE_STARROCKS', flink => 'LINE_FLINK');
my %FAMILY = map { $_ => 'FAMILY_' . uc } qw(cdc source sink both);
my %KEYS = map { $_ => 'KEYS_' . uc } qw(refused ignored unchecked);
my %ROLE = ('' => 'ROLE_ANY', source => 'ROLE_SOURCE', sink => 'ROLE_SINK');
my %TYPE = map { $_ => 'VALUE_' . uc } qw(string boolean int long double duration memory enum list);
my %MODE = (incremental => 'MODE_INCREMENTAL', legacy => 'MODE_LEGACY');
my %MATCH = ('' => 'MATCH_ANY_CASE', exact => 'MATCH_EXACT', open => 'MATCH_OPEN');
my $FOREVER = 0xFFFFFFFF;
my $VALUES_MAX = 16;

my (%releases, @releases, %connectors, @connectors, @facts, %fact_runs, @bounds, %bounds, @short);

# ---- reading

sub problem {
    print STDERR "$directory/$place: error: $_[0]\n";
    $problems++;
    return;
}

# Calls $row with the fields of each line that is neither blank nor a comment.
sub each_row {
    my ($name, $columns, $row) = @_;
    open my $in, '<', "$directory/$name" or die "$directory/$name: $!\n";
    while (my $text = <$in>) {
        $place = "$name:$.";
        chomp $text;
        next if $text eq '' || $text =~ /^#/;
        problem('a carriage return or a blank at the end') if $text =~ /\s$/;
        problem('only printable ASCII') if $text =~ /[^\t\x20-\x7e]/;
        my @fields = split /\t/, $text, -1;
        if (@fields != $columns) {
            problem('expected ' . $columns . ' columns, found ' . @fields);
            next;
        }
        problem('an empty column; nothing is written -') if grep { $_ eq '' } @fields;
        $row->(@fields);
    }
    close $in;
}

sub one_of {
    my ($what, $text, $known) = @_;
    return $known->{$text} if exists $known->{$text};
    problem("unknown $what '$text'; known: " . join(', ', sort grep { $_ ne '' } keys %$known));
    return (values %$known)[0];
}

# A release as one number: 0xMMmmpp, with `patch` where the text has none.
sub number {
    my ($line, $text, $patch) = @_;
    my ($major, $minor, $last) = $text =~ /^v?(\d+)\.(\d+)(?:\.(\d+))?$/ or return problem("no release: '$text'") // 0;
    my $v = $line eq 'starrocks' ? 'v' : '';
    problem("a release of $line is written '$v$major.$minor'") if ($text =~ /^(v?)/)[0] ne $v;
    problem("unknown release '$text'; see releases.tsv") unless $releases{"$line $v$major.$minor"};
    return $major << 16 | $minor << 8 | ($last // $patch);
}

sub since { my ($line, $text) = @_; return $text eq '-' ? 0 : number($line, $text, 0) }
sub until_ { my ($line, $text) = @_; return $text eq '-' ? $FOREVER : number($line, $text, 255) }

sub span {
    my ($line, $since, $until) = @_;
    my @span = (since($line, $since), until_($line, $until));
    problem("since $since is after until $until") if $span[0] > $span[1];
    return @span;
}

# ---- facts: what holds from one release to another

# `A; B@2.4` as a list of [since, until, text]; spans in which nothing holds are left out.
sub history {
    my ($line, $text) = @_;
    my @steps = map { /^(.*)@(v?\d+\.\d+(?:\.\d+)?)$/ ? [since($line, $2), $1] : [0, $_] } split /; /, $text;
    my @facts;
    for my $i (0 .. $#steps) {
        my $end = $i < $#steps ? $steps[$i + 1][0] - 1 : $FOREVER;
        problem("'$text': the releases must rise") if $end < $steps[$i][0];
        push @facts, [$steps[$i][0], $end, $steps[$i][1]] if $steps[$i][1] ne '-';
    }
    return @facts;
}

# `A|B@3.1|C@1.2..1.4,2.3` as a list of [since, until, text].
sub choices {
    my ($line, $text) = @_;
    my (@facts, %seen);
    for my $choice ($text eq '-' ? () : split /\|/, $text) {
        my ($value, $spans) = split /@/, $choice, 2;
        problem("the value '$value' stands twice") if $seen{lc $value}++;
        for my $span (split /,/, $spans // '..') {
            my ($since, $until) = $span =~ /\.\./ ? split(/\.\./, $span, -1) : ($span, '');
            push @facts, [span($line, $since eq '' ? '-' : $since, $until eq '' ? '-' : $until), $value];
        }
    }
    problem("more than $VALUES_MAX values") if @facts > $VALUES_MAX;
    return @facts;
}

# Adds facts to the table (the same run of facts only once) and returns where they are.
sub facts {
    my ($code, @run) = @_;
    return '{0, 0}' unless @run;
    my @lines = map { sprintf '{0x%06XU, 0x%06XU, %s, %s}', $_->[0], $_->[1], $code->($_->[2]), quoted($_->[2]) } @run;
    my $first = $fact_runs{"@lines"} //= do { push @facts, @lines; @facts - @lines };
    return sprintf '{%d, %d}', $first, scalar @lines;
}

sub bounds_code {
    my ($text) = @_;
    my ($open, $low, $high, $close, $when) = $text =~ /^([\[(])([\d.]*),([\d.]*)([\])])( when incremental)?$/
        or return problem("no bounds: '$text'") // 0;
    my $item = sprintf '{%s, %s, %s, %s, %s}', $low eq '' ? '-HUGE_VAL' : $low, $high eq '' ? 'HUGE_VAL' : $high,
        $open eq '(' ? 'true' : 'false', $high ne '' && $close eq ')' ? 'true' : 'false', $when ? 'true' : 'false';
    return $bounds{$item} //= push(@bounds, $item) - 1;
}

sub quoted {
    my ($text) = @_;
    $text = '' if $text eq "''";
    $text =~ s/(["\\])/\\$1/g;
    return qq(T("$text"));
}

# ---- the files

sub read_releases {
    each_row('releases.tsv', 3, sub {
        my ($line, $release, $flink) = @_;
        one_of('line', $line, \%LINE);
        problem("'$release' stands twice") if $releases{"$line $release"}++;
        push @releases, [$line, $release, $flink, number($line, $release, 255)];
        problem('the releases of a line must rise') if @releases > 1 && $releases[-2][0] eq $line
            && $releases[-2][3] >= $releases[-1][3];
    });
    for my $release (@releases) {
        push @$release, $release->[2] eq '-' ? 0 : number('flink', $release->[2], 0);
    }
}

sub read_connectors {
    each_row('connectors.tsv', 6, sub {
        my ($name, $family, $line, $since, $keys, $sentence) = @_;
        return problem("'$name' stands twice") if $connectors{$name};
        my %connector = (name => $name, line => $line, options => [], prefixes => [], aliases => [], sentence => $sentence,
            family => one_of('family', $family, \%FAMILY), keys => one_of('word for keys', $keys, \%KEYS),
            line_name => one_of('line', $line, \%LINE), since => since($line, $since));
        push @connectors, $connectors{$name} = \%connector;
    });
    # As catalogue_connector() looks for them: those of SQL, then those of pipelines, each by name.
    @connectors = sort { ($a->{name} =~ /\//) <=> ($b->{name} =~ /\//) || $a->{name} cmp $b->{name} } @connectors;
}

# The connector and the role of NAME or NAME:ROLE.
sub connector_of {
    my ($text) = @_;
    my ($name, $role) = split /:/, $text, 2;
    problem("unknown connector '$name'; see connectors.tsv") unless $connectors{$name};
    return ($connectors{$name} // $connectors[0], one_of('role', $role // '', \%ROLE));
}

sub read_options {
    my ($name) = @_;
    my (%sentences, $last, %left);
    each_row($name, 13, sub {
        my ($of, $key, $type, $default, $required, $since, $until, $values, $bounds, $mode, $fallback, $secret, $sentence) = @_;
        my ($connector, $role) = connector_of($of);
        my $line = $connector->{line};
        problem("the rows of $of must stand together") if $left{$of};
        $left{$last} = 1 if defined $last && $last ne $of;
        $last = $of;
        $sentence = $sentences{$key} // problem("no row above has the option '$key'") // '' if $sentence eq '=';
        $sentences{$key} = $sentence;
        my @span = span($line, $since, $until);
        for my $other (grep { $_->{key} eq $key && $_->{role} eq $role } @{$connector->{options}}) {
            problem("'$key' stands twice for the same release") if $other->{span}[0] <= $span[1] && $span[0] <= $other->{span}[1];
        }
        my $match = $values =~ s/^(\w+): // ? one_of('word before the values', $1, \%MATCH) : $MATCH{''};
        problem("secret or -, not '$secret'") unless $secret =~ /^(secret|-)$/;
        push @{$connector->{options}}, {
            key => $key, role => $role, span => \@span, match => $match, secret => $secret, sentence => $sentence, place => $place,
            type => facts(sub { one_of('type', $_[0], \%TYPE) }, history($line, $type)),
            default => facts(sub { 0 }, history($line, $default)),
            required => facts(sub { 0 }, grep { one_of('word for required', $_->[2], {yes => 1, no => 0}) } history($line, $required)),
            values => facts(sub { 0 }, choices($line, $values)),
            bounds => facts(\&bounds_code, history($line, $bounds)),
            mode => facts(sub { one_of('mode', $_[0], \%MODE) }, history($line, $mode)),
            fallback => facts(sub { 0 }, history($line, $fallback)),
            fallback_of => [map { $_->[2] } history($line, $fallback)],
        };
    });
}

sub check_fallbacks {
    for my $connector (@connectors) {
        my %keys = map { $_->{key} => 1 } @{$connector->{options}};
        for my $option (@{$connector->{options}}) {
            $place = $option->{place};
            problem("fallback-of: no option '$_'") for grep { !$keys{$_} } @{$option->{fallback_of}};
        }
    }
}

sub read_prefixes {
    my %seen;
    each_row('prefixes.tsv', 5, sub {
        my ($of, $prefix, $since, $until, $sentence) = @_;
        my ($connector, $role) = connector_of($of);
        problem("'$prefix' stands twice") if $seen{"$of $prefix"}++;
        push @{$connector->{prefixes}}, sprintf '{%s, %s, 0x%06XU, 0x%06XU, %s}', quoted($prefix), $role,
            span($connector->{line}, $since, $until), quoted($sentence);
    });
}

sub read_aliases {
    my %seen;
    my $everywhere = $connectors{'*'};
    each_row('aliases.tsv', 6, sub {
        my ($of, $wrong, $right, $since, $until, $reason) = @_;
        my ($connector) = $of eq 'cdc' ? ($everywhere) : connector_of($of);
        problem("'$wrong' stands twice") if $seen{"$of $wrong"}++;
        problem('a * at the end of both or of none') if $right ne '-' && ($wrong =~ /\*$/ xor $right =~ /\*$/);
        problem("'$wrong' is an option of $of") if grep { $_->{key} eq $wrong && $_->{span}[1] == $FOREVER
            && since($connector->{line}, $since) <= $_->{span}[0] } @{$connector->{options}};
        problem("$of has no option '$right'") unless $of eq 'cdc' || $right eq '-' || has_key($connector, $right);
        my $star = $wrong =~ s/\*$//;
        $right =~ s/\*$//;
        push @{$connector->{aliases}}, sprintf '{%s, %s, %s, 0x%06XU, 0x%06XU, %s}', quoted($wrong),
            $right eq '-' ? 'T("")' : quoted($right), $star ? 'true' : 'false',
            span($of eq 'cdc' ? 'flink-cdc' : $connector->{line}, $since, $until), quoted($reason);
    });
}

sub has_key {
    my ($connector, $key) = @_;
    return 1 if grep { $_->{key} eq $key } @{$connector->{options}};
    return grep { my ($prefix) = /^\{T\("([^"]*)"/; index($key, $prefix) == 0 } @{$connector->{prefixes}};
}

sub read_short_keys {
    my %seen;
    each_row('short-keys.tsv', 3, sub {
        my ($short, $of, $key) = @_;
        my ($connector) = connector_of($of);
        problem("'$short' stands twice for $of") if $seen{"$short $of"}++;
        problem("$of has no option '$key'") unless has_key($connector, $key);
        push @short, sprintf '{%s, %s, %s}', map { quoted($_) } $short, $of, $key;
    });
}

# ---- the tables

sub table {
    my ($declaration, @items) = @_;
    my $name = $declaration =~ s{.* (\w+?)(_table)?$}{$1}r;
    print "const $declaration\[] = {\n", (map { "    $_,\n" } @items), "};\n";
    print "const size_t ${name}_count = ", scalar @items, ";\n" if $name =~ /^(release|connector|short_key)$/;
    print "\n";
}

sub option_item {
    my ($o) = @_;
    return sprintf '{%s, %s, 0x%06XU, 0x%06XU, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s}', quoted($o->{key}), $o->{role},
        @{$o->{span}}, $o->{type}, $o->{default}, $o->{required}, $o->{values}, $o->{bounds}, $o->{mode}, $o->{fallback},
        $o->{match}, $o->{secret} eq 'secret' ? 'true' : 'false', quoted($o->{sentence});
}

sub print_tables {
    my (@options, @by_key, @prefixes, @aliases, @items);
    for my $c (@connectors) {
        my @own = @{$c->{options}};
        my @sorted = sort { $own[$a]{key} cmp $own[$b]{key} || $own[$a]{span}[0] <=> $own[$b]{span}[0] || $a <=> $b } 0 .. $#own;
        my ($pipeline, $name) = $c->{name} =~ /^(pipeline\/)?(.*)$/;
        push @items, sprintf '{%s, %s, %s, %s, 0x%06XU, %s, %s, {%d, %d}, {%d, %d}, {%d, %d}}', quoted($name),
            $pipeline ? 'true' : 'false', $c->{family}, $c->{line_name}, $c->{since}, $c->{keys}, quoted($c->{sentence}),
            scalar @options, scalar @own, scalar @prefixes, scalar @{$c->{prefixes}}, scalar @aliases, scalar @{$c->{aliases}};
        push @by_key, map { @options + $_ } @sorted;
        push @options, map { option_item($_) } @own;
        push @prefixes, @{$c->{prefixes}};
        push @aliases, @{$c->{aliases}};
    }
    print "/* Made from grammar/catalogue/ by catalogue.pl; change it there. */\n#define T(text) {text, sizeof(text) - 1}\n\n";
    table('KnownRelease release_table', map { sprintf '{%s, 0x%06XU, 0x%06XU}', $LINE{$_->[0]}, $_->[3], $_->[4] } @releases);
    table('Fact fact_table', @facts);
    table('Bounds bounds_table', @bounds);
    table('Option option_table', @options);
    table('uint16_t option_by_key', @by_key);
    table('Prefix prefix_table', @prefixes);
    table('Alias alias_table', @aliases);
    table('Connector connector_table', @items);
    table('ShortKey short_key_table', @short);
    print "#undef T\n";
}

read_releases();
read_connectors();
read_options($_) for qw(implicit.tsv options.tsv starrocks.tsv pipeline-options.tsv);
check_fallbacks();
read_prefixes();
read_aliases();
read_short_keys();
exit 1 if $problems;
print_tables();
