"""Steps of a gate: what one is, how it is run and judged, which go side by side."""
import dataclasses
import os
import pathlib
import re
import shlex
import signal
import subprocess
import threading
import time

import store
from render import plain

LIMIT_S = 3600  # after which a step hangs
# What exit codes of atproof's commands mean, and what to do about each.
CODES = {
    2: ("wrong usage or unreadable input", "repair what it names"),
    3: ("an expected failure passed", "take it from the expected failures"),
    4: ("no module there", "look at the port and the module's power"),
    5: ("nothing was selected, or nothing could be judged",
        "look at files, select, level"),
    6: ("the port or the lab failed", "look at the port, then try again"),
    7: ("the module hung, rebooted or was lost", "the last case in the log did that"),
}


@dataclasses.dataclass
class Step:
    """One line of the summary. COMMANDS are run one after the other, all of them;
    or ACTION is called: it gives findings, as lines, and a note, and may change
    `then`. NEEDS must have passed, AFTER must have ended. CORES it keeps busy."""
    name: str
    title: str
    commands: list = dataclasses.field(default_factory=list)
    action: object = None
    cwd: pathlib.Path = None
    then: str = ""
    find: str = ""  # a regular expression: what the log says first of a fault
    store: pathlib.Path = None
    again: list = dataclasses.field(default_factory=list)  # begins what judges a case again
    cores: int = 1
    needs: tuple = ()
    after: tuple = ()
    lock: str = ""
    canary: bool = False
    quiet: bool = False  # no line of the summary if it passes


@dataclasses.dataclass
class Outcome:
    step: Step
    passed: bool
    code: int = 0
    found: str = ""  # the first thing that is wrong, or a note if all is well
    then: str = ""
    seconds: float = 0.0
    log: pathlib.Path = None


# ---- one step -------------------------------------------------------------------

class Runner:
    """Runs the commands of steps; `stop` ends all that are under way."""

    def __init__(self, logs):
        self.logs = logs
        self.processes = set()
        self.lock = threading.Lock()

    def command(self, command, cwd, log, is_nice):
        """Its exit code; what it says goes to LOG."""
        words = (["nice", "-n", "4"] if is_nice else []) + [str(word) for word in command]
        shown = shlex.join(words[3 if is_nice else 0:])
        log.write(f"$ {shown if len(shown) < 2000 else shown[:2000] + ' ...'}\n".encode())
        log.flush()
        try:
            process = subprocess.Popen(words, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=subprocess.STDOUT, process_group=0)
        except OSError as error:
            log.write(f"{words[0]}: {error.strerror}\n".encode())
            return 127
        with self.lock:
            self.processes.add(process)
        try:
            return process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            log.write(f"did not end in {LIMIT_S} s\n".encode())
            end(process)
            return 124
        finally:
            with self.lock:
                self.processes.discard(process)

    def stop(self):
        with self.lock:
            for process in self.processes:
                end(process)

    def execute(self, step):
        """Runs and judges a step."""
        began = time.monotonic()
        outcome = Outcome(step, False, log=self.logs / f"{step.name}.log", then=step.then)
        outcome.log.parent.mkdir(parents=True, exist_ok=True)
        try:
            if step.store:
                step.store.parent.mkdir(parents=True, exist_ok=True)
            if step.action:
                act(step, outcome)
            else:
                with open(outcome.log, "wb") as log:
                    codes = [self.command(command, step.cwd, log, step.cores > 0)
                             for command in step.commands]
                outcome.code = worst(codes)
                judge(step, outcome)
        except Exception as error:  # pylint: disable=broad-except; a step that breaks is red
            outcome.passed, outcome.code = False, 2
            outcome.found = f"{type(error).__name__}: {error}"
        outcome.seconds = time.monotonic() - began
        return outcome


