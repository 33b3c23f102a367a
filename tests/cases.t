#!/usr/bin/perl
# Runs the tests that are data: tests/cases/**/*.case. tests/cases/README.md describes their form.
#   prove tests/cases.t                        every case
#   perl tests/cases.t [--shard K/N] [PATH]... the cases of these files and folders, of these every N-th file
#   perl tests/cases.t --update PATH...        writes what the program does into the files; then read the difference!
#   perl tests/cases.t --fill PATH...          the same, only where an expectation is empty
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Find ();
use File::Temp ();
use Test::More;
use Text::ParseWords qw(shellwords);
use FindBin;
use lib "$FindBin::Bin/lib";
use Files;

my $home     = abs_path(dirname(__FILE__));
my $root     = dirname($home);
my $smtpatch = $ENV{SMTPATCH} // "$root/build/smtpatch";
$smtpatch = abs_path($smtpatch) // $smtpatch;

my %is_section = map { $_ => 1 } (
    'arguments', 'rules', 'file', 'link', 'input', 'stdin', 'environment', 'output', 'output keep', 'output pretty',
    'output both', 'messages', 'exit', 'after', 'again', 'skip',
);

# ---- Reading a case file ------------------------------------------------------------------------------------

# A section: name, argument, flags, lines (its body). A case: title, prose (lines), sections, where.
sub parse_section {
    my ($line, $where) = @_;
    $line =~ /^---- (\w+(?: (?:keep|pretty|both))?)(?::[ ]*(.*?))?(?:[ ]*\(([^()]*)\))?[ ]*$/ && $is_section{$1}
        or return undef;
    my %flags = map { $_ => 1 } split /,\s*/, $3 // '';
    for (keys %flags) {
        /^(?:crlf|bom|no final newline|escapes)$/ or die "$where: no such flag: $_\n";
    }
    return {name => $1, argument => $2, flags => \%flags, head => $line, lines => []};
}

sub parse_cases {
    my ($path) = @_;
    my (@preface, @cases, $section);
    my $number = 0;
    for my $line (split /\n/, read_file($path)) {
        $number++;
        my $where = "$path:$number";
        if ($line =~ /^==== (.*\S)\s*$/) {
            push @cases, {title => $1, where => $where, prose => [], sections => []};
            $section = undef;
        } elsif (my $next = parse_section($line, $where)) {
            @cases or die "$where: a section before the first case\n";
            push @{$cases[-1]{sections}}, $section = $next;
        } elsif ($line =~ /^(?:----|====) /) {
            die "$where: no section that cases have: $line\n";
        } else {
            push @{$section ? $section->{lines} : @cases ? $cases[-1]{prose} : \@preface}, $line;
        }
    }
    for my $part (map { @{$_->{sections}} } @cases) {
        pop @{$part->{lines}} while @{$part->{lines}} && $part->{lines}[-1] eq '';
    }
    return {path => $path, preface => \@preface, cases => \@cases};
}

my %escapes = (n => "\n", r => "\r", t => "\t", '\\' => '\\');

sub decode_body {
    my ($section) = @_;
    my ($text, $flags) = (join('', map { "$_\n" } @{$section->{lines}}), $section->{flags});
    $text =~ s/^\\(?=====|----)//mg;
    $text =~ s/\n\z// if $flags->{'no final newline'};
    $text =~ s/\\(?:x([0-9A-Fa-f]{2})|(.))/defined $1 ? chr hex $1 : $escapes{$2} \/\/ die "no such escape: \\$2\n"/ge if $flags->{escapes};
    $text =~ s/\n/\r\n/g if $flags->{crlf};
    return ($flags->{bom} ? "\xEF\xBB\xBF" : '') . $text;
}

sub encode_body {
    my ($section, $text) = @_;
    my $flags = $section->{flags};
    $text =~ s/^\xEF\xBB\xBF// if $flags->{bom};
    $text =~ s/\r\n/\n/g       if $flags->{crlf};
    if ($flags->{escapes}) {
        $text =~ s/([\\\r\t])/$1 eq '\\' ? '\\\\' : $1 eq "\r" ? '\\r' : '\\t'/ge;
        $text =~ s/([^\n -~])/sprintf '\\x%02X', ord $1/ge;
    }
    $text =~ s/^(?=====|----)/\\/mg;
    $section->{lines} = [split /\n/, $text];
}

# The text that a section stands for: of a fixture, or its own.
sub section_text {
    my ($section) = @_;
    my $argument = $section->{argument} // '';
    return read_file("$root/$1") if $argument =~ /(?:^| )from (\S+)$/;
    return decode_body($section);
}

sub section_file {
    my ($section, $default) = @_;
    my $name = $section->{argument} // '';
    $name =~ s/(?:^| )from \S+$//;
    return $name ne '' ? $name : $default;
}

sub sections_of {
    my ($case, @names) = @_;
    return grep { my $section = $_; grep { $_ eq $section->{name} } @names } @{$case->{sections}};
}

