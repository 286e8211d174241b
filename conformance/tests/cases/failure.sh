#!/usr/bin/env bash
# A case that fails shows its file, the line of the transcript, its bytes, the event
# expected and the event seen: alone, and within a group.
#   failure.sh TEST_CASES ATPROOF CORPUS
set -u
usage="usage: failure.sh TEST_CASES ATPROOF CORPUS"
test_cases=${1:?$usage}
atproof=${2:?$usage}
corpus=${3:?$usage}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
count=0

fails() { # COMMAND...
    "$@" > "$folder/out" 2>&1
    local status=$?
    count=$((count + 1))
    [ "$status" -ne 0 ] && return
    failed=$((failed + 1))
    echo "a case that failed exits 0: $1"
}

expect() { # PATTERN
    count=$((count + 1))
    grep -q -- "$1" "$folder/out" && return
    failed=$((failed + 1))
    echo "the failure does not show: $1"
    sed 's/^/| /' "$folder/out"
}

shows_the_event() {
    expect "^$folder/case.at: .*event 2 differs"
    expect "^  line $line: .*OK"
    expect '^  bytes: .*OK.* at offset 2)'
    expect '^  expected: .*"size":5'
    expect '^  seen: .*"size":4'
    expect "^ERROR: $folder/case.at: .*the events are not those beside it"
}

sample=$corpus/transcripts/simcom-http/generated/2.2.1
cp "$sample.at" "$folder/case.at"
sed '0,/"size":4/s//"size":5/' "$sample.events" > "$folder/case.events"
line=$(grep -n '^< OK' "$folder/case.at" | head -1 | cut -d: -f1)
fails "$test_cases" "$folder/case.at"
shows_the_event
fails "$test_cases" "$corpus"/judge/*.at "$folder/case.at" "$corpus"/live/core/*.at
shows_the_event
expect "^not ok 1 - $folder/case.at"

# Judged: a finding that no case declares; a file without a case.
judged() { /usr/bin/python3 -B "$(dirname "$0")/judged.py" "$atproof" "$@"; }
printf '@ id: x\n@ dialect: simcom\n\n> AT+CSQ\n< +CSQ: 1\n< OK\n' > "$folder/wrong.at"
fails judged "$corpus"/judge/*.at "$folder/wrong.at"
expect "^$folder/wrong.at:5$"
expect "^$folder/wrong.at:1: no case of it passed"
fails judged # of nothing
expect '^0 of 0 files'
echo "$((count - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
