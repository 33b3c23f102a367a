#!/bin/sh
# smtpatch for hooks that must build it: once, in the checkout where this script stands, however many call it at the same time.
# Then it runs with the arguments as they are. Of .pre-commit-hooks.yaml.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
program=$home/build/hook/ready/smtpatch

give_up() {
    echo "smtpatch: error: $1" >&2
    echo "        on Debian and Ubuntu: sudo apt-get install -y make && make -C '$home' deps" >&2
    exit 2
}

build() {
    missing=
    for tool in make "${CC:-cc}" re2c lemon gperf perl; do
        command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
    done
    [ -z "$missing" ] || give_up "this hook builds smtpatch first, and these programs are missing:$missing"
    echo "smtpatch: building it for this hook, once" >&2
    unset BUILD CFLAGS DESTDIR MAKEFLAGS MAKELEVEL MFLAGS PREFIX SANITIZE WERROR
    cd "$home"
    make -j2 BUILD=build/hook build/hook/smtpatch > build/hook/log 2>&1 || {
        tail -5 build/hook/log >&2
        give_up "this hook could not build smtpatch; all that was said is in $home/build/hook/log"
    }
    mkdir -p build/hook/ready
    mv build/hook/smtpatch "$program" # whole at once, as others look for it without the lock
}

if [ ! -x "$program" ]; then
    mkdir -p "$home/build/hook"
    (
        flock 9 || give_up 'this hook builds smtpatch first, and flock failed'
        [ -x "$program" ] || build
    ) 9> "$home/build/hook/lock"
fi
exec "$program" "$@"
