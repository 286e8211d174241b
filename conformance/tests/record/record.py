#!/usr/bin/env python3
"""atproof record and atproof modem --replay as their users meet them.

    record.py ATPROOF
"""
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
import tty

from record_lab import (
    ATPROOF, FAILED, FOLDER, Host, PASSED, RFC2217, RUNNING, TCP, check, is_canonical, joined,
    path, read, record, run, said, start, stop, target)

# ---- transparency -----------------------------------------------------------


class Loop:
    """A module's end that says everything back, and keeps it."""

    def __init__(self, kind):
        self.kept = b""
        if kind == "pty":
            self.fd, self.slave = os.openpty()
            tty.setraw(self.slave)
            self.address = f"serialdev,{os.ttyname(self.slave)},115200n81"
        else:
            self.server = socket.create_server(("127.0.0.1", 0))
            self.address = f"tcp,127.0.0.1,{self.server.getsockname()[1]}"
        self.kind = kind
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        if self.kind != "pty":
            self.connection = self.server.accept()[0]
            self.fd = self.connection.fileno()
        while True:
            try:
                data = os.read(self.fd, 4096)
            except OSError:
                return
            if not data:
                return
            self.kept += data
            while data:
                data = data[os.write(self.fd, data):]


def transparent(listen, kind):
    loop = Loop(kind)
    name = f"loop-{listen[:3]}-{kind}.at"
    recorder = record(name, "-t", loop.address, "--listen", listen)
    host = Host(recorder.where)
    data = bytes(range(256)) * 2 + random.Random(7).randbytes(48 << 10) + b"\xff\xff\0\xff"
    seen = b""
    sender = threading.Thread(target=host.send, args=(data,))
    sender.start()
    while len(seen) < len(data):
        part = host.read()
        if part is None:
            break
        seen += part
    sender.join()
    host.close()
    check(f"{name}: to the module", data, loop.kept)
    check(f"{name}: to the host", data, seen)
    check(f"{name}: exit", 0, stop(recorder))
    check(f"{name}: kept", (data, data), joined(name))
    is_canonical(name)


# ---- sessions ---------------------------------------------------------------


def session(host, url):
    """All that a host does: lines, payload, an upload, an unknown command."""
    host.say(b"AT\r")
    host.say(b"AT+CGSN\r")
    host.say(b"AT+CSQ;+CCLK?\r")
    host.say(b"AT+HTTPINIT\r")
    host.say(b'AT+HTTPPARA="URL","%s"\r' % url)
    host.say(b"AT+HTTPACTION=0\r", b"0,200,300\r\n")
    host.say(b"AT+HTTPREAD=0,300\r", b"+HTTPREAD: 0\r\n")
    host.say(b"AT+HTTPDATA=12,1000\r", b"DOWNLOAD\r\n")
    host.say(b"hello\r\xff\0{ab}"[:12].ljust(12, b"!"))
    host.say(b"AT+NONE={1}\r")
    host.say(b"AT+HTTPTERM\r")


def lines(name):
    return [line for line in read(name).split("\n") if not line.startswith(("@ time", "@ source"))]


def recorded_session(listen, module_listens, url):
    name = f"session-{listen[:3]}-{module_listens[:3]}.at"
    module = start("modem", "-d", "simcom", "--listen", module_listens)
    recorder = record(name, "-t", target(module), "--listen", listen)
    host = Host(recorder.where)
    if recorder.where.startswith("telnet"):
        # SET-BAUDRATE 57600, SET-CONTROL DTR on and off (RFC 2217, 3)
        host.raw(b"\xff\xfb\x2c\xff\xfa\x2c\x01\x00\x00\xe1\x00\xff\xf0")
        host.raw(b"\xff\xfa\x2c\x05\x08\xff\xf0\xff\xfa\x2c\x05\x09\xff\xf0")
        while len(re.findall("# the host set", read(name))) < 3 and host.read(0.5) is not None:
            host.say(b"AT\r")
    session(host, url)
    host.close()
    check(f"{name}: exit", 0, stop(recorder, signal.SIGTERM))
    stop(module)
    is_canonical(name)
    code, out, _ = run("check", "--strict", path(name))
    check(f"{name}: judged", (0, True), (code, "0 findings" in out))
    text = read(name)
    check(f"{name}: payload", 1, len(re.findall(r"^<= (text|hex) ", text, re.M)))
    check(f"{name}: upload", 1, len(re.findall(r"^>= text ", text, re.M)))
    return name


