#!/bin/sh
# Runs the fuzzers that are named, FUZZ_SECONDS each, FUZZ_JOBS (1) of them at a time. `make fuzz` calls it with BUILD.
# FUZZ_SEED, if it is not 0, makes a run take the same way as the last one of the same program, as far as it gets.
# Seeds come from fixtures/ and the cases, and from the scripts in the folder FUZZ_CORPUS, if that is set. What a fuzzer
# learned stays in $BUILD/corpus for the next run; an input that breaks a law is kept in $BUILD/findings, and the status is
# then 1.
set -eu

cd "$(dirname "$0")/../.."
BUILD=$(cd "$BUILD" && pwd)
mkdir -p "$BUILD/findings"
perl tests/fuzz/seeds.pl "$BUILD"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:allocator_may_return_null=1"

run_fuzzer() {
    mkdir -p "$BUILD/corpus/$1" "$BUILD/seeds/$1"
    "$BUILD/fuzzers/$1" -seed="${FUZZ_SEED:-0}" -max_total_time="$FUZZ_SECONDS" -timeout=20 -rss_limit_mb=4096 -max_len=8192 \
        -dict="$BUILD/dictionary" -artifact_prefix="$BUILD/findings/$1-" -print_final_stats=1 \
        "$BUILD/corpus/$1" "$BUILD/seeds/$1" >"$BUILD/$1.log" 2>&1
}

# How it went: executions and coverage, or where a law was broken.
report() {
    echo "$1:"
    if [ "$2" -eq 0 ]; then
        grep -E '(DONE|stat::number_of_executed_units)' "$BUILD/$1.log"
    else
        grep -vE '^#[0-9]+.*(NEW|REDUCE|pulse)' "$BUILD/$1.log" | tail -60
    fi
}

# All take the same time, so a batch of FUZZ_JOBS is waited for as a whole.
status=0
while [ $# -gt 0 ]; do
    batch=
    while [ $# -gt 0 ] && [ "$(echo "$batch" | wc -w)" -lt "${FUZZ_JOBS:-1}" ]; do
        run_fuzzer "$1" &
        batch="$batch $1:$!"
        shift
    done
    for started in $batch; do
        result=0
        wait "${started#*:}" || result=$?
        [ "$result" -eq 0 ] || status=1
        report "${started%:*}" "$result"
    done
done
exit $status
