#!/usr/bin/env bash
# atproof modem as its users meet it: over its pseudo terminal and the standard
# streams, and with two hosts that know nothing of it, ppp's chat and gammu.
#   modem.sh ATPROOF
set -u
atproof=${1:?usage: modem.sh ATPROOF}
folder=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null; rm -rf "$folder"' EXIT
count=0
failed=0

check() { # WHAT EXPECTED SEEN
    count=$((count + 1))
    [ "$2" = "$3" ] && return
    failed=$((failed + 1))
    printf '%s\n  expected: %q\n  seen:     %q\n' "$1" "$2" "$3"
}

start() { # OPTION...
    "$atproof" modem --link "$folder/port" "$@" > "$folder/said" 2> "$folder/errors" &
    pid=$!
    for _ in $(seq 100); do
        [ -L "$folder/port" ] && return
        sleep 0.05
    done
}

stop() { # EXIT-CODE
    kill -TERM "$pid"
    wait "$pid"
    check "exit on SIGTERM" 0 "$?"
    pid=
    check "the link is taken away" no "$([ -L "$folder/port" ] && echo yes || echo no)"
}

talk() { # TEXT OPTION...
    local text=$1
    shift
    printf '%b' "$text" | "$atproof" modem --stdio "$@" 2>&1 | od -An -c -w200 | sed 's/ //g'
}

# ---- standard streams
check "stdio" 'ATE0\r\r\nOK\r\n\r\n+CSQ:23,0\r\n\r\nOK\r\n' "$(talk 'ATE0\rAT+CSQ\r')"
check "stdio, in random chunks" 'ATE0\r\r\nOK\r\n\r\n+CSQ:23,0\r\n\r\nOK\r\n' \
    "$(talk 'ATE0\rAT+CSQ\r' --seed 5)"
check "banner" '\r\nRDY\r\n\r\n+CFUN:1\r\n\r\n+CPIN:READY\r\n\r\n+QIND:SMSDONE\r\n\r\n+QIND:PBDONE\r\n' \
    "$(talk '' --dialect quectel-ugxx --banner)"
