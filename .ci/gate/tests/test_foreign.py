"""Another project's gate, from its own checkout: the example of README.md, whole
and broken. With `real` the whole of ./gate runs it, builds and canaries included.
usage: test_foreign.py ATPROOF [real]"""
import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import common
import canary

ATPROOF = pathlib.Path(sys.argv[1]).resolve()
README = (common.GATE / "README.md").read_text()
EXAMPLE = re.search(r"```yaml\n(version: 1\n.*?)```", README, re.S).group(1)
GOOD = "TX: AT+CSQ\nRX: +CSQ: 23,0\nRX: OK\n"
HALF = "TX: AT+CSQ\nRX: +CSQ: 23\nRX: OK\n"
ACME = '@ dialect: acme\n@ id: acme/1.2/open\n\n> AT+ACONN=1,"host.example",80\n< OK\n< +ACONN: 1,0\n'
# Quicker: without the module, which the whole example has.
SHORT = re.sub(r"live:.*?\n\n", "", EXAMPLE, flags=re.S).replace("cases: 10", "cases: 3")


def project(folder, text):
    """What a team has: logs, a catalogue, a case."""
    folder = pathlib.Path(folder)
    (folder / "logs/today").mkdir(parents=True)
    (folder / "acme").mkdir()
    (folder / "logs/today/a.log").write_text(GOOD)
    (folder / "logs/firmware-1.3.log").write_text(HALF)
    (folder / "acme/open.at").write_text(ACME)
    shutil.copy(common.ROOT / "conformance/tests/data/acme.yaml", folder)
    (folder / "gate.yaml").write_text(text)


@contextlib.contextmanager
def inside(text):
    """In the checkout of another project. (Canaries: test_canary.py, and `real`.)"""
    before = os.getcwd()
    with common.scratch() as folder, common.without_builds(ATPROOF, folder), \
            common.replaced(canary, canary_steps=lambda *_: []):
        work = pathlib.Path(folder) / "work"
        project(work, text)
        os.chdir(work)
        try:
            yield work
        finally:
            os.chdir(before)


def outcome(text=SHORT):
    with inside(text) as folder:
        code, out, _ = common.run_gate("--config", "gate.yaml")
        rows = {row["name"]: row for row in json.loads((folder / "build/gate/gate.json").read_text())}
    return code, out, rows


def test_the_example_of_the_readme_passes():
    with inside(EXAMPLE) as folder:
        code, out, _ = common.run_gate("--config", "gate.yaml")
        assert code == 0, out
        assert "what the driver's tests recorded" in out and "gate: my modem stack" in out
        cases = [json.loads(line) for line in open(folder / "build/gate/results.jsonl")]
        sources = {case["source"] for case in cases if case["kind"] == "case"}
        assert {"logs/today/a.log", "logs/firmware-1.3.log", "acme/open.at"} <= sources, sources
        assert "<testsuites" in (folder / "build/gate/junit.xml").read_text()
        assert (folder / "build/gate/report.html").read_text().startswith("<!DOCTYPE html>")
        # Only what it says may be written: nothing else in the project changed.
        assert sorted(path.name for path in folder.iterdir()) == [
            "acme", "acme.yaml", "build", "gate.yaml", "logs"]


def test_a_finding_is_told_with_the_command_that_shows_it():
    with inside(SHORT.split("expected_failures")[0] + "output: {directory: build/gate}\n"):
        code, out, _ = common.run_gate("--config", "gate.yaml")
        assert code == 1 and "logs/firmware-1.3.log: missing-field (core/27.007 8.5)" in out, out
        comment = pathlib.Path("build/gate/summary.md").read_text().splitlines()
        assert comment[0].startswith("<!-- atproof") and "FAIL" in comment[1], comment[:3]
        rows = json.loads(pathlib.Path("build/gate/gate.json").read_text())
        then = [row["then"] for row in rows if row["name"] == "traffic-1"][0]
        again = subprocess.run(then, shell=True, capture_output=True, text=True, check=False)
        assert again.returncode == 1 and "missing-field" in again.stdout, then