def end(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def worst(codes):
    """Of several commands: nothing selected is so only where none selected any."""
    bad = [code for code in codes if code not in (0, 5)]
    if bad:
        return bad[0]
    return 0 if 0 in codes else 5


def act(step, outcome):
    findings, note = step.action(step)
    outcome.log.write_text("".join(f"{plain(line)}\n" for line in findings or [note]))
    outcome.passed = not findings
    outcome.code = 1 if findings else 0
    outcome.then = step.then
    outcome.found = findings[0] if findings else note


def judge(step, outcome):
    """Green is exit code 0, and, of what judges, something judged in the store."""
    outcome.passed = outcome.code == 0
    if outcome.passed and step.store and not store.has_results(step.store):
        outcome.passed, outcome.code = False, 5
    outcome.found = last_line(outcome.log)
    if outcome.passed:
        outcome.found = store.counted(step.store) if step.store else outcome.found
        return
    first = store.first_fault(step.store, step.again) if step.store else None
    if first:
        outcome.found, outcome.then = first.text, first.again or step.then
    elif step.store and outcome.code in CODES:
        meaning, what = CODES[outcome.code]
        outcome.found = f"exit {outcome.code}, {meaning}: {outcome.found}"
        outcome.then = f"{what}; {outcome.log}"
    elif step.find:
        outcome.found = first_line(outcome.log, step.find) or outcome.found
    outcome.found = outcome.found or f"exit {outcome.code}"


def last_line(path):
    """Of what was said, the commands left out."""
    with open(path, "rb") as log:
        log.seek(max(0, path.stat().st_size - 4096))
        lines = log.read().decode("utf-8", "replace").splitlines()
    lines = [line.strip() for line in lines if line.strip() and not line.startswith("$ ")]
    return lines[-1] if lines else ""


def first_line(path, pattern):
    with open(path, encoding="utf-8", errors="replace") as log:
        return next((line.strip() for line in log if re.search(pattern, line)), "")


# ---- all of them ----------------------------------------------------------------

class Schedule:
    """Runs steps side by side: never more cores than there are, never two of one
    lock, each after what it needs."""

    def __init__(self, steps, execute, cores, on_end=lambda outcome: None):
        self.waiting, self.execute, self.on_end = list(steps), execute, on_end
        self.free, self.cores = cores, cores
        self.locks, self.outcomes = set(), {}
        self.changed = threading.Condition()
        names = [step.name for step in steps]
        if len(set(names)) != len(names):
            raise ValueError(f"two steps of one name: {sorted(names)}")
        for step in steps:
            unknown = set(step.needs + step.after) - set(names)
            if unknown:
                raise ValueError(f"{step.name} waits for {unknown}, which is no step")

    def run(self):
        """The outcomes, in the order of the steps."""
        steps = list(self.waiting)
        with self.changed:
            while len(self.outcomes) < len(steps):
                self.start_ready()
                if len(self.outcomes) < len(steps):
                    self.changed.wait()
        return [self.outcomes[step.name] for step in steps]

    def start_ready(self):
        progress = True
        while progress:
            progress = False
            for step in list(self.waiting):
                progress = self.consider(step) or progress

    def consider(self, step):
        """Whether the step has left the queue."""
        ended = self.outcomes
        if any(name not in ended for name in step.needs + step.after):
            return False
        broken = [name for name in step.needs if not ended[name].passed]
        if broken:
            self.waiting.remove(step)
            self.note(Outcome(step, False, 2, f"not run, for '{ended[broken[0]].step.title}' failed",
                              "repair that first"))
            return True
        cores = min(step.cores, self.cores)
        if cores > self.free or step.lock in self.locks:
            return False
        self.waiting.remove(step)
        self.free -= cores
        self.locks |= {step.lock} - {""}
        threading.Thread(target=self.work, args=(step, cores), daemon=True).start()
        return True

    def work(self, step, cores):
        outcome = self.execute(step)
        with self.changed:
            self.free += cores
            self.locks.discard(step.lock)
            self.note(outcome)
            self.changed.notify_all()

    def note(self, outcome):
        self.outcomes[outcome.step.name] = outcome
        self.on_end(outcome)
