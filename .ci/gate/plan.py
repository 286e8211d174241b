"""The steps that a configuration asks for."""
import glob
import os
import pathlib
import shutil

from steps import Step

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASE = ROOT / "build/release"
ATPROOF = RELEASE / "conformance/atproof"
FUZZ_RUN = ROOT / "fuzz/run"
ARGUMENTS_MAX = 1 << 20  # bytes of one command line
FLAGS = {"strict": "--strict", "as_recorded": "--as-recorded"}
LIVE_OPTIONS = {"dialect": "--dialect", "level": "--level", "retry": "--retry",
                "server": "--server", "settle_ms": "--settle", "boot_s": "--boot",
                "timeout_s": "--timeout", "power": "--power"}
READ_OPTIONS = {"dialect": "--dialect", "catalog": "--catalog", "log": "--log",
                "sent_prefix": "--sent-prefix", "received_prefix": "--received-prefix",
                "escapes": "--escapes", "direction": "--direction"}
CHECK_OPTIONS = {**READ_OPTIONS, "select": "--select", "level": "--level"}


class Plan:
    """What steps have in common: the configuration, and where things go."""

    def __init__(self, config):
        self.config, self.data = config, config.data
        self.root, self.out = config.root, config.out
        self.cwd = self.root

    def shown(self, path):
        """A path as commands are given it: relative where that is shorter."""
        path = pathlib.Path(path)
        return os.path.relpath(path, self.root) if path.is_relative_to(self.root) else str(path)

    @property
    def atproof(self):
        return self.shown(ATPROOF)

    def folder(self, name):
        return self.out / "steps" / name

    @property
    def excuses(self):
        """The file of expected failures, or None."""
        listed = self.data["expected_failures"]
        if isinstance(listed, str):
            return self.root / listed
        return self.out / "expected-failures.txt" if listed else None

    def excuse_options(self):
        return ["--expected-failures", self.shown(self.excuses)] if self.excuses else []


# ---- building -------------------------------------------------------------------

def configure(preset):
    launcher = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    return ["cmake", "--preset", preset, *launcher]


def build(preset, *targets):
    command = ["cmake", "--build", "--preset", preset, "-j", os.cpu_count()]
    return [configure(preset), command + (["--target", *targets] if targets else [])]


def build_steps(data):
    own = set(data["checks"])
    targets = ["atproof-command", "fuzz-targets", "fuzz-support"]
    targets += ["atproof"] if "freestanding" in own else []
    targets += ["test_cases"] if "splits" in own else []
    common = {"cwd": ROOT, "cores": os.cpu_count(), "quiet": True,
              "then": "build it by hand: cmake --build --preset release"}
    steps = [Step("build", "atproof builds", build("release", *targets), **common)]
    steps.append(Step("build-fuzz", "the fuzzers build",
                      build("fuzz", "fuzz-targets"), needs=("build",), **common))
    return steps


# ---- items of traffic and live --------------------------------------------------

def expand(items, dialects):
    """An item that contains {dialect} becomes one of each."""
    for item in items:
        if "{dialect}" not in str(item):
            yield item
            continue
        for dialect in dialects:
            yield put_in(item, dialect)


def put_in(value, dialect):
    if isinstance(value, dict):
        return {key: put_in(one, dialect) for key, one in value.items()}
    if isinstance(value, list):
        return [put_in(one, dialect) for one in value]
    return value.replace("{dialect}", dialect) if isinstance(value, str) else value


def options_of(item, names):
    options = [word for key, option in names.items() if key in item
               for word in (option, str(item[key]))]
    options += [flag for key, flag in FLAGS.items() if item.get(key)]
    options += [word for name, text in item.get("set", {}).items()
                for word in ("--set", f"{name}={text}")]
    return options


def find_files(root, patterns):
    """The files, sorted, and the patterns that match none."""
    found, empty = {}, []
    for pattern in patterns:
        matches = sorted(name for name in glob.glob(pattern, root_dir=root, recursive=True)
                         if (root / name).is_file())
        if not matches:
            empty.append(pattern)
        found.update(dict.fromkeys(matches))
    return list(found), empty


