#!/usr/bin/env python3
"""Foreign text through every command and every kind of input: what is printed is inert.

    text.py ATPROOF FOLDER

Names of files, keys and values of YAML, ids and titles of cases, lists of expected
failures, stores, words of the command line, what a module says of itself: each has
everything that moves a terminal or commands a CI system. FOLDER has the inputs that are
files (corpus/regressions/attack)."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

WAIT_S = 60
# ESC and CSI, CR, LF with commands of GitHub, Azure and TeamCity, BEL, C1, marks of
# direction, a line separator, tags, bytes that are no UTF-8.
EVIL = ("x\x1b[2J\x9b31m\r\n::error file=a::b\n##vso[task.complete]\n##teamcity[x]\x07\x85"
        "\u202e\u2066\u061c\u2028\ufeff\U000e0041").encode() + b"\xff\xc0\xaf\xed\xa0\x80"
LEADING = b"::error::" + EVIL
CASE = b"@ id: a/1/good\n@ dialect: simcom\n\n> AT+CSQ\n< +CSQ: 23,0\n< OK\n"
BAD = b"@ id: a/1/bad\n@ dialect: simcom\n\n> AT+CSQ\n< +CSQ: 999,0\n< OK\n"
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
                    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
OBEYED = re.compile(r"^\s*::|##\w*\[", re.M)
OF_A_LINE = re.compile(r"^\s*::", re.M)  # data (JSON) has `##` as it came
NOTHING = re.compile("(?!)")  # a page has `::placeholder` of its own
MODULE = rb"""
import re, sys
answers = {b"AT+CGMI": %r, b"AT+CGMM": b"model", b"AT+CGMR": b"1"}
line = b""
while byte := sys.stdin.buffer.raw.read(1):
    line += byte
    if byte == b"\r":
        said = answers.get(line.strip().upper())
        out = (b"\r\n" + said + b"\r\n" if said else b"") + b"\r\nOK\r\n"
        sys.stdout.buffer.write(out); sys.stdout.buffer.flush()
        line = b""
