#!/usr/bin/env python3
"""Links and FIFOs where files are expected, through every command that reads or writes
one: nothing outside is read or written, and nothing is waited for.

    files.py ATPROOF FUZZ_TARGET

A file named by a file, or found in a folder, is no link. What the user names may be one,
and is no FIFO. What is written never goes through a link. FUZZ_TARGET is a target of
fuzz/ without an engine."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

WAIT_S = 60  # what waits for a FIFO never ends
SECRET = "sesame-open\n"
CASE = "@ id: a/1/good\n@ dialect: simcom\n\n> AT+CSQ\n< +CSQ: 23,0\n< OK\n"
LOOSE = CASE.replace("> AT+CSQ", '>> "AT+CSQ\\x0D"')
PAYLOAD = ("@ id: a/1/payload\n@ dialect: simcom\n\n> AT+HTTPREAD=0,12\n< OK\n"
           "< +HTTPREAD: 12\n<= file {}\n< +HTTPREAD: 0\n")
COVERAGE = ("coverage.json", "summary.json")
LINK = "a link stands there, and is not followed"
NO_FILE = "it is no regular file"


class Attack(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = pathlib.Path(self.folder.name)
        self.work = self.home / "work"
        self.work.mkdir()
        self.secret = self.home / "secret"
        self.secret.write_text(SECRET)
        os.mkfifo(self.work / "fifo")
        self.write("good.at", CASE)
        self.write("raw.bin", "\r\n+CSQ: 23,0\r\n\r\nOK\r\n")
        self.call(0, "check", "--quiet", "--results", "good.jsonl", "good.at")

    def tearDown(self):
        self.assertEqual(self.secret.read_text(), SECRET)
        self.folder.cleanup()

    def write(self, name, text):
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def link(self, name, target="secret"):
        """A link at NAME to something outside."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(self.home / target)

    def call(self, code, *words, **how):
        """Its output; the secret is not in it."""
        done = subprocess.run([ATPROOF, *words], cwd=self.work, timeout=WAIT_S, text=True,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False, **{"stdin": subprocess.DEVNULL, **how})
        self.assertEqual(done.returncode, code, f"{words}: {done.stdout}")
        self.assertNotIn("sesame", done.stdout, words)
        return done.stdout

    # ---- what a file names ---------------------------------------------------

    def test_payload_is_a_file_below_the_transcript(self):
        self.write("in/data", "hello world!")
        self.write("in/case.at", PAYLOAD.format("data"))
        self.call(0, "check", "in/case.at")
        self.link("in/link")
        self.link("in/up", ".")
        self.link("in/device", "/dev/zero")
        (self.work / "in/own").symlink_to("data")
        os.mkfifo(self.work / "in/fifo")
        for name, why in (("link", LINK), ("own", LINK), ("up/secret", LINK), ("device", LINK),
                          ("fifo", NO_FILE), (".", "Is a directory"), ("x/..", "leads out"),
                          ("../../secret", "leads out"), ("/etc/hostname", "leads out")):
            self.write("in/case.at", PAYLOAD.format(name))
            for words in (["check"], ["decode"], ["check", "--against", "good.at"],
                          ["record", "-o", "-", "--from"], ["modem", "--stdio", "--replay"],
                          ["run", "--out", "none"], ["fuzz", "--runs", "1", "--replay"]):
                self.assertIn(why, self.call(2, *words, "in/case.at"), (name, words))

    def test_cases_of_a_folder_are_files(self):
        for name, make in (("link.at", self.link), ("fifo.at", lambda at: os.mkfifo(self.work / at)),
                           ("folder", lambda at: self.link(at, "."))):
            self.write("cases/good.at", CASE)
            make(f"cases/{name}")
            said = self.call(2, "run", "--out", "none", "cases")
            self.assertIn(NO_FILE if "fifo" in name else LINK, said)
            (self.work / "cases" / name).unlink()

    def test_seeds_of_a_hunt_are_files(self):
        for folder in ("corpus", "findings"):
            for name in ("link.at", "fifo.at"):
                path = self.work / f"hunt/{folder}/{name}"
                if name == "link.at":
                    self.link(f"hunt/{folder}/{name}")
                else:
                    os.mkfifo(path)
                said = self.call(2, "fuzz", "--runs", "1", "--out", "hunt", "-q")
                self.assertIn(NO_FILE if name == "fifo.at" else LINK, said)
                path.unlink()

    def test_stores_of_a_folder_are_files(self):
        store = (self.work / "good.jsonl").read_text()
        self.write("run/results.jsonl", store)
        for make in (self.link, lambda at: os.mkfifo(self.work / at)):
            make("run/more.jsonl")
            for words in (["report", "run"], ["diff", "run", "good.jsonl"],
                          ["diff", "good.jsonl", "run"]):
                self.assertRegex(self.call(2, *words), f"more.jsonl: cannot read: ({LINK}|{NO_FILE})")
            (self.work / "run/more.jsonl").unlink()

    def test_coverage_of_a_folder_is_files(self):
        self.write("run/results.jsonl", (self.work / "good.jsonl").read_text())
        self.link("run/coverage", ".")
        self.assertIn(LINK, self.call(2, "report", "run"))
        (self.work / "run/coverage").unlink()
        for name in COVERAGE:
            self.link(f"run/coverage/{name}")
            self.call(0, "report", "--format", "all", "run")
            self.assertIn("is not followed", (self.work / "run/report.html").read_text())
            (self.work / "run/coverage" / name).unlink()
            os.mkfifo(self.work / "run/coverage" / name)
            self.call(0, "report", "--format", "all", "run")
            (self.work / "run/coverage" / name).unlink()

    def test_inputs_of_a_fuzz_target_are_files(self):
        for make in (self.link, lambda at: os.mkfifo(self.work / at)):
            (self.work / "inputs").mkdir(exist_ok=True)
            make("inputs/one")
            done = subprocess.run([FUZZ_TARGET, "inputs"], cwd=self.work, timeout=WAIT_S,
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, 1, done)
            (self.work / "inputs/one").unlink()

    # ---- what the user names ---------------------------------------------------

    def test_fifo_is_not_waited_for(self):
        self.write("set.yaml", "set: x\ntitle: x\n")
        os.mkfifo(self.work / "fifo.at")
        for words in ("decode fifo", "decode fifo.at", "check fifo", "check fifo.at",
                      "check --log arrows fifo", "check --direction sent fifo",
                      "check --catalog fifo good.at", "check --against fifo good.at",
                      "check --against good.at fifo", "check --expected-failures fifo good.at",
                      "check --format fifo.at", "run --out none fifo.at",
                      "run --out none --expected-failures fifo", "record --from fifo -o -",
                      "modem --stdio --replay fifo", "modem --stdio --file a=fifo",
                      "fuzz --runs 1 --replay fifo", "fuzz --runs 1 --expected-failures fifo",
                      "report --format tap -o - fifo", "diff fifo good.jsonl",
                      "diff good.jsonl fifo", "diff --baseline fifo good.jsonl",
                      "catalog --check fifo", "catalog --catalog fifo", "catalog --trace fifo.at",
                      "decode --catalog fifo raw.bin"):
            self.assertIn(NO_FILE, self.call(2, *words.split()), words)
        self.assertIn(NO_FILE, self.call(1, *"catalog --trace --ledger fifo good.at".split()))

    def test_links_of_the_user_are_followed(self):
        (self.work / "link.at").symlink_to("good.at")
        (self.work / "link.jsonl").symlink_to("good.jsonl")
        (self.work / "latest").symlink_to("cases")
        self.write("cases/good.at", CASE)
        self.write("cases/results.jsonl", (self.work / "good.jsonl").read_text())
        self.call(0, "check", "link.at")
        self.call(0, "run", "--list", "latest")
        self.call(0, "report", "latest")
        self.call(0, "diff", "link.jsonl", "latest")

    def test_streams_of_the_program_are_read_and_written(self):
        with open(self.work / "raw.bin", encoding="utf-8") as raw:
            self.assertIn('"name":"OK"', self.call(0, "decode", "/dev/stdin", stdin=raw))
        store = (self.work / "good.jsonl").read_bytes()
        ends = os.pipe()
        os.write(ends[1], store)
        os.close(ends[1])
        words = ["report", "--format", "tap", "-o", "/dev/stdout", f"/dev/fd/{ends[0]}"]
        self.assertIn("TAP version 14", self.call(0, *words, pass_fds=[ends[0]]))
        os.close(ends[0])
        self.call(0, "report", "--format", "tap", "-o", "/dev/null", "good.jsonl")

    # ---- what is written --------------------------------------------------------

    def test_output_does_not_follow_a_link(self):
        self.write("loose.at", LOOSE)
        for words in ("check --results out good.at", "check --junit out good.at",
                      "check --tap out good.at", "report --format html -o out good.jsonl",
                      "diff --html out good.jsonl good.jsonl",
                      "diff --markdown out good.jsonl good.jsonl",
                      "diff --json out good.jsonl good.jsonl",
                      "record --from good.at -o out", "run --out run --junit out good.at",
                      "run --out run --tap out good.at",
                      "record --listen stdio --target stdio,cat -o out"):
            self.link("out")
            ends = os.pipe()  # what record listens to is no file
            self.assertIn(LINK, self.call(2, *words.split(), stdin=ends[0]), words)
            os.close(ends[0])
            os.close(ends[1])

    def test_file_of_the_user_is_not_written_through_a_link(self):
        outside = self.home / "outside.at"
        outside.write_text(LOOSE)
        (self.work / "linked.at").symlink_to(outside)
        self.assertIn(LINK, self.call(2, "check", "--format=write", "linked.at"))
        self.assertEqual(outside.read_text(), LOOSE)
        outside.write_text("")
        (self.work / "ledger").symlink_to(outside)
        self.assertIn(f"ledger: cannot write: {LINK}", self.call(
            2, "catalog", "--trace", "--ledger", "ledger", "--update", "good.at"))
        self.assertEqual(outside.read_text(), "")
        baseline = self.home / "baseline.jsonl"
        self.call(0, "diff", "--baseline", str(baseline), "--update-baseline", "good.jsonl")
        kept = baseline.read_text()
        (self.work / "baseline.jsonl").symlink_to(baseline)
        self.assertIn(LINK, self.call(2, "diff", "--baseline", "baseline.jsonl",
                                      "--update-baseline", "good.jsonl"))
        self.assertEqual(baseline.read_text(), kept)

    def test_report_does_not_follow_a_link(self):
        for name in ("report.html", "junit.xml", "results.tap", "results.sarif", "summary.md",
                     "badge.json", "summary.txt"):
            self.write("run/results.jsonl", (self.work / "good.jsonl").read_text())
            self.link(f"run/{name}")
            self.assertIn(LINK, self.call(2, "report", "--format", "all", "run"))
            (self.work / "run" / name).unlink()

    def test_run_does_not_follow_a_link(self):
        for name in ("results.jsonl", "line.at", "a+1+good.at"):
            self.link(f"run/{name}")
            self.assertIn(LINK, self.call(2, "run", "--out", "run", "good.at"), name)
            (self.work / "run" / name).unlink()
        (self.home / "elsewhere").mkdir()
        self.link("there", "elsewhere")
        self.assertIn(LINK, self.call(2, "run", "--out", "there", "good.at"))
        self.assertEqual(os.listdir(self.home / "elsewhere"), [])

    def test_hunt_does_not_follow_a_link(self):
        (self.home / "elsewhere").mkdir()
        for name, target in (("results.jsonl", "secret"), ("line.at", "secret"),
                             ("corpus", "elsewhere"), ("findings", "elsewhere")):
            self.link(f"hunt-{name}/{name}", target)
            self.assertIn(LINK, self.call(2, "fuzz", "--runs", "1", "-q", "--out", f"hunt-{name}"))
        self.assertEqual(os.listdir(self.home / "elsewhere"), [])

    def test_generated_files_do_not_follow_a_link(self):
        (self.home / "elsewhere").mkdir()
        self.link("made/core", "elsewhere")
        self.call(2, "catalog", "--cases", "made")
        self.assertEqual(os.listdir(self.home / "elsewhere"), [])
        self.link("keys/ca.pem")
        self.call(2, "server", "--certificates", "keys")

    def test_second_name_of_a_file_is_not_written(self):
        (self.work / "twin.jsonl").hardlink_to(self.secret)
        self.call(2, "check", "--results", "twin.jsonl", "good.at")
        self.call(0, "report", "--format", "tap", "-o", "twin.jsonl", "good.jsonl")
        self.assertIn("TAP", (self.work / "twin.jsonl").read_text())

    def test_fifo_is_not_written(self):
        for words in ("check --results fifo good.at", "report --format tap -o fifo good.jsonl",
                      "record --from good.at -o fifo", "diff --json fifo good.jsonl good.jsonl"):
            self.assertIn(NO_FILE, self.call(2, *words.split()), words)

    def test_nothing_is_left_of_what_was_refused(self):
        self.link("out")
        before = sorted(os.listdir(self.work))
        self.call(2, "report", "--format", "html", "-o", "out", "good.jsonl")
        self.call(2, "report", "--format", "html", "-o", "page", "good.at")
        self.assertEqual(sorted(os.listdir(self.work)), before)
        self.assertTrue(json.loads((self.work / "good.jsonl").read_text().splitlines()[0]))


if __name__ == "__main__":
    ATPROOF, FUZZ_TARGET = (os.path.abspath(path) for path in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
