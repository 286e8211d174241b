#!/bin/sh
# Every C file is formatted by .clang-format, and clang-tidy finds nothing.
# usage: lint.sh SOURCE_DIR BUILD_DIR [PART]   (with compile_commands.json of clang)
# PART: format, or 1 or 2, a half of the sources that clang-tidy reads; default: all
set -eu
part=${3:-all}
cd "$1"
files=$(git ls-files '*.c' '*.h' | grep -v '^parser/generated/')
[ -n "$files" ]
format() {
    # shellcheck disable=SC2086 # one word a file
    clang-format-14 --dry-run -Werror $files || {
        echo "run: clang-format-14 -i \$(git ls-files '*.c' '*.h' | grep -v generated/)"
        exit 1
    }
    echo "$(echo "$files" | wc -l) files formatted"
}
sources=$(git ls-files 'parser/src/*.c' 'conformance/*.c' 'fuzz/*/*.c' 'reports/*.c' \
    | grep -v -E '^(conformance|reports)/tests/')
# Every second one, so that the halves take equally long.
case $part in
    1) sources=$(echo "$sources" | sed -n 1~2p) jobs=1 ;;
    2) sources=$(echo "$sources" | sed -n 2~2p) jobs=1 ;;
    *) jobs=2; format; [ "$part" != format ] || exit 0 ;;
esac
[ -n "$sources" ]
echo "$sources" | xargs -P "$jobs" -n 4 clang-tidy-14 -p "$2" --quiet 2> /dev/null || {
    echo "clang-tidy has findings, see above"
    exit 1
}
echo "$(echo "$sources" | wc -l) sources without a finding"
