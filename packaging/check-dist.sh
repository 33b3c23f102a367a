#!/bin/sh
# make check-dist: the source archive is the same each time, and what is in it builds and passes every test by itself.
# Called with the archive.
set -eu
cd "$(dirname "$0")/.."
archive=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset BUILD DESTDIR MAKEFLAGS MAKELEVEL MFLAGS PREFIX

(umask 077 && TZ=Asia/Tokyo sh packaging/dist.sh "$folder/again/$(basename "$archive")" >/dev/null)
cmp "$archive" "$folder/again/$(basename "$archive")"
tar -xzf "$archive" -C "$folder"
cd "$folder/$(basename "$archive" .tar.gz)"
make WERROR=1 check
if said=$(make dist 2>&1) || ! echo "$said" | grep -q 'not a Git checkout'; then
    echo "make dist in an archive should say that it is none: $said" >&2
    exit 1
fi
echo "$(basename "$archive"): the same each time, builds and passes its tests"
