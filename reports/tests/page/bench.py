"""How quick the page of a large store is: made, loaded, filtered. Prints figures,
judges none.

usage: bench.py DRIVER [COUNT]   COUNT cases (20000), each of two exchanges"""
import pathlib
import subprocess
import sys
import tempfile
import time

import browser
import sample

STEPS = [
    ("filter: outcome failed", "by-outcome", "0"),
    ("filter: all", "by-outcome", ""),
    ("search, the first", "by-text", "at+qsslopen"),
    ("search, the next", "by-text", "<0..100>"),
    ("search: nothing", "by-text", ""),
]
# How long the script takes, and how long until the next frame is painted.
CHANGE = """new Promise((done) => {{
  const field = document.getElementById('{0}'), begin = performance.now();
  field.value = '{1}';
  field.dispatchEvent(new Event('change', {{bubbles: true}}));
  const script = performance.now() - begin;
  requestAnimationFrame(() => requestAnimationFrame(() => done([script, performance.now() - begin])));
}})"""


def put(name, value, unit):
    print(f"  {name:<34}{value:>12,.1f} {unit}")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    with tempfile.TemporaryDirectory() as scratch:
        store, page = pathlib.Path(scratch) / "s.jsonl", pathlib.Path(scratch) / "report.html"
        store.write_text(sample.many(count))
        begin = time.monotonic()
        with open(page, "wb") as out:
            subprocess.run([sys.argv[1], "html", store], stdout=out, check=True)
        took = time.monotonic() - begin
        print(f"{count:,} cases")
        put("store", store.stat().st_size / 1e6, "MB")
        put("page", page.stat().st_size / 1e6, "MB")
        put("page made in", took * 1e3, "ms")
        with browser.Browser() as chromium:
            measure(chromium, page)


def measure(chromium, path):
    for title, scripts in (("with scripts", True), ("without scripts", False)):
        print(title)
        page = chromium.open(path, scripts=scripts)
        time.sleep(1)
        put("DOM ready after", page.value("performance.getEntriesByType('navigation')[0]"
                                          ".domContentLoadedEventEnd"), "ms")
        put("first paint after", page.value("performance.getEntriesByType('paint')[0].startTime"), "ms")
        put("elements", page.value("document.querySelectorAll('*').length"), "")
        for name, field, value in STEPS if scripts else []:
            script, frame = page.value(CHANGE.format(field, value))
            put(name, script, "ms")
            put("  and painted", frame, "ms")
        page.close()


if __name__ == "__main__":
    main()
