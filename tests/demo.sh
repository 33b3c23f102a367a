#!/bin/sh
# Shows what smtpatch does to a script as SMT writes it. `make demo` calls it with BUILD.
set -eu

cd "$(dirname "$0")/.."
smtpatch=${BUILD:-build}/smtpatch
script=fixtures/postgres/flink-create.1.sql

patch_command() {
    echo "$smtpatch --slot 'flink_\${table|slot}' --publication my_pub --heartbeat 10s $* $script"
}

echo "\$ $(patch_command --layout keep --diff)"
"$smtpatch" --no-config --slot 'flink_${table|slot}' --publication my_pub --heartbeat 10s --layout keep --diff "$script"
echo
echo 'Next, print the whole script in one style, with every change explained:'
echo
echo "  $(patch_command -v)"
echo
echo "and see what else there is: $smtpatch --help"
