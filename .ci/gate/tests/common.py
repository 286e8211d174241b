"""What the gate's tests share: run each test_* of a script, a gate without builds."""
import contextlib
import io
import pathlib
import stat
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
GATE = HERE.parent
ROOT = GATE.parent.parent
sys.path.insert(0, str(GATE))

import gate  # noqa: E402
import plan  # noqa: E402
from steps import Step  # noqa: E402

# Stands for fuzz/run: finds what is asked for by the target's name.
FUZZ_RUN = """#!/usr/bin/python3
import json, pathlib, sys
out = pathlib.Path(sys.argv[sys.argv.index('--out') + 1])
out.mkdir(parents=True, exist_ok=True)
(out / 'again').write_text('#!/bin/sh\\necho fuzz: canary >&2\\nexit 77\\n')
(out / 'again').chmod(0o755)
found = [{'kind': 'invariant', 'invariant': 'canary', 'text': 'seeded', 'source': 'x',
          'sha256': '0' * 64, 'reproduce': str(out / 'again')}] if 'canary' in sys.argv else []
run = {'kind': 'run', 'version': 1, 'tool': 'atproof fuzz', 'strict': False}
fuzz = {'kind': 'fuzz', 'target': 'canary' if found else 'stream', 'engine': 'libfuzzer',
        'mutator': True, 'instance': 'here', 'duration_ms': 5, 'executions': 9,
        'executions_per_second': 9, 'corpus_count': 1, 'corpus_size': 1, 'samples': [],
        'findings': found}
with open(out / 'results.jsonl', 'a') as store:
    store.write(json.dumps(run) + '\\n' + json.dumps(fuzz) + '\\n')
sys.exit(1 if found else 0)
"""


@contextlib.contextmanager
def replaced(owner, **values):
    """OWNER's attributes, for as long as it lasts."""
    before = {name: getattr(owner, name) for name in values}
    for name, value in values.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)


@contextlib.contextmanager
def without_builds(atproof, folder):
    """The gate, with ATPROOF, without fuzzers, and nothing built."""
    fuzz = pathlib.Path(folder) / "fuzz-run"
    fuzz.write_text(FUZZ_RUN)
    fuzz.chmod(fuzz.stat().st_mode | stat.S_IXUSR)

    def builds(data):
        return [Step(name, name, [["true"]], quiet=True) for name in ("build", "build-fuzz")]
    with replaced(plan, ATPROOF=pathlib.Path(atproof).resolve(), FUZZ_RUN=fuzz,
                  build_steps=builds):
        yield


def run_gate(*arguments):
    """Exit code, standard output, standard error."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        code = gate.main([str(word) for word in arguments])
    return code, out.getvalue(), errors.getvalue()


def write(folder, **files):
    """Files by name, __ for the dot."""
    for name, text in files.items():
        (pathlib.Path(folder) / name.replace("__", ".")).write_text(text)


def scratch():
    return tempfile.TemporaryDirectory(prefix="atproof-gate-")


def main(module):
    """Runs all functions test_* of a script; exit 1 if one fails."""
    tests = [(name, one) for name, one in vars(module).items() if name.startswith("test_")]
    failed = 0
    for name, test in tests:
        try:
            test()
        except Exception:  # pylint: disable=broad-except; each is told
            failed += 1
            print(f"{name} fails:\n{traceback.format_exc(limit=-3)}")
    if not tests:
        sys.exit("no test")
    print(f"{len(tests) - failed} of {len(tests)} tests pass")
    sys.exit(1 if failed else 0)
