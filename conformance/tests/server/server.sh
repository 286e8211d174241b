#!/usr/bin/env bash
# atproof server over loopback, as curl and openssl s_client meet it.
#   server.sh ATPROOF
set -u
atproof=$(realpath "${1:?usage: server.sh ATPROOF}")
work=$(mktemp -d)
cd "$work" || exit 1
count=0
failed=0
server=0
trap 'stop > /dev/null 2>&1; cd /; rm -rf "$work"' EXIT

check() { # TITLE COMMAND...: the command must succeed
    local title=$1
    shift
    count=$((count + 1))
    "$@" > out 2> err && return
    failed=$((failed + 1))
    echo "FAIL $title"
    head -c 300 out err | tr -c '[:print:]\n' '?' | sed 's/^/  /'
}

# ---- the server -------------------------------------------------------------

start() { # OPTION...
    : > ports
    env --default-signal=INT "$atproof" server "$@" > ports 2> errors < /dev/null &
    server=$!
    for _ in $(seq 200); do
        [ "$(wc -l < ports)" -eq 8 ] && break
        sleep 0.05
    done
    http=http://$(at http)
    https=https://localhost:$(port https)
}

at() { sed -n "s/^$1 //p" ports; } # NAME
port() { at "$1" | sed 's/.*://'; } # NAME

# shellcheck disable=SC2120 # the signal is given through check
# Its exit code; 99 if it does not end in five seconds.
stop() { # [SIGNAL]
    [ "$server" -ne 0 ] || return 0
    kill -s "${1:-TERM}" "$server" || return 98
    for _ in $(seq 100); do
        kill -0 "$server" 2> /dev/null || break
        sleep 0.05
    done
    kill -KILL "$server" 2> /dev/null && { server=0; return 99; }
    wait "$server"
    local code=$?
    server=0
    [ -s errors ] && { cat errors; return 97; }
    return "$code"
}

# ---- clients ----------------------------------------------------------------

get() { # PATH OPTION...: the body
    local path=$1
    shift
    curl --silent --show-error --max-time 20 "$@" "$http$path"
}

get_tls() { # NAME PATH OPTION...
    local name=$1 path=$2
    shift 2
    curl --silent --show-error --max-time 20 --cacert certificates/ca.pem "$@" \
        "https://localhost:$(port "$name")$path"
}

is() { # EXPECTED COMMAND...: printf's format of the whole output
    # shellcheck disable=SC2059
    printf "$1" > expected
    shift
    "$@" | cmp - expected
}

has() { # PATTERN COMMAND...: a line of the output
    local pattern=$1
    shift
    "$@" > seen 2>&1
    grep -q -e "$pattern" seen || { cat seen; false; }
}

code_is() { # CODE COMMAND...
    local code=$1
    shift
    "$@"
    local seen=$?
    [ "$seen" -eq "$code" ] || { echo "exit $seen, expected $code"; false; }
}

status_is() { # CODE PATH OPTION...
    local code=$1
    shift
    is "$code" get "$@" --output body --write-out '%{http_code}'
}

talk_tcp() { # FILE: what the tcp port sends, until it closes
    exec 3<> "/dev/tcp/127.0.0.1/$(port tcp)"
    cat "$1" >&3 &
    timeout 10 cat <&3
    local code=$?
    wait $!
    exec 3>&-
    return $code
}

talk_tls() { # FILE OPTION...
    local file=$1
    shift
    timeout 10 openssl s_client -quiet -CAfile certificates/ca.pem -verify_return_error \
        -connect "localhost:$(port tls)" "$@" < "$file" 2> tls.err
}

handshake() { # NAME OPTION...: whether it comes to an end, and the peer serves
    local name=$1
    shift
    printf 'close\r\n' > closing
    timeout 10 openssl s_client -quiet -CAfile certificates/ca.pem \
        -connect "localhost:$(port "$name")" "$@" < closing 2> tls.err | grep -q close
}

handshake_http() { # OPTION...
    printf 'GET /status/200 HTTP/1.0\r\n\r\n' > request
    timeout 10 openssl s_client -quiet -CAfile certificates/ca.pem \
        -connect "localhost:$(port https)" "$@" < request 2> tls.err | grep -q '^200 OK'
}

