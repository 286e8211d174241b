"""The page of a store in Chromium: what it shows, filters, opens, and keeps shut.

usage: chromium.py DRIVER [TEST...]"""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import browser
import sample
from page import ATTRIBUTES, HTML, SVG, VOID

COUNT = 1000  # cases of the store that is filtered; 20,000: bench.py
WAIT = "new Promise(done => setTimeout(done, 100))"
ENTER, TAB, SPACE = ("Enter", 13, "\r"), ("Tab", 9), (" ", 32, " ")


def shown():
    """The number of visible cases, and the text that the page shows about it."""
    return ("[[...document.querySelectorAll('.case')].filter(e => e.checkVisibility()).length,"
            " document.getElementById('shown').textContent]")


def choose(name, text):
    """Chooses an option of a filter, as a person does."""
    return (f"(() => {{ const s = document.getElementById('by-{name}');"
            f" s.value = [...s.options].find(o => o.textContent === {json.dumps(text)}).value;"
            " s.dispatchEvent(new Event('change', {bubbles: true})); })()")


# Each pair of colours that text has on the page; WCAG 2.2's ratio of them.
CONTRASTS = """(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const worst = {};
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    if (e instanceof SVGElement || style.clipPath !== 'none') continue;
    const [a, b] = [light(rgb(style.color)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const name = e.tagName + '.' + e.className;
    worst[name] = Math.min(worst[name] || 99, ratio);
  }
  return worst; })()"""


