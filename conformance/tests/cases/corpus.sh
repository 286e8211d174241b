#!/usr/bin/env bash
# Every input of the corpus decodes to the events beside it, whole and byte by
# byte. Prints what differs; exit 0 only if there was something to compare. Inputs of
# attacks are left out: most are refused.
#   corpus.sh ATPROOF [CORPUS]
set -u
atproof=${1:?usage: corpus.sh ATPROOF [CORPUS]}
corpus=${2:-$(dirname "$0")/../../../corpus}
seen=$(mktemp)
trap 'rm -f "$seen"' EXIT
count=0
failed=0

compare() { # INPUT CHUNK-OPTION...
    local input=$1 events="${1%.*}.events"
    shift
    "$atproof" decode "$@" "$input" > "$seen" || { echo "$input: not decoded"; return 1; }
    cmp -s "$events" "$seen" && return 0
    echo "$input $*: expected (-) and seen (+) differ"
    diff -U 1 "$events" "$seen" | sed -n '3,12p'
    return 1
}

while IFS= read -r input; do
    count=$((count + 1))
    if [ ! -f "${input%.*}.events" ]; then
        echo "$input: has no .events (.ci/update makes them)"
        failed=$((failed + 1))
    elif ! compare "$input" || ! compare "$input" --chunk 1; then
        failed=$((failed + 1))
    fi
done < <(find "$corpus" -path '*/regressions/attack' -prune -o \( -name '*.at' -o -name '*.bin' -o -name '*.raw' \) -type f -print | sort)

if [ "$count" -eq 0 ]; then
    echo "$corpus: no input found"
    exit 1
fi
echo "$((count - failed)) of $count inputs as expected"
[ "$failed" -eq 0 ]