not() { ! "$@"; }

# ---- bodies -----------------------------------------------------------------

start --certificates certificates --name module.example --name 10.1.2.3
check ports-are-listed is '8\n' grep -cE '^(https?|tcp|tls)(-expired|-self-signed)? 127\.0\.0\.1:[1-9][0-9]*$' ports
check listens-on-loopback-alone code_is 7 curl -s --max-time 5 \
    "http://$(hostname -I | cut -d ' ' -f 1 | grep . || echo 127.0.0.2):$(port http)/"

formula() { # SEED LENGTH: what server.h says of the bytes
    python3 - "$@" <<'PYTHON'
import sys
seed, length = map(int, sys.argv[1:])
def mix(x):
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    x = (x ^ x >> 27) * 0x94D049BB133111EB % 2**64
    return x ^ x >> 31
for at in range(length):
    h = mix((seed * 2**32 + at // 256 + 1) * 0x9E3779B97F4A7C15 % 2**64)
    sys.stdout.buffer.write(bytes([(at * (h | 1) + (h >> 8) ^ h >> 16) % 256]))
PYTHON
}
bytes_are_as_documented() { # SEED LENGTH
    formula "$1" "$2" > expected
    get "/bytes?length=$2&seed=$1" | cmp - expected
}
check bytes-are-as-documented bytes_are_as_documented 7 5000
check bytes-of-the-greatest-seed bytes_are_as_documented 4294967295 300
values() { get '/bytes?length=256' | od -An -v -tu1 -w1 | sort -u | wc -l; }
check bytes-have-all-values is '256\n' values
check bytes-of-nothing is '' get '/bytes?length=0'
size_is() { # SIZE PATH OPTION...
    local size=$1
    shift
    is "$size" get "$@" --output body --write-out '%{size_download}'
}
check bytes-without-parameters size_is 1024 /bytes
check text-has-its-length size_is 1001 '/text?length=1001'
lines() { get '/text?length=6400' | tr -d '\r' | LC_ALL=C grep -cE '^[0-9]{12} [!-~]{49}$'; }
check text-is-lines is '100\n' lines
digest() { get "$@" | sha256sum; }
large='/bytes?length=20000000&seed=3'
peak() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$server/status"; }
before=$(peak)
digest "$large" > first
check large-body-has-its-length size_is 20000000 "$large"
check large-body-again-is-the-same is "$(cat first)\n" digest "$large"
check large-body-is-not-held test "$(peak)" -lt $((before + 10000))
check seed-makes-another-body not is "$(cat first)\n" digest '/bytes?length=20000000&seed=4'
head_of() { get "$1" | head -c 100000; }
check huge-body-begins-at-once is "$(digest '/bytes?length=100000')\n" \
    sh -c "curl -s '$http/bytes?length=1000000000000' | head -c 100000 | sha256sum"

# ---- requests ---------------------------------------------------------------

head -c 70000 /dev/urandom > random
printf '\0\377\r\nOK\r\n\0' >> random
echoes() { # METHOD
    get /echo -X "$1" -H 'Content-Type: x/y' --data-binary @random -D headers | cmp - random \
        && grep -q $'^Content-Type: x/y\r$' headers
}
for method in POST PUT DELETE GET; do check "echo-of-$method" echoes $method; done
check echo-of-a-chunked-request sh -c "curl -s --max-time 9 -H 'Transfer-Encoding: chunked' \
    -H 'Content-Type:' --data-binary @random '$http/echo' | cmp - random"
check echo-without-a-body is '' get /echo
check echo-has-a-type-of-its-own has '^Content-Type: application/octet-stream' \
    get /echo -X POST -H 'Content-Type:' -d x -i
too_much() { head -c 67108865 /dev/zero | get /echo --data-binary @- -o body -w '%{http_code}'; }
check echo-has-a-limit is 413 too_much
check headers-are-told is 'GET /headers HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\nAccept: */*\r\nX-Y: z\r\n' \
    get /headers -H 'Host: h' -A u -H 'X-Y: z'
check head-has-no-body is '' get '/bytes?length=77' --head -o headers
check head-has-the-length grep -q $'^Content-Length: 77\r$' headers
for code in 200 201 204 304 404 418 500 503 599; do
    check "status-$code" status_is $code "/status/$code"
done
for path in /status/199 /status/600 /status/2x /status/99999999999999999999 \
    '/bytes?length=-1' '/bytes?length=1x' '/bytes?length=' '/bytes?length' \
    '/bytes?length=1000000000001' '/bytes?seed=4294967296' '/bytes?chunk=3' \
    '/chunked?chunk=0' '/slow?delay=60001' '/redirect?code=299' '/headers?x=1' \
    '/truncated?length=10&send=10' '/redirect?to=%0d%0aX:y'; do
    check "wrong-parameter-$path" status_is 400 "$path"
done
check wrong-parameter-is-named has "^parameter 'length': 'x', expected a number" get '/bytes?length=x'
check unknown-parameter-is-named has "^unknown parameter 'foo'" get '/bytes?foo=1'
check unknown-path status_is 404 /nothing
check unknown-path-tells-of-others has '^  /bytes?length=N' get /
check path-with-more-is-unknown status_is 404 /echo/x
check unknown-method status_is 405 /echo -X PATCH
check redirect has '^Location: /headers' get /redirect -i
check redirect-as-told has '^Location: http://other/x' get '/redirect?to=http://other/x&code=308' -i
check redirect-has-its-code status_is 308 '/redirect?to=/echo&code=308'
check redirect-is-followed has '^GET /headers' get '/redirect?to=/headers' -L

# ---- bodies that go wrong ---------------------------------------------------

time_is() { # FROM TO PATH OPTION...: tenths of seconds
    local from=$1 to=$2 begin tenths
    shift 2
    begin=$(date +%s%N)
    get "$@" > body
    tenths=$((($(date +%s%N) - begin) / 100000000))
    echo "$tenths tenths"
    [ "$tenths" -ge "$from" ] && [ "$tenths" -le "$to" ]
}
check slow-takes-its-time time_is 5 30 '/slow?length=60&chunk=10&delay=100'
formula 0 60 > expected
check slow-is-whole cmp body expected
check truncated-closes-early code_is 18 get '/truncated?length=1000&send=300' -o body
formula 0 300 > expected
check truncated-sends-what-it-says cmp body expected
check truncated-sends-half code_is 18 get '/truncated?length=100' -o body
check truncated-half-is-half is '50\n' stat -c %s body
check truncated-to-nothing code_is 18 get '/truncated?length=100&send=0'
chunks() { get '/chunked?length=100&chunk=30' --raw | grep -a -cE $'^(1E|A|0)\r$'; }
check chunked-has-its-chunks is '5\n' chunks
formula 0 100 > expected
check chunked-is-whole sh -c "curl -s '$http/chunked?length=100&chunk=30' | cmp - expected"
check chunked-has-no-length not has '^Content-Length' get /chunked -o body -D -
check close-gives-nothing code_is 52 get /close
check hang-never-answers code_is 28 get /hang --max-time 1

hostile_is() { # NAME BYTES
    is "$2" get "/hostile/$1"
}
check hostile-ok hostile_is ok '\r\nOK\r\n'
check hostile-error hostile_is error '\r\nERROR\r\n'
check hostile-httpread-end hostile_is httpread-end '\r\n+HTTPREAD: 0\r\n'
check hostile-cchrecv hostile_is cchrecv '\r\n+CCHRECV: DATA,0,100\r\n'
check hostile-qssl-recv hostile_is qssl-recv '\r\n+QSSLURC: "recv",0\r\n'
check hostile-no-carrier hostile_is no-carrier '\r\nNO CARRIER\r\n'
check hostile-rdy hostile_is rdy '\r\nRDY\r\n'
check hostile-nul hostile_is nul '\0\r\nOK\0\r\n\0'
check hostile-ff hostile_is ff '\377\377\r\n\377OK\r\n\377\360'
check hostile-repeated is '\r\nOK\r\n\r\nOK\r' get '/hostile/ok?length=11'
check hostile-unknown status_is 404 /hostile/none
hostiles_are_served() {
    local name size rest
    get /hostile > list
    [ "$(wc -l < list)" -ge 20 ] || return
    while read -r name size rest; do
        size_is "$size" "/hostile/$name" || { echo "$name: not $size $rest"; return 1; }
    done < list
}
check hostile-list-is-served hostiles_are_served

# ---- HTTPS ------------------------------------------------------------------

check https-is-verified is '200 OK\n' get_tls https /status/200
check https-by-address is '200 OK\n' get_tls https /status/200 \
    --connect-to "localhost::127.0.0.1:$(port https)"
check https-by-given-name is '200 OK\n' curl -s --cacert certificates/ca.pem \
    --resolve "module.example:$(port https):127.0.0.1" "https://module.example:$(port https)/status/200"
check https-by-given-address is '200 OK\n' curl -s --cacert certificates/ca.pem \
    --connect-to "10.1.2.3::127.0.0.1:" "https://10.1.2.3:$(port https)/status/200"
check https-by-other-name code_is 60 curl -s --cacert certificates/ca.pem \
    --resolve "other.example:$(port https):127.0.0.1" "https://other.example:$(port https)/status/200"
check https-needs-the-ca code_is 60 curl -s "$https/status/200"
check https-large-body is "$(cat first)\n" sh -c \
    "curl -s --cacert certificates/ca.pem '$https$large' | sha256sum"
check https-expired-is-refused code_is 60 get_tls https-expired /status/200
check https-expired-says-so has 'certificate has expired' get_tls https-expired /status/200
check https-self-signed-is-refused code_is 60 get_tls https-self-signed /status/200
check https-self-signed-is-known is '200 OK\n' get_tls https-self-signed /status/200 \
    --cacert certificates/self-signed.pem
check https-hang-ends-with-its-client code_is 28 get_tls https /hang --max-time 1
check certificate-is-p256 has 'NIST CURVE: P-256' openssl x509 -in certificates/server.pem -noout -text
check client-is-of-the-ca openssl verify -CAfile certificates/ca.pem -purpose sslclient \
    certificates/client.pem
check keys-are-private is '600\n600\n' stat -c %a certificates/client-key.pem certificates/server-key.pem

# ---- raw peers --------------------------------------------------------------

{ cat random; printf '\nclose\r\n'; } > sent
check tcp-echo-is-exact cmp sent <(talk_tcp sent)
check tls-echo-is-exact cmp sent <(talk_tls sent)
{ python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)))'; printf '\nclose\n'; } > sent
check tcp-echo-of-all-values cmp sent <(talk_tcp sent)
check tls-echo-of-all-values cmp sent <(talk_tls sent)
printf 'send 1000 9\r\nclose\r\n' > sent
{ printf 'send 1000 9\r\n'; formula 9 1000; printf 'close\r\n'; } > wanted
check tcp-sends-on-demand cmp wanted <(talk_tcp sent)
check tls-sends-on-demand cmp wanted <(talk_tls sent)
for line in 'closed' ' close' 'close ' 'send' 'send x' 'send 3 4 5' 'send 3 x' 'send -1' \
    'send 3000000000000' 'send 3 4294967296' 'close\0' \
    'close close close close close close close close close close'; do
    # shellcheck disable=SC2059
    { printf "$line\n"; printf 'still here\nclose\n'; } > sent
    check "no-command-$line" cmp sent <(talk_tcp sent)
