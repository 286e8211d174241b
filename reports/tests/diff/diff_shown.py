"""The comparison as people read it: fits a terminal, hostile bytes are inert.

usage: diff_shown.py DRIVER [TEST...]
"""
import html.parser
import os
import pathlib
import pty
import re
import subprocess
import tempfile
import time
import unicodedata
import unittest

import pair
import sample
from pair import ECHO, OK, case, exchange, failed, info, timed, urc

FORMATS = ["text", "html", "markdown", "json"]


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def shown(form, old, new, code=0, flags="-"):
    return pair.call(form, flags, old, new, code=code).decode("utf-8")


def hostile(text, said):
    """A run with the text at every place, and with another one in the traffic."""
    bad = sample.finding(rule=text, clause=text, expected=text, seen=text, reason=text)
    wire = [pair.sent(text), pair.received("info", text, text),
            pair.received("info", said, text, deviations=said),
            pair.received("data", said, text, sha256="0" * 64), pair.received("urc", said, text)]
    full = exchange(*wire, command=text, name=text, form=text, variant=text, clause=text, us=7,
                    verdict="fail", findings=[bad])
    who = {"source": text, "manufacturer": text, "model": text, "firmware": text, "clause": text,
           "title": text, "dialect": "x", "reason": text}
    return [sample.baseline(manufacturer=text, model=text, firmware=text),
            sample.run(tool="atproof run", command=text, started="2026-01-31T23:59:59Z"),
            case(text, full, outcome="failed", verdict="fail", accepted=text,
                 expires="2026-01-01", **who),
            case(text + "1", full, **who), case(text + "2", outcome="skipped", reason=text),
            case(text + "3", full, outcome="unexpected-pass", reason=text),
            sample.latency(text, form=text)]


