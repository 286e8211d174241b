#!/bin/sh
# The check of symbols.sh can fail: an internal function exported as atp_*, one
# that is hidden and has no prefix, and a public one that is missing are found.
# usage: symbols_fails.sh libatproof.a INCLUDE_DIR WORK_DIR
set -eu
here=$(dirname "$0")
rm -rf "$3"
mkdir -p "$3"
sh "$here/symbols.sh" "$1" "$2" "$3"

expect() { # ARCHIVE INCLUDE_DIR WORK_DIR WHAT MESSAGE
    if sh "$here/symbols.sh" "$3/copy.a" "$2" "$3" > "$3/out"; then
        echo "symbols.sh does not see $4"
        exit 1
    fi
    grep -q "$5" "$3/out"
}
for planted in 'void atp_frame_next(void)' \
    '__attribute__((visibility("hidden"))) void frame_next(void)'; do
    printf '%s;\n%s {}\n' "$planted" "$planted" > "$3/planted.c"
    gcc -c "$3/planted.c" -o "$3/planted.o"
    cp "$1" "$3/copy.a"
    ar r "$3/copy.a" "$3/planted.o"
    expect "$1" "$2" "$3" "$planted" 'frame_next'
done
cp "$1" "$3/copy.a"
ar d "$3/copy.a" "$(ar t "$1" | grep '^names\.')"
expect "$1" "$2" "$3" 'that names.c is missing' '^< atp_version'
echo "what is exported, unprefixed or missing is found"
