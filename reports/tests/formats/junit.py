"""JUnit XML: fits junit.xsd, counts right, one test case an exchange."""
import os
import subprocess
import tempfile
import time
import unittest
from xml.etree import ElementTree

import sample


def xmllint(xml):
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(xml)
        file.flush()
        return subprocess.run(["xmllint", "--noout", "--schema", sample.ROOT / "junit.xsd",
                               file.name], capture_output=True, check=False)


def point(testcase):
    """F, S, E or . as sample.POINTS has them."""
    if testcase.find("failure") is not None:
        return "F"
    skipped = testcase.find("skipped")
    if skipped is None:
        return "."
    return "E" if skipped.get("message").startswith("expected failure: ") else "S"


class Junit(unittest.TestCase):
    def project(self, lines):
        text = lines if isinstance(lines, bytes) else sample.text_of(lines)
        xml = sample.project("junit", text)
        done = xmllint(xml)
        self.assertEqual(done.returncode, 0, done.stderr.decode()[:2000])
        root = ElementTree.fromstring(xml)
        self.check_counts(root)
        return root

    def check_counts(self, root):
        """What is counted is what is there; names are unique."""
        for element in [root, *root]:
            cases = list(element.iter("testcase"))
            points = [point(testcase) for testcase in cases]
            self.assertEqual(int(element.get("tests")), len(points))
            self.assertEqual(int(element.get("failures")), points.count("F"))
            self.assertEqual(int(element.get("errors")), 0)
            self.assertEqual(int(element.get("skipped")), points.count("S") + points.count("E"))
            times = [float(testcase.get("time")) for testcase in cases if testcase.get("time")]
            self.assertEqual(element.get("time") is not None, bool(times))
            self.assertAlmostEqual(float(element.get("time", 0)), sum(times), 5)
        pairs = [(c.get("classname"), c.get("name")) for c in root.iter("testcase")]
        self.assertEqual(len(pairs), len(set(pairs)))

    def test_outcomes_are_points(self):
        root = self.project(sample.OUTCOMES)
        self.assertEqual(["".join(map(point, suite.iter("testcase"))) for suite in root],
                         sample.POINTS)

    def test_fuzzers_are_suites_of_one(self):
        root = self.project(sample.FUZZERS)
        names = ["fuzz.stream.libfuzzer.main", "fuzz.exchange.afl.secondary1",
                 "fuzz.values.plain.main", "fuzz.stream.libfuzzer.main (2)",
                 "fuzz.files.libfuzzer.main"]
        self.assertEqual([suite.get("name") for suite in root], names)
        self.assertEqual([case.get("name") for case in root.iter("testcase")], names)
        self.assertEqual("".join(map(point, root.iter("testcase"))), ".FF.S")
        self.assertEqual(root.get("time"), "6.000000")
        self.assertEqual(root[0].get("timestamp"), "2026-01-31T23:59:59Z")
        self.assertEqual(root[0].find(".//system-out").text,
                         "12,345,678 executions, 51,234/s, 812 edges, 0 findings")
        self.assertEqual({p.get("name"): p.get("value") for p in root[2].iter("property")}, {
            "target": "values", "engine": "plain", "mutator": "false", "instance": "main",
            "executions": "1", "executions_per_second": "0", "corpus_count": "0",
            "corpus_size": "0"})

    def test_finding_of_a_fuzzer_says_how_to_see_it_again(self):
        testcase = self.project(sample.FUZZERS)[1].find("testcase")
        self.assertEqual(testcase.get("file"), "corpus/regressions/stream/lost-byte")
        failure = testcase.find("failure")
        self.assertEqual(failure.attrib, {
            "type": "invariant I2", "message": "invariant I2: event 3 begins at 9, not at 7"})
        self.assertEqual(failure.text, (
            "corpus/regressions/stream/lost-byte: invariant I2\n"
            "  text      event 3 begins at 9, not at 7\n"
            "  stack     #0 on_line\n            #1 atp_feed\n"
            f"  sha256    {'0123456789abcdef' * 4}\n"
            "  reproduce build/fuzz/fuzz/fuzz_stream corpus/regressions/stream/lost-byte\n"))
        both = self.project(sample.FUZZERS)[2].find(".//failure")
        self.assertEqual((both.get("type"), both.text.count("  reproduce ")), ("crash", 2))

    def test_names_of_fuzzers_and_cases_are_unique(self):
        lines = [sample.run(), sample.fuzz(), sample.case("fuzz.stream.libfuzzer.main")]
        self.assertEqual([suite.get("name") for suite in self.project(lines)],
                         ["fuzz.stream.libfuzzer.main", "fuzz.stream.libfuzzer.main (2)"])

    def test_failed_case_says_where_and_how(self):
        suite = self.project(sample.OUTCOMES)[3]
        self.assertEqual({key: suite.get(key) for key in ("name", "file", "timestamp")},
                         {"name": "failed", "file": "a/b.at", "timestamp": "2026-01-31T23:59:59Z"})
        testcase = suite.findall("testcase")[1]
        self.assertEqual(testcase.attrib, {"classname": "failed", "name": "2 AT+CSQ",
                                           "file": "a/b.at", "line": "6"})
        self.assertEqual([element.tag for element in testcase], ["failure"])
        failure = testcase.find("failure")
        self.assertEqual(failure.attrib, {
            "type": "range", "message": "simcom-http/2.2.4: expected <0..100>, seen 300"})
        self.assertEqual(failure.text, "a/b.at:7: range (must)\n  clause    simcom-http/2.2.4\n"
                                       "  offset    9, 4 bytes\n  expected  <0..100>\n"
                                       "  seen      300\n"
                                       "  reproduce atproof check --select failed a/b.at\n")

    def test_text_says_what_gitlab_shows(self):
        """GitLab shows the text of an outcome, not its message."""
        for element in self.project(sample.OUTCOMES + sample.FUZZERS[1:]).iter():
            if element.tag in ("failure", "skipped"):
                self.assertTrue(element.text.strip(), element.attrib)
            if element.tag == "failure":
                self.assertRegex(element.text, r"\n  reproduce [^\n]+\n")
        texts = {suite.get("name"): suite[-1][0].text for suite in self.project(sample.OUTCOMES)
                 if len(suite[-1])}
        self.assertEqual(texts["skipped"], "nothing judged")
        self.assertEqual(texts["unexpected"],
                         "passed, but was expected to fail: erratum\n"
                         "  reproduce atproof check --select unexpected a/b.at\n")

    def test_files_are_from_the_root(self):
        """GitLab and GitHub look for them in the repository."""
        with tempfile.TemporaryDirectory() as scratch:
            for path, file in [(f"{os.path.realpath(scratch)}/a b.at", "a b.at"),
                               ("./x/../a.at", "a.at"), ("/elsewhere/a.at", "/elsewhere/a.at"),
                               ("../a.at", "../a.at")]:
                store = os.path.join(scratch, "s.jsonl")
                with open(store, "w", encoding="ascii") as out:
                    out.write(sample.text_of([sample.run(), sample.case("i", source=path),
                                              sample.fuzz(sample.fuzz_finding(source=path))]))
                xml = subprocess.run([sample.DRIVER, "junit", store], cwd=scratch, check=True,
                                     capture_output=True).stdout
                root = ElementTree.fromstring(xml)
                self.assertEqual([case.get("file") for case in root.iter("testcase")], [file] * 2)
                self.assertEqual(root[0].get("file"), file)

    def test_tries_are_a_property(self):
        root = self.project([sample.run(), sample.case("a", tries=3), sample.case("b", tries=1)])
        said = [{p.get("name"): p.get("value") for p in suite.iter("property")} for suite in root]
        self.assertEqual([facts.get("tries") for facts in said], ["3", None])

    def test_unknown_facts_are_left_out(self):
        case = sample.case("a", sample.changed(sample.exchange(), ["line"], None))
        suite = self.project([sample.run(), sample.changed(case, ["source"], None)])[0]
        self.assertFalse({"file", "timestamp", "time"} & set(suite.attrib))
        self.assertEqual(set(suite.find("testcase").attrib), {"classname", "name"})

    def test_failure_bears_the_rule_that_weighs(self):
        testcase = self.project(sample.OUTCOMES)[4].find("testcase")
        self.assertEqual(testcase.find("failure").get("type"), "range")
        self.assertEqual(testcase.find("failure").text.count("clause  "), 2)

    def test_failure_is_not_blamed_on_lighter_findings(self):
        bad = sample.exchange(sample.finding(rule="known", declared=True),
                              sample.finding(rule="quoted", level="should"), sample.finding(),
                              verdict="fail")
        root = self.project([sample.run(), sample.case("a", bad, outcome="failed")])
        self.assertEqual(root.find(".//failure").get("type"), "range")

    def test_strict_run_counts_should(self):
        bad = sample.exchange(sample.finding(level="info", rule="cut"),
                              sample.finding(level="should", rule="quoted"), verdict="fail")
        lines = [sample.run(strict=True), sample.case("a", bad, outcome="failed")]
        self.assertEqual(self.project(lines).find(".//failure").get("type"), "quoted")

    def test_deviation_passes_with_its_findings(self):
        testcase = self.project(sample.OUTCOMES)[2].find("testcase")
        self.assertIn("declared  known\n", testcase.find("system-out").text)

    def test_messages_say_why(self):
        root = self.project(sample.OUTCOMES)
        said = {suite.get("name"): [e.get("message") for e in suite.iter()
                                    if e.tag in ("failure", "skipped")] for suite in root}
        self.assertEqual(said["unjudged"], ["unknown command"])
        self.assertEqual(said["skipped"], ["nothing judged"])
        self.assertEqual(said["skipped-empty"], ["needs network"])
        self.assertEqual(said["expected"], ["expected failure: erratum # 4"])
        self.assertEqual(said["expected-as-a-whole"], ["expected failure: erratum"])
        self.assertEqual(said["unexpected"], ["passed, but was expected to fail: erratum"])
        self.assertEqual(root[12].find(".//failure").get("type"), "unexpected-pass")
        self.assertEqual(root[5].find(".//failure").get("type"), "failed")

    def test_times_are_seconds_where_known(self):
        suite = self.project(sample.OUTCOMES)[1]
        self.assertEqual([c.get("time") for c in suite.iter("testcase")],
                         ["1.500000", "0.250000", None])
        self.assertEqual(suite.get("time"), "1.750000")

    def test_extreme_times_do_not_overflow(self):
        extreme = sample.exchange(sent_us=1 - (1 << 63), over_us=(1 << 63) - 1)
        back = sample.exchange(sent_us=5, over_us=4)
        suite = self.project([sample.run(), sample.case("a", extreme, extreme, back)])[0]
        self.assertGreater(float(suite.get("time")), 1e13)
        self.assertIsNone(suite.findall("testcase")[2].get("time"))

    def test_names_are_unique_in_joined_stores(self):
        lines = [sample.run(), sample.case("a"), sample.case("a (2)"), sample.case("a"),
                 sample.run(), sample.case("a"), sample.case("a way 1"), sample.case("a", way=1),
                 sample.case("\x01"), sample.case("\\x01")]
        self.assertEqual([suite.get("name") for suite in self.project(lines)],
                         ["a", "a (2)", "a (3)", "a (4)", "a way 1", "a way 1 (2)", "\\x01",
                          "\\x01 (2)"])

    def test_hostile_bytes_are_well_formed(self):
        root = self.project(sample.hostile())
        text = "".join(value for e in root.iter() for value in [e.text or "", *e.attrib.values()])
        self.assertIn("]]> <!-- & <a b='c' d=\"e\">", text)
        self.assertIn("\\xFF\\xFE\\xC3(\\xED\\xA0\\x80", text)
        self.assertIn("\\xEF\\xBF\\xBE", text)
        self.assertIn("\U0001f4f6 \u4e2d\u6587 \u00fc\\xC2\\x85", text)
        self.assertIn("\\x0Anot ok 2\\x0D\\x0A", text)

    def test_long_texts_are_cut_in_names_alone(self):
        long = "AT+" + "X" * 100000
        bad = sample.exchange(sample.finding(seen=long), command=long, verdict="fail")
        testcase = self.project([sample.run(), sample.case("a", bad, outcome="failed")])[0][1]
        self.assertLess(len(testcase.get("name")), 130)
        self.assertLess(len(testcase.find("failure").get("message")), 310)
        self.assertIn(long, testcase.find("failure").text)

    def test_no_cases_are_no_suites(self):
        self.assertEqual(len(self.project([sample.run()])), 0)

    def test_many_cases_are_quick(self):
        text = sample.write("write-many", "20000")
        began = time.monotonic()
        xml = sample.project("junit", text)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(xmllint(xml).returncode, 0)
        root = ElementTree.fromstring(xml)
        self.check_counts(root)
        self.assertEqual((root.get("tests"), root.get("failures")), ("20000", "2000"))
        self.assertEqual(root.get("time"), "30000.000000")

    def test_schema_refuses_what_readers_cannot_use(self):
        good = sample.project("junit", sample.text_of(sample.OUTCOMES))
        for old, new in [(b' failures="', b' fails="'), (b'errors="0"', b'errors="-1"'),
                         (b'<skipped message="', b'<skipped why="'),
                         (b'name="2 AT+CSQ"', b'name="1 AT+CSQ"'),
                         (b'testsuite name="empty"', b'testsuite name="passed"'),
                         (b'time="0.250000"', b'time="0.25s"'), (b'line="6"', b'line="0"'),
                         (b'classname="passed" ', b""), (b"<system-out>", b"<out>"),
                         (b">nothing judged</skipped>", b"></skipped>")]:
            self.assertIn(old, good)
            self.assertNotEqual(xmllint(good.replace(old, new)).returncode, 0, new)


if __name__ == "__main__":
    sample.main()