sum=$( (printf 'ATE0\rAT+QFUPL="f",256\r'; /usr/bin/python3 -c '
import sys
sys.stdout.buffer.write(bytes(range(256)))') | "$atproof" modem --stdio -d quectel-ec200 \
    | tr -d '\r' | grep QFUPL: )
check "all byte values uploaded" '+QFUPL: 256,0' "$sum"

check "offline" '+CCHOPEN:0,13' \
    "$(talk 'ATE0\rAT+CCHSTART\rAT+CCHOPEN=0,"127.0.0.1",1,1\r' --offline | grep -o '+CCHOPEN:0,13')"

# ---- defects and URCs
check "a defect" 'ATE0\r\nOK\n\n+CSQ:23,0\n\nOK\n' "$(talk 'ATE0\rAT+CSQ\r' --defect lf-only)"
check "a defect, its second time alone" \
    'ATE0\r\r\nOK\r\n\r\n+CSQ:23,0\r\n\r\n+CSQ:23,0\r\n\r\nOK\r\n' \
    "$(talk 'ATE0\rAT+CSQ\rAT+CSQ\r' --defect missing-final@2)"
check "two defects" 'ATE0\r\nok\n\n+CSQ:23,0\n\nok\n' \
    "$(talk 'ATE0\rAT+CSQ\r' --defect lf-only --defect lower-case-result)"
defects=$("$atproof" modem --list-defects)
check "defects: exit" 0 "$?"
check "defects: at least 48" yes "$([ "$(grep -c '^[a-z]' <<< "$defects")" -ge 48 ] && echo yes)"
check "defects: width" '' "$(grep -E '.{81}' <<< "$defects")"
check "defects: of each dialect" 3 "$(grep -oE 'simcom |quectel-(ugxx|ec200)' <<< "$defects" | sort -u | wc -l)"
for name in $(grep '^[a-z]' <<< "$defects"); do
    dialect=simcom
    "$atproof" modem -d simcom --defect "$name" --list > "$folder/out" 2> "$folder/errors" || dialect=quectel-ugxx
    "$atproof" modem -d "$dialect" --defect "$name@3" --list > "$folder/out" 2> "$folder/errors"
    check "--defect $name@3" 0 "$?"
done
urcs() { talk 'ATE0\rAT+CSQ\rAT+CSQ\rAT+CSQ\rAT+CSQ\r' --urcs "$1"; }
check "URCs: the same for the same seed" "$(urcs 3)" "$(urcs 3)"
check "URCs: others for another" no "$([ "$(urcs 3)" = "$(urcs 4)" ] && echo yes || echo no)"
check "URCs come between lines alone" 5 "$(urcs 3 | grep -o 'OK' | wc -l)"

# ---- usage
for wrong in '--defect none' '--defect freeze@0' '--defect wrong-edition' '--urcs 0' \
    '--dialect core' '--speed 0' '--seed x' '--stdio --link p' '--listen tcp,127.0.0.1,0 --link p' 'file'; do
    # shellcheck disable=SC2086
    "$atproof" modem $wrong > "$folder/out" 2> "$folder/errors"
    check "modem $wrong: exit" 2 "$?"
    check "modem $wrong: one line" 1 "$(wc -l < "$folder/errors")"
done
touch "$folder/taken"
"$atproof" modem --link "$folder/taken" > "$folder/out" 2> "$folder/errors"
check "a link that cannot be made" 6 "$?"
check "its message" 1 "$(grep -c 'name a path that is free' "$folder/errors")"

# ---- a terminal that hosts come to and leave
start --dialect simcom
check "says where it is" "pty $folder/port" "$(cat "$folder/said")"
for round in 1 2; do
    answer=$(/usr/sbin/chat -t 5 -v -S -s ABORT ERROR '' 'ATE0V1' OK 'AT+CSQ' '+CSQ: ' '\c' OK 'AT+CPIN?' READY '\c' OK \
        < "$folder/port" > "$folder/port" 2> "$folder/chat"; echo "$?")
    check "chat, round $round" 0 "$answer"
done
/usr/sbin/chat -t 5 -S -s ABORT ERROR '' 'AT+NONE' OK < "$folder/port" > "$folder/port" 2> /dev/null
check "chat meets ERROR" 4 "$?"
printf '[gammu]\ndevice = %s\nconnection = at\n' "$folder/port" > "$folder/gammurc"
gammu -c "$folder/gammurc" identify > "$folder/gammu" 2>&1
check "gammu: exit" 0 "$?"
check "gammu: manufacturer" 1 "$(grep -c 'Manufacturer *: atproof' "$folder/gammu")"
check "gammu: IMEI" 1 "$(grep -c 'IMEI *: 004999010640000' "$folder/gammu")"
[ "$failed" -eq 0 ] || sed 's/^/| /' "$folder/chat" "$folder/gammu"
stop

# ---- a TCP port, whose hosts come one after another
"$atproof" modem --listen tcp,127.0.0.1,0 --speed 115200 > "$folder/said" 2> "$folder/errors" &
pid=$!
for _ in $(seq 100); do
    [ -s "$folder/said" ] && break
    sleep 0.05
done
check "says where it listens" tcp,ipv4,127.0.0.1 "$(sed 's/,[0-9]*$//' "$folder/said")"
for round in 1 2; do
    exec 3<> "/dev/tcp/127.0.0.1/$(sed 's/.*,//' "$folder/said")"
    printf 'ATE0\rAT+CSQ\r' >&3
    check "tcp, round $round" "+CSQ: 23,0" "$(timeout 5 grep -m 1 -a CSQ: <&3 | tr -d '\r')"
    exec 3>&-
done
stop
for wrong in nowhere tcp,127.0.0.1 serialdev,/dev/null; do
    "$atproof" modem --listen "$wrong" > "$folder/out" 2> "$folder/errors"
    check "--listen $wrong: exit" 6 "$?"
    check "--listen $wrong: one line" 1 "$(wc -l < "$folder/errors")"
done

echo "$((count - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
