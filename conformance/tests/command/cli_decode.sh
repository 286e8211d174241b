#!/usr/bin/env bash
# atproof decode as a user meets it: exit codes, messages, pipes.
#   cli_decode.sh ATPROOF
set -u
atproof=$(realpath "${1:?usage: cli_decode.sh ATPROOF}")
acme=$(realpath "$(dirname "$0")/../data/acme.yaml")
catalogs=$(realpath "$(dirname "$0")/../../../parser/catalog")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
count=0

fail() { # TITLE WHAT
    echo "FAIL $1: $2"
    sed 's/^/  stdout: /' out | head -n 5
    sed 's/^/  stderr: /' err | head -n 5
    failed=$((failed + 1))
}

# Runs the rest, looks at its exit code, all of its stderr and its stdout.
# The last two are patterns of bash; stdout is only compared if given in $out.
expect() { # TITLE CODE STDERR COMMAND...
    local title=$1 code=$2 pattern=$3 seen
    shift 3
    count=$((count + 1))
    "$@" > out 2> err
    seen=$?
    [ "$seen" -eq "$code" ] || { fail "$title" "exit code $seen, expected $code"; return; }
    # shellcheck disable=SC2053
    [[ "$(cat err)" == $pattern ]] || { fail "$title" "stderr is not $pattern"; return; }
    # shellcheck disable=SC2053
    [[ -z "${out:-}" || "$(cat out)" == $out ]] || fail "$title" "stdout is not $out"
}

decode() {
    "$atproof" decode "$@"
}

printf '\r\nOK\r\n' > ok.bin
: > empty.bin
printf '@ dialect: simcom\n> AT+CSQ\n< +CSQ: 23,0\n< OK\n' > csq.at
printf '@ dialect: nokia\n> AT\n' > nokia.at
printf '> AT\nOK\n' > bad.at
head -c 300000 /dev/zero | tr '\0' z > long.bin
mkdir dir.at dir

blank='{"offset":0,"size":2,"kind":"blank","deviations":\[\]}'
ok='{"offset":2,"size":4,"kind":"result","name":"OK","values":{},"deviations":\[\]}'

# ---- what is decoded
out="$blank
$ok" expect 'raw file' 0 '' decode ok.bin
out="$blank
$ok" expect 'standard input' 0 '' decode - < ok.bin
out="$blank
$ok" expect 'byte by byte' 0 '' decode --chunk 1 ok.bin
out="$blank
$ok" expect 'chunk larger than the file' 0 '' decode --chunk=16777216 ok.bin
expect 'empty input' 0 '' decode empty.bin
[ -s out ] && fail 'empty input' 'has events'
out='*"kind":"info","name":"+CSQ","values":{"rssi":23,"ber":0},"deviations":\[\]}*' \
    expect 'transcript' 0 '' decode csq.at
out='*"exchange":{"command":"+CSQ","form":"execute",*"state":"complete"}}' \
    expect 'exchanges' 0 '' decode --exchanges csq.at
csq='"exchange":{"command":"+CSQ","form":"execute"'
printf '> AT+CSQ\n@ expire: 5 s\n< +HTTP_PEER_CLOSED\n' > late.at
out='{"offset":0,'"$csq"',"state":"late"}}
*"name":"+HTTP_PEER_CLOSED","values":{},"deviations":\[\]}' \
    expect 'a late exchange has its line' 0 '' decode --exchanges late.at
printf '> AT+CSQ\n' > open.at
out='{"offset":0,'"$csq"',"state":"open"}}' \
    expect 'an open exchange is told at the end' 0 '' decode --exchanges open.at
expect 'exchanges are told on demand' 0 '' decode open.at
[ -s out ] && fail 'exchanges are told on demand' 'has lines'
cp csq.at csq.bin
out='*"text":"@ dialect: simcom"*' expect 'the name alone makes a transcript' 0 '' decode csq.bin
for dialect in auto simcom quectel-ugxx quectel-ec200 core; do
    expect "dialect $dialect" 0 '' decode --dialect "$dialect" csq.at
done
out='*"kind":"text","text":"+CSQ: 23,0"*' \
    expect 'catalogue of the user' 0 '' decode --catalog "$catalogs/simcom-http.yaml" csq.at
cat > acme.at << 'TEXT'
> AT+ACONN=1,"example.com"
< OK
< +ACONN: 1,0
> AT+ACONN=?
< +ACONN: (0-3),<host>,(1-65535)
< +CSQ: 1,2
TEXT
out='*"kind":"urc","name":"+ACONN","values":{"id":1,"err":0},"deviations":\[\]}*
*"values":{"id":"(0-3)","host":"<host>","port":"(1-65535)"}*"text":"+CSQ: 1,2"*' \
    expect 'the example of the README' 0 '' decode --catalog "$acme" acme.at
out='*"name":"+ACONN","values":{"id":1,"err":0}*"name":"+CSQ","values":{"rssi":1,"ber":2}*' \
    expect 'a catalogue joined by a dialect' 0 '' decode --catalog "$acme" --dialect core acme.at