def test_line_settings(name):
    notes = re.findall(r"^# the host set (\w+ \d+)", read(name), re.M)
    check("speed and DTR of the host are noted", ["speed 57600", "DTR 1", "DTR 0"], notes)
    check("and passed on", [], re.findall("the module's port", read(name)))


def test_sessions(url):
    names = [recorded_session("pty", "pty", url), recorded_session(TCP, TCP, url),
             recorded_session(RFC2217, RFC2217, url)]
    test_line_settings(names[2])
    return names[0]


def test_dtr(echo):
    """A dropped DTR, through the recorder to a module in transparent mode."""
    module = start("modem", "-d", "simcom", "--listen", RFC2217)
    recorder = record("dtr.at", "-t", module.where, "--listen", RFC2217)
    host = Host(recorder.where)
    host.raw(b"\xff\xfb\x2c\xff\xfa\x2c\x05\x08\xff\xf0")
    for command in (b"ATE0&D1\r", b"AT+CCHMODE=1\r"):
        host.say(command)
    host.say(b"AT+CCHSTART\r", b"+CCHSTART: 0\r\n")
    host.say(b'AT+CCHOPEN=0,"127.0.0.1",%d,1\r' % echo, b"CONNECT 115200\r\n", b"CONNECT\r\n")
    check("DTR: the stream", b"abc\xff\0", host.say(b"abc\xff\0", b"abc\xff\0"))
    host.raw(b"\xff\xfa\x2c\x05\x09\xff\xf0")
    check("DTR: &D1 leaves the stream", b"\r\nOK\r\n", host.until([b"OK\r\n"]))
    host.say(b"AT+CSQ\r")
    host.close()
    stop(recorder)
    stop(module)
    is_canonical("dtr.at")
    text = read("dtr.at")
    text = re.sub("@ time.*\n", "", text)
    check("DTR: recorded", 1, text.count('>> "abc\\xFF\\0"\n<< "abc\\xFF\\0"\n@ stream-end:\n'
                                         "# the host set DTR 0\n< OK\n> AT+CSQ\n< +CSQ: 23,0\n"))


def test_replay(name, url):
    for options in (["--fast"], []):
        module = start("modem", "--replay", path(name), *options)
        recorder = record("again.at", "-t", target(module))
        host = Host(recorder.where)
        session(host, url)
        host.close()
        stop(recorder)
        check(f"replayed {options}", lines(name), lines("again.at"))
        check(f"replayed {options}: no complaint", "", said(module))
        stop(module)
    first, second = (run("check", path(n))[1].replace(path(n), "") for n in (name, "again.at"))
    check("check says the same of both", re.sub(r":\d+", "", first), re.sub(r":\d+", "", second))
    module = start("modem", "--replay", path(name), "--fast", "--listen", TCP)
    host = Host(module.where)
    host.say(b"AT+HTTPINIT\r")  # later than recorded
    host.say(b"AT\r")  # earlier
    host.say(b"AT\r")  # again
    check("a command that is not recorded", b"\r\nERROR\r\n", host.say(b"AT+ELSE?\r"))
    complaint = said(module)
    check("and is told", 1, complaint.count('"AT+ELSE?\\r": not recorded, answered with ERROR'))
    check("with its line", True, re.search(r"\.at:\d+: ", complaint) is not None)
    host.close()
    stop(module)


def test_replay_keeps_times():
    with open(path("slow.at"), "w", encoding="utf-8") as file:
        file.write("@ time: 1\n> AT+CSQ\n@ time: 1.3\n< +CSQ: 1,0\n< OK\n"
                   "@ time: 1.8\n< +CREG: 1\n@ time: 9\n> AT\n< OK\n")
    module = start("modem", "--replay", path("slow.at"))
    host = Host(module.where)
    begin = time.monotonic()
    host.say(b"AT+CSQ\r")
    answered = time.monotonic() - begin
    host.until([b"+CREG: 1\r\n"])
    urc = time.monotonic() - begin
    check("the answer took its time", True, 0.3 <= answered < 0.5)
    check("the URC as well", True, 0.8 <= urc < 1.0)
    host.say(b"AT+CSQ\r")
    begin = time.monotonic()
    data = host.say(b"AT\r")
    check("a host that hurries gets the URC first", b"\r\n+CREG: 1\r\n\r\nOK\r\n", data)
    check("and does not wait for it", True, time.monotonic() - begin < 0.4)
    host.close()
    stop(module)