"""


def fault_of(printed, obeyed=OBEYED):
    """What of it is not inert, or None."""
    try:
        text = printed.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"no UTF-8 at {error.start}: {printed[error.start - 40:error.start + 9]!r}"
    for pattern in (HIDDEN, obeyed):
        found = pattern.search(text)
        if found:
            return f"{found.group()!r} in {text[max(0, found.start() - 60):found.end() + 30]!r}"
    return None


class Attack(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.work = pathlib.Path(self.folder.name)
        (self.work / "good.at").write_bytes(CASE)
        (self.work / "bad.at").write_bytes(BAD)

    def tearDown(self):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(os.fsencode(self.work), os.fsencode(name))

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def call(self, *words, codes=range(0, 8), stdin=b"", says=None):
        """Its output, which is inert. SAYS: what must stand in it, so that the text was
        printed at all."""
        done = subprocess.run([ATPROOF, *words], cwd=self.work, timeout=WAIT_S, input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertIn(done.returncode, codes, (words, done.stdout))
        is_data = words[0] == "decode" or words[-1] == "json"
        obeyed = NOTHING if "html" in words else OF_A_LINE if is_data else OBEYED
        self.assertIsNone(fault_of(done.stdout, obeyed), words)
        if says:
            self.assertIn(says, done.stdout, words)
        return done.stdout

    def test_this_test_can_fail(self):
        for text in (EVIL, LEADING, b"\x1b", b"a\n ::x", "\x9b".encode(), b"##vso["):
            self.assertIsNotNone(fault_of(text))
        self.assertIsNone(fault_of("a: b::c #1 größe\n".encode()))

    def test_names_of_files(self):
        for name in (EVIL.replace(b"/", b""), LEADING):
            script, raw, store = name + b".at", name + b".raw", name + b".jsonl"
            for words in (["decode"], ["check"], ["check", "--catalog"], ["check", "--against"],
                          ["check", "--expected-failures"], ["check", "--format"],
                          ["check", "--log", "arrows"], ["run", "--out", "o"],
                          ["record", "-o", "x", "--from"], ["modem", "--stdio", "--replay"],
                          ["fuzz", "--runs", "1", "--replay"], ["report"], ["diff", "good.at"],
                          ["diff", "--baseline"], ["catalog", "--check"],
                          ["catalog", "--catalog"], ["catalog", "--trace"], ["decode", "-c"]):
                for missing in (script, raw):
                    self.call(*words, missing, *(["good.at"] if words[-1].startswith("--a") or
                                                 words[-1].startswith("--e") else []), codes=[2])
            self.write(script, BAD)
            self.write(raw, b"\r\n+CSQ: 999,0\r\n\r\nOK\r\n")
            self.call("check", script, codes=[1], says=b"out-of-range")
            self.call("check", "--format=check", script)
            self.call("check", "--against", "good.at", script, says=b" is not ")
            self.call("check", raw)
            self.call("run", "--list", script)
            self.call("run", "--out", "o", script)
            self.call("run", "--out", b"out-" + name, "good.at", codes=[0])
            self.call("check", "--results", store, "-q", script, "good.at", codes=[1])
            self.call("report", b"out-" + name, codes=[0])
            self.call("diff", store, store, codes=[0])
            self.call("diff", "--baseline", b"b" + store, "--update-baseline", "--reason", name,
                      store, codes=[0])
            self.call("diff", "--baseline", b"b" + store, store, codes=[0])
            for form in ("summary", "tap", "junit", "sarif", "markdown", "html", "badge"):
                self.call("report", "--format", form, "-o", "-", store)

    def test_names_of_outputs(self):
        name = os.path.join(b"none", LEADING)
        for words in (["check", "good.at", "--results"], ["check", "good.at", "--junit"],
                      ["check", "good.at", "--tap"], ["run", "good.at", "--out"],
                      ["record", "--from", "good.at", "-o"], ["server", "--certificates"],
                      ["catalog", "--cases"]):
            self.call(*words, name, codes=[1, 2], says=rb"\x1B[2J")

    def test_words_of_the_command_line(self):
        for word in (EVIL, LEADING):
            for words in (["check", "--dialect"], ["check", "--level"], ["check", "--log"],
                          ["check", "--set"], ["check", "--select"], ["check", "--escapes"],
                          ["check", "--sent-prefix"], ["decode", "--chunk"], ["run", "--target"],
                          ["run", "--shard"], ["run", "--server"], ["run", "--repeat"],
                          ["modem", "--defect"], ["modem", "--speed"], ["modem", "--listen"],
                          ["record", "-o", "x", "--wait"], ["server", "--port"],
                          ["server", "--key"], ["server", "--ciphers"], ["server", "--name"],
                          ["server", "--address"], ["fuzz", "--seconds"], ["report", "--format"],
                          ["diff", "--expires"], ["catalog", "--emit"]):
                if words[-1] in ("--name",):
                    continue  # legal: it would serve
                self.call(*words, word, "good.at", codes=[0, 2, 4, 5, 6])
            self.call(word, codes=[2])
            self.call("help", word, codes=[2])
            for command in ("decode", "check", "run", "record", "modem", "server", "fuzz",
                            "report", "diff", "catalog"):
                self.call(command, b"--" + word, codes=[2])
                self.call(command, b"-" + word, codes=[2])

    def test_words_of_cases(self):
        legal = "\u202e\u2066\x9b##vso[x] ::error::".encode()  # UTF-8 without control characters
        for text in (EVIL, legal):
            for line in (b"@ id: a/1/" + text, b"@ title: " + text, b"@ dialect: " + text,
                         b"@ level: " + text, b"@ requires: " + text, b"@ " + text + b": x",
                         b"@ deviates: " + text + b" | a | b", b"> AT+" + text, b"< " + text,
                         b"< {" + text + b":int}", b"<= " + text + b" 5", b"<= file " + text,
                         b"@ unjudged: " + text, text, b"@ urc: " + text, b"@ ref: " + text):
                self.write("case.at", BAD + line + b"\n")
                self.call("check", "case.at")
                self.call("check", "--against", "case.at", "good.at")
                self.write("case.at", line + b"\n" + BAD)
                self.call("check", "case.at")
                self.call("decode", "case.at")
            self.call("run", "--list", "case.at")

    def test_text_of_cases_that_run(self):
        for text in ("\u202e\x9b##vso[x]".encode(), b"::error::"):
            self.write("case.at", b"@ id: " + text + b"/1/x\n@ title: " + text
                       + b"\n\n> AT+CSQ\n< +CSQ: 999,0\n< OK\n")
            self.call("run", "--out", "o", "case.at", codes=[1], says=b"expected:")
            self.call("check", "--results", "r.jsonl", "case.at")
            self.call("report", "--format", "summary", "-o", "-", "r.jsonl")

    def test_yaml(self):
        texts = (r"\e[2J\x9b31m\r\n::error::x\n##vso[x]\u202e\x07", r"\u202e\x9b", "::error::")
        formed = 0
        for text in texts:
            for data in (f'"{text}": 1\n', f'set: "{text}"\ntitle: x\n',
                         f'set: x\ntitle: "{text}"\ncommands:\n  - name: "{text}"\n',
                         f'set: x\ntitle: x\n"{text}": x\n',
                         f'set: x\ntitle: "{text}"\ndocument: "{text}"\nresults:\n'
                         f'  - {{notation: "{text}", clause: "{text}"}}\n',
                         f'set: x\ntitle: "{text}"\ndocument: "{text}"\nurcs:\n'
                         f'  - {{notation: "+X: <a>", clause: "{text}", title: "{text}"}}\n'
                         f'parameters:\n  a: {{type: int, clause: "1", note: "{text}"}}\n',
                         f'x: [&a "{text}", *a]\n', f"x: {text}\n", f'set: !!"{text}" x\n'):
                self.write("set.yaml", data.encode())
                said = self.call("catalog", "--check", "set.yaml")
                self.call("check", "--catalog", "set.yaml", "good.at")
                if b"well-formed" not in said:
                    continue
                formed += 1
                self.call("catalog", "--catalog", "set.yaml")
                self.call("catalog", "--catalog", "set.yaml", "--list")
                for form in ("markdown", "json", "dict", "c"):
                    self.call("catalog", "--catalog", "set.yaml", "--emit", form)
        self.assertGreater(formed, 1)
        self.write("set.yaml", EVIL)
        self.call("catalog", "--check", "set.yaml", codes=[2])

    def test_numbers_and_days_are_read_whole(self):
        for number in ("-18446744073709551615", "18446744073709551617", "+1", " 1", "1 ", "0x1",
                       "1e0", "nan", "1.0", "", "-1"):
            for words in (("run", "--shard", f"{number}/2"), ("run", "--shard", f"1/{number}"),
                          ("run", "--server", f"localhost:{number}"), ("run", "--repeat", number),
                          ("run", "--timeout", number), ("modem", "--seed", number),
                          ("modem", "--defect", f"crash@{number}"), ("fuzz", "--runs", number),
                          ("server", "--port", number), ("server", "--port", f"http={number}"),
                          ("record", "-o", "x", "--target", "tcp,a,1", "--wait", number),
                          ("decode", "--chunk", number, "good.at"),
                          ("diff", "--baseline", "b", "--update-baseline", "x", "--expires",
                           f"+{number}d")):
                self.call(*words, codes=[2])
        days = sorted(FOLDER.glob("day-*.excuses"))
        self.assertGreater(len(days), 4)
        for path in days:
            self.call("check", "--expected-failures", path, "bad.at", codes=[2],
                      says=b"no day of the calendar")
            day = path.read_text().split()[0]
            self.call("diff", "--baseline", "b", "--update-baseline", "x", "--expires", day,
                      codes=[2])
            run = {"kind": "run", "version": 1, "tool": "x", "tool_version": "1", "strict": False}
            for key, line in (("created", {"kind": "baseline", "version": 1, "created": day}),
                              ("started", {**run, "started": f"{day}T00:00:00Z"})):
                self.write("b.jsonl", json.dumps(line).encode() + b"\n" + json.dumps(run).encode())
                self.call("report", "-f", "tap", "-o", "-", "b.jsonl", codes=[2],
                          says=f'"{key}" is'.encode())
        self.call("check", "--expected-failures", FOLDER / "nul.excuses", "bad.at", codes=[2],
                  says=b"nul.excuses:2:1: a NUL byte")
        for epoch in ("soon", "-1", "9" * 18, "1e9", ""):
            os.environ["SOURCE_DATE_EPOCH"] = epoch
            self.call("check", "good.at", codes=[2], says=b"SOURCE_DATE_EPOCH is")
            del os.environ["SOURCE_DATE_EPOCH"]

    def test_expected_failures(self):
        for text in (EVIL.replace(b"\n", b""), LEADING.replace(b"\n", b"")):
            for line in (text, b"2099-12-31 " + text, b"2099-12-31 " + text + b" why",
                         b"2099-12-31 a/1/bad " + text, b"2020-01-01 a/1/bad " + text,
                         b"2099-12-31 a/1/good " + text):
                self.write("known", line + b"\n")
                self.call("check", "--expected-failures", "known", "bad.at", "good.at")
                self.call("run", "--out", "o", "--expected-failures", "known", "good.at")

    def test_stores(self):
        text = EVIL.decode("latin-1")
        for name in (text, "::error::x"):
            run = {"kind": "run", "version": 1, "tool": name, "tool_version": name,
                   "command": name, "dialect": name, "strict": False}
            finding = {"rule": name, "level": "must", "clause": name, "offset": 0, "size": 1,
                       "expected": name, "seen": name, "declared": False}
            exchange = {"command": name, "offset": 0, "size": 1, "verdict": "fail",
                        "findings": [finding], "name": name, "form": name, "variant": name,
                        "clause": name, "line": 1}
            case = {"kind": "case", "id": name, "dialect": name, "level": "must", "verdict": "fail",
                    "outcome": "failed", "source": name, "reason": name, "title": name,
                    "manufacturer": name, "model": name, "firmware": name, "line": 1,
                    "exchanges": [exchange]}
            for line in ({**run, name: 1}, {**run, "version": name}, {"kind": name}, {name: name},
                         {**case, "level": name}, case, {**case, "exchanges": name}):
                self.write("s.jsonl", json.dumps(run).encode() + b"\n" + json.dumps(line).encode())
                for form in ("summary", "tap", "junit", "sarif", "markdown", "html"):
                    self.call("report", "--format", form, "-o", "-", "s.jsonl", codes=[0, 2])
                self.call("diff", "s.jsonl", "s.jsonl", codes=[0, 1, 2, 5])
            self.call("check", "--results", "g.jsonl", "-q", "good.at")
            self.write("s.jsonl", json.dumps(run).encode() + b"\n" + json.dumps(case).encode())
            said = self.call("report", "--format", "summary", "-o", "-", "s.jsonl")
            self.assertIn(b"1 failed", said)
            self.call("diff", "g.jsonl", "s.jsonl")
            self.call("diff", "--baseline", "b.jsonl", "--update-baseline", "--reason", "x",
                      "s.jsonl", codes=[0])
        self.write("s.jsonl", EVIL)
        self.call("report", "--format", "summary", "-o", "-", "s.jsonl", codes=[2])

    def test_what_a_module_says(self):
        self.write("module.py", MODULE % (EVIL.replace(b"\n", b"").replace(b"\r", b""),))
        target = f"stdio,{sys.executable} {self.work}/module.py"
        said = self.call("run", "--target", target, "--out", "o", "good.at")
        self.assertIn(rb"\e[2J\xC2\x9B31m", said)
        self.call("run", "--target", target, "--dialect", "simcom", "--out", "o", "good.at",
                  codes=[0, 1])
        self.write("raw.bin", b"\r\n" + EVIL + b"\r\n\r\n+CSQ: " + EVIL + b"\r\n\r\nOK\r\n")
        self.call("decode", "raw.bin", codes=[0])
        self.call("check", "raw.bin")
        self.write("log", b"-> AT+CSQ\n<- +CSQ: " + EVIL.replace(b"\n", b" ") + b"\n<- OK\n")
        self.call("check", "--log", "arrows", "log")

    def test_kept_inputs(self):
        """Of FOLDER: those made for this test."""
        kept = sorted(FOLDER.glob("text-*"))
        self.assertGreater(len(kept), 3)
        for path in kept:
            if path.suffix == ".at":
                self.call("check", path)
                self.call("run", "--list", path)
            elif path.suffix == ".yaml":
                self.call("catalog", "--check", path, codes=[2])
            elif path.suffix == ".jsonl":
                self.call("report", "--format", "summary", "-o", "-", path)
            else:
                self.call("check", "--expected-failures", path, "bad.at")


if __name__ == "__main__":
    ATPROOF, FOLDER = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
