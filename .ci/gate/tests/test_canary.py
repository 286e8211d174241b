"""The gate proves on each run that it can fail: with the gate broken in any of
these ways, its verdict is FAIL all the same. And with it whole, it is PASS.
usage: test_canary.py ATPROOF"""
import contextlib
import json
import pathlib
import sys

import common
import canary
import finish
import plan
import steps
import store

ATPROOF = sys.argv[1]
CONFIG = """version: 1
name: a clean module
dialects: [simcom]
live:
  - target: virtual:simcom
    select: ['core/27.007-8.5/live-signal']
    server: 127.0.0.1:1
fuzz: {seconds: 1, targets: [stream]}
output: {directory: out, formats: [junit]}
"""


# Enough where only the canaries count.
SHORT = CONFIG.split("live:")[0] + "fuzz:" + CONFIG.split("fuzz:")[1]


def pretend_green(step, outcome):
    outcome.passed = True


def pretend_exit_0(runner, command, cwd, log, is_nice):
    runner.whole(command, cwd, log, is_nice)
    return 0


def no_command(runner, command, cwd, log, is_nice):
    return 0


def blind_store(path, again=()):
    return None


# How the gate is broken: the module, what replaces what, which canaries sing.
SABOTAGE = {
    "the judge of steps takes each for green": (
        steps, {"judge": pretend_green}, {"nonconformance", "crash", "empty"}),
    "exit codes are lost": (
        steps.Runner, {"command": pretend_exit_0}, {"nonconformance", "crash"}),
    "no command runs": (
        steps.Runner, {"command": no_command}, {"nonconformance", "crash"}),
    "the worst of several commands is 0": (
        steps, {"worst": lambda codes: 0}, {"nonconformance", "crash"}),
    "nothing selected is taken for a pass": (
        steps, {"worst": lambda codes: next((c for c in codes if c not in (0, 5)), 0),
                "store": None}, {"empty"}),
    "patterns without a file are left out": (
        plan, {"nothing": lambda patterns: lambda step: ([], "")}, {"empty"}),
    "live targets and traffic are not looked at": (
        plan, {"judging_steps": lambda plan: []}, {"nonconformance", "empty"}),
    "the fuzz step is left out": (plan, {"fuzz_steps": lambda plan: []}, {"crash"}),
    "the judge judges nothing": (
        plan, {"ATPROOF": pathlib.Path("/bin/true")}, {"nonconformance"}),
    "the fuzzer finds nothing": (plan, {"FUZZ_RUN": pathlib.Path("/bin/true")}, {"crash"}),
    "a format hides what failed": (
        canary, {"RED": {"junit": b"<failed "}}, {"nonconformance"}),
    "the verdict is always PASS": (
        common.gate, {"verdict": lambda outcomes: 0}, {"nonconformance", "crash", "empty"}),
}


class AnyStore:
    """For `nothing selected is taken for a pass`: looks into no store."""
    has_results = staticmethod(lambda path: True)
    first_fault = staticmethod(store.first_fault)


@contextlib.contextmanager
def project(text=CONFIG):
    with common.scratch() as folder, common.without_builds(ATPROOF, folder):
        common.write(folder, gate__yaml=text)
        yield pathlib.Path(folder)


def outcome_of(folder):
    code, out, errors = common.run_gate("--config", folder / "gate.yaml")
    rows = {row["name"]: row for row in json.loads((folder / "out/gate.json").read_text())}
    return code, out, rows


def test_a_whole_gate_is_green_and_its_canaries_red():
    with project() as folder:
        code, out, rows = outcome_of(folder)
        assert code == 0 and "gate: PASS" in out, out
        for name in canary.TITLES:
            assert rows[f"canary-{name}"]["passed"], rows
            assert rows[f"canary-{name}"]["found"].startswith("red: "), rows
        joined = list(store.lines(folder / "out/results.jsonl"))
        assert all("canary" not in json.dumps(line) for line in joined), "seeds are among the results"
        assert "doubled" in rows["canary-nonconformance"]["found"]


def test_a_broken_gate_fails():
    for what, (owner, values, singing) in SABOTAGE.items():
        values = {key: AnyStore if value is None else value for key, value in values.items()}
        steps.Runner.whole = steps.Runner.command
        with project(SHORT) as folder, common.replaced(owner, **values):
            code, out, rows = outcome_of(folder)
        green = {name for name in canary.TITLES if not rows[f"canary-{name}"]["passed"]}
        assert code == 1 and "gate: FAIL" in out, f"{what}: exit {code}\n{out}"
        assert "did not come out red; trust nothing above" in out, out
        assert singing <= green, f"{what}: {green} told, expected {singing}\n{out}"


def test_a_module_with_a_defect_fails_the_gate():
    with project(CONFIG.replace("virtual:simcom\n", "virtual:simcom,defect=doubled-final\n")) as folder:
        code, out, rows = outcome_of(folder)
        assert code == 1 and rows["live-1"]["code"] == 1
        assert "doubled (core/27.007 8.5)" in out and "check --select" in rows["live-1"]["then"], out


def test_a_finding_of_a_fuzzer_fails_the_gate():
    with project(CONFIG.replace("[stream]", "[canary]")) as folder:
        code, out, rows = outcome_of(folder)
        assert code == 1 and not rows["fuzz"]["passed"] and "again" in rows["fuzz"]["then"], out


common.main(sys.modules[__name__])