sub argument_of {
    my ($case, $name, $default) = @_;
    my ($section) = sections_of($case, $name);
    return $section ? $section->{argument} // '' : $default;
}

# ---- Running the program ---------------------------------------------------------------------------------------

# The files of a case, below $dir: name => text.
sub lay_out {
    my ($case, $dir) = @_;
    my %files;
    $files{section_file($_, 'in.sql')}    = section_text($_) for sections_of($case, 'input');
    $files{section_file($_, 'rules.ini')} = section_text($_) for sections_of($case, 'rules');
    $files{section_file($_)}              = section_text($_) for sections_of($case, 'file');
    write_file("$dir/$_", $files{$_}) for keys %files;
    for (sections_of($case, 'link')) {
        my ($link, $target) = $_->{argument} =~ /^(\S+) -> (\S+)$/ or die "link: NAME -> TARGET\n";
        symlink $target, "$dir/$link" or die "$link: $!\n";
    }
    return \%files;
}

sub run_program {
    my ($dir, $environment, $stdin, @arguments) = @_;
    my $io = File::Temp->newdir;
    write_file("$io/in", $stdin);
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        chdir $dir or die;
        open STDIN,  '<', "$io/in"  or die;
        open STDOUT, '>', "$io/out" or die;
        open STDERR, '>', "$io/err" or die;
        %ENV = (%ENV, LC_ALL => 'C', NO_COLOR => 1, %$environment);
        alarm 60;
        exec $smtpatch, @arguments or die "$smtpatch: $!\n";
    }
    waitpid $pid, 0;
    my $exit = $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
    my $messages = read_file("$io/err");
    my $shown    = abs_path($dir);
    $messages =~ s/\Q$shown\E/DIR/g;
    return {exit => $exit, output => read_file("$io/out"), messages => $messages};
}

sub files_below {
    my ($dir) = @_;
    my %files;
    File::Find::find({no_chdir => 1, wanted => sub { $files{substr $_, length($dir) + 1} = read_file($_) if -f && !-l }}, $dir);
    return \%files;
}

# ---- Comparing ---------------------------------------------------------------------------------------------------

sub difference {
    my ($what, $expected, $got) = @_;
    return '' if $expected eq $got;
    my $dir = File::Temp->newdir;
    write_file("$dir/expected", $expected);
    write_file("$dir/got",      $got);
    my $diff = qx{cd '$dir' && diff -u --label expected --label got expected got};
    $diff =~ s/\r$/\\r/mg;
    $diff =~ s/\xEF\xBB\xBF/<BOM>/g;
    return "$what:\n$diff";
}

