"""Markdown: GitHub's own renderer finds no mark-up in the texts of a module."""
import html.parser
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import sample

LIMIT = 65536  # of GitHub's comments
EXTENSIONS = ["table", "autolink", "strikethrough", "tasklist", "footnotes"]
OWN = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "details", "summary",
       "wbr"}
VOID = {"br", "hr", "img", "input", "wbr"}

# What means something in Markdown, to GitHub or to GitLab.
MARKS = [
    "@user @group/team", "#123 owner/repo#1 GH-1 !1 %1 ~label $1 &1 ^alert#1",
    "http://x.example https://x.example ftp://x.example www.x.example a@b.example mailto:a@b.example",
    "a | b \\| c \\\\| d", "` `` ``` `x` ``x``", "```\nx\n```", "```", "`````", "~~s~~ **b** __b__ _e_ *e*",
    "[a](b) ![a](b) [a][b] [^1] [ ] [x] <http://x>", "<script>alert(1)</script><img src=x onerror=y>",
    "</code></td></table></details>", "--> <!-- x -->", ":smile: :+1:", "$x$ $`x`$ $$x$$",
    "&lt; &#64; &amp;amp; &nbsp", "\\", "\\\\ \\* \\` \\<", "# x", "- x", "1. x", "> x", "    x", "---",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709", "x" * 500, "WWW.x.example w.w", "\t\t|\r\n|---|\n|x|",
]