out='{"offset":0,"size":300000,"kind":"text","text":"zzz*","deviations":\["long-line"\]}*' \
    expect 'endless line' 0 '' decode long.bin

# ---- help
out='Usage: *decode*--dialect*--chunk*Dialects:*simcom*Exit status*' \
    expect 'help' 0 '' decode --help

# ---- usage: exit 2, one line
expect 'no file' 2 'atproof: decode: no file; expected *' decode
expect 'two files' 2 'atproof: decode: *second file; expected one*' decode ok.bin ok.bin
help='atproof decode --help lists them'
expect 'unknown option' 2 "atproof: decode: unknown option '--nonsense'; $help" \
    decode --nonsense ok.bin
expect 'unknown option after a file' 2 "atproof: decode: unknown option '-x'; $help" \
    decode ok.bin -x
expect 'option without its value' 2 "atproof: decode: no value after option '--dialect'; $help" \
    decode ok.bin --dialect
out="$blank
$ok" expect 'short options in one word' 0 '' decode -n1 -dcore ok.bin
expect 'unknown dialect' 2 "atproof: decode: unknown dialect 'nokia'; $help" \
    decode --dialect nokia ok.bin
expect 'unknown dialect of a transcript' 2 \
    "atproof: nokia.at:1:12: unknown dialect 'nokia'; $help" decode nokia.at
expect 'two catalogues' 2 'atproof: decode: --catalog y.yaml: second catalogue; expected one *' \
    decode --catalog x.yaml --catalog y.yaml ok.bin
expect 'missing catalogue' 2 'atproof: x.yaml: cannot open: No such file or directory' \
    decode --catalog x.yaml ok.bin
for number in 0 -1 x '' 1x 99999999999999999999 16777217; do
    expect "chunk '$number'" 2 'atproof: decode: --chunk *: bad number; expected 1 to 16777216' \
        decode "--chunk=$number" ok.bin
done
for number in 0 63 65536; do
    expect "line size $number" 2 'atproof: decode: --line-size *: bad number; expected 64 to 65535' \
        decode "--line-size=$number" ok.bin
done
expect 'stream end' 2 'atproof: decode: --stream-end x: unknown word; expected tail or never' \
    decode --stream-end x ok.bin

# ---- input that cannot be read: exit 2, one line
expect 'missing file' 2 'atproof: none.bin: cannot open: No such file or directory' decode none.bin
expect 'missing transcript' 2 'atproof: none.at: cannot open: No such file or directory' \
    decode none.at
expect 'directory' 2 'atproof: dir: cannot open: Is a directory' decode dir
expect 'directory named as a transcript' 2 'atproof: dir.at: cannot open: Is a directory' \
    decode dir.at
expect 'bad transcript' 2 "atproof: bad.at:2:1: unknown line mark 'O'; expected *" decode bad.at
if [ "$(id -u)" -ne 0 ]; then
    : > secret.bin && chmod 0 secret.bin
    expect 'unreadable file' 2 'atproof: secret.bin: cannot open: Permission denied' \
        decode secret.bin
fi

# ---- output that cannot be written: exit 2
to_full() { decode "$@" > /dev/full; }
expect 'full disk' 2 'atproof: *No space left on device*' to_full ok.bin
limited() { (ulimit -f 8; decode "$@" > limited.out); }
expect 'file size limit' 2 'atproof: *File too large*' limited long.bin
to_closed() { decode "$@" | true; return "${PIPESTATUS[0]}"; }
yes | head -c 4000000 > yes.bin
expect 'closed pipe' 2 'atproof: *Broken pipe*' to_closed yes.bin
endless() { yes | decode - | head -n 1; return "${PIPESTATUS[1]}"; }
expect 'closed pipe, endless input' 2 'atproof: *Broken pipe*' endless

# ---- streams: which reading was taken is said
printf '\r\nNO CARRIER\r\n' > tail.bin
cat > stream.at << 'TEXT'
@ dialect: simcom
> ATD*99#
< CONNECT
<< "payload\r\nNO CARRIER\r\n"
<< "\r\n+CSQ: 1,2\r\n"
TEXT
cat > stream-end.at << 'TEXT'
@ dialect: simcom
> ATD*99#
< CONNECT
<< "payload\r\nNO CARRIER\r\n"
TEXT
out='*"kind":"stream"*' expect 'a tail in the stream is payload' 0 '' decode stream.at
out='*"kind":"stream"*' expect 'a tail at the end is noted' 0 \
    'atproof: stream-end.at: at offset 32 the stream*NO CARRIER; taken as its payload*' \
    decode stream-end.at
out='*"kind":"stream"*"name":"+CSQ"*' expect 'a tail ends the stream on demand' 0 \
    'atproof: stream.at: at offset 32 the stream*NO CARRIER; taken as its end' \
    decode --stream-end tail stream.at

echo "$((count - failed)) of $count passed"
[ "$failed" -eq 0 ] && [ "$count" -gt 0 ]
