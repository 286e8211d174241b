"""TAP version 14: prove accepts it, a strict reader of ours understands it."""
import re
import subprocess
import tempfile
import time
import unittest

import sample
import yaml

POINT = re.compile(r"(not )?ok (\d+) - ((?:[^\\#]|\\[\\#])*?)(?: # (SKIP|TODO) (.*))?$")


def unescaped(text):
    return re.sub(r"\\([\\#])", r"\1", text)


class Reader:
    """Reads each line as the kind that the writer intends, and no other."""

    def __init__(self, text):
        self.lines = text.split("\n")
        assert self.lines.pop() == "" and self.lines.pop(0) == "TAP version 14"
        self.at = 0

    def take(self, indent):
        line = self.lines[self.at]
        assert line.startswith(indent), line
        self.at += 1
        return line[len(indent):]

    def document(self, indent, read):
        plan = re.fullmatch(r"1\.\.(\d+)( # SKIP no cases)?", self.take(indent))
        return [read(indent, number + 1) for number in range(int(plan[1]))]

    def point(self, indent, number):
        failed, own, description, directive, reason = POINT.match(self.take(indent)).groups()
        assert int(own) == number
        found = {"ok": failed is None, "name": unescaped(description), "directive": directive,
                 "reason": reason and unescaped(reason), "yaml": None}
        if self.at < len(self.lines) and self.lines[self.at] == indent + "  ---":
            end = self.lines.index(indent + "  ...", self.at)
            found["yaml"] = yaml.safe_load("\n".join(
                line.removeprefix(indent + "  ") for line in self.lines[self.at:end]))
            self.at = end + 1
        return found

    def case(self, indent, number):
        """A fuzzer is a point without a subtest."""
        if not self.lines[self.at].startswith("# Subtest: "):
            return self.point(indent, number) | {"points": []}
        title = self.take("# Subtest: ")
        points = self.document("    ", self.point)
        found = self.point(indent, number)
        assert unescaped(title) == found["name"]
        return found | {"points": points}


def mark(point):
    if point["directive"]:
        assert point["ok"] == (point["directive"] == "SKIP")
        return {"SKIP": "S", "TODO": "E"}[point["directive"]]
    return "." if point["ok"] else "F"


def prove(text):
    """The output of prove. Up to Test::Harness 3.44 it reports version 14 as an error,
    though it can read it: it gets 13."""
    with tempfile.NamedTemporaryFile(suffix=".tap") as file:
        file.write(text)
        file.flush()
        return subprocess.run(["prove", "--verbose", "-e", "sed 1s/14/13/", file.name],
                              check=False, capture_output=True)


