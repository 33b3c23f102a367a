#!/bin/sh
# Runs every test there is: the programs made of tests/unit/ and the scripts tests/*.t, on all processors.
# `make check` builds what it needs and calls it with BUILD. Tests find the program in SMTPATCH.
set -eu

cd "$(dirname "$0")/.."
BUILD=$(cd "${BUILD:-build}" && pwd)
ASAN_OPTIONS="${ASAN_OPTIONS:-}:allocator_may_return_null=1" # as malloc does without the sanitizer
export ASAN_OPTIONS
export BUILD SMTPATCH="$BUILD/smtpatch" LC_ALL=C.UTF-8
unset NO_COLOR CMOCKA_MESSAGE_OUTPUT CMOCKA_TEST_FILTER CMOCKA_SKIP_FILTER CMOCKA_XML_FILE

set --
for source in tests/unit/test_*.c; do
    [ ! -e "$source" ] || set -- "$@" "$BUILD/tests/$(basename "$source" .c)"
done
for script in tests/*.t; do
    [ ! -e "$script" ] || set -- "$@" "$script"
done
if [ $# -eq 0 ]; then
    echo '0 passed, 0 failed'
    exit 1
fi
exec perl -Itests/lib -S prove --jobs "$(nproc 2>/dev/null || echo 2)" --formatter Summary "$@"
