#!/bin/sh
# The archive may call mem* and nothing else: no allocator, no stdio.
# usage: freestanding.sh libatproof.a [nm]
set -eu
nm=${2:-nm}
undefined=$("$nm" -u "$1" | awk '/ U / {print $2}' | sort -u)
defined=$("$nm" --defined-only "$1" | awk 'NF == 3 {print $3}' | sort -u)
bad=
for symbol in $undefined; do
    case $symbol in
        memchr|memcmp|memcpy|memset|memmove) ;;
        __asan_*|__ubsan_*|__gcov_*|__sanitizer_*|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_) ;;
        __aeabi_*|__gnu_thumb1_case_*|__udivsi3|__mulsi3) ;;
        *) printf '%s\n' "$defined" | grep -qx "$symbol" || bad="$bad $symbol" ;;
    esac
done
if [ -n "$bad" ]; then
    echo "$1 needs:$bad"
    echo "libatproof is freestanding: only mem* may be called. Remove the call."
    exit 1
fi
echo "only $(printf "%s\n" $undefined | grep "^mem" | tr "\n" " " | sed "s/ *$//")"
