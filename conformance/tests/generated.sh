#!/usr/bin/env bash
# What is made of the catalogue and checked in is what the catalogue says now.
#   generated.sh ATPROOF             compares; exit 1 if a file differs
#   generated.sh ATPROOF --update    writes what differs
set -u
atproof=${1:?usage: generated.sh ATPROOF [--update]}
update=${2:-}
root=$(dirname "$0")/../..
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
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

echo "$((count - failed)) of $count files as generated"
[ "$failed" -eq 0 ]
