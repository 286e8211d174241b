#!/usr/bin/env bash
# atproof check as its users call it: exit codes, what it prints, what it reads
# and writes.
#   cli_check.sh ATPROOF CORPUS
set -u
atproof=$1 corpus=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
cd "$work" || exit 1

expect() { # CODE PATTERN COMMAND...
    local code=$1 pattern=$2 seen
    shift 2
    "$@" > out 2>&1
    seen=$?
    if [ "$seen" -ne "$code" ]; then
        echo "$*: exit $seen, expected $code"; head -5 out; failed=1
    elif ! grep -q -- "$pattern" out; then
        echo "$*: says not '$pattern' but"; head -8 out; failed=1
    fi
}
check() { "$atproof" check "$@"; }

printf '@ id: a/1/good\n@ dialect: simcom\n\n> AT+CSQ\n< +CSQ: 23,0\n< OK\n' > good.at
printf '@ id: a/1/bad\n@ dialect: simcom\n\n> AT+CSQ\n< +CSQ: 99999,0\n< OK\n' > bad.at
printf '@ id: a/1/odd\n@ dialect: simcom\n\n> AT+CSQ\n< +CSQ:23,0\n< OK\n' > odd.at

# Verdicts and exit codes.
expect 0 'pass  AT+CSQ' check good.at
expect 0 'execute form, variant a, core/27.007 8.5' check good.at
expect 1 'out-of-range (must) core/27.007 8.5, offset 2, line 5' check bad.at
expect 1 'expected: <rssi> in 0..31 or 99..99' check bad.at
expect 1 'seen:     +CSQ: 99999,0' check bad.at
expect 0 'deviation  AT+CSQ' check odd.at
expect 1 'no-space (should)' check --strict odd.at
expect 2 'no file; expected FILE' check
expect 2 'cannot open' check missing.at
expect 5 'nothing was selected' check --select 'b/*' good.at
expect 0 '1 case: 1 passed' check --select '*/good' good.at bad.at
expect 5 'nothing was selected' check --level quirk good.at
expect 0 'missing-final    must' check --list-rules
printf '> AT+NONESUCH\n< OK\n' > unknown.at
expect 5 'the command is in no manual at hand' check unknown.at
printf '> AT+CSQ\n< +CSQ: 23,0\n' > short.at
expect 5 'the recording ends before OK' check short.at
printf '> AT\n< OK\n@ deviates: nonesuch | x | y\n' > rule.at
expect 2 "rule.at:3:1: unknown rule 'nonesuch'" check rule.at
printf '> AT+CSQ\n< +CSQ: 23,0\n< OK\n@ deviates: doubled | core/27.007 8.5 | it is not\n' > vain.at
expect 1 'declared-absent' check vain.at

# Expected failures.
echo '2099-12-31 a/1/bad the first firmware counts wrongly' > known
expect 0 '1 expected-failure' check --expected-failures known good.at bad.at
echo '2099-12-31 a/1/good it does not' > known
expect 3 'unexpected-pass' check --expected-failures known good.at
echo '2020-01-01 a/1/bad long mended' > known
expect 1 'excused up to 2020-01-01' check --expected-failures known bad.at
echo 'soon a/1/bad' > known
expect 2 'known:1:1: no day of the calendar; expected "YYYY-MM-DD ID REASON"' check --expected-failures known bad.at
echo '2099-12-31 a/1/none nobody' > known
expect 0 "no case matches 'a/1/none'" check --expected-failures known good.at

