#!/usr/bin/perl
# --format: findings as json, sarif and github, of several files in one document. The form of SARIF is checked by hand,
# field by field, against what its schema (2.1.0) requires.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP qw(decode_json);
use Test::More;

my $root = abs_path(dirname(__FILE__) . '/..');
my $program = $ENV{SMTPATCH} // "$root/build/smtpatch";
my $directory = tempdir(CLEANUP => 1);

sub write_file {
    my ($name, $text) = @_;
    open my $out, '>', "$directory/$name" or die "$name: $!\n";
    print $out $text;
    close $out or die;
    return;
}

sub lint {
    my ($format) = @_;
    my $text = qx{cd "$directory" && "$program" --no-config --lint --format $format 'a b.sql' broken.sql};
    return ($text, $? >> 8);
}

write_file('a b.sql', <<'SQL');
CREATE TABLE 订单 (id INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'mysql-cdc', 'hostname' = 'h', 'username' = 'u',
  'password' = 'hunter2', 'database-name' = 'd', 'table-name' = 't', /* 订单 */ 'nonsence' = 'x');
SQL
write_file('broken.sql', "CREATE TABLE t (a INT,);\n");

subtest json => sub {
    my ($text, $status) = lint('json');
    is($status, 2, 'exit status: the worst of the files');
    my $document = decode_json($text);
    is($document->{version}, 1, 'version');
    my ($unknown) = grep { ($_->{id} // '') eq 'unknown-option' } @{$document->{findings}};
    is_deeply($unknown,
        {file => 'a b.sql', line => 2, column => 79, end_line => 2, end_column => 89, severity => 'error', id => 'unknown-option',
         message => "'nonsence' is not an option of mysql-cdc", hint => undef}, 'a finding: columns count characters');
    my ($trouble) = grep { $_->{file} eq 'broken.sql' } @{$document->{findings}};
    is_deeply([@$trouble{qw(line column severity id)}], [1, 23, 'error', undef], 'a syntax error has no id');
    unlike($text, qr/hunter2/, 'no secret');
};

subtest sarif => sub {
    my ($text) = lint('sarif');
    my $document = decode_json($text);
    is($document->{version}, '2.1.0', 'version');
    my ($run) = @{$document->{runs}};
    my $driver = $run->{tool}{driver};
    is($driver->{name}, 'smtpatch', 'the tool');
    my @listed = map { (split)[0] } split /\n/, qx{"$program" --explain};
    is_deeply([map { $_->{id} } @{$driver->{rules}}], \@listed, 'every check is a rule');
    is(scalar(grep { !length $_->{shortDescription}{text} || !length $_->{fullDescription}{text} } @{$driver->{rules}}), 0, 'with its texts');
    my %levels = map { $_ => 1 } qw(none note warning error);
    is(scalar(grep { !$levels{$_->{defaultConfiguration}{level}} } @{$driver->{rules}}), 0, 'with its level');
    for my $result (@{$run->{results}}) {
        ok($levels{$result->{level}} && length $result->{message}{text}, 'a result: level and message');
        is($driver->{rules}[$result->{ruleIndex}]{id}, $result->{ruleId}, 'a result: its rule') if exists $result->{ruleId};
        my $place = $result->{locations}[0]{physicalLocation};
        like($place->{artifactLocation}{uri}, qr/\A(?:a%20b|broken)\.sql\z/, 'a result: the file as a URI');
        my $region = $place->{region};
        cmp_ok($region->{endColumn}, '>', $region->{startColumn}, 'a result: not an empty region') if $region->{startLine} == $region->{endLine};
    }
    unlike($text, qr/hunter2/, 'no secret');
};

subtest github => sub {
    my ($text) = lint('github');
    like($text, qr/^::error file=a b\.sql,line=2,endLine=2,col=79,endColumn=89,title=unknown-option::'nonsence' is not an option of mysql-cdc$/m, 'a finding');
    like($text, qr/^::error file=broken\.sql,line=1,endLine=1,col=23,endColumn=24,title=smtpatch::/m, 'a syntax error');
    is(scalar(grep { !/^::(?:error|warning|notice) / } split /\n/, $text), 0, 'nothing but commands');
};

subtest 'beside the script' => sub {
    my $script = qx{cd "$directory" && "$program" --no-config --layout keep --format json 'a b.sql' 2>said};
    open my $in, '<', "$directory/a b.sql" or die;
    is($script, do { local $/; <$in> }, 'the result is the script');
    open $in, '<', "$directory/said" or die;
    ok(decode_json(do { local $/; <$in> })->{findings}, 'the findings go to standard error');
};

done_testing();
