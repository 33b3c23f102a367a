#!/bin/sh
# Installs those of the given Debian packages that are missing. `make deps` calls it.
set -eu

is_installed() {
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in "$@"; do
    is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "make deps: these Debian packages are missing, and there is no apt-get to install them:$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "make deps: these packages are missing, and only root may install them:$missing" >&2
        echo "Run as root: apt-get install --yes --no-install-recommends$missing" >&2
        exit 1
    fi
    as_root=sudo
fi

run() {
    echo "make deps: $*"
    "$@"
}

# The list of packages may be old, or not there at all; it is fetched only when it must be.
install="env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends"
echo "make deps: missing:$missing"
if ! apt-cache show $missing >/dev/null 2>&1 || ! run $as_root $install $missing; then
    run $as_root apt-get update --quiet
    run $as_root $install $missing
fi