# ---- written anew -----------------------------------------------------------


def test_edit(name):
    for options in ([], ["--digests"]):
        done = run("record", "--from", path(name), "--edit", *options, "--id",
                   "bench/2.2.6/session-01", "-o", path("case.at"))
        check(f"edit {options}", (0, "", ""), done)
        is_canonical("case.at")
        check(f"edit {options}: the recording is one", 0,
              run("check", "--against", path("case.at"), path(name))[0])
        text = read("case.at")
        check(f"edit {options}: its id", True, text.startswith("@ id: bench/2.2.6/session-01\n"))
        for wanted in ("< +CSQ: {rssi:int 0..31,99 =23},", "< +CCLK: {time:string 17..20 =\"",
                       "< +HTTPREAD: {data_len:int 1.. =300}", "< {sn:rest =00499901"):
            check(f"edit {options}: {wanted}", 1, text.count(wanted))
        check(f"edit {options}: payload", 1,
              text.count("<= sha256 " if options else "<= length {data_len} = "))
        check(f"edit {options}: no times", 0, text.count("@ time"))
    # another session, whose clock and signal are others
    other = read(name).replace("+CSQ: 23,0", "+CSQ: 7,99")
    other = re.sub(r'\+CCLK: "[^"]*"', '+CCLK: "80/01/06,00:00:00+04"', other)
    with open(path("other.at"), "w", encoding="utf-8") as file:
        file.write(other)
    check("another session is one", 0, run("check", "--against", path("case.at"), path("other.at"))[0])
    with open(path("other.at"), "w", encoding="utf-8") as file:
        file.write(other.replace("+CSQ: 7,99", "+CSQ: 70,99"))
    check("one out of range is not", 1, run("check", "--against", path("case.at"), path("other.at"))[0])


SECRETS = ["351234567890124", "8949012345678901234", "262019876543210", "+491701234567", "4711",
           "carrieruser", "Carr1er-pw", "alice", "s3cret", "dXNlcjpwdw"]
SPOKEN = """> AT+CGSN
<< "AT+CGSN\\r"
< 351234567890124
< OK
> AT+CCID;+CIMI
< +CCID: 8949012345678901234
< 262019876543210
< OK
> AT+CNUM
< +CNUM: ,"+491701234567",145
< OK
> AT+CPIN=4711
<< "AT+CPIN=4711\\r"
< OK
> AT+QICSGP=1,1,"internet","carrieruser","Carr1er-pw",1
< OK
> AT+HTTPPARA="URL","http://alice:s3cret@example.com/a"
< OK
> AT+HTTPPARA="USERDATA","Authorization: Basic dXNlcjpwdw=="
< OK
> ATI
< IMEI: 351234567890124
< OK
> AT+HTTPREAD=0,7
< OK
< +HTTPREAD: 7
<= text "alice\\r\\n"
< +HTTPREAD: 0
"""


def masked_host(name):
    loop = Loop("pty")
    recorder = record(name, "-t", loop.address, "--mask")
    return recorder, Host(recorder.where), loop


def test_mask():
    with open(path("secret.at"), "w", encoding="utf-8") as file:
        file.write("@ dialect: auto\n\n" + SPOKEN)
    done = run("record", "--from", path("secret.at"), "--mask", "-o", path("masked.at"))
    check("mask", (0, "", "masked: 4 password, 3 user, 1 token, 1 imei, 1 imsi, 1 iccid, 1 number, "
                   "in 14 places\nnot read but searched: 7 bytes of payload, 0 of uploads, "
                   "0 of transparent streams\n"), done)
    is_canonical("masked.at")
    text = read("masked.at")
    for secret in SECRETS:
        check(f"{secret} is gone", 0, text.count(secret))
    for kept in ('"internet"', "@example.com/a", "Authorization: Basic ", "< +CNUM: ,\"+",
                 ",145"):
        check(f"{kept} stays", 1, text.count(kept))
    imei = re.search(r"^< (\d{15})$", text, re.M).group(1)
    check("the same stand-in all over", 2, text.count(imei))
    check("lengths hold", [len(line) for line in SPOKEN.split("\n")],
          [len(line) for line in text.split("\n\n", 1)[1].split("\n")])
    # on the way, and in what is provisional
    loop = Loop("pty")
    recorder = record("live.at", "-t", loop.address, "--mask")
    host = Host(recorder.where)
    host.send(b"AT+CPIN=4711\r")
    host.until([b"4711\r"])
    host.send(b"AT+CPIN=47")
    host.until([b"47"])
    host.send(b"11")
    host.until([b"11"])
    time.sleep(0.1)
    check("no PIN on disk", (0, 0), (read("live.at").count("4711"), read("live.at").count("=47")))
    host.send(b"\r")
    host.until([b"\r"])
    host.close()
    stop(recorder)
    check("nor at the end", 0, read("live.at").count("4711"))
    check("but its command, twice", 2, read("live.at").count("> AT+CPIN="))


