"""The page of a store: its structure, its texts, its bounds; without a browser
(chromium.py has one).

usage: page.py DRIVER [TEST...]"""
import base64
import hashlib
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import sample

VOID = {"meta", "link", "input", "br"}
SVG = {"svg", "line", "rect", "circle", "text", "polyline"}
HTML = {"html", "head", "title", "style", "body", "script", "a", "header", "nav", "main", "section",
        "div", "span", "p", "h1", "h2", "h3", "h4", "b", "i", "em", "mark", "small", "code", "pre",
        "dl", "dt", "dd", "ul", "ol", "li", "table", "thead", "tbody", "tfoot", "tr", "th", "td",
        "details", "summary", "noscript", "form", "label", "select", "option", "button", "output",
        "kbd", "time", "figure", "figcaption"}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "rel", "href", "class", "id",
              "title", "role", "tabindex", "open", "hidden", "type", "placeholder", "value", "scope",
              "colspan", "datetime", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width",
              "height", "points", "viewbox", "preserveaspectratio", "text-anchor", "data-f",
              "data-c", "data-m", "aria-label", "aria-labelledby", "aria-hidden", "aria-live"}


class Page(html.parser.HTMLParser):
    """Refuses what is not balanced, an id that comes twice, an element or attribute
    that the page has no use for, and a link that leads elsewhere."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.elements = [], set(), [], []
        self.words = {}
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"never closed: {self.open}")
        for link in self.links:
            if link.startswith("#") and link[1:] not in self.ids:
                raise AssertionError(f"{link} leads nowhere")

    def handle_starttag(self, tag, attrs):
        if tag not in VOID | SVG | HTML:
            raise AssertionError(f"element {tag} at {self.getpos()}")
        names = [name for name, _ in attrs]
        if set(names) - ATTRIBUTES or len(names) != len(set(names)):
            raise AssertionError(f"attributes {names} of {tag} at {self.getpos()}")
        values = dict(attrs)
        if "id" in values:
            if values["id"] in self.ids:
                raise AssertionError(f"id {values['id']} twice")
            self.ids.add(values["id"])
        if tag == "a":
            self.links.append(values["href"])
        self.elements.append((tag, values))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in SVG:
            raise AssertionError(f"<{tag}/> at {self.getpos()}")
        self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        if self.open:
            self.words.setdefault(self.open[-1], []).append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def text(self):
        return "".join(" ".join(words) for tag, words in self.words.items()
                       if tag not in ("style", "script"))


def page_of(lines, **options):
    text = lines if isinstance(lines, str) else sample.text_of(lines)
    return sample.project("html", text, **options).decode("utf-8")


def seen_with_scripts(text):
    """The page as a browser with scripts reads it: noscript is one text."""
    return re.sub(r"<noscript>.*?</noscript>", "<noscript></noscript>", text, flags=re.S)


class Test(unittest.TestCase):
    def assertIn(self, member, container, msg=None):
        """Without the whole page in the complaint."""
        self.assertTrue(member in container, msg or f"{member!r} is not there")


class Structure(Test):
    def test_every_page_is_well_formed(self):
        stores = {"written": sample.write("write").decode("ascii"), "outcomes": sample.OUTCOMES,
                  "fuzzers": sample.FUZZERS, "hostile": sample.hostile(sample.HOSTILE + sample.MARKUP), "nothing": [sample.run()],
                  "many": sample.many(250)}
        for name, lines in stores.items():
            with self.subTest(name):
                text = page_of(lines)
                page = Page(text)
                Page(seen_with_scripts(text))
                for section in ("verdict", "matrix", "cases", "latency", "fuzz", "coverage", "skipped"):
                    self.assertIn(section, page.ids)
                self.assertEqual(text.count("<h1 "), 1)

    def test_policy_lets_in_this_style_and_script_only(self):
        text = page_of([sample.run()])
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
        self.assertTrue(policy.startswith("default-src 'none';"))
        for tag in ("style", "script"):
            inside = re.search(f"<{tag}>(.*?)</{tag}>", text, re.S)[1]
            digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            self.assertIn(f"{tag}-src 'sha256-{digest}'", policy)
        self.assertNotIn("unsafe", policy)

    def test_page_names_no_other_place(self):
        text = page_of(sample.OUTCOMES + sample.FUZZERS)
        self.assertIsNone(re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"/\*.*?\*/", "", text,
                                                                            flags=re.S)))

    def test_tables_name_their_columns_and_rows(self):
        page = Page(page_of(sample.OUTCOMES + sample.FUZZERS[1:] + [sample.clause()]))
        heads = [values for tag, values in page.elements if tag == "th"]
        self.assertTrue(heads and all("scope" in values for values in heads))
        regions = [values for _, values in page.elements if values.get("role") == "region"]
        self.assertTrue(regions and all(values["tabindex"] == "0" and values["aria-label"]
                                        for values in regions))


class Hostile(Test):
    def test_texts_stay_texts(self):
        text = page_of(sample.hostile(sample.HOSTILE + sample.MARKUP))
        page = Page(text)  # refuses what the page has no use for
        self.assertEqual([text.count(tag) for tag in ("<script", "<style", "<title", "</html>")], [1] * 4)
        self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e"
                                    "\u2066-\u2069\ufeff\ufffe\uffff]", text))
        self.assertIn("</title></style></noscript></textarea></script><script>window.broken=1</script>",
                      page.text())
        self.assertIn("\\xE2\\x80\\xAE", page.text())
        self.assertEqual("".join(page.words["title"]), "Failed: atproof report")

    def test_known_finding_is_marked_by_its_class(self):
        known = sample.finding(declared=True, reason="erratum")
        text = page_of([sample.run(), sample.case("a", sample.exchange(known, wire=[sample.wire()]))])
        self.assertIn('<em class="deviations">▲ range', text)
        self.assertNotIn("class=&quot;", text)

    def test_title_takes_a_module_as_text(self):
        text = page_of([sample.run(), sample.case("a", manufacturer="</title><script>", model="&lt;")])
        self.assertIn("<title>Passed: &lt;/title&gt;&lt;script&gt; &amp;lt;</title>", text)

    def test_links_lead_into_the_page(self):
        lines = [sample.run(), sample.case("a", source="javascript:alert(1)", clause="javascript:x",
                                           outcome="skipped", reason="//elsewhere")]
        for link in Page(page_of(lines)).links:
            self.assertTrue(link.startswith("#"), link)


class Verdict(Test):
    def verdict(self, lines):
        text = page_of(lines)
        return re.search(r'class="verdict (\w+)"><h1 id="verdict-name">([^<]*)</h1>\n<p>(.*?)</p>', text, re.S).groups()

    def test_words_and_counts(self):
        passed, skipped = sample.case("a", sample.exchange()), sample.case("b", outcome="skipped")
        failed = sample.case("c", sample.FAIL, verdict="fail", outcome="failed")
        odd = sample.case("d", sample.exchange(), outcome="unexpected-pass")
        for lines, expected in [
                ([passed, skipped], ("good", "Passed", "2 cases: 1 passed, 1 skipped. ")),
                ([passed, failed], ("bad", "Failed", "2 cases: 1 failed, 1 passed. ")),
                ([odd], ("bad", "Failed", "1 case: 1 unexpected pass. ")),
                ([skipped], ("warn", "Nothing was judged", "1 case: 1 skipped. ")),
                ([], ("warn", "Nothing was judged", "0 cases. ")),
                ([sample.fuzz()], ("good", "Passed", "1 fuzzer: 0 findings.")),
                ([sample.fuzz(sample.fuzz_finding())], ("bad", "Failed", "1 fuzzer: 1 finding.")),
                ([sample.fuzz(executions=0)],
                 ("warn", "Nothing was judged", "1 fuzzer: 0 findings."))]:
            with self.subTest(expected):
                self.assertEqual(self.verdict([sample.run()] + lines), expected)

    def test_facts_and_runs(self):
        text = Page(page_of(sample.OUTCOMES + sample.FUZZERS)).text()
        cases = sum(line["kind"] == "case" for line in sample.OUTCOMES)
        self.assertRegex(text, rf"\b{cases}\b")
        text = page_of([sample.run(started="2026-01-31T23:59:59.5Z", command="atproof run --x",
                                   tool_version="9.9", strict=True),
                        sample.case("a", manufacturer="M", model="N", firmware="F"),
                        sample.case("t", tries=3)])
        self.assertIn('<time datetime="2026-01-31T23:59:59.5Z">2026-01-31 23:59:59 UTC</time>', text)
        self.assertIn("atproof check 9.9, strict", text)
        self.assertIn("M N F", text)
        self.assertIn("<code>atproof run --x</code>", text)
        self.assertIn("<dt>Passed when tried again</dt><dd><b>1</b>", text)


class Matrix(Test):
    def cells(self, lines):
        text = page_of([sample.run()] + lines)
        matrix = text[text.index('<section id="matrix"'):text.index('<section id="cases"')]
        rows = re.findall(r'<tr><th scope="row"><code>([^<]*)</code>.*?</tr>', matrix, re.S)
        cells = re.findall(r'<td>(.*?)</td>', matrix)
        return rows, [re.sub(r"<[^>]*>", "", cell) for cell in cells], matrix

    def test_worst_outcome_and_counts_by_module(self):
        lines = [sample.clause("core/27.007 9.1", title="Form of errors"),
                 sample.clause("core/27.007 8.2", title="Unused")]
        for number, outcome in enumerate(["passed", "failed", "passed", "skipped"]):
            lines.append(sample.case(f"core/27.007-9.1/{number}", clause="core/27.007-9.1",
                                     manufacturer="M", firmware="V1", outcome=outcome))
        lines.append(sample.case("core/27.007-9.1/x", clause="core/27.007-9.1", manufacturer="M",
                                 firmware="V2"))
        rows, cells, matrix = self.cells(lines)
        self.assertEqual(rows, ["core/27.007 9.1"])
        self.assertEqual(cells, ["✕ 1 of 4 failed", "✓ 1 passed"])
        self.assertIn('<th scope="col">M V1</th><th scope="col">M V2</th>', matrix)
        self.assertIn("1 clause without a case", matrix)
        self.assertIn("Unused", matrix[matrix.index("without a case"):])

    def test_clause_is_found_as_cases_write_it(self):
        lines = [sample.clause("a-b/TS-27 9-1", title="Found"), sample.case("x", clause="a-b/TS-27-9-1")]
        rows, _, matrix = self.cells(lines)
        self.assertEqual(rows, ["a-b/TS-27 9-1"])
        self.assertIn("Found", matrix)

    def test_a_broken_clause_counts_its_case(self):
        broken = sample.exchange(sample.finding(clause="core/other"), verdict="fail")
        rows, cells, _ = self.cells([sample.case("a", broken, clause="core/own", outcome="failed")])
        self.assertEqual((rows, cells), (["core/other", "core/own"], ["✕ 1 failed"] * 2))

    def test_a_recording_counts_by_its_exchanges(self):
        rows, cells, _ = self.cells([sample.case("a.at", sample.exchange(clause="core/1 2"))])
        self.assertEqual((rows, cells), (["core/1-2"], ["✓ 1 passed"]))

    def test_many_modules_share_a_column(self):
        lines = [sample.case(f"c{number}", clause="core/1", firmware=f"V{number:03}")
                 for number in range(40)]
        _, cells, matrix = self.cells(lines)
        self.assertEqual(len(cells), 24)
        self.assertEqual(cells[-1], "✓ 17 passed")
        self.assertEqual([matrix.count(f'data-m="{number}"') for number in (22, 23)], [1, 0])
        self.assertIn("all others", matrix)


class Cases(Test):
    def test_worst_first(self):
        ids = re.findall(r'<b class="badge ([\w-]+)">[^<]*</b><code>', page_of(sample.OUTCOMES))
        order = ["failed", "unexpected-pass", "expected-failure", "passed", "skipped"]
        cases = [line["outcome"] for line in sample.OUTCOMES if line["kind"] == "case"]
        self.assertEqual(ids, sorted(cases, key=order.index))

    def test_a_failure_tells_all(self):
        found = sample.finding(help="A value lies within.", seen="<0..300>")
        said = [sample.wire("sent", kind="command", name="", text="AT+CSQ\\r", size=7, time_us=5),
                sample.wire(size=16, text="+CSQ: 300,0\\r\\n\\x1A\\0", time_us=1250005,
                            deviations="glued")]
        del said[0]["sha256"], said[1]["sha256"], said[1]["offset"]
        failing = sample.exchange(found, verdict="fail", name="+CSQ", form="execute", variant="v",
                                  clause="core/6.5", sent_us=5, over_us=1500005, time_limit_ms=1000,
                                  wire=said)
        text = page_of([sample.run(dialect="simcom", tool="atproof run", command="atproof run -t x"),
                        sample.clause("core/6.5", title="Signal"),
                        sample.case("id/1", failing, verdict="fail", outcome="failed", tries=2)])
        for part in ("A value lies within.", "<dt>Expected</dt><dd><code>&lt;0..<mark>100</mark>&gt;",
                     "<dt>Seen</dt><dd><code>&lt;0..<mark>300</mark>&gt;",
                     "took 1.50 s of at most 1.00 s", "<code>core/6.5</code> Signal",
                     "0.000 s → sent command", "1.250 s ← recv info +CSQ",
                     "+CSQ: 300<mark>,0\\r\\n</mark>\\x1A\\0",
                     "<i>2B 43 53 51 3A 20 33 30 30 <mark>2C 30 0D 0A</mark> 1A 00</i>",
                     '<em class="deviations">△ glued</em>', "<em>▲ range: expected &lt;0..100&gt;, seen",
                     "atproof check --dialect simcom --select id/1 a/b.at",
                     "atproof run -t x --select id/1 --out atproof-again", "Played 2 times"):
            self.assertIn(part, text)

    def test_a_failure_as_a_whole_says_so(self):
        for outcome, words in [("failed", "the case failed as a whole, none of its exchanges did"),
                               ("unexpected-pass", "passed, but was expected to fail")]:
            text = page_of([sample.run(), sample.case("a", sample.exchange(), outcome=outcome)])
            self.assertIn(f"<p>{words}</p>", text)

    def test_payload_is_folded_with_its_digest(self):
        short = sample.wire(kind="data", size=3, text="abc")
        del short["sha256"], short["deviations"]
        cut = sample.wire(kind="stream", size=22505, text="x" * 256)
        text = page_of([sample.run(), sample.case("a", sample.exchange(wire=[short, cut]))])
        self.assertIn(f"<summary>3 bytes, SHA-256 {hashlib.sha256(b'abc').hexdigest()}</summary>abc", text)
        self.assertIn(f"<summary>22,505 bytes (here the first 256), SHA-256 {'0123456789abcdef' * 4}",
                      text)

    def test_command_is_the_summarys(self):
        lines = [sample.run(strict=True),
                 sample.case("b*d [x]", sample.FAIL, verdict="fail", outcome="failed")]
        said = sample.project("summary", sample.text_of(lines)).decode()
        command = re.search(r"  (atproof check .*)", said)[1]
        page = Page(page_of(lines))
        self.assertIn(command, page.text())


class Bounds(Test):
    def test_a_case_is_a_handful_of_elements(self):
        sizes = {}
        for count in (100, 600):
            text = page_of(sample.many(count))
            sizes[count] = (len(Page(seen_with_scripts(text)).elements), len(text))
        elements = (sizes[600][0] - sizes[100][0]) / 500
        self.assertLess(elements, 7.5)
        self.assertLess((sizes[600][1] - sizes[100][1]) / 500, 5000)

    def test_logs_are_left_out_for_size_and_said_where_they_are(self):
        said = [sample.wire(text="x" * 4000, size=4000)] * 8
        lines = [sample.case(f"c{number}", sample.exchange(wire=said), source=f"dir/{number}.at")
                 for number in range(60)]
        text = page_of([sample.run()] + lines)
        self.assertLess(len(text), 7 << 20)
        self.assertIn("The log is left out for the page's size: <code>dir/59.at</code>", text)
        self.assertIn('<ol class="log">', text)
        self.assertRegex(text, r"The logs of \d+ exchanges are left out for the page's size\. Each case ")

    def test_exchanges_are_left_out_for_size(self):
        many = [sample.exchange(command="AT" + "x" * 900)] * 4000
        text = page_of([sample.run(), sample.case("big", *many), sample.case("b", sample.exchange())])
        self.assertLess(len(text), 4 << 20)
        self.assertRegex(text, r"[\d,]+ exchanges left out for the page's size. <code>a/b.at</code>")

    def test_plots_are_bounded(self):
        many = [sample.exchange(name=f"+C{number}", form="read", sent_us=0, over_us=number * 1000)
                for number in range(1000)]
        samples = [{"time_ms": number, "executions": number, "edges": number + 1} for number in range(1500)]
        text = page_of([sample.run(), sample.case("a", *many)]
                       + [sample.fuzz(samples=samples, instance=str(number)) for number in range(50)])
        self.assertLess(text.count("<circle"), 500)
        self.assertLessEqual(text.count("<polyline"), 48)
        points = max(len(found.split()) for found in re.findall(r'points="([^"]*)"', text))
        self.assertLess(points, 200)


class Plots(Test):
    def latency(self, *exchanges):
        text = page_of([sample.run(), sample.case("a", *exchanges)])
        return text[text.index('<section id="latency"'):text.index('<section id="fuzz"')]

    def timed(self, took_us, limit=1000, **keys):
        return sample.exchange(name="+CSQ", form="read", sent_us=10, over_us=10 + took_us,
                               time_limit_ms=limit, **keys)

    def test_times_against_their_limit(self):
        times = [number * 10000 for number in range(1, 101)]
        part = self.latency(*[self.timed(time) for time in times])
        cells = re.findall(r'<td class="n">([^<]*)</td>', part)
        self.assertEqual(cells, ["100", "10 ms", "500 ms", "950 ms", "1.00 s", "1.00 s"])
        self.assertIn('<b class="badge warn">near</b>', part)
        self.assertIn('<b class="badge bad">over</b>', self.latency(self.timed(1000001)))
        part = self.latency(self.timed(500000))
        self.assertNotIn("badge", part)
        self.assertEqual(part.count("<circle"), 1)
        self.assertIn(">0.1 s</text>", part)

    def test_limit_stands_where_the_time_would(self):
        part = self.latency(self.timed(1000000), self.timed(10000))
        dots = sorted(float(x) for x in re.findall(r'cx="([\d.]+)%"', part))
        limit = float(re.search(r'class="limit[^"]*" x1="([\d.]+)%"', part)[1])
        self.assertEqual(dots, [2.0, 98.0])
        self.assertEqual(limit, 98.0)

    def test_fuzzers(self):
        samples = [{"time_ms": 0, "executions": 0},
                   {"time_ms": 750, "executions": 50, "edges": 100},
                   {"time_ms": 1200, "executions": 75, "edges": 300},
                   {"time_ms": 1500, "executions": 100, "edges": 200}]
        text = page_of([sample.run(), sample.fuzz(sample.fuzz_finding(), samples=samples)])
        self.assertIn('points="500.0,98.0 800.0,2.0 1000.0,50.0"', text)
        self.assertIn('points="0.0,98.0 500.0,50.0 800.0,26.0 1000.0,2.0"', text)
        for part in ("<span>300</span><span>100</span>", "from 0 to 100\"", "invariant I2", "#0 on_line\n#1 atp_feed", "12,345,678", "812 of 5,021",
                     "<pre class=\"cmd\"><code>build/fuzz/fuzz/fuzz_stream corpus/regressions"):
            self.assertIn(part, text)


class Skipped(Test):
    def test_reasons_are_grouped(self):
        lines = [sample.case(f"s{number}", outcome="skipped", reason="needs network")
                 for number in range(30)]
        lines += [sample.case("e", sample.FAIL, outcome="expected-failure", reason="erratum 4"),
                  sample.case("u", sample.exchange(verdict="unjudged", why="unknown command"))]
        text = page_of([sample.run()] + lines)
        part = text[text.index('<section id="skipped"'):]
        rows = re.findall(r'<th scope="row" class="wrap">([^<]*)</th><td class="n">(\d+)</td>', part)
        self.assertEqual(rows, [("needs network", "30"), ("unknown command", "1"), ("erratum 4", "1")])
        self.assertIn("and others", part)


class Coverage(Test):
    def page(self, folder, complaint=None):
        with tempfile.TemporaryDirectory() as scratch:
            store = pathlib.Path(scratch) / "s.jsonl"
            store.write_text(sample.text_of([sample.run()]))
            done = subprocess.run([sample.DRIVER, "html", store, "--coverage", folder], check=True,
                                  capture_output=True, timeout=60, cwd=pathlib.Path(folder).parent)
        if complaint is None:
            self.assertEqual(done.stderr, b"")
        else:
            self.assertRegex(done.stderr.decode(), complaint)
        text = done.stdout.decode()
        Page(text)
        return text[text.index('<section id="coverage"'):text.index('<section id="skipped"')]

    def test_gcovr(self):
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            (folder / "a b").mkdir()
            (folder / "a b/one.c").write_text(
                "int main(int count, char **words)\n{\n  if (count > 1)\n    return words[0][0];\n"
                "  return 0;\n}\n")
            (folder / "coverage").mkdir()
            subprocess.run(["gcc", "--coverage", "-O0", "-o", "one", "a b/one.c"], cwd=folder, check=True)
            subprocess.run(["./one"], cwd=folder, check=True)
            subprocess.run(["gcovr", "--html-details", "coverage/index.html", "--json",
                            "coverage/coverage.json"], cwd=folder, check=True, capture_output=True)
            whole = self.relative(folder)
            subprocess.run(["gcovr", "--json-summary", "coverage/summary.json"], cwd=folder,
                           check=True, capture_output=True)
            (folder / "coverage/coverage.json").unlink()
            self.assertEqual(self.relative(folder), whole)
        for part in ("a b/one.c</a>", "3 of 4", "75.0 %", "1 of 2", "50.0 %", "All files</a>"):
            self.assertIn(part, whole)

    def relative(self, folder):
        """The part, with each link proven to lead to a page of gcovr."""
        part = self.page(folder / "coverage")
        links = re.findall(r'href="([^"]*)"', part)
        self.assertEqual(len(links), 2)
        for link in links:
            self.assertTrue(pathlib.Path(link.replace("%20", " ")).is_file(), link)
        return part

    def test_what_is_broken_is_told(self):
        for text, complaint in [("{", "coverage.json:1: cannot be read: "),
                                ("[]", 'coverage.json: no array "files", expected'),
                                ('{"files": [{"file": 3}]}', "file 1 is not as gcovr 5 writes it"),
                                ('{"files": [{"file": "a", "lines": [{}]}]}', "file 1 is not as"),
                                (None, "neither coverage.json nor summary.json is there")]:
            with self.subTest(text), tempfile.TemporaryDirectory() as scratch:
                folder = pathlib.Path(scratch) / "<coverage>"
                folder.mkdir()
                if text is not None:
                    (folder / "coverage.json").write_text(text)
                self.assertIn('class="notice warn"', self.page(folder, complaint))

    def test_names_stay_texts(self):
        document = {"files": [{"file": "</a><script>\"'/x.c", "lines": [
            {"count": 0, "branches": [], "line_number": 1}]}]}
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch) / "coverage"
            folder.mkdir()
            (folder / "coverage.json").write_text(json.dumps(document))
            self.assertIn("&lt;/a&gt;&lt;script&gt;", self.page(folder))


if __name__ == "__main__":
    if shutil.which("gcovr") is None:
        raise SystemExit("gcovr: not found; the package gcovr of Debian has it")
    sample.main()
