"""The summary: fits a terminal, the worst first, commands that can be run."""
import os
import pty
import re
import shlex
import subprocess
import tempfile
import time
import unicodedata
import unittest

import sample


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def on_terminal(environment, lines):
    """The summary as a terminal gets it."""
    with tempfile.NamedTemporaryFile() as store:
        store.write(sample.text_of(lines).encode())
        store.flush()
        ours, theirs = pty.openpty()
        subprocess.run([sample.DRIVER, "summary", store.name], stdout=theirs, check=True,
                       env=os.environ | environment)
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 65536):
                said += chunk
        except OSError:  # the other end is closed
            pass
        os.close(ours)
    return said


class Summary(unittest.TestCase):
    def project(self, lines):
        text = lines if isinstance(lines, bytes) else sample.text_of(lines)
        return sample.project("summary", text).decode("utf-8").splitlines()

    def bad(self, number, **keys):
        return sample.case(f"set/1/{number}", sample.FAIL, verdict="fail", outcome="failed", **keys)

    def test_counts_are_right(self):
        lines = self.project(sample.OUTCOMES)
        self.assertEqual(lines[:4], [
            "19 cases: 8 passed, 5 failed, 3 skipped, 2 expected-failure, 1 unexpected-pass",
            "24 exchanges: 13 pass, 1 deviation, 7 fail, 3 unjudged",
            "9 findings: 8 must, 1 info",
            "declared findings: 1"])

    def test_long_counts_are_folded(self):
        lines = self.project(sample.OUTCOMES * 12)
        self.assertEqual(lines[:2], [
            "228 cases: 96 passed, 60 failed, 36 skipped, 24 expected-failure,",
            "    12 unexpected-pass"])

    def test_good_run_is_counts_alone(self):
        self.assertEqual(self.project(sample.OUTCOMES[:2]),
                         ["1 case: 1 passed", "2 exchanges: 2 pass", "0 findings"])
        self.assertEqual(self.project([sample.run()]),
                         ["0 cases", "0 exchanges", "0 findings"])

    def test_few_cases_are_told_whole(self):
        lines = self.project([sample.run(), self.bad(1)])
        self.assertEqual(lines[3:], [
            "", "a/b.at:7", "  range simcom-http/2.2.4", "  expected <0..100>, seen 300",
            "  atproof check --select set/1/1 a/b.at"])

    def test_no_fault_is_told_by_outcome(self):
        lines = self.project([sample.run(), sample.OUTCOMES[13]])
        self.assertEqual(lines[4:], [
            "a/b.at:3", "  unexpected-pass: passed, but was expected to fail", "  erratum",
            "  atproof check --select unexpected a/b.at"])

    def test_more_cases_are_two_lines_each(self):
        lines = self.project([sample.run()] + [self.bad(i) for i in range(8)])
        self.assertEqual(lines[4:20], ["a/b.at:7 range simcom-http/2.2.4",
                                       "  expected <0..100>, seen 300"] * 8)
        self.assertEqual(lines[20:], ["", "the first of them again:",
                                      "  atproof check --select set/1/0 a/b.at"])

    def test_unknown_half_of_a_disagreement_is_left_out(self):
        for keys, said in [({"expected": ""}, "  seen 300"),
                           ({"seen": None}, "  expected <0..100>"),
                           ({"expected": None, "seen": ""}, "  ")]:
            bad = {k: v for k, v in sample.finding(**keys).items() if v is not None}
            case = sample.case("a", sample.exchange(bad, verdict="fail"), outcome="failed")
            self.assertEqual(self.project([sample.run(), case])[6], said)

    def test_many_cases_are_a_line_each(self):
        lines = self.project([sample.run()] + [self.bad(i) for i in range(20)])
        self.assertEqual(lines[4], "a/b.at:7 range simcom-http/2.2.4: expected <0..100>, seen 300")
        self.assertEqual(lines[4:19], [lines[4]] * 15)
        self.assertEqual(lines[19:], ["and 5 more", "", "the first of them again:",
                                      "  atproof check --select set/1/0 a/b.at"])

    def test_worst_come_first(self):
        few = sample.exchange(sample.finding(line=11), verdict="fail")
        many = sample.exchange(sample.finding(line=12), sample.finding(), verdict="fail")
        should = sample.exchange(sample.finding(line=13), *[sample.finding()] * 9, verdict="fail")
        lines = [sample.run(),
                 sample.case("a", outcome="unexpected-pass", line=10),
                 sample.case("b", should, outcome="failed", level="should"),
                 sample.case("c", few, outcome="failed"),
                 sample.case("d", many, outcome="failed")]
        said = [line for line in self.project(lines) if re.match(r"a/b\.at:\d+$", line)]
        self.assertEqual(said, [f"a/b.at:{n}" for n in (12, 11, 13, 10)])

    def test_strict_run_finds_should(self):
        bad = sample.exchange(sample.finding(level="should", rule="quoted"), verdict="fail")
        case = sample.case("a", bad, outcome="failed")
        lines = self.project([sample.run(strict=True, dialect="sim com"), case])
        self.assertEqual(lines[5], "  quoted simcom-http/2.2.4")
        self.assertEqual(lines[7],
                         "  atproof check --strict --dialect 'sim com' --select a a/b.at")

    def test_big_run_fits_a_terminal(self):
        text = sample.write("write-many", "20000")
        began = time.monotonic()
        lines = self.project(text)
        self.assertLess(time.monotonic() - began, 20)
        self.assertLessEqual(len(lines), 24)
        self.assertLessEqual(max(map(columns, lines)), 80)
        self.assertIn("and 1985 more", lines)

    def test_long_and_wide_texts_fit(self):
        for letter in ("x", "\u4e2d".encode().decode("latin-1")):
            deep = "corpus/" + letter * 99 + "/x.at"
            bad = sample.exchange(sample.finding(clause=letter * 200, seen=letter * 200),
                                  verdict="fail")
            for count in (1, 5, 9):
                cases = [sample.case(f"a{i}", bad, outcome="failed", source=deep)
                         for i in range(count)]
                lines = self.project([sample.run()] + cases)
                shown = [line for line in lines if not line.startswith("    ")]
                self.assertIn(max(map(columns, shown)), (79, 80))
                self.assertTrue(any("\u2026" in line for line in lines))
                self.assertTrue(any(line.endswith("\\") for line in lines))

    def test_hostile_bytes_do_not_reach_the_terminal(self):
        text = sample.project("summary", sample.text_of(sample.hostile()))
        self.assertFalse(set(text) & (set(range(0x20)) - {0x0A} | {0x7F}))
        text.decode("utf-8")
        for line in sample.hostile()[1:]:
            said = sample.project("summary", sample.text_of([sample.run(), line])).decode("utf-8")
            self.assertFalse(any(unicodedata.category(c) in ("Cc", "Cf", "Cn") and c != "\n"
                                 for c in said), said)

    def test_command_selects_its_case(self):
        """A shell takes the command apart into what was there."""
        names = sample.HOSTILE + ["a*b[c]?\\d", "plain/1", "-x", "~", "a;b"]
        for name in names:
            case = sample.case(name, sample.FAIL, outcome="failed", source=name + " ")
            text = sample.project("summary", sample.text_of([sample.run(), case]))
            command = text[text.index(b"  atproof check") + 2:]
            script = b"atproof() { printf '%s\\0' \"$@\"; }\n" + command
            done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
            words = done.stdout.split(b"\0")[:-1]
            self.assertEqual(words[:2], [b"check", b"--select"])
            pattern, file = words[2:]
            self.assertEqual(re.sub(rb"\\(.)", rb"\1", pattern, flags=re.S),
                             name.encode("latin-1"))
            beside = b"./" if name.startswith("-") else b"" # a file is no option
            self.assertEqual(file, beside + (name + " ").encode("latin-1"))

    def test_recording_needs_no_select(self):
        case = sample.case("a/b.at", sample.FAIL, outcome="failed")
        self.assertEqual(self.project([sample.run(), case])[-1], "  atproof check a/b.at")

    def test_fuzzers_are_told_the_bad_first(self):
        self.assertEqual(self.project(sample.FUZZERS), [
            "fuzz exchange (afl secondary1): 12,345,678 executions, 51,234/s, 812 edges,",
            "    1 finding",
            "  invariant I2: event 3 begins at 9, not at 7",
            "    build/fuzz/fuzz/fuzz_stream corpus/regressions/stream/lost-byte",
            "fuzz values (plain): 1 execution, 0/s, 2 findings",
            "  crash: SEGV",
            "    fuzz_values a/b",
            "  timeout I2: event 3 begins at 9, not at 7",
            "    build/fuzz/fuzz/fuzz_stream corpus/regressions/stream/lost-byte",
            "fuzz stream (libfuzzer): 12,345,678 executions, 51,234/s, 812 edges, 0 findings",
            "fuzz stream (libfuzzer): 12,345,678 executions, 51,234/s, 812 edges, 0 findings",
            "fuzz files (libfuzzer): 0 executions, 51,234/s, 812 edges, 0 findings"])

    def test_fuzzers_stand_behind_the_cases(self):
        lines = self.project([sample.run(), self.bad(1), sample.fuzz()])
        self.assertEqual(lines[0], "1 case: 1 failed")
        self.assertEqual(lines[-2:], ["", "fuzz stream (libfuzzer): 12,345,678 executions, "
                                          "51,234/s, 812 edges, 0 findings"])

    def test_many_fuzzers_fit_a_terminal(self):
        found = [sample.fuzz_finding(text="x" * 200, reproduce=f"again {i}") for i in range(3)]
        lines = [sample.run()] + [sample.fuzz(instance="m" * 99)] * 9 + [sample.fuzz(*found)] * 9
        lines = self.project(lines)
        self.assertLessEqual(len(lines), 24)
        self.assertEqual(max(map(columns, lines)), 80)
        self.assertEqual([line for line in lines if line.startswith("    again")],
                         [f"    again {i}" for i in (0, 1, 2, 0)])
        self.assertEqual(lines[-2:], ["and 7 more fuzzers", "and 23 more findings"])
        lines = self.project([sample.run()] + [sample.fuzz()] * 100)
        self.assertEqual((len(lines), lines[-1]), (22, "and 79 more fuzzers"))

    def test_long_command_of_a_finding_is_whole(self):
        command = "build/fuzz_stream " + "x" * 500
        lines = self.project([sample.run(), sample.fuzz(sample.fuzz_finding(reproduce=command))])
        self.assertEqual(lines[-1], "    " + command)

    def test_colour_is_for_terminals(self):
        for lines in (sample.OUTCOMES, sample.FUZZERS):
            self.assertIn(b"\x1b[31m", on_terminal({"NO_COLOR": ""}, lines))
            self.assertNotIn(b"\x1b", on_terminal({"NO_COLOR": "1"}, lines))
        self.assertNotIn(b"\x1b", on_terminal({"NO_COLOR": ""}, sample.FUZZERS[:2]))
        self.assertNotIn(b"\x1b", sample.project("summary", sample.text_of(sample.OUTCOMES)))


if __name__ == "__main__":
    sample.main()