def test_mask_at_the_end():
    """What was said before anything told that it is a secret; notes and times stay."""
    recorder, host, _ = masked_host("later.at")
    host.say(b"AT+XNOTE=apnpassw-1\r", b"apnpassw-1\r")
    host.say(b'AT+CGAUTH=1,1,"apnpassw-1","u"\r', b'"u"\r')
    host.say(b"AT\r", b"AT\r")
    time.sleep(0.1)
    check("masked as it comes", 0, read("later.at").count('"apnpassw-1"'))
    stop(recorder)
    host.close()
    text = read("later.at")
    check("masked at the end", (0, 4), (text.count("apnpassw-1"), text.count("aaaaaaaaa1")))
    check("the exchanges stay", [1, 1, 1], [text.count(f"> AT{rest}") for rest in (
        "+XNOTE=", "+CGAUTH=", "\n")])
    is_canonical("later.at")


def test_mask_killed():
    """Exchanges that are over are in the file, the one under way is not."""
    recorder, host, _ = masked_host("killed-masked.at")
    host.say(b"AT+CPIN=4711\r", b"4711\r")
    host.say(b"AT+CPIN=4712\r", b"4712\r")
    time.sleep(0.1)
    stop(recorder, signal.SIGKILL)
    host.close()
    text = read("killed-masked.at")
    check("killed: masked", (1, 0), (text.count("> AT+CPIN="), text.count("471")))
    check("killed: told", True, "bytes of an exchange, not over yet" in text)


# ---- what goes wrong --------------------------------------------------------


def test_kill():
    loop = Loop("tcp")
    recorder = record("killed.at", "-t", loop.address)
    host = Host(recorder.where)
    host.say(b"AT\r", b"AT\r")
    host.send(b"\r\n+CSQ: 2")
    host.until([b"+CSQ: 2"])
    time.sleep(0.1)
    stop(recorder, signal.SIGKILL)
    host.close()
    check("all is on disk when killed", (b"AT\r\r\n+CSQ: 2",) * 2, joined("killed.at"))
    is_canonical("killed.at")


def test_vanish():
    link = path("modem")
    module = start("modem", "--link", link)
    recorder = record("vanish.at", "-t", f"serialdev,{link},115200n81", "--wait", "10")
    host = Host(recorder.where)
    host.say(b"ATE0\r")
    stop(module, signal.SIGKILL)
    limit = time.monotonic() + 5
    while "vanished" not in read("vanish.at") and time.monotonic() < limit:
        host.send(b"AT\r")
        time.sleep(0.05)
    os.unlink(link)
    module = start("modem", "--link", link)
    while "is back" not in read("vanish.at") and time.monotonic() < limit:
        time.sleep(0.05)
    check("the module is back", b"\r\n+CSQ: 23,0\r\n", host.say(b"AT+CSQ\r")[-20:-6])
    host.close()
    check("vanished and back: exit", 0, stop(recorder))
    stop(module)
    is_canonical("vanish.at")
    check("both noted", ["vanished", "is back"],
          re.findall("^# the module's port (vanished|is back)", read("vanish.at"), re.M))
    module = start("modem", "--listen", TCP)
    recorder = record("gone.at", "-t", module.where, "--wait", "1")
    Host(recorder.where).say(b"AT\r")
    stop(module)
    check("one that stays away: exit", 6, recorder.wait(8))
    recorder.stdout.close()
    check("and is told", True, "nothing listens there" in said(recorder))
    recorder.errors.close()


