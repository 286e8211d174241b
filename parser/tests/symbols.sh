#!/bin/sh
# The archive defines what the public headers declare, all of it and nothing
# more: what else one layer needs of another is called atpi_* and is hidden.
# usage: symbols.sh libatproof.a INCLUDE_DIR WORK_DIR
set -eu
archive=$1
include=$2
work=$3
mkdir -p "$work"

# NAME of each function and catalogue that the headers declare
declared=$(cat "$include"/atproof/*.h | sed 's,/\*.*\*/,,; /^\/\*/,/\*\//d' \
    | grep -v '^static inline\|^#\|^typedef' \
    | sed -n 's/^[a-z].*[ *]\(atp_[a-z0-9_]*\)[(;].*/\1/p' | sort -u)
[ -n "$declared" ]
# VISIBILITY NAME of each global symbol that is defined
defined=$(readelf -sW "$archive" | awk '$5 == "GLOBAL" && $7 != "UND" {print $6, $8}' | sort -u)
public=$(echo "$defined" | sed -n 's/^DEFAULT //p' | grep -v '^__\(odr_\)\?asan' || true)

echo "$declared" > "$work/declared"
echo "$public" > "$work/public"
diff "$work/declared" "$work/public" || {
    echo "$archive: declared (<) and defined (>) are not the same"
    exit 1
}
bad=$(echo "$defined" | sed -n 's/^HIDDEN //p' | grep -v '^atpi_' || true)
[ -z "$bad" ] || {
    echo "$archive: shared between the layers without the prefix atpi_:" $bad
    exit 1
}
echo "$(echo "$declared" | wc -l) names are public, $(echo "$defined" | grep -c ' atpi_') hidden"
