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
    "$@" -std=c11 -O2 -I"$parser/include" -o "$work/portable-$name" \
        "$parser/tests/portable.c" "$parser"/src/*.c "$parser"/generated/*.c
    $runner "$work/portable-$name" "$seeds" > "$work/$name.txt"
}

cortex_m() { # IMAGE SEEDS, by semihosting
    timeout 300 qemu-system-arm -M mps2-an385 -nographic -monitor none -serial none \
        -semihosting-config "enable=on,target=native,arg=portable,arg=$2" -kernel "$1"
}

build_and_run native '' gcc -static
build_and_run arm32 qemu-arm arm-linux-gnueabihf-gcc -static
build_and_run mips-be qemu-mips mips-linux-gnu-gcc -static
build_and_run cortex-m cortex_m arm-none-eabi-gcc -mcpu=cortex-m0plus -mthumb \
    --specs=rdimon.specs -T "$parser/tests/cortex-m/mps2.ld" "$parser/tests/cortex-m/boot.c"
lines=$(wc -l < "$work/native.txt")
[ "$lines" -gt 0 ]
for other in arm32 mips-be cortex-m; do
    cmp "$work/native.txt" "$work/$other.txt" || {
        echo "$other decodes differently; the first stream that differs:"
        diff "$work/native.txt" "$work/$other.txt" | head -n 4
        exit 1
    }
done
echo "$lines event logs are the same on x86-64, 32-bit Arm, big-endian MIPS, Cortex-M"