class Page(html.parser.HTMLParser):
    """The elements of a page, and its text; each is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if "script" not in self.open and "style" not in self.open:
            self.text += data


class Shown(unittest.TestCase):
    def test_terminal_of_a_regression(self):
        lines = shown("text", [case(), timed(*range(20), identifier="b")],
                      [failed(), timed(*range(50, 70), identifier="b")], 1).splitlines()
        self.assertEqual(lines, [
            "old  (no name), 2026-01-31 23:59 UTC  old",
            "new  (no name), 2026-01-31 23:59 UTC  new",
            "",
            "1 regression in 2 cases: 1 newly failing, 1 passing as before",
            "",
            "newly failing: range  simcom-http/2.2.4",
            "  set/1/a",
            "  expected <0..100>, seen 300",
            "changed where not both pass:",
            "  finding   now range simcom-http/2.2.4  set/1/a",
            "",
            "no other behaviour where both pass",
            "",
            "latency: 1 of 1 command changed (Mann-Whitney, Holm, p < 0.05)",
            "  +CSQ execute        10 µs -> 60 µs (+526 %), p95 18 µs -> 68 µs, p < 0.0001",
            "",
            "again: atproof check --select set/1/a a/b.at",
            "all of it: --html FILE, --markdown FILE or --json FILE"])

    def test_change_is_shown_with_its_bytes(self):
        new = [case("set/1/a", exchange(ECHO, info("+CSQ: 23;0"), OK))]
        for form, wanted in [("markdown", "- +CSQ: 23,0\\r\\n\n+ +CSQ: 23;0\\r\\n\n"),
                             ("html", "+CSQ: 23<mark>;</mark>0\\r\\n</ins>")]:
            self.assertIn(wanted, shown(form, [case()], new))
        lines = shown("text", [case()], [new[0] | {"outcome": "failed"}], 1).splitlines()
        at = lines.index("    - +CSQ: 23,0\\r\\n")
        self.assertEqual(lines[at - 1:at + 3], ["      AT+CSQ\\r\\r\\n", lines[at],
                                                "    + +CSQ: 23;0\\r\\n",
                                                "              ^"])

    def test_everything_fits_a_terminal(self):
        old, new = [], []
        for i in range(400):
            rule = sample.finding(rule=f"rule-{i % 20}", clause=f"set-{i % 7}/{'9.' * (i % 50)}1")
            old.append(case(f"set/{i}/{'long-' * (i % 60)}", exchange(ECHO, OK, us=i % 9,
                                                                     name=f"+C{i % 30}")))
            new.append(failed(old[-1]["id"], rule) if i % 2 else
                       case(old[-1]["id"], exchange(ECHO, urc("+U: " + "x" * i), OK, us=i % 9 + 9,
                                                    name=f"+C{i % 30}")))
        lines = shown("text", old, new, 1).splitlines()
        self.assertLessEqual(len(lines), 30)
        self.assertLessEqual(max(columns(line) for line in lines if "again:" not in line), 80)

    def test_markdown_is_no_longer_than_a_comment(self):
        old, new = [], []
        for i in range(60):
            long = "\n*_`".join("x" * 60 for _ in range(4))
            rule = sample.finding(rule=f"{i}" + long * 20, seen=long * 20)
            old.append(case(f"{i}" + long * 9))
            new.append(failed(old[-1]["id"], rule) if i % 2 else
                       case(old[-1]["id"], exchange(ECHO, *[urc(f"+U{i}: {long}")] * 30, OK)))
        who = {"model": "*" * 5000, "firmware": "`" * 5000}
        text = shown("markdown", [one | who for one in old], [one | who for one in new], 1)
        self.assertLess(len(text.encode()), 65536)
        self.assertRegex(text, r"\n\d+ parts are left out, too long for a comment; --html has them")
        self.markdown_is_inert(text)

    def test_hostile_bytes_are_inert(self):
        more = ["|````\n\n# x\n<b>\n[a](javascript:1)|", "<script>alert(1)</script>", "`" * 9]
        for text in sample.HOSTILE + more:
            old, new = hostile(text, text + " a"), hostile(text, "b " + text + "c")
            for one, two, code in [(old, new, 1), (old, [sample.run(), case("a")], 5)]:
                for form in FORMATS:
                    said = pair.call(form, "b", one, two, code=code)
                    self.inert(form, said)
            pair.VALIDATOR.validate(sample.json.loads(pair.call("json", "b", old, new, code=1)))

    def inert(self, form, said):
        text = said.decode("ascii" if form == "json" else "utf-8")
        for c in text:
            self.assertFalse(unicodedata.category(c) in ("Cc", "Cf", "Cn") and c != "\n", (form, c))
        if form == "html":
            page = Page(text)
            self.assertEqual(page.open, [])
            self.assertEqual([tag for tag, _ in page.elements].count("script"), 1)
            self.assertFalse([a for _, a in page.elements for key in a if key.startswith("on")])
            links = {a.get("href") for _, a in page.elements if a.get("href")}
            self.assertLessEqual(links, {"#verdict", "#cases", "#behaviour", "#latency", "data:,"})
            self.assertNotIn("src", {key for _, a in page.elements for key in a})
        if form == "markdown":
            self.markdown_is_inert(text)

    def markdown_is_inert(self, text):
        """Outside of fences nothing but our own elements, and no active character."""
        fence = None
        for line in text.splitlines():
            if fence is None and re.match("`{3,}diff$", line):
                fence = line[:-4]
            elif fence is not None:
                self.assertTrue(line == fence or line[:2] in ("- ", "+ ", "  "), line)
                if line != fence:  # CommonMark: an indented, longer one closes, too
                    self.assertNotRegex(line, rf"^ {{0,3}}`{{{len(fence)},}} *$")
                fence = None if line == fence else fence
            else:
                bare = re.sub(r"</?(?:details|summary|b|code|wbr)>|&#\d+;|^\| ?|^#{3,4} |^- |\| ?", "",
                              line)
                bare = re.sub(r"^[-:]+$|^-+|\*\*over limit\*\*|p < 0.05|\\~", "", bare)
                self.assertNotRegex(bare, r"[<>`*_\[\]\\]", line)
        self.assertIsNone(fence)

    def test_no_page_needs_anything_else(self):
        text = shown("html", [case()], [failed()], 1)
        self.assertNotRegex(text, r"https?://|url\(|@import")
        self.assertIn("Content-Security-Policy", text)

    def test_colour_is_for_terminals(self):
        for value, coloured in [("", True), ("1", False)]:
            said = self.on_terminal({"NO_COLOR": value}, [case()], [failed()])
            self.assertEqual(b"\x1b[31m" in said, coloured)
        self.assertNotIn("\x1b", shown("text", [case()], [failed()], 1))

    def on_terminal(self, environment, old, new):
        with tempfile.TemporaryDirectory() as scratch:
            paths = [pathlib.Path(scratch) / name for name in ("old", "new")]
            for path, lines in zip(paths, (old, new)):
                path.write_text(pair.store(lines))
            ours, theirs = pty.openpty()
            subprocess.run([sample.DRIVER, "text", "-", *map(str, paths)], stdout=theirs,
                           check=False, env=os.environ | environment)
            os.close(theirs)
            said = b""
            try:
                while chunk := os.read(ours, 65536):
                    said += chunk
            except OSError:  # the other end is closed
                pass
            os.close(ours)
        return said

    def test_many_cases_are_quick(self):
        run = pair.store([case(f"set/{i}") for i in range(5000)]).encode()
        began = time.monotonic()
        pair.call("html", "-", run, run)
        self.assertLess(time.monotonic() - began, 10)


if __name__ == "__main__":
    sample.main()
