#!/usr/bin/perl
# Makes of catalogue/*.tsv the constant tables that src/catalogue/tables.c includes:
#   perl catalogue.pl DIRECTORY > catalogue_tables.inc
# Whatever is wrong in a file is told with its place, and then nothing is written. The files tell of
# their columns.
use strict;
use warnings;

my $directory = shift // die "usage: catalogue.pl DIRECTORY\n";
my ($place, $problems) = ('', 0);    # file:line of the row at hand; how many problems there were

my %LINE = (
    '-' => 'LINE_NONE', 'flink-cdc' => 'LINE_FLINK_CDC', starrocks => 'LINE_STARROCKS', flink => 'LINE_FLINK',
);
my %FAMILY = map { $_ => 'FAMILY_' . uc } qw(cdc source sink both);
my %KEYS = map { $_ => 'KEYS_' . uc } qw(refused ignored unchecked);
my %ROLE = ('' => 'ROLE_ANY', source => 'ROLE_SOURCE', sink => 'ROLE_SINK');
my %TYPE = map { $_ => 'VALUE_' . uc } qw(string boolean int long double duration memory enum list);
my %MODE = (incremental => 'MODE_INCREMENTAL', legacy => 'MODE_LEGACY');
my %MATCH = ('' => 'MATCH_ANY_CASE', exact => 'MATCH_EXACT', open => 'MATCH_OPEN');
my $FOREVER = 0xFFFFFFFF;
my $VALUES_MAX = 16;    # value_list() in catalogue.c has room for so many

my (%releases, @releases);        # by "line name"; [line, name, its number, number of Flink]
my (%connectors, @connectors);    # what connectors.tsv says, with the options, prefixes and aliases of each
my (@facts, %fact_runs, @bounds, %bounds, @short_keys);    # items of the tables

# ---- reading

sub problem {
    print STDERR "$directory/$place: error: $_[0]\n";
    $problems++;
    return;
}

# The lines that are neither blank nor a comment, each as its place and its fields.
sub rows {
    my ($name, $columns) = @_;
    my @rows;
    open my $in, '<', "$directory/$name" or die "$directory/$name: $!\n";
    while (my $text = <$in>) {
        chomp $text;
        next if $text eq '' || $text =~ /^#/;
        $place = "$name:$.";
        problem('a carriage return or a blank at the end') if $text =~ /\s$/;
        problem('only printable ASCII') if $text =~ /[^\t\x20-\x7e]/;
        my @fields = split /\t/, $text, -1;
        problem('an empty column; nothing is written -') if grep { $_ eq '' } @fields;
        problem("expected $columns columns, found " . @fields) if @fields != $columns;
        push @rows, [$place, @fields] if @fields == $columns;
    }
    close $in;
    return @rows;
}

sub one_of {
    my ($what, $text, $known) = @_;
    return $known->{$text} if exists $known->{$text};
    problem("unknown $what '$text'; known: " . join(', ', sort grep { $_ ne '' } keys %$known));
    return (values %$known)[0];
}