done
printf 'more than the peer reads\nclose\nand what follows' > sent
printf 'more than the peer reads\nclose\n' > wanted
check close-ends-the-echo cmp wanted <(talk_tcp sent)
late_bytes_are_taken() { # a reset would break the pipe of the client
    python3 - "$(port tcp)" <<'PYTHON'
import socket, sys
client = socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=10)
client.sendall(b'close\n')
assert client.recv(100) == b'close\n' and client.recv(100) == b''
client.sendall(bytes(3000000))
PYTHON
}
check close-is-no-reset late_bytes_are_taken
printf 'close\n' > sent
ends_with_notify() { talk_tls sent > answer && ! grep -i 'unexpected eof' tls.err; }
check tls-close-is-notified ends_with_notify
check tls-expired-is-refused not handshake tls-expired -verify_return_error
check tls-expired-serves handshake tls-expired
check tls-self-signed-is-refused not handshake tls-self-signed -verify_return_error
check tls-self-signed-serves handshake tls-self-signed

# ---- many -------------------------------------------------------------------

together() {
    local begin i pids=()
    begin=$(date +%s)
    for i in $(seq 20); do
        get '/slow?length=20&chunk=1&delay=50' -o "body.$i" &
        pids+=($!)
    done
    wait "${pids[@]}"
    [ $(($(date +%s) - begin)) -lt 10 ] || return
    formula 0 20 > expected
    for i in $(seq 20); do cmp "body.$i" expected || return; done
}
check concurrent-requests together