class Tap(unittest.TestCase):
    def project(self, lines):
        text = sample.project("tap", lines if isinstance(lines, bytes) else sample.text_of(lines))
        reader = Reader(text.decode("utf-8"))
        cases = reader.document("", reader.case)
        self.assertEqual(reader.at, len(reader.lines))
        return cases

    def test_outcomes_are_points(self):
        cases = self.project(sample.OUTCOMES)
        self.assertEqual(["".join(map(mark, case["points"])) for case in cases], sample.POINTS)
        self.assertEqual("".join(map(mark, cases)), "...FFFF.SSEEF..FS..")

    def test_case_agrees_with_its_points(self):
        for case in self.project(sample.OUTCOMES + sample.hostile()):
            marks = "".join(map(mark, case["points"])) or mark(case)
            self.assertEqual(mark(case) == "F", "F" in marks, case)
            self.assertEqual(mark(case) == "E", "E" in marks, case)

    def test_findings_are_yaml(self):
        case = self.project(sample.OUTCOMES)[3]
        self.assertEqual(case["points"][1]["yaml"], {"findings": [
            {"rule": "range", "level": "must", "clause": "simcom-http/2.2.4", "file": "a/b.at",
             "line": 7, "offset": 9, "size": 4, "expected": "<0..100>", "seen": "300"}]})
        self.assertEqual(case["yaml"], {"outcome": "failed", "file": "a/b.at", "line": 3})
        self.assertIsNone(self.project(sample.OUTCOMES)[0]["yaml"])

    def test_unknown_facts_are_left_out(self):
        bad = sample.FAIL | {"findings": [sample.changed(sample.finding(), ["line"], None)]}
        case = sample.changed(sample.case("a", bad, outcome="failed"), ["line"], None)
        case = self.project([sample.run(), sample.changed(case, ["source"], None)])[0]
        self.assertEqual(case["yaml"], {"outcome": "failed"})
        self.assertFalse({"line", "file"} & set(case["points"][0]["yaml"]["findings"][0]))

    def test_directives_say_why(self):
        cases = {case["name"]: case for case in self.project(sample.OUTCOMES)}
        self.assertEqual(cases["expected"]["reason"], "erratum # 4")
        self.assertEqual(cases["expected"]["points"][0]["reason"], "erratum # 4")
        self.assertEqual(cases["unjudged"]["points"][0]["reason"], "unknown command")
        self.assertEqual(cases["skipped-empty"]["reason"], "needs network")

    def test_fuzzers_are_points(self):
        fuzzers = self.project(sample.FUZZERS)
        self.assertEqual([(mark(fuzzer), fuzzer["name"]) for fuzzer in fuzzers], [
            (".", "fuzz.stream.libfuzzer.main"), ("F", "fuzz.exchange.afl.secondary1"),
            ("F", "fuzz.values.plain.main"), (".", "fuzz.stream.libfuzzer.main (2)"),
            ("S", "fuzz.files.libfuzzer.main")])
        self.assertEqual(fuzzers[4]["reason"], "no input was run")
        self.assertEqual(fuzzers[0]["yaml"], {
            "sanitizers": "address,undefined", "mutator": True, "duration_ms": 1500,
            "executions": 12345678, "executions_per_second": 51234, "edges": 812,
            "edges_total": 5021, "corpus_count": 40, "corpus_size": 1234})
        found = sample.fuzz_finding()
        self.assertEqual(fuzzers[1]["yaml"]["findings"], [
            {key: value for key, value in found.items() if key not in ("source", "stack")}
            | {"file": found["source"], "stack": ["#0 on_line", "#1 atp_feed"]}])
        self.assertEqual(set(fuzzers[2]["yaml"]), {
            "mutator", "duration_ms", "executions", "executions_per_second", "corpus_count",
            "corpus_size", "findings"})
        self.assertEqual([f["kind"] for f in fuzzers[2]["yaml"]["findings"]],
                         ["crash", "timeout"])

    def test_prove_reads_fuzzers(self):
        text = sample.project("tap", sample.text_of(sample.FUZZERS))
        self.assertIn(b"Failed tests:  2-3\n", prove(text).stdout)
        text = sample.project("tap", sample.text_of(sample.FUZZERS[:2]))
        self.assertEqual(prove(text).returncode, 0)

    def test_hostile_bytes_stay_in_their_place(self):
        lines = sample.hostile()
        cases = self.project(lines)
        self.assertEqual(len(cases), sum(line["kind"] in ("case", "fuzz") for line in lines))
        self.assertEqual([case["points"] for case in cases[32:]], [[]] * 16)
        found = cases[40]["yaml"]["findings"][0]
        self.assertEqual(found["text"], "a # SKIP b # TODO c \\# d \\")
        found = cases[42]["yaml"]["findings"][0]
        self.assertEqual(found["stack"][:2], ["ok 1", "not ok 2\\x0D"])
        bad = cases[16]["points"][0]
        self.assertEqual(bad["name"], "a # SKIP b # TODO c \\# d \\")
        self.assertEqual(bad["directive"], None)
        self.assertEqual(bad["yaml"]["findings"][0]["seen"], "a # SKIP b # TODO c \\# d \\")
        self.assertEqual(cases[17]["reason"], "a # SKIP b # TODO c \\# d \\")

    def test_prove_agrees(self):
        text = sample.project("tap", sample.text_of(sample.OUTCOMES))
        done = prove(text)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertNotIn(b"Parse errors", done.stdout)
        self.assertIn(b"Tests: 19 Failed: 6)", done.stdout)
        self.assertIn(b"Failed tests:  4-7, 13, 16\n", done.stdout)

    def test_prove_takes_excused_and_skipped_for_good(self):
        good = [line for line in sample.OUTCOMES
                if line.get("outcome") not in ("failed", "unexpected-pass")]
        done = prove(sample.project("tap", sample.text_of(good)))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(b"Result: PASS", done.stdout)

    def test_prove_is_not_misled(self):
        done = prove(sample.project("tap", sample.text_of(sample.hostile())))
        self.assertNotIn(b"Parse errors", done.stdout)
        self.assertIn(b"Tests: 48 Failed: 24)", done.stdout)

    def test_no_cases_are_skipped(self):
        text = sample.project("tap", sample.text_of([sample.run()]))
        self.assertEqual(text, b"TAP version 14\n1..0 # SKIP no cases\n")
        self.assertEqual(prove(text).returncode, 0)

    def test_many_cases_are_quick(self):
        text = sample.write("write-many", "20000")
        began = time.monotonic()
        tap = sample.project("tap", text)
        self.assertLess(time.monotonic() - began, 20)
        self.assertIn(b"\n1..20000\n", tap)
        self.assertEqual(tap.count(b"\nnot ok "), 2000)


if __name__ == "__main__":
    sample.main()
