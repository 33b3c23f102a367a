#!/bin/sh
# make dist: all files that Git knows, as they stand in the working tree, in an archive that builds by itself. The same files
# of the same commit give the same bytes. Called with the archive's path, below the checkout.
set -eu
cd "$(dirname "$0")/.."
archive=$1
name=$(basename "$archive" .tar.gz)

if ! command -v git >/dev/null 2>&1 || [ "$(git rev-parse --show-prefix 2>/dev/null || echo none)" != "" ]; then
    echo "make dist: this is not a Git checkout (or Git is not installed); an archive is made from one" >&2
    exit 1
fi
time=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
list=$(mktemp)
trap 'rm -f "$list" "$archive.new"' EXIT
git ls-files -z > "$list"
mkdir -p "$(dirname "$archive")"
tar --create --null --verbatim-files-from --files-from="$list" --transform="s,^,$name/," --sort=name --format=ustar \
    --owner=0 --group=0 --numeric-owner --mode=a+rX,u+w,go-w --mtime="@$time" | gzip -9 -n > "$archive.new"
mv "$archive.new" "$archive"
echo "$archive"
