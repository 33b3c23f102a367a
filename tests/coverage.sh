#!/bin/sh
# Of `make coverage`: `start BUILD` forgets what earlier runs have reached; `report BUILD` tells what of src/ was reached since
# then, and fails below the limits.
set -eu

cd "$(dirname "$0")/.."
command=$1 build=$2
least_lines=95 least_branches=85

# Its reports go to files of the build: gcovr would put a file of its own in the place of /dev/null.
summary() {
    gcovr --root . --object-directory "$build" --exclude-unreachable-branches "$@" "$build"
}

case $command in
start)
    find "$build" -name '*.gcda' -delete
    (umask 0 && "$build/smtpatch" --version >/dev/null) # tests that run as nobody count, too
    ;;
report)
    echo '== made by lemon, re2c and gperf (for information) =='
    summary --filter "$build/generated/" --print-summary --output "$build/report"
    echo '== src/: lines that no test reached =='
    summary --filter src/ | awk '/^src\// && $NF !~ /%$/ { print $1 ": " $NF }'
    echo '== src/ =='
    summary --filter src/ --print-summary --output "$build/report" \
        --fail-under-line "$least_lines" --fail-under-branch "$least_branches"
    ;;
esac
