#!/bin/sh
# make deb: the Debian package, made by dpkg-buildpackage and debhelper from the source archive. Called with the archive; the
# package lies beside it in deb/. debhelper rather than a bare dpkg-deb: it strips, compresses, finds what the libraries are
# called, and Debian can take the folder debian/ as it is. The tests are left out here, as `make check` runs them.
set -eu
archive=$(realpath "$1")
folder=$(dirname "$archive")/deb

for tool in dpkg-buildpackage dh; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "make deb: there is no $tool; it comes with: apt-get install dpkg-dev debhelper" >&2
        exit 1
    fi
done
# The package's own settings, whatever those of this make are.
unset BUILD CC CFLAGS DESTDIR LDFLAGS MAKEFLAGS MAKELEVEL MFLAGS PREFIX SANITIZE V WERROR
rm -rf "$folder"
mkdir -p "$folder"
tar -xzf "$archive" -C "$folder"
cd "$folder/$(basename "$archive" .tar.gz)"
DEB_BUILD_OPTIONS="nocheck ${DEB_BUILD_OPTIONS:-}" dpkg-buildpackage -b -us -uc > "$folder/build.log" 2>&1 || {
    tail -40 "$folder/build.log" >&2
    echo "make deb: the package could not be made; all that was said is in $folder/build.log" >&2
    exit 1
}
ls "$folder"/smtpatch_*.deb
