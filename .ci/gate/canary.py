"""The gate proves that it can fail: what is seeded here goes through the same
steps, the same judgement and the same verdict as all else, and must be red.

A canary is a configuration of its own, a line each of what must come of it:
exit code, rule, text. One that comes out green is kept apart from all findings,
and fails the gate by itself."""
import shlex
import subprocess

import config
import plan as planning
import store
from steps import Step

# (A server of its own, with new keys, would take a second; no case needs one.)
CONFIGURATIONS = {
    "nonconformance": """version: 1
name: a seeded nonconformance
dialects: [simcom]
live:
  - target: virtual:simcom,defect=doubled-final
    select: ['*/live-signal']
    server: 127.0.0.1:1
output: {directory: .}
""",
    "crash": """version: 1
name: a seeded crash
fuzz: {seconds: 30, targets: [canary]}
output: {directory: .}
""",
    "empty": """version: 1
name: an empty selection
live:
  - target: virtual:simcom
    select: [no/such/case]
    server: 127.0.0.1:1
traffic:
  - files: [empty.at]
    select: no/such/case
  - files: [no-such-file.at]
output: {directory: .}
""",
}
EMPTY = "@ dialect: simcom\n@ id: canary/1\n\n> AT\n< OK\n"
RULE = "doubled"  # what the defect breaks
# How a format shows that something failed.
RED = {"junit": b"<failure ", "tap": b"\nnot ok ", "sarif": b'"level": "error"',
       "badge": b"red"}


class Canary:
    def __init__(self, name, runner, verdict, out):
        self.name, self.runner, self.verdict = name, runner, verdict
        self.folder = out / "canary" / name
        self.faults = []

    def expect(self, holds, what):
        if not holds:
            self.faults.append(what)

    def run(self):
        """The outcomes of its own gate."""
        self.folder.mkdir(parents=True)
        path = self.folder / "gate.yaml"
        path.write_text(CONFIGURATIONS[self.name])
        (self.folder / "empty.at").write_text(EMPTY)
        own = planning.Plan(config.load(path))
        outcomes = []
        for step in [*planning.judging_steps(own), *planning.fuzz_steps(own)]:
            step.name = f"canary-{self.name}-{step.name}"
            outcomes.append(self.runner.execute(step))
        self.expect(outcomes, "no step was made of it")
        for outcome in outcomes:
            self.expect(not outcome.passed, f"{outcome.step.name} came out green")
        self.expect(self.verdict(outcomes) == 1, "the verdict on it is PASS")
        return outcomes

    def action(self, step):
        outcomes = self.run()
        CHECKS[self.name](self, outcomes)
        first = outcomes[0].found if outcomes else ""
        return self.faults, f"red: {first}"


def check_formats(canary, outcome):
    """What is made of its store is red, too."""
    for name, sign in RED.items():
        command = [planning.ATPROOF, "report", outcome.step.store, "--format", name, "-o", "-"]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        canary.expect(done.returncode == 0 and sign in done.stdout, f"{name} of it is not red")


def check_nonconformance(canary, outcomes):
    for outcome in outcomes:
        check_formats(canary, outcome)
        canary.expect(outcome.code == 1, f"exit {outcome.code}, expected 1")
        seen = store.rules(outcome.step.store)
        canary.expect(RULE in seen, f"red for {sorted(seen)}, expected {RULE}")


def check_crash(canary, outcomes):
    """One finding, which its own command shows again."""
    for outcome in outcomes:
        canary.expect(outcome.code == 1, f"exit {outcome.code}, expected 1")
        findings = [finding for line in store.lines(outcome.step.store) if line["kind"] == "fuzz"
                    for finding in line["findings"]]
        canary.expect(len(findings) == 1, f"{len(findings)} findings, expected 1")
        for finding in findings:
            again = subprocess.run(shlex.split(finding["reproduce"]), cwd=planning.ROOT,
                                   capture_output=True, timeout=60, check=False)
            output = again.stdout + again.stderr
            canary.expect(again.returncode != 0 and b"fuzz: canary" in output,
                          f"`{finding['reproduce']}` does not show it again")


def check_empty(canary, outcomes):
    codes = [outcome.code for outcome in outcomes]
    canary.expect(codes == [5, 5, 1], f"exit {codes}, expected 5, 5, and no file found")


CHECKS = {"nonconformance": check_nonconformance, "crash": check_crash, "empty": check_empty}
TITLES = {"nonconformance": "a seeded nonconformance", "crash": "a seeded crash",
          "empty": "an empty selection"}


def canary_steps(out, runner, verdict):
    for name, title in TITLES.items():
        canary = Canary(name, runner, verdict, out)
        yield Step(f"canary-{name}", f"canary: {title} comes out red", action=canary.action,
                   canary=True, needs=("build-fuzz",) if name == "crash" else ("build",),
                   then="repair the gate first: while this is so, its green means nothing")
