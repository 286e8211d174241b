#!/usr/bin/env python3
"""fuzz/run finds the canary, keeps it minimised, says how to see it again, and
writes a store that is what its schema says.

    run.py SOURCE_DIR"""
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

import jsonschema

ROOT = pathlib.Path(sys.argv[1]).resolve()
checks = 0


def check(holds, what):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"run.py: {what}")


def run(*arguments):
    return subprocess.run([ROOT / "fuzz" / "run", *map(str, arguments)], cwd=ROOT, text=True,
                          capture_output=True, check=False)


def check_canary(out):
    done = run("canary", "--seconds", 20, "--jobs", 1, "--out", out, "--no-keep", "--seed", 1)
    check(done.returncode == 1, f"the canary was not found:\n{done.stdout}{done.stderr}")
    check("canary the module reports that it is roaming" in done.stdout, done.stdout + done.stderr)
    command = [line.split(": ", 1)[1] for line in done.stdout.splitlines() if "show it again" in line]
    check(len(command) == 1, f"one finding is told once:\n{done.stdout}")
    again = subprocess.run(shlex.split(command[0]), cwd=ROOT, capture_output=True, text=True, check=False)
    check(again.returncode != 0 and "fuzz: canary" in again.stderr, f"{command[0]} shows nothing")
    found = list((out / "findings" / "canary").iterdir())
    check(len(found) == 1 and found[0].stat().st_size <= 16, f"not minimised: {found}")


def check_store(out):
    schema = json.loads((ROOT / "reports" / "results.schema.json").read_text())
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    for line in lines:
        jsonschema.validate(line, schema)
    kinds = [line["kind"] for line in lines]
    check(kinds == ["run", "fuzz"], f"the store has {kinds}")
    check(lines[1]["executions"] > 0 and lines[1]["edges"] > 0, "nothing was counted")
    check(lines[1]["findings"][0]["invariant"] == "canary", lines[1]["findings"])


def check_clean(out):
    done = run("empty", "--seconds", 2, "--jobs", 1, "--out", out, "--no-keep")
    check(done.returncode == 0, f"the empty target: {done.stdout}{done.stderr}")
    check("0 findings" in done.stdout, done.stdout)


def check_usage():
    for wrong in (["nonsense"], ["--engines", "nonsense"], ["--seconds", "0"]):
        done = run(*wrong)
        check(done.returncode == 2 and "usage:" in done.stderr, f"{wrong} is taken")


def main():
    check_usage()
    with tempfile.TemporaryDirectory() as scratch:
        check_canary(pathlib.Path(scratch) / "canary")
        check_store(pathlib.Path(scratch) / "canary")
        check_clean(pathlib.Path(scratch) / "clean")
    print(f"{checks} checks passed")


if __name__ == "__main__":
    main()
