#!/usr/bin/env bash
# What is made of the catalogue and checked in is what the catalogue states now.
#   generated.sh ATPROOF             compares; exit 1 if a file differs
#   generated.sh ATPROOF --update    writes what differs (.ci/update does, and the rest)
set -u
atproof=$(realpath "${1:?usage: generated.sh ATPROOF [--update]}")
update=${2:-}
cd "$(dirname "$0")/../../.." || exit 1
fresh=$(mktemp)
cases=$(mktemp -d)
trap 'rm -rf "$fresh" "$cases"' EXIT
count=0
failed=0

# The program holds the catalogue byte for byte: an older one would find all as it was.
/usr/bin/python3 - "$atproof" parser/catalog/*.yaml << 'PYTHON' || exit 1
import sys
program, *files = sys.argv[1:]
with open(program, 'rb') as held:
    held = held.read()
old = [name for name in files if open(name, 'rb').read() not in held]
for name in old:
    print(f'{name}: {program} was built from another version of it; build atproof-command first')
sys.exit(bool(old))
PYTHON

differs() { # FILE
    echo "$1: is not what the catalogue states; .ci/update writes it"
    failed=$((failed + 1))
}

check() { # DIALECT FORMAT FILE
    count=$((count + 1))
    "$atproof" catalog --dialect "$1" --emit "$2" > "$fresh" || { failed=$((failed + 1)); return; }
    cmp -s "$fresh" "$3" && return
    if [ "$update" = --update ]; then
        cp "$fresh" "$3" && echo "$3: written"
        return
    fi
    differs "$3"
}

# Writes the cases of a folder, and removes those that are made no more.
write_cases() { # FRESH KEPT
    local old
    mkdir -p "$2"
    cp "$1"/*.at "$2"
    for old in "$2"/*.at; do
        [ -f "$1/${old##*/}" ] || rm -f "$old" "${old%.at}.events"
    done
    echo "$2: written"
}

dialects=$("$atproof" catalog --help | sed -n '/^Dialects:/,/^$/s/^  \([a-z0-9-]*\) .*/\1/p')
[ -n "$dialects" ] || { echo "$atproof catalog --help lists no dialect"; exit 1; }
for dialect in $dialects; do
    check "$dialect" c "parser/generated/catalog_${dialect//-/_}.c"
done
check auto dict fuzz/at.dict

# The cases that follow from the catalogue, a folder a command set.
"$atproof" catalog --cases "$cases" || exit 1
for folder in "$cases"/*; do
    count=$((count + 1))
    kept="corpus/transcripts/${folder##*/}/generated"
    diff -qr --exclude='*.events' "$folder/generated" "$kept" > "$fresh" 2>&1 && continue
    if [ "$update" = --update ]; then
        write_cases "$folder/generated" "$kept"
        continue
    fi
    sed -n 1,5p "$fresh"
    differs "$kept"
done

echo "$((count - failed)) of $count files as generated"
[ "$failed" -eq 0 ]
