#!/bin/sh
# Runs the fuzzers that are named, FUZZ_SECONDS each, one after the other. `make fuzz` calls it with BUILD. Seeds come from
# fixtures/ and the cases, and from the scripts in the folder FUZZ_CORPUS, if that is set. What a fuzzer learned stays in
# $BUILD/corpus for the next run; an input that breaks a law is kept in $BUILD/findings, and the status is then 1.
set -eu

cd "$(dirname "$0")/../.."
BUILD=$(cd "$BUILD" && pwd)
mkdir -p "$BUILD/findings"
perl tests/fuzz/seeds.pl "$BUILD"
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:allocator_may_return_null=1"

status=0
for fuzzer in "$@"; do
    mkdir -p "$BUILD/corpus/$fuzzer"
    echo "$fuzzer: $FUZZ_SECONDS s"
    if "$BUILD/fuzzers/$fuzzer" -max_total_time="$FUZZ_SECONDS" -timeout=20 -rss_limit_mb=4096 -max_len=8192 \
        -dict="$BUILD/dictionary" -artifact_prefix="$BUILD/findings/$fuzzer-" -print_final_stats=1 \
        "$BUILD/corpus/$fuzzer" "$BUILD/seeds/$fuzzer" >"$BUILD/$fuzzer.log" 2>&1; then
        grep -E '(DONE|stat::number_of_executed_units)' "$BUILD/$fuzzer.log"
    else
        status=1
        grep -vE '^#[0-9]+.*(NEW|REDUCE|pulse)' "$BUILD/$fuzzer.log" | tail -60
    fi
done
exit $status
