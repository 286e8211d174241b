#!/bin/sh
# The check of abi.sh can fail: in copies of the parser, a member that is put in,
# a function that is gone and a status of another number are found, unless the
# version is raised; a new function is not.
# usage: abi_fails.sh PARSER_DIR WORK_DIR
set -eu
parser=$1
work=$2
header=$work/copy/include/atproof/atproof.h
[ "$(uname -m)" = x86_64 ] || { echo "not x86-64: not compared"; exit 77; }

change() { # FILE SED
    rm -rf "$work/copy"
    mkdir -p "$work/copy"
    cp -r "$parser/src" "$parser/include" "$parser/generated" "$parser/abi" "$work/copy"
    sed -i "$2" "$work/copy/$1"
    if cmp -s "$work/copy/$1" "$parser/$1"; then
        echo "$1: \"$2\" changes nothing"
        exit 1
    fi
}
compare() {
    sh "$parser/tests/abi.sh" "$work/copy" "$work/compared" > "$work/out" 2>&1
}
breaks() { # WHAT
    if compare; then
        echo "abi.sh does not see $1"
        exit 1
    fi
    grep -q 'The interface differs' "$work/out" || { cat "$work/out"; exit 1; }
    sed -i 's/^\(#define ATP_VERSION_MINOR\) .*/\1 99/' "$header"
    compare || { echo "$1 is refused although the version is raised"; exit 1; }
}

change include/atproof/atproof.h 's/^    uint64_t offset;  *.. of its first/    uint32_t extra;\n&/'
breaks 'a member that is put in'
change include/atproof/atproof.h 's/ATP_ERROR_EMPTY = -3/ATP_ERROR_EMPTY = -30/'
breaks 'a status of another number'
include='^#include "internal.h"'
other='bool atp_is_streaming(const struct atp_parser *p)'
change src/parser.c "s/\\batp_is_stream(/atp_is_streaming(/; s/$include/&\\n$other;/"
breaks 'a function that is gone'
change src/parser.c "s/$include/&\\nint atp_new(void);\\nint atp_new(void)\\n{\\n    return 0;\\n}/"
compare || { cat "$work/out"; echo "a new function is refused"; exit 1; }
echo "a member, a number and a function are found when changed, unless the version is raised"