def test_an_expected_failure_has_its_day():
    yesterday = (datetime.date.today() - datetime.timedelta(1)).isoformat()
    code, out, rows = outcome(SHORT.replace("2099-12-31", yesterday))
    assert code == 1 and not rows["traffic-1"]["passed"] and not rows["excuses"]["passed"]
    assert f"excused up to {yesterday}" in out and re.search(r"gate\.yaml:\d+:5: 'logs", out), out
    today = datetime.date.today().isoformat()
    assert outcome(SHORT.replace("2099-12-31", today))[0] == 0


def test_an_expected_failure_that_passes_or_is_of_no_case_is_red():
    code, out, rows = outcome(SHORT.replace("logs/firmware-1.3.log ", "logs/today/a.log "))
    assert code == 1 and not rows["traffic-1"]["passed"], out
    code, out, rows = outcome(SHORT.replace("expected_failures:\n", "expected_failures:\n"
                              "  - {id: no/such, until: 2099-01-01, reason: none}\n"))
    assert code == 1 and rows["traffic-1"]["passed"] and not rows["excuses"]["passed"]
    assert "'no/such' matches no case of this run" in out, out


def test_a_file_of_expected_failures_is_taken():
    text = re.sub(r"expected_failures:\n(  .*\n)+", "expected_failures: known.txt\n", SHORT)
    with inside(text) as folder:
        for day, expected in (("2099-12-31", 0), ("2020-01-01", 1)):
            (folder / "known.txt").write_text(f"# known\n{day} logs/firm* half of it\n")
            assert common.run_gate("--config", "gate.yaml")[0] == expected, day


def test_a_catalogue_with_a_mistake_is_red():
    with inside(SHORT) as folder:
        catalog = folder / "acme.yaml"
        catalog.write_text(catalog.read_text().replace("type: int, range: 0..3", "type: inta"))
        code, out, _ = common.run_gate("--config", "gate.yaml")
        assert code == 1 and "FAIL  catalogue acme.yaml is well-formed" in out, out
        assert "acme.yaml:6:" in out, out


def test_names_of_files_are_no_options():
    """An option in the place of a file would excuse the fault, or write elsewhere."""
    with inside("version: 1\nname: x\ntraffic:\n  - {files: ['**/*.at'], dialect: simcom}\n"
                "output: {directory: build/gate}\n") as folder:
        shutil.rmtree(folder / "acme")
        (folder / ".f.at").write_text("2099-12-31 * excused\n")
        (folder / "--expected-failures=.f.at").write_text("> AT+CSQ\n< +CSQ: 23\n< OK\n")
        (folder / "--results=..").mkdir()
        (folder / "--results=../x.at").write_text("> AT+CSQ\n< +CSQ: 23\n< OK\n")
        code, out, _ = common.run_gate("--config", "gate.yaml")
        assert code == 1 and "missing-field" in out, out
        kept = [json.loads(line) for line in open(folder / "build/gate/results.jsonl")]
        outcomes = {case["source"]: case["outcome"] for case in kept if case["kind"] == "case"}
        assert outcomes.get("--expected-failures=.f.at") == "failed", outcomes
        assert outcomes.get("--results=../x.at") == "failed", outcomes
        store = (folder / "build/gate/results.jsonl").resolve()
        page = subprocess.run([ATPROOF, "report", "--format", "summary", "--output", "-", store], cwd=folder,
                              capture_output=True, text=True, check=False).stdout
        again = re.findall(r"atproof (check [^\n]*\.at)", page)
        assert again, page
        for command in again:
            done = subprocess.run(f"{ATPROOF} {command}", shell=True, cwd=folder, capture_output=True,
                                  text=True, check=False)
            assert done.returncode == 1 and "missing-field" in done.stdout, (command, done)


