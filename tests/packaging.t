#!/usr/bin/perl
# What the packages say of themselves agrees with the rest. make check-dist and make check-deb try the packages.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Command;
use Test::More;

my ($version) = (run('--version'))[1] =~ /^smtpatch (\S+)$/ or die;
my ($packaged) = slurp("$root/debian/changelog") =~ /^smtpatch \((\S+)\)/ or die;
is($packaged, $version, 'debian/changelog has the version of the program');

# Every machine that makes packages has perl and gcc; cmocka is for the tests, which `make deb` leaves out.
my %is_not_named = map { $_ => 1 } qw(perl gcc libcmocka-dev);
my ($wanted) = slurp("$root/Makefile") =~ /^PACKAGES = (.*)$/m or die;
my ($named) = slurp("$root/debian/control") =~ /^Build-Depends:\n((?: .*\n)+)/m or die;
my @named = grep { !/^debhelper/ } $named =~ /^ ([^\s,]+)/mg;
is_deeply([sort @named], [sort grep { !$is_not_named{$_} } split ' ', $wanted], 'debian/control names what make deps installs');

subtest 'the archive' => sub {
    plan skip_all => 'this is no Git checkout' if !-e "$root/.git" || system("cd '$root' && git rev-parse >/dev/null 2>&1") != 0;
    my $archive = "$directory/a/smtpatch-$version.tar.gz";
    is(system("sh '$root/packaging/dist.sh' '$archive' >/dev/null"), 0, 'make dist');
    my @listed = map { m{^smtpatch-\Q$version\E/(.+)} ? $1 : () } split /\n/, qx{tar -tzf '$archive'};
    my @known = split /\n/, qx{cd '$root' && git ls-files};
    is_deeply([sort @listed], [sort @known], 'has what Git knows');
    unlike(qx{tar -tvzf '$archive'}, qr{^(?!\S+ 0/0 )}m, 'tells nothing of who made it');
};

done_testing();