descriptors() { find "/proc/$server/fd" -mindepth 1 | wc -l; }
settles_at() { # COUNT
    for _ in $(seq 60); do
        [ "$(descriptors)" -le "$1" ] && return
        sleep 0.05
    done
    echo "$(descriptors) descriptors, expected $1"
    false
}
sleep 1.2 # what closed connections may linger
settle=$(descriptors)
printf 'close\n' > sent
for i in $(seq 40); do
    curl -s "$http/bytes" "$http/truncated" "$http/close" > /dev/null
    get_tls https /bytes > /dev/null
    talk_tcp sent > /dev/null
done
get /hang --max-time 0.5 2> /dev/null
check no-descriptor-is-lost settles_at "$settle"

# ---- the end ----------------------------------------------------------------

ends_with_clients() {
    local clients=() code
    get /hang & clients+=($!)
    get '/slow?length=100&chunk=1&delay=60000' & clients+=($!)
    get_tls https /hang & clients+=($!)
    exec 4<> "/dev/tcp/127.0.0.1/$(port tcp)" 5<> "/dev/tcp/127.0.0.1/$(port tls)"
    sleep 0.5
    stop
    code=$?
    exec 4>&- 5>&-
    wait "${clients[@]}"
    return $code
}
check sigterm-ends-it-with-clients-there ends_with_clients