def batches(files):
    """As many in a command line as fit."""
    batch, size = [], 0
    for name in files:
        if batch and size + len(name) + 1 > ARGUMENTS_MAX:
            yield batch
            batch, size = [], 0
        batch.append(name)
        size += len(os.fsencode(name)) + 1
    if batch:
        yield batch


def nothing(patterns):
    """An action: files that were asked for are not there."""
    def text(step):
        return [f"no file matches '{pattern}'; expected one at least" for pattern in patterns], ""
    return text


def traffic_step(plan, name, item):
    files, empty = find_files(plan.root, item["files"])
    title = item.get("name", f"recorded traffic {name.split('-')[-1]}")
    if empty:
        return Step(name, title, action=nothing(empty),
                    then=f"look at 'files' in {plan.shown(plan.config.path.resolve())}")
    kept = plan.folder(name) / "results.jsonl"
    options = options_of(item, CHECK_OPTIONS)
    again = [plan.atproof, "check", *options_of({key: value for key, value in item.items()
                                                 if key != "select"}, CHECK_OPTIONS)]
    commands = [[plan.atproof, "check", "--quiet", *options, *plan.excuse_options(),
                 "--results", plan.shown(kept), "--", *batch] for batch in batches(files)]
    return Step(name, title, commands, cwd=plan.root, store=kept, again=again, needs=("build",),
                then="read its finding for each case")


def live_step(plan, name, item):
    folder = plan.folder(name)
    selects = [word for pattern in item.get("select", []) for word in ("--select", pattern)]
    words = [word for key in ("allow", "lacks") if item.get(key)
             for word in (f"--{key}", ",".join(item[key]))]
    command = [plan.atproof, "run", "--quiet", "--target", item["target"],
               *options_of(item, LIVE_OPTIONS), *selects, *words, *plan.excuse_options(),
               "--out", plan.shown(folder), "--", *item.get("cases", [])]
    dialect = ["--dialect", item["dialect"]] if "dialect" in item else []
    # It waits for the module most of the time: it keeps no core busy. Modules of
    # one port are no two; those in atproof's own process are as many as one likes.
    is_virtual = item["target"].startswith("virtual:")
    return Step(name, item.get("name", f"module at {item['target']}")[:60], [command],
                cwd=plan.root, store=folder / "results.jsonl", needs=("build",), cores=0,
                lock="" if is_virtual else "module",
                again=[plan.atproof, "check", *dialect],
                then="read its finding for each case")


def catalog_steps(plan, items):
    """A catalogue of one's own is well-formed."""
    files = dict.fromkeys(item["catalog"] for item in items if "catalog" in item)
    for i, name in enumerate(files, 1):
        yield Step(f"catalog-{i}", f"catalogue {name} is well-formed"[:60],
                   [[plan.atproof, "catalog", "--check", "--", name]], cwd=plan.root, needs=("build",),
                   then="repair it; parser/catalog/README.md describes a catalogue")


def judging_steps(plan):
    traffic = list(expand(plan.data["traffic"], plan.data["dialects"]))
    live = list(expand(plan.data["live"], plan.data["dialects"]))
    return [*catalog_steps(plan, traffic),
            *(live_step(plan, f"live-{i}", item) for i, item in enumerate(live, 1)),
            *(traffic_step(plan, f"traffic-{i}", item) for i, item in enumerate(traffic, 1))]


# ---- fuzzing --------------------------------------------------------------------

def fuzz_step(plan, name, wanted):
    out = plan.root / wanted["corpus"] if "corpus" in wanted else plan.folder(name)
    seconds = wanted.get("seconds", 60)
    keep = [] if "corpus" in wanted else ["--no-merge"]
    targets = wanted.get("targets", [])
    command = [FUZZ_RUN, *targets, "--seconds", seconds, "--no-keep", *keep,
               "--engines", ",".join(wanted.get("engines", ["libfuzzer"])), "--out", out,
               "--seed", wanted.get("seed", 0)]
    jobs = min(os.cpu_count(), len(targets)) if targets else os.cpu_count()
    commands = [["rm", "-f", out / "results.jsonl"], [*command, "--jobs", jobs]]
    return Step(name, f"fuzzers find nothing in {seconds} s", commands, cwd=ROOT,
                store=out / "results.jsonl", needs=("build-fuzz",), cores=jobs,
                then="read its log; fuzz/README.md describes how to go on")


