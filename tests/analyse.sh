#!/bin/sh
# analyse.sh FLAG...: of `make analyse`. Three programs read src/ (what lemon, re2c and gperf write is left out) and look for
# mistakes without running it: gcc's analyzer, clang-tidy (.clang-tidy says with which checks) and cppcheck. The flags are
# those that the compiler needs. Fails when one of them finds something.
set -eu

cd "$(dirname "$0")/.."
jobs=$(nproc 2>/dev/null || echo 2)
status=0

for_each_file() {
    find src -name '*.c' | sort | xargs -P "$jobs" -I FILE "$@" || status=1
}

echo "== $(gcc --version | head -n 1), -fanalyzer"
# To standard output, and not -o /dev/null: when it fails, gcc takes away the file of -o.
for_each_file gcc "$@" -O1 -fanalyzer -Werror -S -o - FILE > /dev/null

# What it writes to standard error is the number of warnings in headers of the system.
echo "== clang-tidy,$(clang-tidy --version | grep 'LLVM version')"
for_each_file sh -c 'clang-tidy --quiet "$@" 2>/dev/null' sh FILE -- "$@"

echo "== $(cppcheck --version)"
for flag; do
    shift
    case $flag in -[DI]*) set -- "$@" "$flag" ;; esac
done
cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability -j "$jobs" "$@" --std=c11 src || status=1
exit $status