start --port 0 --no-echo --greeting 'hello\r\n\x00\xfF\\' --certificates certificates
printf 'x\nsend 3\nclose\n' > sent
{ printf 'hello\r\n\0\377\\'; formula 0 3; } > wanted
check greeting-alone cmp wanted <(talk_tcp sent)
check greeting-over-tls cmp wanted <(talk_tls sent)
check sigint-ends-it stop INT

# ---- TLS as told ------------------------------------------------------------

start --tls-min 1.3 --certificates certificates --key rsa
check certificate-is-rsa has 'Public-Key: (2048 bit)' openssl x509 -in certificates/ca.pem -noout -text
check min-1.3-has-no-1.2 not handshake tls -tls1_2
check min-1.3-has-1.3 handshake tls -tls1_3
check min-1.3-has-no-1.2-of-https not handshake_http -tls1_2
check min-1.3-has-1.3-of-https handshake_http -tls1_3
check stop-1 stop

start --tls-max 1.2 --certificates certificates --client-certificate require \
    --ciphers ECDHE-ECDSA-AES128-GCM-SHA256
check max-1.2-has-no-1.3-of-https not handshake_http -tls1_3
check max-1.2-has-1.2-of-https handshake_http -tls1_2
client='-cert certificates/client.pem -key certificates/client-key.pem'
other='-cert certificates/self-signed.pem -key certificates/server-key.pem'
# shellcheck disable=SC2086 # words
{
    check client-is-required not handshake tls
    check client-is-accepted handshake tls $client
    check client-of-another-ca not handshake tls $other
    check max-1.2-has-no-1.3 not handshake tls $client -tls1_3
    check cipher-is-taken handshake tls $client -cipher ECDHE-ECDSA-AES128-GCM-SHA256
    check cipher-is-not-taken not handshake tls $client -cipher ECDHE-ECDSA-AES256-GCM-SHA384
}
check stop-2 stop

