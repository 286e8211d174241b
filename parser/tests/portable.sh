#!/bin/sh
# The same events on every architecture (I9): builds `portable` for this
# machine, for 32-bit Arm and for big-endian MIPS, runs each (the foreign ones
# under qemu) and compares what they print.
# usage: portable.sh PARSER_DIR WORK_DIR [SEEDS]
set -eu
parser=$1
work=$2
seeds=${3:-300}
mkdir -p "$work"

build_and_run() { # NAME RUNNER COMPILER...
    name=$1
    runner=$2
    shift 2
    "$@" -std=c11 -O2 -static -I"$parser/include" -o "$work/portable-$name" \
        "$parser/tests/portable.c" "$parser"/src/*.c "$parser"/generated/*.c
    $runner "$work/portable-$name" "$seeds" > "$work/$name.txt"
}

build_and_run native '' gcc
build_and_run arm32 qemu-arm arm-linux-gnueabihf-gcc
build_and_run mips-be qemu-mips mips-linux-gnu-gcc
lines=$(wc -l < "$work/native.txt")
[ "$lines" -gt 0 ]
for other in arm32 mips-be; do
    cmp "$work/native.txt" "$work/$other.txt" || {
        echo "$other decodes differently; the first stream that differs:"
        diff "$work/native.txt" "$work/$other.txt" | head -n 4
        exit 1
    }
done
echo "$lines event logs are the same on x86-64, 32-bit Arm and big-endian MIPS"
