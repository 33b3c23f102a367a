#!/bin/sh
# `make valgrind`, which sets BUILD: parts of the suite under valgrind's memcheck, and none of it may read what was never
# written, or lose memory. Every program of tests/unit/ runs, and of the files of cases and checks every VALGRIND_STEP-th
# (1 for all of them), as each call of smtpatch takes half a second there. Tests of time, of limits
# and of failing calls are left out.
set -eu

cd "$(dirname "$0")/../.."
BUILD=$(cd "$BUILD" && pwd)
step=${VALGRIND_STEP:-8}
home=$BUILD/valgrind
rm -rf "$home"
mkdir -p "$home/log" "$home/unit"

wrap() {
    cat >"$2" <<END
#!/bin/sh
export LD_PRELOAD='$BUILD/tests/no_jit.so'
exec valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \\
    --suppressions='$PWD/tests/valgrind/suppressions' --log-file='$home/log/%p' '$1' "\$@"
END
    chmod +x "$2"
}

export UNDER_VALGRIND=1 BUILD SMTPATCH="$home/smtpatch" LC_ALL=C.UTF-8 CASES_SHARD="1/$step"
wrap "$BUILD/smtpatch" "$home/smtpatch"
set -- tests/cases.t
for source in tests/unit/test_*.c; do
    name=$(basename "$source" .c)
    wrap "$BUILD/tests/$name" "$home/unit/$name"
    set -- "$@" "$home/unit/$name"
done
status=0
perl -Itests/lib -S prove --jobs "$(nproc 2>/dev/null || echo 2)" --formatter Summary "$@" || status=1
# shellcheck disable=SC2046 # the names have no blanks
perl tests/checks.t $(printf '%s\n' tests/checks/*/*.case | awk "NR % $step == 0") >"$home/checks" 2>&1 || status=1
grep -v '^ok' "$home/checks" || true

found=$(find "$home/log" -type f -size +0)
if [ -n "$found" ]; then
    echo "$found" | head -n 5 | xargs cat
    status=1
fi
exit $status