# The command, its results and what is expected of them, for one layout ('' is that of the arguments).
sub run_layout {
    my ($case, $layout, $output, $update) = @_;
    my @problems;
    my $temporary = File::Temp->newdir;
    my $dir       = "$temporary";
    my $files     = lay_out($case, $dir);
    my @inputs    = map { section_file($_, 'in.sql') } sections_of($case, 'input');
    my ($stdin)   = map { section_text($_) } sections_of($case, 'stdin');
    my %environment = map { split /=/, $_, 2 } shellwords(argument_of($case, 'environment', ''));
    my @arguments   = shellwords(argument_of($case, 'arguments', ''));
    my $is_in_place = grep { /^(?:-i|--in-place)/ } @arguments;
    my $is_view     = grep { /^--(?:diff|check)$/ } @arguments;
    my @command = (map { ('-r', section_file($_, 'rules.ini')) } sections_of($case, 'rules'));
    push @command, '--no-config' unless grep { /(?:^|\/)\.smtpatch\.ini$/ } keys %$files;
    push @command, '--no-lint' unless grep { /^--(?:lint|fix|format)/ } @arguments; # cases of checks stand elsewhere
    push @command, '--layout', $layout if $layout ne '';
    push @command, @arguments;

    my $result = run_program($dir, \%environment, $stdin // '', @command, @inputs);
    my $input = join '', map({ $files->{$_} } @inputs), $stdin // '';
    my $is_input = $output && ($output->{argument} // '') eq 'input';
    my $expected = $is_input ? $input : $output ? section_text($output) : '';
    my ($messages) = sections_of($case, 'messages');
    if ($update) {
        encode_body($output, $result->{output}) if $output && !defined $output->{argument} && is_open($output, $update);
        update_section($case, 'output',   $result->{output})   if !$output && $result->{output} ne '';
        update_section($case, 'messages', $result->{messages})
            if $messages ? is_open($messages, $update) : $result->{messages} ne '';
        update_exit($case, $result->{exit});
    }
    push @problems, difference('exit status', argument_of($case, 'exit', 0) . "\n", "$result->{exit}\n");
    push @problems, difference('messages', $messages ? section_text($messages) : '', $result->{messages});
    push @problems, difference($layout eq '' ? 'output' : "output with --layout $layout", $expected, $result->{output});

    # What the command leaves on the disk: what it found, but for what the case says.
    my $left = files_below($dir);
    my %wanted = %$files;
    for my $after (sections_of($case, 'after')) {
        my $name = section_file($after);
        encode_body($after, $left->{$name}) if $update && defined $left->{$name} && is_open($after, $update);
        $wanted{$name} = section_text($after);
    }
    for my $name (sort keys %{{%wanted, %$left}}) {
        push @problems, difference("file $name afterwards", $wanted{$name} // "(none)\n", $left->{$name} // "(none)\n");
    }

    # Once more on its own result.
    my $is_done = $result->{exit} eq '0' && argument_of($case, 'again', 'same') eq 'same' && !$is_view;
    if ($is_done && $is_in_place) {
        run_program($dir, \%environment, '', @command, @inputs);
        my $again = files_below($dir);
        push @problems, difference("file $_ after the same command once more", $left->{$_}, $again->{$_} // '') for sort keys %$left;
    } elsif ($is_done && @inputs + defined($stdin) == 1 && !sections_of($case, 'link')) {
        write_file("$dir/$inputs[0]", $result->{output}) if @inputs;
        my $again = run_program($dir, \%environment, $result->{output}, @command, @inputs);
        push @problems, difference('the same command on its own output', $result->{output}, $again->{output});
        push @problems, difference('exit status of that', "0\n", "$again->{exit}\n");
    }
    return grep { $_ ne '' } @problems;
}

sub run_case {
    my ($case, $update) = @_;
    my @outputs = sections_of($case, 'output', 'output keep', 'output pretty', 'output both');
    my @runs = map {
        $_->{name} eq 'output both' ? (['keep', $_], ['pretty', $_]) : $_->{name} =~ /^output (.*)/ ? [$1, $_] : ['', $_]
    } @outputs;
    @runs = (['', undef]) if !@runs;
    return map { run_layout($case, @$_, $update) } @runs;
}

# ---- Updating ------------------------------------------------------------------------------------------------------

# --fill leaves alone what is written already.
sub is_open {
    my ($section, $how) = @_;
    return $how eq 'all' || !@{$section->{lines}};
}

sub update_section {
    my ($case, $name, $text) = @_;
    my ($section) = sections_of($case, $name);
    if (!$section) {
        $section = {name => $name, head => "---- $name", flags => {}};
        push @{$case->{sections}}, $section;
    }
    encode_body($section, $text);
}

sub update_exit {
    my ($case, $exit) = @_;
    return if argument_of($case, 'exit', 0) eq $exit;
    @{$case->{sections}} = grep { $_->{name} ne 'exit' } @{$case->{sections}};
    push @{$case->{sections}}, {name => 'exit', head => "---- exit: $exit", argument => $exit, flags => {}, lines => []} if $exit ne '0';
}

sub write_cases {
    my ($file) = @_;
    my $text = join '', map { "$_\n" } @{$file->{preface}};
    for my $case (@{$file->{cases}}) {
        $text .= "==== $case->{title}\n" . join '', map { "$_\n" } @{$case->{prose}};
        for my $section (@{$case->{sections}}) {
            $text .= join '', map { "$_\n" } $section->{head}, @{$section->{lines}};
        }
        $text .= "\n";
    }
    $text =~ s/\n+\z/\n/;
    write_file($file->{path}, $text);
}

# ---- The whole -------------------------------------------------------------------------------------------------------

sub case_files {
    my @found;
    File::Find::find({no_chdir => 1, wanted => sub { push @found, $_ if /\.case$/ && -f }}, @_);
    return sort @found;
}

my ($update, @paths);
my ($shard, $shards) = split m{/}, $ENV{CASES_SHARD} // '1/1';
while (@ARGV) {
    my $word = shift @ARGV;
    if ($word =~ /^--(update|fill)$/) {
        $update = $1 eq 'fill' ? 'empty' : 'all';
    } elsif ($word eq '--shard') {
        ($shard, $shards) = split m{/}, shift @ARGV;
    } else {
        push @paths, $word;
    }
}
$update && !@paths and die "--update and --fill need the files to be written\n";
-x $smtpatch or die "$smtpatch: is not built\n";
my @files = case_files(@paths ? @paths : "$home/cases");
@files = @files[grep { $_ % $shards == $shard - 1 } 0 .. $#files];
for my $path (@files) {
    my $file = parse_cases($path);
    for my $case (@{$file->{cases}}) {
        (my $name = "$path: $case->{title}") =~ s{^\Q$home\E/cases/}{};
        my @problems = eval { run_case($case, $update) };
        push @problems, "$case->{where}: $@" if $@;
        ok(!@problems, $name);
        diag("$case->{where}\n", join "\n", @problems) if @problems && !$update;
    }
    write_cases($file) if $update;
}
done_testing;