# What people have.
printf '\r\nOK\r\n' > ok.bin
expect 5 'no command is known' check ok.bin
printf 'AT+CSQ\r\r\n+CSQ: 23,0\r\n\r\nOK\r\n' > echo.bin
expect 0 'AT+CSQ' check echo.bin
printf 'AT+CCHOPEN=0,"a",443\rAT+CCHOPEN=7,"a",443\r' > host.bin
expect 1 'argument (must) simcom-cch/F1003' check --direction sent --dialect simcom host.bin
printf '12:00:01.000 -> AT+CSQ\n12:00:01.200 <- +CSQ: 23,0\n12:00:01.300 <- OK\n' > arrows.log
expect 0 'pass  AT+CSQ' check --log arrows arrows.log
printf '%s\n' '-> AT+HTTPACTION=0' '<- OK' '<- +HTTPACTION: 0,200,5' > plain.log
expect 0 '--log arrows would read' bash -c "'$atproof' check plain.log; true"
printf '00:00:01 -> AT+HTTPACTION=0\n00:00:02 <- OK\n00:02:30 <- +HTTPACTION: 0,200,5\n' > late.log
expect 1 'late (must) simcom-http/2.2.4' check --log arrows late.log
printf 'TX: 41 54 0D\nRX: 0D 0A 4F 4B 0D 0A\n' > hex.log
expect 0 'pass  AT' check --log tx-rx-hex hex.log
printf 'TX: AT<CR>\nRX: <CR><LF>OK<CR><LF>\n' > angle.log
expect 0 'pass  AT' check --log tx-rx-angle angle.log
printf '[2026-11-21 10:00:00.5] AT+CSQ\n[2026-11-21 10:00:00.6] +CSQ: 23,0\n[2026-11-21 10:00:00.7] OK\n' > stamps.log
expect 0 'pass  AT+CSQ' check --log timestamps stamps.log
printf 'host| AT+CSQ\nunit| +CSQ: 23,0\nunit| OK\n' > own.log
expect 0 'pass  AT+CSQ' check --sent-prefix '^host\| ' --received-prefix '^unit\| ' own.log
expect 2 'bad prefix pattern' check --sent-prefix '(' --received-prefix x own.log
expect 2 'no line begins with a prefix of this format' check --log arrows own.log
expect 5 'no command is known' check - < ok.bin

# Recordings against cases.
cases=$corpus/transcripts/simcom-cch/procedures.at
printf '> AT+CCHRECV=0,1000\n< OK\n< +CCHRECV: DATA,0,3\n<= length 3\n< +CCHRECV: 0,0\n' > rec.at
printf '> AT+CCHRECV=0,1000\n< OK\n< +CCHRECV: 1,0\n' > short-rec.at
expect 0 'rec.at is simcom-cch/F1006' check --against "$cases" --select '*/any-number*' rec.at
expect 1 'expected: < +CCHRECV: DATA,0,{len}' check --against "$cases" --select '*/any-number*' short-rec.at

# Formats. Up to Test::Harness 3.44 prove refuses to know of version 14.
check --results r.jsonl --junit r.xml --tap r.tap good.at bad.at odd.at > out 2>&1
[ "$(grep -vc '"kind":"clause"' r.jsonl)" -eq 4 ] || { echo "r.jsonl has not 4 lines"; failed=1; }
check --results r.jsonl good.at > out 2>&1
[ "$(grep -vc '"kind":"clause"' r.jsonl)" -eq 6 ] || { echo "r.jsonl is not appended to"; failed=1; }
xmllint --noout --schema "$corpus/../reports/junit.xsd" r.xml > out 2>&1 || { cat out; failed=1; }
prove -e 'sed 1s/14/13/' r.tap > out 2>&1 && { echo "prove: a failure passed"; failed=1; }
check --tap - good.at odd.at > r.tap 2> out
prove -e 'sed 1s/14/13/' r.tap > out 2>&1 || { cat out; failed=1; }
printf '>> "A" "T\\x0d"\n\n\n< OK\n' > ugly.at
expect 1 'ugly.at' check --format=check ugly.at
expect 0 'ugly.at' check --format=write ugly.at
check --format=check ugly.at good.at || failed=1
expect 0 '>> "A" "T.r"' check --format ugly.at
mapfile -t files < <(find "$corpus" -path '*/attack' -prune -o -name '*.at' -print)
check --format=check "${files[@]}" || { echo "not canonical: see above"; failed=1; }
exit "$failed"
