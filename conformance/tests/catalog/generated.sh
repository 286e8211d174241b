#!/usr/bin/env bash
# What is made of the catalogue and checked in is what the catalogue says now.
#   generated.sh ATPROOF             compares; exit 1 if a file differs
#   generated.sh ATPROOF --update    writes what differs
set -u
atproof=${1:?usage: generated.sh ATPROOF [--update]}
update=${2:-}
root=$(dirname "$0")/../../..
fresh=$(mktemp)
cases=$(mktemp -d)
trap 'rm -rf "$fresh" "$cases"' EXIT
count=0
failed=0

check() { # DIALECT FORMAT FILE
    count=$((count + 1))
    "$atproof" catalog --dialect "$1" --emit "$2" > "$fresh" || { failed=$((failed + 1)); return; }
    cmp -s "$fresh" "$root/$3" && return
    if [ "$update" = --update ]; then
        cp "$fresh" "$root/$3" && echo "$3: written"
        return
    fi
    echo "$3: is not what $atproof makes; $0 $atproof --update writes it"
    failed=$((failed + 1))
}

for dialect in simcom quectel-ugxx quectel-ec200 auto core simcom-http simcom-cch; do
    check "$dialect" c "parser/generated/catalog_${dialect//-/_}.c"
done
check auto dict fuzz/at.dict

# The cases that follow from the catalogue, a folder a command set.
"$atproof" catalog --cases "$cases" || failed=$((failed + 1))
for folder in "$cases"/*; do
    count=$((count + 1))
    kept="$root/corpus/transcripts/${folder##*/}/generated"
    diff -qr --exclude='*.events' "$folder/generated" "$kept" > "$fresh" 2>&1 && continue
    if [ "$update" = --update ]; then
        "$atproof" catalog --cases "$root/corpus/transcripts" && echo "$kept: written"
        continue
    fi
    sed -n 1,5p "$fresh"
    echo "$kept: is not what $atproof makes; $0 $atproof --update writes it"
    failed=$((failed + 1))
done

echo "$((count - failed)) of $count files as generated"
[ "$failed" -eq 0 ]
