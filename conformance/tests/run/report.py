#!/usr/bin/env python3
"""atproof report as its users meet it: what it writes where, exit codes, messages.

    report.py ATPROOF"""
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
from xml.etree import ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "reports/tests"))
import sample  # stores for the tests of reports/

FILES = ["report.html", "junit.xml", "results.tap", "results.sarif", "summary.md", "badge.json",
         "summary.txt"]
FORMATS = dict(zip(["html", "junit", "tap", "sarif", "markdown", "badge", "summary"], FILES))
ATPROOF = None


class Report(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)
        self.run_folder = self.folder / "run"
        self.run_folder.mkdir()
        self.keep("results.jsonl", sample.OUTCOMES)

    def keep(self, name, lines):
        (self.run_folder / name).write_text(sample.text_of(lines), encoding="ascii")

    def report(self, *arguments, code=0, lines=1, **options):
        done = subprocess.run([ATPROOF, "report", *arguments], cwd=self.folder, check=False,
                              stderr=subprocess.PIPE, timeout=60,
                              **({"stdout": subprocess.PIPE} | options))
        said = done.stderr.decode("utf-8")
        self.assertEqual(done.returncode, code, said)
        if code == 0:
            self.assertEqual(said, "")
            return done.stdout
        self.assertEqual(said.count("\n"), lines, said)
        return said

    def files(self):
        return sorted(path.name for path in self.run_folder.iterdir() if path.is_file())

    def test_page_is_the_default(self):
        self.assertEqual(self.report("run"), b"run/report.html\n")
        self.assertEqual(self.files(), ["report.html", "results.jsonl"])
        self.assertIn(b"<!DOCTYPE html>", (self.run_folder / "report.html").read_bytes())

    def test_all_writes_each(self):
        said = self.report("run", "--format", "all").decode()
        self.assertEqual(said.split(), [f"run/{name}" for name in FILES])
        self.assertEqual(self.files(), sorted(FILES + ["results.jsonl"]))
        json.loads((self.run_folder / "results.sarif").read_text(encoding="utf-8"))
        json.loads((self.run_folder / "badge.json").read_text(encoding="utf-8"))
        ElementTree.parse(self.run_folder / "junit.xml")
        again = {name: (self.run_folder / name).read_bytes() for name in FILES}
        self.report("run", "--format=all")
        self.assertEqual({name: (self.run_folder / name).read_bytes() for name in FILES}, again)

    def test_each_format_goes_where_it_is_told(self):
        for form, name in FORMATS.items():
            whole = self.report("run", "--format", form, "--output", "-")
            self.report("run", "-f", form, "-o", "elsewhere")
            self.report("run", "-f", form)
            self.assertEqual((self.folder / "elsewhere").read_bytes(), whole)
            self.assertEqual((self.run_folder / name).read_bytes(), whole)
            store = (self.run_folder / "results.jsonl").read_bytes()
            self.assertEqual(self.report("-", "-f", form, "-o", "-", input=store), whole)
            self.assertEqual(self.report("run/results.jsonl", "-f", form, "-o", "-"), whole)

    def test_stores_are_read_by_name(self):
        self.keep("a.jsonl", [sample.run(), sample.case("first")])
        self.keep("z.jsonl", sample.FUZZERS)
        self.keep("no.json", [{}])
        (self.run_folder / ".jsonl").write_text("no store", encoding="ascii")
        text = self.report("run", "--format", "tap", "--output", "-")
        self.assertIn(b"\n1..25\n", text)
        self.assertLess(text.index(b" - first\n"), text.index(b" - passed\n"))
        self.assertLess(text.index(b" - passed\n"), text.index(b" - fuzz.stream"))

    def test_coverage_of_the_folder_is_told(self):
        coverage = self.run_folder / "coverage"
        coverage.mkdir()
        (coverage / "summary.json").write_text('{"line_covered": 1, "line_total": 2}',
                                               encoding="ascii")
        text = self.report("run", "-f", "markdown", "-o", "-").decode()
        self.assertIn("Coverage: lines 50.0 % (1 of 2).", text)
        text = self.report("run/results.jsonl", "-f", "markdown", "-o", "-").decode()
        self.assertNotIn("Coverage", text)

    def test_wrong_usage_is_told(self):
        for arguments, said in [
                ([], "no results are named"), (["run", "run"], "one argument too many"),
                (["run", "--format", "pdf"], "unknown format"),
                (["run", "--format", "all", "-o", "x"], "writes several files"),
                (["run/results.jsonl"], "is no folder"),
                (["run/results.jsonl", "-f", "all"], "is no folder"),
                (["run", "--formt", "tap"], "--formt")]:
            self.assertIn(said, self.report(*arguments, code=2), arguments)
        self.assertEqual(self.files(), ["results.jsonl"])

    def test_unreadable_results_are_told(self):
        self.assertIn("absent: cannot read: No such file", self.report("absent", code=2))
        (self.folder / "empty").mkdir()
        self.assertIn("empty: no results are there", self.report("empty", code=2))
        (self.run_folder / "report.html").write_text("old", encoding="ascii")
        for text, place in [("", "broken.jsonl: "), ("{}\n", "broken.jsonl:1: "),
                            (sample.text_of([sample.run()]) + "[\n", "broken.jsonl:2: ")]:
            (self.run_folder / "broken.jsonl").write_text(text, encoding="ascii")
            self.assertIn(f"run/{place}", self.report("run", code=2))
        self.assertEqual((self.run_folder / "report.html").read_bytes(), b"old")
        (self.run_folder / "broken.jsonl").unlink()
        (self.run_folder / "broken.jsonl").mkdir()
        self.assertIn("Is a directory", self.report("run", code=2))

    def test_lost_output_is_told(self):
        self.assertIn("No space left", self.report("run", "-f", "tap", "-o", "/dev/full", code=2))
        self.assertIn("cannot write", self.report("run", "-o", "absent/x", code=2))
        with open("/dev/full", "wb") as full:
            self.assertIn("No space left",
                          self.report("run", "-f", "tap", "-o", "-", code=2, lines=2,
                                      stdout=full))

    def test_red_results_are_written_all_the_same(self):
        """Exit status 0: whether the module passed, others say."""
        badge = json.loads(self.report("run", "-f", "badge", "-o", "-"))
        self.assertEqual(badge["message"], "6 failing")

    def test_real_run_is_reported(self):
        corpus = pathlib.Path(__file__).resolve().parents[3] / "corpus"
        shutil.rmtree(self.run_folder)
        self.run_folder.mkdir()
        subprocess.run([ATPROOF, "check", "--quiet", "--results", self.run_folder / "r.jsonl",
                        *sorted(corpus.glob("judge/*.at"))], check=True, stdout=subprocess.PIPE)
        self.report("run", "--format", "all")
        run = json.loads((self.run_folder / "results.sarif").read_text(encoding="utf-8"))["runs"][0]
        rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
        self.assertEqual(rules["simcom-http/2.2.4"]["name"], "+HTTPACTION")
        self.assertEqual({result["level"] for result in run["results"]}, {"note"})
        declared = [result for result in run["results"] if "suppressions" in result]
        self.assertGreater(len(declared), 50)
        self.assertEqual({result["suppressions"][0]["kind"] for result in declared}, {"inSource"})
        self.assertTrue(all(rules[result["ruleId"]]["help"]["text"].startswith("- ")
                            for result in run["results"]))

    def test_command_of_a_run_can_be_given_to_a_shell(self):
        case = self.folder / "it's a $(case) \\.at"
        case.write_text("@ dialect: simcom\n@ id: simcom-http/2.2.4/x-01\n@ title: t\n"
                        "> AT\n< OK\n", encoding="ascii")
        words = ["--quiet", "--results", "r.jsonl", "--select", "*", case.name]
        subprocess.run([ATPROOF, "check", *words], cwd=self.folder, check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        first = (self.folder / "r.jsonl").read_text(encoding="ascii").split("\n", 1)[0]
        self.assertEqual(shlex.split(json.loads(first)["command"]), ["atproof", "check", *words])

    def test_help_names_every_format_and_fits(self):
        env = dict(os.environ, COLUMNS="80")
        text = subprocess.run([ATPROOF, "report", "--help"], capture_output=True, check=True,
                              env=env).stdout.decode()
        self.assertLess(max(map(len, text.split("\n"))), 80)
        for word in [*FORMATS, *FILES, "all"]:
            self.assertIn(word, text)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    ATPROOF = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
