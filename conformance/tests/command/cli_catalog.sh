#!/usr/bin/env bash
# The command line of `atproof` and `atproof catalog`: what goes where, and with
# which exit code.
set -u
atproof=${1:?usage: cli_catalog.sh ATPROOF}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# NAME CODE STDOUT STDERR ARGUMENT...: the first line of each must be as told;
# * stands for anything that is there.
expect() {
    local name=$1 code=$2 out=$3 err=$4 got
    shift 4
    count=$((count + 1))
    "$atproof" "$@" > "$work/out" 2> "$work/err" < /dev/null
    got=$?
    if [ "$got" -ne "$code" ] || ! line_is "$out" "$work/out" || ! line_is "$err" "$work/err" \
        || is_talkative "$name"; then
        failed=$((failed + 1))
        echo "$name: atproof $*: exit $got, expected $code; stdout and stderr begin:"
        head -n 2 "$work/out" "$work/err"
    fi
}

# Usage errors are one line; but for the usage itself.
is_talkative() { # NAME
    [ "$1" != no-command-is-usage ] && [ "$(wc -l < "$work/err")" -gt 1 ]
}

line_is() { # EXPECTED FILE
    [ "$1" = '*' ] && { [ -s "$2" ]; return; }
    [ "$(head -n 1 "$2")" = "$1" ]
}

cat > "$work/good.yaml" <<'YAML'
set: my-set
title: mine
parameters: {n: {clause: 1, type: int, range: 0..4}}
commands:
  +MINE: {clause: 1, forms: [{syntax: AT+MINE?, variants: [{response: ['+MINE: <n>', OK]}]}]}
YAML
sed 's/<n>/<m>/' "$work/good.yaml" > "$work/bad.yaml"
bad="atproof: $work/bad.yaml:5:80: <m> is not defined; expected it among the parameters"

expect help-is-told            0 'Usage: atproof COMMAND [OPTION...] [ARGUMENT...]' '' --help
expect no-command-is-usage     2 '' 'Usage: atproof COMMAND [OPTION...] [ARGUMENT...]'
expect version-is-told         0 '*' '' --version
expect unknown-command         2 '' "atproof: unknown command 'cat'; atproof --help lists them" cat
expect help-of-a-command       0 'Usage: atproof catalog [OPTION...] ' '' help catalog
expect help-of-unknown         2 '' "atproof: unknown command 'cat'; atproof --help lists them" help cat
expect summary                 0 '*' '' catalog
expect list                    0 'simcom-http/2.2.1 test    AT+HTTPINIT=?' '' \
    catalog --dialect simcom-http --list
expect emit-c                  0 '*' '' catalog --emit c
expect emit-markdown           0 '*' '' catalog --emit markdown
expect emit-json               0 '{' '' catalog --emit json
help='atproof catalog --help lists them'
expect emit-unknown            2 '' \
    'atproof: catalog: --emit xml: unknown format; expected c, dict, markdown or json' \
    catalog --emit xml
expect list-and-emit           2 '' \
    'atproof: catalog: --list, --emit, --cases, --trace and --check together; expected one of them' \
    catalog --list --emit c
expect stray-argument          2 '' \
    "atproof: catalog: unexpected 'x'; files stand after --check or --catalog" catalog x
expect unknown-dialect         2 '' "atproof: catalog: unknown dialect 'hayes'; $help" \
    catalog --dialect hayes
expect unknown-option          2 '' "atproof: catalog: unknown option '--foo'; $help" catalog --foo
expect unknown-letter          2 '' "atproof: catalog: unknown option '-x'; $help" catalog -x
expect unknown-after-a-file   2 '' "atproof: catalog: unknown option '--foo'; $help" \
    catalog --check x.yaml --foo
expect option-without-value    2 '' "atproof: catalog: no value after option '--emit'; $help" \
    catalog --emit
expect option-with-a-value     2 '' \
    "atproof: catalog: unexpected value of option '--list=3'; $help" catalog --list=3
expect second-catalog          2 '' '*' catalog --catalog a.yaml --catalog b.yaml
expect check-good              0 "$work/good.yaml: well-formed, 1 commands" '' \
    catalog --check "$work/good.yaml"
expect check-bad               2 '' "$bad" catalog --check "$work/bad.yaml"
expect check-bad-and-good      2 "$work/good.yaml: well-formed, 1 commands" "$bad" \
    catalog --check "$work/bad.yaml" "$work/good.yaml"
expect check-nothing           2 '' '*' catalog --check
expect check-missing-file      2 '' \
    "atproof: $work/none.yaml: cannot open: No such file or directory" \
    catalog --check "$work/none.yaml"
expect check-directory         2 '' "atproof: $work: cannot open: Is a directory" \
    catalog --check "$work"
expect own-list                0 'my-set/1 read    AT+MINE?' '' \
    catalog --catalog "$work/good.yaml" --list
expect own-bad                 2 '' "$bad" catalog --catalog "$work/bad.yaml" --list
expect own-joined              0 'my-set/1 read    AT+MINE?' '' \
    catalog --catalog "$work/good.yaml" --dialect core --list
count=$((count + 1))
grep -q 'AT+CSQ$' "$work/out" || { failed=$((failed + 1)); echo "own-joined: core is not there"; }
expect own-joined-is-compiled  0 '*' '' \
    catalog --catalog "$work/good.yaml" --dialect simcom --emit c
sed 's/my-set/core/' "$work/good.yaml" > "$work/core.yaml"
expect own-has-a-set-s-name    2 '' \
    "atproof: $work/core.yaml:1:1: set \"core\" is one of the dialect; expected another name" \
    catalog --catalog "$work/core.yaml" --dialect core

# The example of the catalogue's README.
acme=$(dirname "$0")/../data/acme.yaml
expect acme-is-well-formed     0 "$acme: well-formed, 3 commands" '' catalog --check "$acme"
count=$((count + 1))
# shellcheck disable=SC2016 # the quotes of Markdown
if ! sed -n '/^## A file of your own/,/^## Grammar/p' \
    "$(dirname "$0")/../../../parser/catalog/README.md" | sed -n '/^```yaml/,/^```$/p' \
    | sed '1d;$d' | cmp - "$acme"; then
    failed=$((failed + 1))
    echo "acme: parser/catalog/README.md does not show $acme as it is"
fi
count=$((count + 1))
if ! "$atproof" catalog --catalog "$acme" --emit c \
    | grep -q '^extern const struct atp_catalog atp_catalog_acme;$'; then
    failed=$((failed + 1))
    echo "acme: the tables are not called as parser/catalog/README.md says"
fi

# A user's own tables are C that compiles.
count=$((count + 1))
include=$(dirname "$0")/../../../parser/include
"$atproof" catalog --catalog "$work/good.yaml" --emit c > "$work/good.c"
if ! "${CC:-cc}" -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$include" -c "$work/good.c" \
    -o "$work/good.o" || ! nm "$work/good.o" | grep -q ' atp_catalog_my_set$'; then
    failed=$((failed + 1))
    echo "own-tables: do not compile"
fi

# What cannot be written is not success.
for arguments in "catalog --emit c" "catalog --help" "--help"; do
    count=$((count + 1))
    # shellcheck disable=SC2086
    if "$atproof" $arguments > /dev/full 2> "$work/err"; then
        failed=$((failed + 1))
        echo "full-disk: atproof $arguments: exit 0"
    fi
done

echo "$((count - failed)) of $count as expected"
[ "$failed" -eq 0 ]
