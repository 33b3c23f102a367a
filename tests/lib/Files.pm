package Files;
# Whole files, byte for byte.
use strict;
use warnings;
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Path qw(make_path);

our @EXPORT = qw(read_file write_file);

sub read_file {
    my ($path) = @_;
    open my $handle, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$handle> // '';
}

# With the folders above it.
sub write_file {
    my ($path, $text) = @_;
    make_path(dirname($path));
    open my $handle, '>:raw', $path or die "$path: $!\n";
    print {$handle} $text;
    close $handle or die "$path: $!\n";
}

1;
