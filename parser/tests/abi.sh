#!/bin/sh
# The binary interface against that of the last release, which parser/abi holds:
# an incompatible change fails unless the version is raised. New functions are
# compatible. The library is compiled here, with debug information, into a shared
# object: what abidw reads. Only x86-64 is compared.
# usage: abi.sh PARSER_DIR WORK_DIR [--write]
#   --write: writes the description of the present version, for a release
set -eu
parser=$1
work=$2
[ "$(uname -m)" = x86_64 ] || { echo "not x86-64: not compared"; exit 77; }
rm -rf "$work"
mkdir -p "$work"
version=$(sed -n 's/^#define ATP_VERSION_[MP][AIT][A-Z]* *\([0-9]*\)$/\1/p' \
    "$parser/include/atproof/atproof.h" | paste -sd.)
gcc -std=c11 -g -O0 -fPIC -shared -ffile-prefix-map="$parser=parser" -I"$parser/include" \
    "$parser"/src/*.c "$parser"/generated/*.c -o "$work/libatproof.so"
describe() { # FILE
    abidw --no-corpus-path --no-comp-dir-path --no-show-locs --headers-dir "$parser/include" \
        --out-file "$1" "$work/libatproof.so"
}
if [ "${3:-}" = --write ]; then
    rm -f "$parser"/abi/atproof-*.abi
    describe "$parser/abi/atproof-$version.abi"
    echo "$parser/abi/atproof-$version.abi"
    exit 0
fi
describe "$work/now.abi"
released=$(ls "$parser"/abi/atproof-*.abi)
before=${released##*/atproof-}
before=${before%.abi}

# What has to grow with an incompatible change: 0.x while it is 0, then the first number.
generation() { # VERSION
    case $1 in 0.*) echo "$1" | cut -d. -f1-2 ;; *) echo "$1" | cut -d. -f1 ;; esac
}
status=0
abidiff --no-added-syms "$released" "$work/now.abi" > "$work/report" || status=$?
if [ $((status & 3)) -ne 0 ]; then
    cat "$work/report"
    echo "abidiff: cannot compare"
    exit 1
fi
if [ "$status" -eq 0 ]; then
    echo "the interface of $version is that of $before, or more"
elif [ "$(generation "$version")" != "$(generation "$before")" ]; then
    echo "the interface of $version differs from that of $before, and the version is raised"
else
    cat "$work/report"
    echo "The interface differs from that of $before, and the version is $version: raise"
    echo "ATP_VERSION_* (parser/README.md, \"Between versions\"), or undo the change."
    exit 1
fi
