#!/bin/sh
# What smtpatch says of Flink, said by Flink itself: `make check-flink`. Needs a JDK (17 or later), Maven and its central
# repository, or what Maven has had from there before; without them it is skipped. Called with BUILD.
#   language  Flink's SQL parser and smtpatch take the same statements, and what smtpatch prints means the same; beside
#             those that there are, CHANGED (1500) more with random mistakes in them
#   options   the connectors' factories and smtpatch's checks take the same option lists: LISTS of each connector (2500),
#             made from the number SEED (1)
#   job       ten tables of PostgreSQL: Flink runs a script of SMT as it was written, as smtpatch patches it, and with one
#             slot for all tables
#   rules     what the checks of replication say will happen, made to happen
#   slots     the same, of slots: who loses them, and to whom
#   mysql     the same, of mysql-cdc, with MariaDB
#   pipeline  what --emit pipeline writes is read by Flink CDC's parser, and one slot serves ten tables
set -eu

cd "$(dirname "$0")"
BUILD=$(cd "${BUILD:-../../build}" && pwd)
work=$BUILD/flink
mkdir -p "$work"

status=0

skip() {
    echo "check-flink: skipped: $1"
    exit "$status"
}

# make_jar FOLDER TARGET [MAVEN-ARGUMENT]...: TARGET/classes and TARGET/lib of the program in FOLDER.
make_jar() {
    folder=$1 target=$2
    shift 2
    if timeout -k 5 180 mvn -B -q -f "$folder/pom.xml" "-Dbuild=$target" "$@" package > "$target.log" 2>&1 < /dev/null; then
        return
    fi
    if grep -q 'COMPILATION ERROR' "$target.log"; then
        cat "$target.log"
        exit 1
    fi
    grep -m 3 ERROR "$target.log" || true
    skip "Maven cannot get what $folder needs"
}

# Short runs want no second compiler; nothing may hang.
java_command="timeout -k 5 120 java -XX:TieredStopAtLevel=1 -Xmx1g"

command -v javac > /dev/null || skip 'there is no JDK'
command -v mvn > /dev/null || skip 'there is no Maven'
javac --release 17 -version > /dev/null 2>&1 || skip 'the JDK is older than 17'

# check_options RELEASE CDC-VERSION FLINK-VERSION CONNECTOR...
check_options() {
    release=$1 target=$work/options-$2
    make_jar options "$target" "-Dcdc=$2" "-Dflink=$3"
    shift 3
    for connector in "$@"; do
        perl options.pl "$BUILD/smtpatch" "$work/options" "$release" "${LISTS:-2500}" "${SEED:-1}" "$connector" \
            $java_command -cp "$target/classes:$target/lib/*" Options || status=1
    done
}

# run_flink PROGRAM JOBS CLASS [ARGUMENT]...: PROGRAM.pl with a folder of its own, the arguments, and the command that
# starts CLASS of JOBS, which runs Flink and ends with its input, and so with the program.
run_flink() {
    program=$1 jobs=$2 class=$3
    shift 3
    mkdir -p "$work/$program"
    timeout --foreground -k 20 600 perl "$program.pl" "$BUILD/smtpatch" "$work/$program" "$@" \
        java -XX:TieredStopAtLevel=1 -Xmx1500m \
        --add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED \
        "-Djava.io.tmpdir=$work/$program" "-Dorg.slf4j.simpleLogger.logFile=$work/$program/flink.log" \
        -cp "$work/$jobs/classes:$work/$jobs/lib/*" "$class" || status=1
}

make_jar language "$work/language"
perl language.pl "$BUILD/smtpatch" "$work/statements" $java_command -cp "$work/language/classes:$work/language/lib/*" Language ||
    status=1
check_options 3.5 3.5.0 1.20.3 postgres-cdc mysql-cdc starrocks
check_options 3.1 3.1.1 1.19.3 postgres-cdc mysql-cdc
make_jar job "$work/jobs"
run_flink job jobs Cluster
run_flink rules jobs Cluster
run_flink slots jobs Cluster
make_jar job "$work/mysql-jobs" -Dupstream=mysql -Dleave.out=OneSlot.java
run_flink mysql mysql-jobs Cluster
make_jar pipeline "$work/pipelines"
run_flink pipeline jobs OneSlot $java_command -cp "$work/pipelines/classes:$work/pipelines/lib/*" Pipeline --
exit $status
