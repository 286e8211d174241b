#!/bin/sh
# Compiles for Cortex-M0+ without a warning, links with no C library but its
# mem* functions, and calls nothing else.
# usage: cortex.sh PARSER_DIR WORK_DIR
set -eu
parser=$1
work=$2
flags="-mcpu=cortex-m0plus -mthumb -std=c11 -Os -ffreestanding -Wall -Wextra -Wconversion -Werror"
rm -rf "$work"
mkdir -p "$work"
cat > "$work/main.c" <<'END'
#include <atproof/atproof.h>
#include <atproof/dialects.h>
static uint8_t buffer[ATP_BUFFER_SIZE(256)];
static struct atp_parser parser;
volatile uint32_t seen;
static void on_event(void *user, const struct atp_event *event)
{
    (void)user;
    seen += event->kind;
}
void _start(void)
{
    atp_init(&parser, &atp_catalog_simcom_http, buffer, sizeof buffer, on_event, NULL);
    atp_feed(&parser, "\r\nOK\r\n", 6);
    for (;;) {}
}
END
for source in "$parser"/src/*.c "$parser"/generated/catalog_simcom_http.c "$work/main.c"; do
    # shellcheck disable=SC2086 # the flags are words
    arm-none-eabi-gcc $flags -I"$parser/include" -c "$source" \
        -o "$work/$(basename "$source" .c).o"
done
arm-none-eabi-ar rc "$work/libatproof.a" $(ls "$work"/*.o | grep -v /main.o)
sh "$parser/tests/freestanding.sh" "$work/libatproof.a" arm-none-eabi-nm > /dev/null
arm-none-eabi-gcc -mcpu=cortex-m0plus -mthumb -nostartfiles "$work/main.o" "$work/libatproof.a" \
    -lc -lgcc -o "$work/image.elf" 2> "$work/link.log" || { cat "$work/link.log"; exit 1; }
arm-none-eabi-size "$work/image.elf" | awk 'NR == 2 {print "one command set, the parser and mem*: " $1 " bytes of flash"}'
