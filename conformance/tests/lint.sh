#!/bin/sh
# Every C file is formatted as .clang-format says, and clang-tidy finds nothing.
# usage: lint.sh SOURCE_DIR BUILD_DIR   (with compile_commands.json of clang)
set -eu
cd "$1"
files=$(git ls-files '*.c' '*.h' | grep -v '^parser/generated/')
[ -n "$files" ]
# shellcheck disable=SC2086 # one word a file
clang-format-14 --dry-run -Werror $files || {
    echo "run: clang-format-14 -i \$(git ls-files '*.c' '*.h' | grep -v generated/)"
    exit 1
}
sources=$(git ls-files 'parser/src/*.c' 'conformance/src/*.c' 'conformance/modem/*.c' \
    'conformance/port/*.c' 'conformance/record/*.c' 'conformance/run/*.c' 'conformance/server/*.c' 'fuzz/*/*.c' \
    'reports/src/*.c')
echo "$sources" | xargs -P 2 -n 4 clang-tidy-14 -p "$2" --quiet 2> /dev/null || {
    echo "clang-tidy has findings, see above"
    exit 1
}
echo "$(echo "$files" | wc -l) files formatted, $(echo "$sources" | wc -l) sources without a finding"
