#!/usr/bin/python3 -B
"""Makes report.png, the picture of a report in the README: a virtual module with
firmware faults is judged, and the page of that run is opened in Chromium.

usage: picture.py ATPROOF [PNG]"""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "page"))
import browser  # noqa: E402

WIDTH, HEIGHT = 1200, 800
TARGET = "virtual:simcom,defect=cme-never,defect=size-ignored"
CASES = ["core/27.007-[89]*", "simcom-http/2.2.6/*"]
SIZE_MAX = 150_000


def page_of(atproof, scratch):
    """A run, of which some cases fail, and its page."""
    select = [word for pattern in CASES for word in ("--select", pattern)]
    run = [atproof, "run", "--target", TARGET, "--seed", "1", *select, "--out", "run"]
    judged = subprocess.run(run, cwd=scratch, capture_output=True, check=False)
    if judged.returncode != 1:
        sys.exit(f"{atproof} run: exit {judged.returncode}, expected 1: {judged.stderr.decode()}")
    subprocess.run([atproof, "report", "run"], cwd=scratch, stdout=subprocess.DEVNULL, check=True)
    return pathlib.Path(scratch) / "run" / "report.html"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    png = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else HERE / "report.png"
    with tempfile.TemporaryDirectory() as scratch, browser.Browser() as chromium:
        page = chromium.open(page_of(pathlib.Path(sys.argv[1]).resolve(), scratch),
                             width=WIDTH, height=HEIGHT)
        page.call("Emulation.setScrollbarsHidden", hidden=True)
        page.go(page.value("location.href"))
        page.screenshot(png)
    if png.stat().st_size > SIZE_MAX:
        sys.exit(f"{png}: {png.stat().st_size} bytes, expected at most {SIZE_MAX}")


if __name__ == "__main__":
    main()
