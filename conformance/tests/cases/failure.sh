#!/usr/bin/env bash
# The failure of a case shows the line of the transcript, its bytes, and the
# event expected and seen.
#   failure.sh TEST_CASES CORPUS
set -u
test_cases=${1:?usage: failure.sh TEST_CASES CORPUS}
corpus=${2:?usage: failure.sh TEST_CASES CORPUS}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
count=0

sample=$corpus/transcripts/simcom-http/generated/2.2.1
cp "$sample.at" "$folder/case.at"
sed '0,/"size":4/s//"size":5/' "$sample.events" > "$folder/case.events"
"$test_cases" "$folder/case.at" > "$folder/out" 2>&1
status=$?
line=$(grep -n '^< OK' "$folder/case.at" | head -1 | cut -d: -f1)

expect() { # PATTERN
    count=$((count + 1))
    grep -q -- "$1" "$folder/out" && return
    failed=$((failed + 1))
    echo "the failure does not show: $1"
}

expect "event 2 differs"
expect "^  line $line: .*OK"
expect '^  bytes: .*OK.* at offset 2)'
expect '^  expected: .*"size":5'
expect '^  seen: .*"size":4'
expect '^ERROR: .*the events are not those beside it'
count=$((count + 1))
if [ "$status" -eq 0 ]; then
    failed=$((failed + 1))
    echo "a case that failed exits 0"
fi
[ "$failed" -eq 0 ] || sed 's/^/| /' "$folder/out"
echo "$((count - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