class Chromium(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="atproof-page-"))
        cls.addClassCleanup(shutil.rmtree, cls.scratch)
        hostile = sample.HOSTILE + sample.MARKUP
        stores = {
            "all": sample.text_of(sample.OUTCOMES + sample.FUZZERS[1:] + [
                sample.fuzz(samples=[{"time_ms": number * 100, "executions": number * 9,
                                      "edges": number + 1} for number in range(9)]),
                sample.clause(), sample.case("timed", sample.exchange(
                    name="+CSQ", form="read", sent_us=0, over_us=9 * 10**5, time_limit_ms=1000,
                    wire=[sample.wire()]))]),
            "hostile": sample.text_of(sample.hostile(hostile)),
            "many": sample.many(COUNT),
        }
        for name, text in stores.items():
            (cls.scratch / f"{name}.jsonl").write_text(text)
            with open(cls.scratch / f"{name}.html", "wb") as out:
                subprocess.run([sample.DRIVER, "html", f"{name}.jsonl"], cwd=cls.scratch, stdout=out,
                               check=True, timeout=60)
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.__exit__)

    def open(self, name, **options):
        page = self.browser.open(self.scratch / f"{name}.html", **options)
        self.addCleanup(page.close)
        return page

    def check_quiet(self, page):
        self.assertEqual(page.said, [])
        others = [url for url in page.requests if not url.startswith(("file:", "data:"))]
        self.assertEqual((others, len([url for url in page.requests if url.startswith("file:")])), ([], 1))

    def test_renders(self):
        page = self.open("all")
        self.assertEqual(page.value("document.querySelector('h1').textContent"), "Failed")
        self.assertEqual(page.value("document.querySelectorAll('.matrix td a').length > 0"), True)
        for plot in (".spark .dot", ".spark .limit", ".line polyline", ".spark .bar"):
            size, colour = page.value(
                f"((e) => [e.getBoundingClientRect().width + e.getBoundingClientRect().height,"
                f" getComputedStyle(e).stroke + getComputedStyle(e).fill])"
                f"(document.querySelector('{plot}'))")
            self.assertGreater(size, 0, plot)
            self.assertIn("rgb", colour, plot)
        self.check_quiet(page)

    def test_filters_count_right(self):
        page = self.open("many")
        self.assertEqual(page.value(shown()), [COUNT, f"{COUNT:,} cases"])
        page.value(choose("outcome", "failed"))
        self.assertEqual(page.value(shown()), [COUNT // 10, f"{COUNT // 10} of {COUNT:,} cases"])
        page.value(choose("module", "SIMCOM A7670E V0"))
        both = sum(number % 10 == 0 and number % 3 == 0 for number in range(COUNT))
        self.assertEqual(page.value(shown())[0], both)
        self.assertEqual(page.value("decodeURIComponent(location.hash)"),
                         "#outcome=failed&module=SIMCOM+A7670E+V0")
        page.value("document.querySelector('#filters [type=reset]').click(), " + WAIT)
        self.assertEqual(page.value(shown())[0], COUNT)
        self.assertEqual(page.value("location.hash"), "")
        page.value(choose("clause", "simcom-http/2.2.7"))
        self.assertEqual(page.value(shown())[0], COUNT // 50)
        self.check_quiet(page)

    def test_address_keeps_the_state(self):
        page = self.browser.new_page()
        self.addCleanup(page.close)
        page.go((self.scratch / "many.html").as_uri() + "#outcome=failed&q=generated-990")
        self.assertEqual(page.value(shown()), [1, f"1 of {COUNT:,} cases"])
        page.value("location.hash = '#c3', " + WAIT)
        self.assertEqual(page.value("document.querySelector('#c3').open"), True)

    def search(self, page, text, log=False):
        page.value("document.getElementById('by-text').value = '',"
                   f"document.getElementById('by-log').checked = {json.dumps(log)}")
        page.key("Escape", 27)
        page.value("document.activeElement.blur()")
        page.key("/", 191, "/")
        self.assertEqual(page.value("document.activeElement.id"), "by-text")
        page.type(text)
        page.value("new Promise(done => setTimeout(done, 90))")
        return page.value(shown())[0]

    def test_search_finds_ids_titles_commands_findings_and_what_was_said(self):
        page = self.open("many")
        self.assertEqual(self.search(page, "Generated-77"), 11)
        self.assertEqual(self.search(page, "case 934"), 1)
        self.assertEqual(self.search(page, "at+qsslopen"), COUNT // 5)
        self.assertEqual(self.search(page, "<0..100>"), COUNT // 10)
        self.assertEqual(self.search(page, "+csq: 500\\r"), 0)
        self.assertEqual(self.search(page, "+csq: 500\\r", log=True), 1)
        self.assertEqual(self.search(page, "nowhere", log=True), 0)
        self.check_quiet(page)

    def test_cases_open_and_close(self):
        page = self.open("many")
        first = "document.querySelector('.case')"
        self.assertEqual(page.value(f"{first}.open"), True)
        self.assertGreater(page.value(f"{first}.querySelectorAll('.log li').length"), 3)
        self.assertEqual(page.value("document.querySelectorAll('.case')[1].querySelectorAll('*').length"), 6)
        second = "document.querySelectorAll('.case')[1]"
        page.value(f"{second}.firstElementChild.click(), {WAIT}")
        self.assertGreater(page.value(f"{second}.querySelectorAll('.finding dd').length"), 1)
        page.value("document.getElementById('open-all').click()")
        self.assertEqual(page.value("document.querySelectorAll('.case[open]').length"), 300)
        page.value("document.getElementById('close-all').click()")
        self.assertEqual(page.value("document.querySelectorAll('.case[open]').length"), 0)
        self.check_quiet(page)

    def test_matrix_leads_to_its_cases(self):
        page = self.open("many")
        wanted = page.value("document.querySelector('.matrix td a').textContent")
        page.value("document.querySelector('.matrix td a').click()")
        count = sum(number % 50 == 0 and number % 3 == 0 for number in range(COUNT))
        self.assertEqual((page.value(shown())[0], wanted), (count, f"✕ {count} failed"))
        self.assertEqual(page.value("decodeURIComponent(location.hash)"),
                         "#module=SIMCOM+A7670E+V0&clause=simcom-http/2.2.1")

    def test_keyboard_reaches_and_opens(self):
        page = self.open("all")
        page.key(*TAB)
        self.assertEqual(page.value("document.activeElement.className"), "skip")
        self.assertNotEqual(page.value("getComputedStyle(document.activeElement).outlineStyle"), "none")
        seen = set()
        for _ in range(60):
            page.key(*TAB)
            seen.add(page.value("document.activeElement.tagName"))
            if page.value("document.activeElement.matches('.case:not([open]) > summary')"):
                break
        self.assertTrue({"A", "INPUT", "SELECT", "BUTTON", "SUMMARY", "DIV"} <= seen, seen)
        page.key(*ENTER)
        self.assertEqual(page.value("document.activeElement.parentElement.open"), True)
        self.assertNotEqual(page.value("getComputedStyle(document.activeElement).outlineStyle"), "none")
        page.key(*SPACE)
        self.assertEqual(page.value("document.activeElement.parentElement.open"), False)

    def test_whole_without_scripts(self):
        page = self.open("all", scripts=False)
        self.assertEqual(page.value("document.getElementById('filters').checkVisibility()"), False)
        cases = page.value("document.querySelectorAll('.case').length")
        self.assertEqual(cases, sum(line["kind"] == "case" for line in sample.OUTCOMES) + 1)
        page.value("for (const e of document.querySelectorAll('details')) e.open = true")
        bodies = page.value("[...document.querySelectorAll('.case')].map(e => e.textContent)")
        self.assertEqual(page.value("[...document.querySelectorAll('.case > noscript')].every("
                                    "e => getComputedStyle(e).display === 'block')"), True)
        self.assertTrue(all("must · simcom" in body for body in bodies))
        self.assertTrue(any("+CSQ: 300" in body and "2B 43 53 51" in body for body in bodies))
        self.assertEqual(page.value("document.querySelectorAll('.log li').length"), 1)
        self.check_quiet(page)

    def test_narrow_pages_do_not_scroll_sideways(self):
        for name in ("all", "hostile"):
            page = self.open(name, width=360, height=740)
            page.value("for (const e of document.querySelectorAll('details')) e.open = true")
            self.assertLessEqual(page.value("document.documentElement.scrollWidth"), 360, name)

    def test_light_and_dark_differ_and_can_be_read(self):
        grounds = []
        for dark in (False, True):
            page = self.open("all", dark=dark)
            page.value("for (const e of document.querySelectorAll('details')) e.open = true;"
                       " " + WAIT)
            ratios = page.value(CONTRASTS)
            self.assertGreater(len(ratios), 20)
            poor = {name: ratio for name, ratio in ratios.items() if ratio < 4.5}
            self.assertEqual(poor, {}, f"dark: {dark}")
            grounds.append(page.value("getComputedStyle(document.body).backgroundColor"))
        self.assertNotEqual(*grounds)

    def test_paper_has_no_controls_and_failures_open(self):
        page = self.open("all")
        page.value("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(page.value("document.querySelectorAll('.case[open]').length"),
                         page.value("document.querySelectorAll('.case > summary > .failed,"
                                    " .case > summary > .unexpected-pass').length"))
        page.emulate(media="print", dark=True)
        self.assertEqual(page.value("['nav', '.filters'].map(s => document.querySelector(s).checkVisibility())"),
                         [False, False])
        self.assertEqual(page.value("document.querySelector('h1').checkVisibility()"), True)
        page.call("Emulation.setDeviceMetricsOverride", width=718, height=1000, deviceScaleFactor=1,
                  mobile=False)
        self.assertLessEqual(page.value("document.documentElement.scrollWidth"), 718)

    def test_hostile_bytes_stay_inert(self):
        for scripts in (True, False):
            page = self.open("hostile", scripts=scripts)
            page.value("for (const e of document.querySelectorAll('details')) e.open = true")
            time.sleep(0.2)
            self.assertEqual(page.value("document.title"), "Failed: atproof report")
            self.assertEqual(page.value("window.broken === undefined"), True)
            counts = page.value("['script', 'style', 'title', 'img', 'iframe', 'body'].map("
                                "s => document.querySelectorAll(s).length)")
            self.assertEqual(counts, [1, 1, 1, 0, 0, 1])
            elements, attributes = page.value(
                "[(e) => [e.localName], (e) => [...e.attributes].map(a => a.name.toLowerCase())].map("
                "names => [...new Set([...document.querySelectorAll('*')].flatMap(names))])")
            self.assertEqual(set(elements) - (VOID | SVG | HTML), set())
            self.assertEqual(set(attributes) - (ATTRIBUTES | {"style"}), set())
            self.assertEqual(page.value("document.querySelectorAll('[style]:not(.chunk)').length"), 0)
            links = page.value("[...document.querySelectorAll('[href]')].map(e => e.getAttribute('href'))")
            self.assertEqual([link for link in links if not link.startswith("#")], ["data:,"])
            self.assertIn("<script>window.broken=1</script>", page.value("document.body.textContent"))
            self.assertIsNone(re.search("[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]",
                                        page.value("document.documentElement.textContent")))
            self.check_quiet(page)


if __name__ == "__main__":
    sample.main()
