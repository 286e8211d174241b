"""Mistakes in a configuration are told with file, line, column, and what was
expected.
usage: test_config.py"""
import pathlib
import sys

import common
import config

# What is written, and what must be said of it.
WRONG = [
    ("version: 1\n", "1:1: selects nothing; expected traffic"),
    ("", "1:1: nothing in it; expected"),
    ("- 1\n", "1:1: a list; expected a mapping"),
    ("checks: [stack]\n", "1:1: no 'version'; expected version in it"),
    ("version: 2\nchecks: [stack]\n", "1:10: 'version': '2'; expected 1"),
    ("version: 1\nfuz: {seconds: 1}\n",
     "2:1: unknown key 'fuz'; did you mean 'fuzz'? expected baseline, checks"),
    ("version: 1\ntraffic:\n  - file: [a]\n    files: [b]\n",
     "3:5: unknown key 'file'; did you mean 'files'? expected as_recorded"),
    ("version: 1\ntraffic:\n  - log: arrows\n", "3:5: no 'files'; expected files in it"),
    ("version: 1\ntraffic: []\n", "2:10: 'traffic': nothing listed; expected one at least"),
    ("version: 1\nlive:\n  - target: 5\n", "3:13: 'target': a number; expected a text"),
    ("version: 1\nlive:\n  - {target: x, allow: [money]}\n",
     "3:25: 'money'; expected stores-files or costs-data"),
    ("version: 1\nfuzz: {seconds: -1}\n", "2:17: 'seconds': -1; expected at least 0"),
    ("version: 1\nfuzz: {targets: [streem]}\n", "2:18: 'streem'; did you mean 'stream'? expected"),
    ("version: 1\nchecks: [stack]\nthresholds: {lines: 101}\n",
     "3:21: 'lines': 101; expected at most 100"),
    ("version: 1\nchecks: [stack]\nchecks: [stack]\n", "3:1: 'checks' a second time"),
    ("version: 1\nchecks: [stack\n", "3:1: no YAML: expected ',' or ']'"),
    ("version: 1\nchecks: [stack]\nexpected_failures:\n  - {id: a/b, until: 2030-1-1, reason: r}\n",
     "4:22: 'until': '2030-1-1'; expected the last day, YYYY-MM-DD"),
    ("version: 1\nchecks: [stack]\nexpected_failures:\n  - {id: a/b, until: 2030-02-31, reason: r}\n",
     "4:22: 'until': '2030-02-31' is no day of the calendar"),
    ("version: 1\nchecks: [stack]\nexpected_failures:\n  - {id: a b, until: 2030-01-01, reason: r}\n",
     "4:10: 'id': 'a b'; expected a case's id or a shell pattern, without blanks"),
    ("version: 1\ndialects: [simcom]\nlive:\n  - {target: x, dialect: simcon}\n",
     "4:26: 'dialect': 'simcon' is not among 'dialects'; expected simcom"),
    ("version: 1\ntraffic:\n  - {files: [a], sent_prefix: '('}\n", "3:31: 'sent_prefix': "),
    ("a: &x [*x]\n", "nested more than"),
    ("[" * 30000, "1:1: nested more than"),
    ("version: 1\nchecks: [stack]\nthresholds: {lines: .nan}\n",
     "3:21: '.nan'; expected a finite number"),
    ("version: 1\nchecks: [stack]\nthresholds: {lines: -.inf}\n",
     "3:21: '-.inf'; expected a finite number"),
    ("a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 8)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi")), "more than 100,000 values"),
    ("version: 1\nchecks: [stack]\nexpected_failures:\n  - {id: a/b, until: 9999-99-99, reason: r}\n",
     "4:22: 'until': '9999-99-99' is no day of the calendar"),
]


def told(text):
    with common.scratch() as folder:
        path = pathlib.Path(folder) / "gate.yaml"
        path.write_text(text)
        try:
            return config.load(path)
        except config.Mistakes as error:
            return str(error).replace(f"{path}:", "")


def test_each_mistake_is_told_with_its_place():
    for text, expected in WRONG:
        said = told(text)
        assert isinstance(said, str), f"taken: {text!r}"
        assert expected in said, f"{text!r}\n  expected {expected}\n  seen     {said}"


def test_all_mistakes_are_told_at_once():
    said = told("version: 3\nfuz: 1\nchecks: [stak]\n").splitlines()
    assert len(said) == 3, said


def test_what_a_mistake_quotes_is_inert():
    evil = r'"\e[2J\x9b\r\n::error::x\u2028gate: PASS\u202e##vso[x]"'
    for text in (f"{evil}: 1\n", f"version: {evil}\n", f"version: 1\nlive: [{evil}]\n",
                 f"version: 1\nchecks: [{evil}]\n", f"version: 1\n{evil}: 1\n{evil}: 1\n"):
        with common.scratch() as folder:
            common.write(folder, gate__yaml=text)
            code, out, errors = common.run_gate("--config", f"{folder}/gate.yaml")
        assert code == 2 and not out
        assert all(line.startswith("gate: /") for line in errors[:-1].split("\n")), errors
        assert "##" not in errors, errors
        assert errors.replace("\n", "").isprintable(), errors


def test_day_is_one_of_the_calendar():
    for day in ("2028-02-29", "0001-01-01", "9999-12-31"):
        assert config.is_day(day), day
    for day in ("9999-99-99", "2099-02-30", "2100-02-29", "2099-00-10", "0000-01-01", "20990101",
                "2099-W01-1", "2099-01-01 ", "2099-1-1", ""):
        assert not config.is_day(day), day


def test_a_file_that_is_not_there_is_exit_2():
    code, out, errors = common.run_gate("--config", "/no/such.yaml")
    assert code == 2 and "gate: /no/such.yaml: No such file" in errors and not out


def test_a_mistake_is_exit_2_and_nothing_runs():
    with common.scratch() as folder:
        common.write(folder, gate__yaml="version: 1\nchekcs: [stack]\n")
        code, out, errors = common.run_gate("--config", f"{folder}/gate.yaml")
        assert code == 2 and "did you mean 'checks'" in errors and not out
        assert [path.name for path in pathlib.Path(folder).iterdir()] == ["gate.yaml"]


def test_dates_and_paths_stay_text():
    loaded = told("version: 1\nroot: a\nchecks: [stack]\n"
                  "expected_failures:\n  - {id: x, until: 2030-01-02, reason: why}\n")
    assert loaded.data["expected_failures"][0]["until"] == "2030-01-02"
    assert loaded.root.name == "a" and loaded.out.name == "atproof-gate"
    assert loaded.place("expected_failures", 0).endswith("gate.yaml:5:5")


def test_the_gates_own_configuration_is_taken():
    loaded = config.load(common.GATE / "gate.yaml")
    assert loaded.root == common.ROOT and loaded.out == common.ROOT / "build/gate"


common.main(sys.modules[__name__])
