#!/bin/sh
# The check of freestanding.sh can fail: an allocator put into a copy of the
# archive is found, and so is stdio.
# usage: freestanding_fails.sh libatproof.a WORK_DIR
set -eu
here=$(dirname "$0")
rm -rf "$2"
mkdir -p "$2"
sh "$here/freestanding.sh" "$1"
for call in 'malloc(n)' '(void *)(long)printf("%lu", n)'; do
    printf '#include <stdio.h>\n#include <stdlib.h>\nvoid *planted(unsigned long n);\nvoid *planted(unsigned long n) { return %s; }\n' \
        "$call" > "$2/planted.c"
    gcc -O0 -fno-builtin -c "$2/planted.c" -o "$2/planted.o"
    cp "$1" "$2/copy.a"
    ar r "$2/copy.a" "$2/planted.o"
    if sh "$here/freestanding.sh" "$2/copy.a" > "$2/out"; then
        echo "freestanding.sh does not see $call"
        exit 1
    fi
    grep -q 'needs: \(malloc\|printf\)' "$2/out"
done
echo "an allocator and stdio are found when put in"