def fuzz_steps(plan):
    wanted = plan.data.get("fuzz")
    if wanted is None or wanted.get("seconds", 60) == 0:
        return []
    return [fuzz_step(plan, "fuzz", wanted)]


# ---- checks of atproof's own repository -------------------------------------------

def cases(*folders):
    """For xargs: the corpus's cases, in order."""
    return (f"find {' '.join('corpus/' + folder for folder in folders)} -name '*.at' -print0 "
            "| sort -z | xargs -0 ")


TESTS = "conformance/tests"
CLI = "build/release/conformance/atproof"
ALL_CASES = cases("transcripts", "live", "judge", "hostile")
# name: title, command of the shell, what to do.
CHECKS = {
    "corpus": ("corpus decodes to its expected events", f"{TESTS}/cases/corpus.sh {CLI}",
               "if the new events are right: .ci/update"),
    "splits": ("cases decode alike at every split and pair of splits",
               f"{ALL_CASES} build/release/{TESTS}/cases/test_cases --pairs",
               f"build/release/{TESTS}/cases/test_cases FILE shows the one case"),
    "trace": ("every clause has a case, every id one meaning",
              f"{cases('transcripts', 'live', 'judge')} {CLI} catalog --trace --ledger corpus/ids",
              "write the case (corpus/README.md), then .ci/update"),
    "judge-table": ("the judge reports what is wrong", f"{TESTS}/judge/judge_table.sh {CLI} corpus",
                    f"{TESTS}/judge/judge_table.sh {CLI} corpus"),
    "live-ports": ("live cases pass on every kind of port",
                   f"python3 {TESTS}/run/live.py {CLI} pty tcp rfc2217",
                   f"python3 {TESTS}/run/live.py {CLI} tcp"),
    "catalogues": ("catalogue is well-formed", f"{CLI} catalog --check parser/catalog/*.yaml",
                   "repair the line; parser/catalog/README.md has the schema"),
    "generated": ("generated files match the catalogue", f"{TESTS}/catalog/generated.sh {CLI}",
                  ".ci/update"),
    "freestanding": ("the library calls mem* and nothing else",
                     "sh parser/tests/freestanding.sh build/release/parser/libatproof.a",
                     "take the call out of parser/src"),
    "stack": ("stack on Cortex-M0+ within 256 bytes", "sh parser/bench/size.sh parser build/size",
              "sh parser/bench/size.sh parser build/size shows each function's"),
}
WAITING = ("live-ports",)  # which keeps no core busy


def own_step(name):
    title, command, then = CHECKS[name]
    commands = [["bash", "-o", "pipefail", "-c", command]]
    if name == "stack":
        commands = build("cm0") + commands
    return Step(name, title, commands, cwd=ROOT, then=then, needs=("build",),
                cores=0 if name in WAITING else 1)


def own_steps(plan):
    # What waits long goes first.
    names = sorted(plan.data["checks"], key=lambda name: name not in WAITING)
    return [own_step(name) for name in names]


def coverage_steps(plan):
    """What it measures is judged by the thresholds."""
    wanted, out = plan.data.get("coverage"), plan.out / "coverage"
    if wanted is None:
        return []
    if wanted != "parser":
        return [Step("coverage", "coverage was measured", [["cp", "-R", wanted, plan.shown(out)]],
                     cwd=plan.root, then="run gcovr --json COVERAGE/coverage.json first")]
    # At 100 % fuzz/coverage also shows that less than all tests are not enough.
    strict = all(plan.data["thresholds"].get(key) == 100 for key in ("lines", "branches"))
    return [Step("coverage", "every line and branch of the parser runs" if strict
                 else "the parser's coverage is measured",
                 [[ROOT / "fuzz/coverage", "all", *["--fail-under"][:strict], "--out", out]],
                 cwd=ROOT, cores=os.cpu_count(), needs=("build",), find=r": (never ran|\d+ of )",
                 then="write a test that runs it; `fuzz/coverage all` shows it again")]
