#!/usr/bin/env bash
# Every row of the catalogue has a case, every case a clause, every id one
# meaning; and the trace says so when it is not.
#   trace.sh ATPROOF CORPUS
set -u
atproof=$1 corpus=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
mapfile -t files < <(find "$corpus/transcripts" "$corpus/live" "$corpus/judge" -name '*.at' | sort)

fails() { # WHAT PATTERN COMMAND...
    local what=$1 pattern=$2
    shift 2
    if "$@" > /dev/null 2> "$work/errors"; then
        echo "$what: exit 0"; failed=1
    elif ! grep -q -- "$pattern" "$work/errors"; then
        echo "$what: says not '$pattern' but"; head -3 "$work/errors"; failed=1
    fi
}
trace() { "$atproof" catalog --trace "$@"; }

trace --ledger "$corpus/ids" "${files[@]}" > "$work/matrix" || failed=1
tail -1 "$work/matrix"

fails "a clause without a case" 'no case exercises AT+HTTPHEAD' \
    trace $(printf '%s\n' "${files[@]}" | grep -v 'simcom-http')
printf '@ id: simcom-http/9.9.9/x\n@ dialect: simcom\n\n> AT+HTTPINIT\n< OK\n' > "$work/a.at"
fails "an id without a clause" "names no clause" trace "${files[@]}" "$work/a.at"
printf '@ id: simcom-http/2.2.1/x\n@ dialect: simcom\n\n< nothing\n' > "$work/b.at"
fails "a case of nothing" "exercises nothing" trace "${files[@]}" "$work/b.at"
printf '@ dialect: simcom\n\n> AT+HTTPINIT\n< OK\n' > "$work/c.at"
fails "a case without an id" "without an id" trace "${files[@]}" "$work/c.at"
fails "an id that stands twice" "stands in" trace "${files[@]}" "${files[0]}"
printf '@ id: simcom-http/2.2.1/x\n@ dialect: simcom\n@ title: new\n\n> AT+HTTPINIT\n< OK\n' > "$work/d.at"
fails "an id that is not in the ledger" "not in the ledger" \
    trace --ledger "$corpus/ids" "${files[@]}" "$work/d.at"
(cat "$corpus/ids"; echo '! simcom-http/2.2.1/x | old') > "$work/ids"
fails "an id that was retired" "was retired" trace --ledger "$work/ids" "${files[@]}" "$work/d.at"
(cat "$corpus/ids"; echo 'simcom-http/2.2.1/x | old') > "$work/ids"
fails "an id with another title" "was given to 'old'" \
    trace --ledger "$work/ids" "${files[@]}" "$work/d.at"
fails "an id whose case is gone" "has no case any more" trace --ledger "$work/ids" "${files[@]}"
exit "$failed"