def test_files_that_are_not_there_are_red():
    with inside(SHORT.replace("logs/**/*.log", "log/*.log").replace("cases: 3", "cases: 1")
                .split("expected_failures")[0] + "output: {directory: build/gate}\n"):
        code, out, _ = common.run_gate("--config", "gate.yaml")
        assert code == 1 and "no file matches 'log/*.log'" in out, out
        # No case failed; the gate did, and what is published says so.
        badge = json.loads(pathlib.Path("build/gate/badge.json").read_text())
        assert badge["color"] == "red" and badge["message"] == "gate fails", badge
        assert "FAIL" in pathlib.Path("build/gate/summary.md").read_text()


def test_the_option_says_for_how_long_to_fuzz():
    with inside(SHORT) as folder:
        for seconds, is_there in ((3, True), (0, False)):
            common.run_gate("--config", "gate.yaml", "--fuzz", seconds)
            rows = json.loads((folder / "build/gate/gate.json").read_text())
            titles = [row["title"] for row in rows if row["name"] == "fuzz"]
            assert titles == ([f"fuzzers find nothing in {seconds} s"] if is_there else [])


def test_coverage_of_ones_own_is_set_against_thresholds():
    line = '{"files": [{"lines": [{"count": 1, "branches": []}, {"count": %d, "branches": []}]}]}'
    with inside(SHORT.replace("thresholds: {", "coverage: cov\nthresholds: {lines: 60, ")) as folder:
        (folder / "cov").mkdir()
        for count, expected in ((1, 0), (0, 1)):
            (folder / "cov/coverage.json").write_text(line % count)
            code, out, _ = common.run_gate("--config", "gate.yaml")
            assert code == expected, out
        assert "coverage: 50.00 % of lines, expected 60 %" in out, out


def test_a_baseline_is_taken_as_it_says_and_then_kept():
    with inside(SHORT + "baseline: base.jsonl\n") as folder:
        code, out, _ = common.run_gate("--config", "gate.yaml")
        assert code == 1 and "base.jsonl" in out, out
        rows = json.loads((folder / "build/gate/gate.json").read_text())
        take = [row["then"] for row in rows if row["name"] == "baseline"][0].split("for good: ")[1]
        subprocess.run(take, shell=True, check=True, stdout=subprocess.DEVNULL)
        assert common.run_gate("--config", "gate.yaml")[0] == 0
        (folder / "logs/today/a.log").write_text(HALF)
        code, out, _ = common.run_gate("--config", "gate.yaml")
        assert code == 1 and "FAIL  nothing is worse than the baseline" in out, out
        assert "1 regression in 3 cases" in out, out
        for name in ("diff.html", "diff.md", "diff.json"):
            assert (folder / "build/gate" / name).stat().st_size > 0, name


def real_gate():
    """./gate itself, with its builds, fuzzers and canaries."""
    with common.scratch() as folder:
        work = pathlib.Path(folder) / "work"
        project(work, EXAMPLE)
        done = subprocess.run([common.ROOT / "gate", "--config", "gate.yaml"], cwd=work,
                              capture_output=True, text=True, check=False)
        print(done.stdout)
        if done.returncode != 0 or "gate: PASS" not in done.stdout:
            sys.exit(f"exit {done.returncode}\n{done.stderr[-2000:]}")
        (work / "logs/today/a.log").write_text(HALF)
        done = subprocess.run([common.ROOT / "gate", "--config", "gate.yaml"], cwd=work,
                              capture_output=True, text=True, check=False)
        if done.returncode != 1 or "gate: FAIL, " not in done.stdout:
            sys.exit(f"with a finding: exit {done.returncode}\n{done.stdout}{done.stderr[-2000:]}")


if sys.argv[2:] == ["real"]:
    real_gate()
else:
    common.main(sys.modules[__name__])