def test_program_that_ends():
    """It is started again ever more rarely, and given up when it has not stayed for --wait."""
    recorder = record("ends.at", "-t", "stdio,false", "--wait", "2")
    check("a program that ends at once: exit", 6, recorder.wait(20))
    recorder.stdout.close()
    times = said(recorder).count("vanished")
    check("its starts back off", True, 1 <= times <= 6)
    recorder.errors.close()


def test_usage():
    for wrong in ([], ["-t", "pty"], ["-o", path("x.at")], ["-t", "pty", "-o", "-"],
                  ["--from", path("x.at"), "-t", "pty", "-o", "-"], ["--nothing"],
                  ["-t", "pty", "-o", path("x.at"), "--edit"],
                  ["-t", "pty", "-o", path("x.at"), "--wait", "x"],
                  ["--from", path("none.at"), "-o", "-"],
                  ["-t", "pty", "-o", path("x.at"), "-d", "none"],
                  ["-t", TCP, "-o", path("x.at"), "--listen", TCP, "--link", path("l")]):
        code, out, errors = run("record", *wrong)
        check(f"{wrong}: exit and one line", (2, "", 1), (code, out, errors.count("\n")))
    for lost in (f"serialdev,{path('none')},9600n81", "tcp,127.0.0.1,1", "nonsense"):
        code, _, errors = run("record", "-t", lost, "-o", path("x.at"))
        check(f"{lost}: exit and one line", (6, 1), (code, errors.count("\n")))
    for wrong in (["--fast"], ["--replay", path("none.at")],
                  ["--replay", path("slow.at"), "--banner"]):
        code, out, errors = run("modem", *wrong)
        check(f"modem {wrong}: exit and one line", (2, "", 1), (code, out, errors.count("\n")))
    for command in ("record", "modem"):
        text = run(command, "--help")[1]
        check(f"{command} --help fits", [], [x for x in text.split("\n") if len(x) > 80])


def test_stdio():
    program = f"stdio,{ATPROOF} modem --stdio"
    done = subprocess.run([ATPROOF, "record", "--listen", "stdio", "-t", program, "-o",
                           path("stdio.at")], input=b"ATE0\rAT+CSQ\r", capture_output=True,
                          timeout=10, check=False)
    answer = b"ATE0\r\r\nOK\r\n\r\n+CSQ: 23,0\r\n\r\nOK\r\n"
    check("stdio: a program, and the end of the input", (0, answer), (done.returncode, done.stdout))
    check("stdio: recorded", (b"ATE0\rAT+CSQ\r", answer), joined("stdio.at"))


def test_chat():
    link = path("port")
    module = start("modem")
    recorder = record("chat.at", "-t", target(module), "--link", link)
    script = ["ABORT", "ERROR", "", "ATE0V1", "OK", "AT+CSQ", "+CSQ: ", "\\c", "OK"]
    with open(link, "r+b", buffering=0) as line:
        settings = termios.tcgetattr(line)
        settings[4] = settings[5] = termios.B57600
        termios.tcsetattr(line, termios.TCSANOW, settings)
        code = subprocess.run(["/usr/sbin/chat", "-t", "5", "-S", *script], stdin=line, stdout=line,
                              check=False).returncode
    check("chat", 0, code)
    stop(recorder)
    stop(module)
    check("chat: the speed of its pty", 1, read("chat.at").count("# the host set speed 57600"))
    check("chat: recorded", ["> ATE0V1", "> AT+CSQ"],
          [line for line in lines("chat.at") if line.startswith("> ")])


def main():
    server = start("server")
    echo = next(int(line.split(b":")[1]) for line in server.stdout if line.startswith(b"tcp "))
    url = b"http://%s/text?length=300" % server.where.split()[1].encode()
    for listen, kind in (("pty", "pty"), (TCP, "tcp"), (RFC2217, "pty")):
        transparent(listen, kind)
    name = test_sessions(url)
    test_dtr(echo)
    test_replay(name, url)
    test_replay_keeps_times()
    test_edit(name)
    test_mask()
    test_mask_at_the_end()
    test_mask_killed()
    test_kill()
    test_vanish()
    test_program_that_ends()
    test_usage()
    test_stdio()
    test_chat()
    stop(server)
    print(f"{len(PASSED)} passed, {len(FAILED)} failed")
    return len(FAILED) > 0


try:
    STATUS = main()
finally:
    for left in RUNNING:
        if left.poll() is None:
            left.kill()
    shutil.rmtree(FOLDER)
sys.exit(STATUS)