# A release as one number, 0xMMmmpp, with `patch` where the text has none.
sub number {
    my ($line, $text, $patch) = @_;
    my ($major, $minor, $last) = $text =~ /^v?(\d+)\.(\d+)(?:\.(\d+))?$/
        or return problem("no release: '$text'") // 0;
    my $name = ($line eq 'starrocks' ? 'v' : '') . "$major.$minor";
    problem("a release of $line is written '$name'") if index($text, $name) != 0;
    problem("unknown release '$text'; see releases.tsv") unless $releases{"$line $name"};
    return $major << 16 | $minor << 8 | ($last // $patch);
}

sub since_number { my ($line, $text) = @_; return $text eq '-' ? 0 : number($line, $text, 0) }
sub until_number { my ($line, $text) = @_; return $text eq '-' ? $FOREVER : number($line, $text, 255) }

sub span {
    my ($line, $since, $until) = @_;
    my @span = (since_number($line, $since), until_number($line, $until));
    problem("since $since is after until $until") if $span[0] > $span[1];
    return @span;
}

sub hexadecimal { return map { sprintf '0x%06XU', $_ } @_ }
sub truth { return $_[0] ? 'true' : 'false' }

sub quoted {
    my ($text) = @_;
    $text = '' if $text eq "''";
    $text =~ s/(["\\])/\\$1/g;
    return qq(T("$text"));
}

sub item { return '{' . join(', ', @_) . '}' }

# ---- facts: what holds from one release to another, as [since, until, text]

# `A; B@2.4`. Spans in which nothing holds are left out.
sub history {
    my ($line, $text) = @_;
    my @steps = map { /^(.*)@(v?[\d.]+)$/ ? [since_number($line, $2), $1] : [0, $_] } split /; /, $text;
    my @facts;
    for my $i (0 .. $#steps) {
        my $end = $i < $#steps ? $steps[$i + 1][0] - 1 : $FOREVER;
        problem("'$text': the releases must rise") if $end < $steps[$i][0];
        push @facts, [$steps[$i][0], $end, $steps[$i][1]] if $steps[$i][1] ne '-';
    }
    return @facts;
}

# `A|B@3.1|C@1.2..1.4,2.3`
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

# Adds facts to the table, the same run of them only once, and returns where they are.
sub facts {
    my ($code, @run) = @_;
    return item(0, 0) unless @run;
    my @items = map { item(hexadecimal($_->[0], $_->[1]), $code->($_->[2]), quoted($_->[2])) } @run;
    my $first = $fact_runs{"@items"} //= do { push @facts, @items; @facts - @items };
    return item($first, scalar @items);
}

sub no_code { return 0 }
sub type_code { return one_of('type', $_[0], \%TYPE) }
sub mode_code { return one_of('mode', $_[0], \%MODE) }

# Adds bounds to their table and returns where.
sub bounds_code {
    my ($text) = @_;
    my ($open, $low, $high, $close, $when) = $text =~ /^([\[(])([\d.]*),([\d.]*)([\])])( when incremental)?$/
        or return problem("no bounds: '$text'") // 0;
    my @open = (truth($low ne '' && $open eq '('), truth($high ne '' && $close eq ')'));
    my $item = item($low eq '' ? '-HUGE_VAL' : $low, $high eq '' ? 'HUGE_VAL' : $high, @open, truth($when));
    return $bounds{$item} //= push(@bounds, $item) - 1;
}

# ---- releases.tsv, connectors.tsv

sub read_releases {
    my @rows = rows('releases.tsv', 3);
    $releases{"$_->[1] $_->[2]"} = 1 for @rows;
    for my $row (@rows) {
        ($place, my ($line, $name, $flink)) = @$row;
        one_of('line', $line, \%LINE);
        my $number = number($line, $name, 255);
        problem('the releases of a line must stand together and rise')
            if grep { $_->[0] eq $line && ($_->[2] >= $number || $releases[-1][0] ne $line) } @releases;
        push @releases, [$line, $name, $number, $flink eq '-' ? 0 : number('flink', $flink, 0)];
    }
}

sub read_connectors {
    for my $row (rows('connectors.tsv', 6)) {
        ($place, my ($name, $family, $line, $since, $keys, $sentence)) = @$row;
        problem("'$name' stands twice") if $connectors{$name};
        $connectors{$name} = {
            name => $name, line => $line, since => since_number($line, $since), sentence => $sentence,
            family => one_of('family', $family, \%FAMILY), keys => one_of('word for keys', $keys, \%KEYS),
            options => [], prefixes => [], aliases => [],
        };
        one_of('line', $line, \%LINE);
    }
    # As catalogue_connector() looks for them: those of SQL, then those of pipelines, by name; * is the first.
    my $pipeline = sub { $_[0]{name} =~ /^pipeline\// ? 1 : 0 };
    @connectors = sort { $pipeline->($a) <=> $pipeline->($b) || $a->{name} cmp $b->{name} } values %connectors;
}

# The connector and the role of NAME or NAME:ROLE.
sub connector_of {
    my ($text) = @_;
    my ($name, $role) = split /:/, $text, 2;
    problem("unknown connector '$name'; see connectors.tsv") unless $connectors{$name};
    return ($connectors{$name} // $connectors[0], one_of('role', $role // '', \%ROLE));
}

# ---- the options

# The columns of a row as the items of an Option.
sub option_facts {
    my ($line, %column) = @_;
    my %required = (yes => 1, no => 0);
    my @required = grep { one_of('word for required', $_->[2], \%required) } history($line, $column{required});
    return (
        facts(\&type_code, history($line, $column{type})),
        facts(\&no_code, history($line, $column{default})),
        facts(\&no_code, @required),
        facts(\&no_code, choices($line, $column{values})),
        facts(\&bounds_code, history($line, $column{bounds})),
        facts(\&mode_code, history($line, $column{mode})),
        facts(\&no_code, history($line, $column{fallback})),
    );
}

sub add_option {
    my ($connector, $role, %column) = @_;
    my ($line, $key) = ($connector->{line}, $column{key});
    my @span = span($line, $column{since}, $column{until});
    for my $other (grep { $_->{key} eq $key && $_->{role} eq $role } @{$connector->{options}}) {
        problem("'$key' stands twice for the same release")
            if $other->{span}[0] <= $span[1] && $span[0] <= $other->{span}[1];
    }
    my $match = $column{values} =~ s/^(\w+): // ? $1 : '';
    problem("secret or -, not '$column{secret}'") unless $column{secret} =~ /^(secret|-)$/;
    my @items = (
        quoted($key), $role, hexadecimal(@span), option_facts($line, %column),
        one_of('word before the values', $match, \%MATCH), truth($column{secret} eq 'secret'),
        quoted($column{sentence}),
    );
    push @{$connector->{options}}, {
        key => $key, role => $role, span => \@span, place => $place, item => item(@items),
        fallbacks => [map { $_->[2] } history($line, $column{fallback})],
    };
}

sub read_options {
    my ($name) = @_;
    my (%sentences, %left);
    my $last = '';
    for my $row (rows($name, 13)) {
        ($place, my ($of, @fields)) = @$row;
        my %column;
        @column{qw(key type default required since until values bounds mode fallback secret sentence)} =
            @fields;
        problem("the rows of $of must stand together") if $left{$of};
        $left{$last} = 1 if $last ne $of;
        $last = $of;
        if ($column{sentence} eq '=') {
            $column{sentence} = $sentences{$column{key}} // problem("no row above has '$column{key}'") // '';
        }
        $sentences{$column{key}} = $column{sentence};
        add_option(connector_of($of), %column);
    }
}

sub check_fallbacks {
    for my $connector (@connectors) {
        my %keys = map { $_->{key} => 1 } @{$connector->{options}};
        for my $option (@{$connector->{options}}) {
            $place = $option->{place};
            problem("fallback-of: no option '$_'") for grep { !$keys{$_} } @{$option->{fallbacks}};
        }
    }
}

# ---- the other files

sub read_prefixes {
    my %seen;
    for my $row (rows('prefixes.tsv', 5)) {
        ($place, my ($of, $prefix, $since, $until, $sentence)) = @$row;
        my ($connector, $role) = connector_of($of);
        problem("'$prefix' stands twice") if $seen{"$of $prefix"}++;
        my @span = hexadecimal(span($connector->{line}, $since, $until));
        push @{$connector->{prefixes}},
            {text => $prefix, item => item(quoted($prefix), $role, @span, quoted($sentence))};
    }
}

# Whether any release of the connector takes the key.
sub has_key {
    my ($connector, $key) = @_;
    return grep({ $_->{key} eq $key } @{$connector->{options}})
        || grep { index($key, $_->{text}) == 0 } @{$connector->{prefixes}};
}

sub read_aliases {
    my %seen;
    for my $row (rows('aliases.tsv', 6)) {
        ($place, my ($of, $wrong, $right, $since, $until, $reason)) = @$row;
        my ($connector) = $of eq 'cdc' ? $connectors{'*'} : connector_of($of);
        my $line = $of eq 'cdc' ? 'flink-cdc' : $connector->{line};
        problem("'$wrong' stands twice") if $seen{"$of $wrong"}++;
        problem('a * at the end of both or of none') if $right ne '-' && ($wrong =~ /\*$/ xor $right =~ /\*$/);
        problem("$of has no option '$right'") if $of ne 'cdc' && $right ne '-' && !has_key($connector, $right);
        my $beginning = $wrong =~ s/\*$//;
        $right = $right eq '-' ? "''" : $right =~ s/\*$//r;
        my @span = hexadecimal(span($line, $since, $until));
        push @{$connector->{aliases}},
            item(quoted($wrong), quoted($right), truth($beginning), @span, quoted($reason));
    }
}

sub read_short_keys {
    my %seen;
    for my $row (rows('short-keys.tsv', 3)) {
        ($place, my ($short, $of, $key)) = @$row;
        my ($connector) = connector_of($of);
        problem("'$short' stands twice for $of") if $seen{"$short $of"}++;
        problem("$of has no option '$key'") unless has_key($connector, $key);
        push @short_keys, item(map { quoted($_) } $short, $of, $key);
    }
}

# ---- the tables

sub table {
    my ($declaration, @items) = @_;
    print "const $declaration\[] = {\n", map({ "    $_,\n" } @items), "};\n\n";
}

sub count {
    my ($name, @items) = @_;
    print "const size_t $name = ", scalar @items, ";\n\n";
}

# The tables that hang together by the places of their items.
sub connector_tables {
    my (@items, @options, @by_key, @prefixes, @aliases);
    for my $c (@connectors) {
        my @own = @{$c->{options}};
        my ($pipeline, $name) = $c->{name} =~ /^(pipeline\/)?(.*)$/;
        push @items, item(quoted($name), truth($pipeline), $c->{family}, $LINE{$c->{line}},
            hexadecimal($c->{since}), $c->{keys}, quoted($c->{sentence}), item(scalar @options, scalar @own),
            item(scalar @prefixes, scalar @{$c->{prefixes}}), item(scalar @aliases, scalar @{$c->{aliases}}));
        my @order = map { sprintf '%s %08X', $_->{key}, $_->{span}[0] } @own;
        push @by_key, map { @options + $_ } sort { $order[$a] cmp $order[$b] || $a <=> $b } 0 .. $#own;
        push @options, map { $_->{item} } @own;
        push @prefixes, map { $_->{item} } @{$c->{prefixes}};
        push @aliases, @{$c->{aliases}};
    }
    table('CatalogueOption option_table', @options);
    table('uint16_t option_by_key', @by_key);
    table('Prefix prefix_table', @prefixes);
    table('Alias alias_table', @aliases);
    table('Connector connector_table', @items);
}

sub print_tables {
    print "/* Made from grammar/catalogue/ by catalogue.pl; change it there. */\n";
    print "#define T(text) {text, sizeof(text) - 1}\n\n";
    table('KnownRelease release_table', map { item($LINE{$_->[0]}, hexadecimal($_->[2], $_->[3])) } @releases);
    table('Fact fact_table', @facts);
    table('Bounds bounds_table', @bounds);
    connector_tables();
    table('ShortKey short_key_table', @short_keys);
    count('release_count', @releases);
    count('connector_count', @connectors);
    count('short_key_count', @short_keys);
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