start --tls-max 1.1 --certificates certificates
check max-1.1-has-1.1 handshake tls -cipher DEFAULT:@SECLEVEL=0 -tls1_1
check max-1.1-has-no-1.0 not handshake tls -cipher DEFAULT:@SECLEVEL=0 -tls1
check max-1.1-has-1.1-of-https handshake_http -cipher DEFAULT:@SECLEVEL=0 -tls1_1
check stop-6 stop

start --tls-min 1.0 --tls-max 1.1 --certificates certificates --client-certificate request
old='-cipher DEFAULT:@SECLEVEL=0'
# shellcheck disable=SC2086 # words
{
    check min-1.0-has-1.0 handshake tls $old -tls1
    check min-1.0-has-1.1 handshake tls $old -tls1_1
    check min-1.0-has-1.0-of-https handshake_http $old -tls1
    check max-1.1-has-no-1.2 not handshake tls $old -tls1_2
    check client-is-requested-only handshake tls $old -tls1_1
    check client-of-another-ca-is-refused not handshake tls $old -tls1_1 \
        -cert certificates/self-signed.pem -key certificates/server-key.pem
}
check stop-3 stop

start --ciphersuites TLS_AES_128_GCM_SHA256 --certificates certificates
check ciphersuite-is-taken handshake tls -ciphersuites TLS_AES_128_GCM_SHA256 -tls1_3
check ciphersuite-is-not-taken not handshake tls -ciphersuites TLS_AES_256_GCM_SHA384 -tls1_3

# ---- the command line -------------------------------------------------------

refuses() { # PATTERN OPTION...: exit 2 and one line
    local pattern=$1
    shift
    timeout 10 "$atproof" server "$@" > seen 2> errors.2
    [ $? -eq 2 ] && [ "$(wc -l < errors.2)" -eq 1 ] && grep -q -e "^atproof: server: $pattern" errors.2 \
        && return
    cat errors.2
    false
}
check port-in-use refuses "http 127.0.0.1:$(port http): cannot listen: Address already in use; choose" \
    --port "http=$(port http)"
check stop-4 stop
check port-too-high refuses '--port 65535: expected a number up to 65528' --port 65535
check port-of-one-too-high refuses '--port tls=65536: expected a number up to 65535' --port tls=65536
check port-of-unknown refuses '--port ftp=1: no such name' --port ftp=1
check port-is-no-number refuses '--port x: expected a number' --port x
check address-is-a-name refuses "address 'localhost': expected a numeric one" --address localhost
check version-unknown refuses '--tls-min 2.0: expected one of 1.0, 1.1, 1.2, 1.3' --tls-min 2.0
check versions-cross refuses 'the minimum version of TLS is above' --tls-min 1.3 --tls-max 1.2
check cipher-unknown refuses 'TLS: no cipher of this list' --ciphers none
check ciphersuite-unknown refuses 'TLS: a TLS 1.3 ciphersuite' --ciphersuites none
check key-unknown refuses '--key dsa: expected one of ec, rsa' --key dsa
check client-check-unknown refuses '--client-certificate x: expected one of' --client-certificate x
check greeting-escape-unknown refuses "--greeting 'a.q': unknown escape" --greeting 'a\q'
check greeting-escape-unfinished refuses '--greeting' --greeting '\x4'
check greeting-escape-ends refuses '--greeting' --greeting '\'
check certificates-nowhere refuses '/dev/null/x: cannot make it: Not a directory' \
    --certificates /dev/null/x
check stray-argument refuses "unexpected 'x'; expected options only" x
check help-tells-the-paths has '  /hostile/NAME?length=N' "$atproof" server --help
check full-disk sh -c "timeout 10 '$atproof' server > /dev/full; test \$? -eq 2"

start --address ::1 --certificates certificates
if [ -s ports ]; then
    check ipv6 is '200 OK\n' curl -s --cacert certificates/ca.pem "https://$(at https)/status/200"
fi
check stop-5 stop

echo "$((count - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
