#!/bin/sh
# Code, tables, state and worst stack on Cortex-M0+ at -Os, as the compiler
# made them. The stack is the deepest chain of calls from each public call,
# from -fstack-usage and the call graph of the object code; the caller's own
# callback comes on top.
# usage: size.sh PARSER_DIR WORK_DIR
set -eu
parser=$1
work=$2
cc=arm-none-eabi-gcc
flags="-mcpu=cortex-m0plus -mthumb -std=c11 -Os -I$parser/include"
mkdir -p "$work"
total=0
for layer in frame classify args exchange host parser read names; do
    $cc $flags -fstack-usage -c "$parser/src/$layer.c" \
        -o "$work/$layer.o"
    size=$(arm-none-eabi-size "$work/$layer.o" | awk 'NR == 2 {print $1 + $2}')
    case $layer in
        read|names) printf '%-10s %6d bytes   (linked only if used)\n' "$layer" "$size" ;;
        *) printf '%-10s %6d bytes\n' "$layer" "$size"; total=$((total + size)) ;;
    esac
done
printf '%-10s %6d bytes   code, all four layers and the calls that join them\n' "" "$total"
for catalog in core simcom_http simcom_cch simcom quectel_ugxx quectel_ec200 auto; do
    $cc $flags -c "$parser/generated/catalog_$catalog.c" -o "$work/$catalog.o"
    printf '%-14s %6d bytes of tables\n' "$catalog" \
        "$(arm-none-eabi-size "$work/$catalog.o" | awk 'NR == 2 {print $1 + $2}')"
done
cat > "$work/state.c" <<'END'
#include <atproof/atproof.h>
char state[sizeof(struct atp_parser)];
char event[sizeof(struct atp_event)];
END
$cc $flags -c "$work/state.c" -o "$work/state.o"
arm-none-eabi-nm -S "$work/state.o" | awk '
    function hex(s,  i, n) { for (i = 1; i <= length(s); i++) n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1; return n }
    $4 == "state" {printf "state: %d bytes (struct atp_parser)\n", hex($2)}
    $4 == "event" {printf "event: %d bytes, inside the caller'"'"'s buffer\n", hex($2)}'
python3 "$parser/bench/stack.py" "$work"
