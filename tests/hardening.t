#!/usr/bin/perl
# The program is hardened as the Makefile says: `make check` gives the flags that it builds with in HARDENING.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

my $build = $ENV{BUILD} // abs_path(dirname(__FILE__) . '/..') . '/build';
my $flags = $ENV{HARDENING} // '';
plan skip_all => 'it was built without' if $flags !~ /\S/;
plan skip_all => 'there is no readelf' if system('command -v readelf >/dev/null 2>&1') != 0;

sub readelf { return scalar qx{readelf @_ 2>/dev/null} }

my $program = readelf('--wide --file-header --program-headers --dynamic', "'$build/smtpatch'");
my $library = readelf('--wide --syms', "'$build/libsmtpatch.a'");
my ($producer) = readelf('--debug-dump=info', "'$build/objects/main.o'") =~ /DW_AT_producer\s*:(.*)/;

# A test for each flag that the build has: what it leaves in the program, or in the objects that are ours (libpg_query's are
# not), where gcc also writes down what it was called with.
sub holds {
    my ($flag, $text, $pattern, $what) = @_;
    SKIP: {
        skip "built without $flag", 1 if $flags !~ /\Q$flag\E/;
        ok($text =~ $pattern, $what);
    }
}

holds('-pie', $program, qr/Type:\s+DYN .*Flags:.* PIE\b/s, 'it runs at any address');
holds('-z,relro', $program, qr/\bGNU_RELRO\b/, 'its tables of addresses cannot be written to');
holds('-z,now', $program, qr/\bBIND_NOW\b|Flags:.* NOW\b/, 'all of them');
holds('-fstack-protector-strong', $library, qr/UND __stack_chk_fail$/m, 'a stack that was written over is noticed');
holds('-D_FORTIFY_SOURCE', $library, qr/UND __v?snprintf_chk$/m, 'calls of the C library know the size of what they write');
ok($program !~ /\bGNU_STACK\b.*\bRWE\b/, 'no code runs on the stack');
ok($program !~ /^\s*LOAD\b.*\bRWE\b/m, 'nothing that can be written to can be run');
SKIP: {
    skip 'the compiler does not say how it was called', 1 if ($producer // '') !~ /-std=/;
    holds('-fstack-clash-protection', $producer, qr/-fstack-clash-protection/, 'the stack does not grow over the heap');
}

done_testing;
