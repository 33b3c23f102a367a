#!/bin/sh
# make check-deb: the package has no errors for lintian; on a Debian 12 of which nothing is there but what debootstrap makes
# and the libraries that the package names, it installs, runs, and leaves nothing behind. Called with the folder of the
# package. Needs root, debootstrap, lintian and the network, and is skipped where one of them is missing.
set -eu
folder=$(realpath "$1")

skip() {
    echo "make check-deb: skipped: $1"
    exit 0
}

[ "$(id -u)" -eq 0 ] || skip 'only root can make a Debian root'
for tool in debootstrap lintian chroot; do
    command -v $tool >/dev/null 2>&1 || skip "there is no $tool; apt-get install debootstrap lintian"
done
package=$(ls "$folder"/smtpatch_*.deb)
lintian --allow-root --fail-on error "$folder"/smtpatch_*.changes

# "libc6 (>= 2.34), libinih1" as debootstrap wants it
depends=$(dpkg-deb --field "$package" Depends | sed 's/ *([^)]*)//g; s/ //g')
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
debootstrap --variant=minbase --include="$depends" bookworm "$root/debian" > "$folder/debootstrap.log" 2>&1 || {
    tail -3 "$folder/debootstrap.log" >&2
    skip 'debootstrap could not make a Debian root (no network?)'
}

inside() { chroot "$root/debian" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }

# dpkg's own notes on what it did aside.
list_files() { (cd "$root/debian" && find . -path ./proc -prune -o -path './var/log/dpkg.log' -o -path './var/lib/dpkg/*-old' -o -print) | sort; }

fail() {
    echo "make check-deb: $1" >&2
    exit 1
}

cp "$package" "$root/debian/tmp/smtpatch.deb"
list_files > "$root/before"
inside dpkg --install /tmp/smtpatch.deb
inside smtpatch --version
result=$(echo "create table t (a int) with ('connector' = 'postgres-cdc');" |
    inside smtpatch -q --no-lint --layout keep --slot s -)
[ "$result" = "create table t (a int) with ('connector' = 'postgres-cdc', 'slot.name' = 's');" ] || fail "it printed: $result"
for file in man/man1/smtpatch.1.gz doc/smtpatch/emit-json.md.gz bash-completion/completions/smtpatch \
    zsh/vendor-completions/_smtpatch fish/vendor_completions.d/smtpatch.fish; do
    [ -f "$root/debian/usr/share/$file" ] || fail "it did not install $file"
done
inside dpkg --purge smtpatch
list_files > "$root/after"
diff "$root/before" "$root/after" || fail 'it left something behind (or took something away)'
echo "$(basename "$package"): installs on Debian 12, runs, and leaves nothing behind"