class Page(html.parser.HTMLParser):
    """Elements, the text of each cell and each block of code, and what is in neither."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes = [], [], []
        self.rows, self.blocks, self.plain, self.comments = [], [], "", []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "pre":
            self.blocks.append("")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes what is not open")

    def handle_comment(self, data):
        self.comments.append(data)

    def handle_data(self, data):
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data
        if "pre" in self.open:
            self.blocks[-1] += data
        if "code" not in self.open:
            self.plain += data


def render(markdown):
    options = [option for name in EXTENSIONS for option in ("-e", name)]
    done = subprocess.run(["cmark-gfm", "--unsafe", "--validate-utf8", *options], input=markdown,
                          capture_output=True, check=True)
    return Page(done.stdout.decode("utf-8"))


def shown(text):
    """As text.h shows it, of ASCII."""
    return "".join(c if " " <= c <= "~" else f"\\x{ord(c):02X}" for c in text)


class Markdown(unittest.TestCase):
    def render(self, markdown):
        self.assertLess(len(markdown), LIMIT)
        page = render(markdown)
        self.assertEqual(page.open, [])
        self.assertLessEqual(set(page.tags), OWN)
        self.assertLessEqual({name for name, _ in page.attributes}, {"align", "class", "lang"})
        self.assertEqual(len(page.comments), 1)
        self.assertNotRegex(page.plain, r"[@#<>`*_~|\\$&]|://|www")
        for row in page.rows:
            self.assertIn(len(row), (6, 7))
        return page

    def project(self, lines):
        return self.render(sample.project("markdown", sample.text_of(lines)))

    def heading(self, lines):
        return re.search(r"### (.*)\n", sample.project("markdown", sample.text_of(lines))
                         .decode("utf-8"))[1]

    def failing(self, text="", **keys):
        bad = sample.exchange(sample.finding(expected=text, seen=text, clause=text or "c",
                                             rule=text or "r"), verdict="fail")
        return sample.case("i", bad, verdict="fail", outcome="failed") | keys

    def test_verdict_comes_first(self):
        self.assertEqual(self.heading(sample.OUTCOMES), "❌ atproof: 6 failing")
        self.assertEqual(self.heading(sample.FUZZERS), "❌ atproof: 2 failing")
        self.assertEqual(self.heading(sample.OUTCOMES[:4]), "✅ atproof: nothing fails")
        self.assertEqual(self.heading(sample.FUZZERS[:2]), "✅ atproof: nothing fails")
        for lines in ([sample.run()], [sample.run(), sample.case("i", outcome="skipped")]):
            self.assertEqual(self.heading(lines), "⚠️ atproof: nothing was judged")

    def test_counts_and_worst_cases_are_tables(self):
        rows = self.project(sample.OUTCOMES).rows
        self.assertEqual(rows[1], ["19", "8", "5", "1", "2", "3"])
        self.assertEqual(rows[3], ["1", "failed-twice", "simcom-http/2.2.4", "range", "<0..100>",
                                   "300", "a/b.at:7"])
        self.assertEqual([row[1] for row in rows[3:]],
                         ["failed-twice", "failed", "ways way 2", "failed-as-a-whole",
                          "failed-empty", "unexpected"])
        self.assertEqual(rows[-1][4:6], ["a failure: erratum", "passed"])

    def test_commands_are_folded_away_and_whole(self):
        page = self.project(sample.OUTCOMES)
        self.assertIn("details", page.tags)
        self.assertIn("# 2\natproof check --select failed a/b.at\n", page.blocks[0])
        command = "x" * 3000
        page = self.project([sample.run(), sample.fuzz(sample.fuzz_finding(reproduce=command))])
        self.assertEqual(page.blocks[0], "# 1: longer than 2000 bytes, see the page\n")

    def test_module_and_flaky_are_told(self):
        case = sample.case("i", tries=2, manufacturer="M", model="@user", firmware="V1")
        text = sample.project("markdown", sample.text_of([sample.run(), case])).decode()
        self.assertIn("\nModule: <code>M <wbr>&#64;user V1</code>\n", text)
        self.assertIn("\nFlaky, passed only when tried again: 1\n", text)
        text = sample.project("markdown", sample.text_of(
            [sample.run(), case, sample.case("j", model="A")])).decode()
        self.assertIn("</code> and others\n", text)

    def test_fuzzers_are_tables(self):
        page = self.project(sample.FUZZERS)
        self.assertEqual(page.rows[1], ["1", "fuzz.exchange.afl.secondary1", "12,345,678", "51,234",
                                        "812", "1"])
        self.assertEqual([row[5] for row in page.rows[1:6]], ["1", "2", "0", "0", "0"])
        self.assertEqual(page.rows[7], ["1", "exchange", "invariant I2",
                                        "event 3 begins at 9, not at 7", "#0 on_line",
                                        "corpus/regressions/stream/lost-byte"])
        self.assertIn("# 1\nbuild/fuzz/fuzz/fuzz_stream corpus/", page.blocks[0])

    def test_marks_stay_text(self):
        for mark in MARKS:
            found = sample.fuzz_finding(text=mark, stack=mark, invariant=mark, source=mark,
                                        reproduce=mark)
            page = self.project([sample.run(), self.failing(mark, id=mark, source=mark, clause=mark,
                                                            model=mark),
                                 sample.case(mark, outcome="unexpected-pass", reason=mark),
                                 sample.fuzz(found, target=mark, instance=mark)])
            row = page.rows[3]
            self.assertEqual(len(page.rows), 9)
            for cell, columns in zip(row[1:6], (80, 80, 80, 120, 120)):
                text = shown(mark)
                text = text if len(text) <= columns else text[:columns - 1] + "…"
                self.assertEqual(cell, text, mark)
            self.assertIn(shown(mark), page.blocks[-1])
            self.assertEqual(page.blocks[-1].count("\n"), 2)

    def test_help_of_sarif_stays_text(self):
        marks = [mark[:200] for mark in MARKS] + ["See GH-1.", "A value: one of the manual's."]
        bad = sample.exchange(*[sample.finding(rule=f"rule {chr(97 + number)}", help=mark)
                                for number, mark in enumerate(marks)], verdict="fail")
        log = json.loads(sample.project("sarif", sample.text_of(
            [sample.run(), sample.case("i", bad, verdict="fail", outcome="failed")])))
        text = log["runs"][0]["tool"]["driver"]["rules"][0]["help"]["markdown"]
        page = render(text.replace("{{", "{").replace("}}", "}").encode("utf-8"))
        self.assertLessEqual(set(page.tags), {"ul", "li", "strong", "code", "wbr"})
        self.assertEqual(page.tags.count("li"), len(marks))
        self.assertNotRegex(page.plain, r"[0-9@#<>`*_~|\\$&\[\]]|://|www")
        self.assertIn("A value: one of the manual's.", page.plain)

    def test_hostile_bytes_stay_text(self):
        page = self.project(sample.hostile())
        self.assertEqual(sum(row[0].isdigit() for row in page.rows), 1 + 16 + 16 + 16)
        cells = [cell for row in page.rows for cell in row]
        self.assertIn("]]> <!-- & <a b='c' d=\"e\">", cells)
        self.assertIn("a # SKIP b # TODO c \\# d \\", cells)
        self.assertIn("\U0001f4f6 \u4e2d\u6587 \u00fc\\xC2\\x85", cells)

    def test_much_is_counted_and_fits(self):
        long = "&|" * 500
        lines = [sample.run()]
        for number in range(1000):
            lines.append(self.failing(long, id=f"{number}" + long, source=long))
            lines.append(sample.fuzz(sample.fuzz_finding(text=long, stack=long, source=long,
                                                         reproduce=long), target=long))
        page = self.project(lines)
        said = [int(number) for number in re.findall(r"And (\d+) more", page.plain)]
        self.assertEqual(len(said), 3)
        shown_rows = sum(len(row) == 7 for row in page.rows) - 1
        self.assertEqual(shown_rows + said[0], 1000)
        short = self.project([sample.run()] + [self.failing(id=f"{n}") for n in range(30)])
        self.assertEqual([len(short.rows) - 3, "And 10 more" in short.plain], [20, True])

    def coverage(self, summary):
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch)
            (path / "s.jsonl").write_text(sample.text_of(sample.OUTCOMES[:2]), encoding="ascii")
            (path / "coverage").mkdir()
            if summary is not None:
                text = summary if isinstance(summary, str) else json.dumps(summary)
                (path / "coverage/summary.json").write_text(text, encoding="utf-8")
            done = subprocess.run([sample.DRIVER, "markdown", "s.jsonl", "--coverage", "coverage"],
                                  cwd=path, check=True, capture_output=True)
        return self.render(done.stdout).plain

    def test_coverage_is_told_and_never_rounded_up(self):
        good = {"line_covered": 2345, "line_total": 2346, "branch_covered": 1, "branch_total": 3}
        self.assertIn("Coverage: lines 99.9 % (2,345 of 2,346), branches 33.3 % (1 of 3).",
                      self.coverage(good))
        self.assertIn("Coverage: lines 100.0 % (2 of 2).",
                      self.coverage({"line_covered": 2, "line_total": 2}))
        for bad in [None, "", "{", "[]", "{}", {"line_covered": 3, "line_total": 2},
                    {"line_covered": -1, "line_total": 2}, {"line_covered": 0, "line_total": 0},
                    {"line_covered": "1", "line_total": 2}]:
            self.assertIn("Coverage: unknown", self.coverage(bad))


if __name__ == "__main__":
    sample.main()
