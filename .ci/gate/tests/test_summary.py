"""The summary fits a screen, and says what to do.
usage: test_summary.py"""
import itertools
import pathlib
import subprocess
import sys
from xml.etree import ElementTree

import common
import finish
import render
from steps import Outcome, Step

LONG = "x" * 300
EVIL = "\x1b[2J\r\n\x07\u202e\u2028\x9b31m\ud7ff\u0301" + "\u4e2d" * 100


def outcome(passed, title="a step", found="what it found", then="do this"):
    return Outcome(Step("name", title, [["true"]]), passed, 0 if passed else 1, found, then,
                   log=pathlib.Path("build/gate/log/name.log"))


def check_screen(text):
    lines = text.split("\n")
    assert len(lines) <= 23, f"{len(lines)} lines"
    for line in lines:
        assert render.wide(line) <= 79, line
        assert all(c == " " or c.isprintable() for c in line), repr(line)
    return lines


def test_any_number_of_steps_fits_a_screen():
    texts = (LONG, EVIL, "short", "")
    for passed, failed in itertools.product((0, 1, 6, 18, 19, 20, 40), repeat=2):
        for text in texts:
            outcomes = [outcome(True, found=text)] * passed + [outcome(False, text or "t", text, text)] * failed
            lines = check_screen(render.summary(text, outcomes, [text, text], f"gate: FAIL {text}"))
            assert lines[-1].startswith("gate: FAIL")
            said = sum("FAIL  " in line for line in lines[:-1])
            assert said > 0 or failed == 0


def test_each_failure_has_its_finding_and_what_to_do():
    lines = check_screen(render.summary("n", [outcome(True), outcome(False)], [], "gate: FAIL"))
    assert lines[2:5] == ["  FAIL  a step", "          what it found", "          then: do this"], lines


def test_many_failures_are_counted():
    outcomes = [outcome(False, f"step {i}") for i in range(40)] + [outcome(True)] * 7
    lines = check_screen(render.summary("n", outcomes, [], "gate: FAIL"))
    shown = [line for line in lines if line.startswith("  FAIL  step")]
    more = [line for line in lines if line.endswith(" more")]
    assert len(more) == 1 and len(shown) + int(more[0].split()[1]) == 40, lines
    assert "  pass  7 others" in lines


def test_a_command_is_folded_and_never_cut():
    command = "atproof check --select " + "simcom-http/2.2.6/write-a-03 " * 3 + "corpus/a.at"
    lines = render.failed_lines(outcome(False, then=command), True)
    assert " ".join(line.strip() for line in lines[2:]) == f"then: {command}"
    lines = render.failed_lines(outcome(False, then=LONG), True)
    assert lines[2].strip() == "then: read build/gate/log/name.log"


def test_steps_stand_in_junit_and_count():
    outcomes = [outcome(True), outcome(False, "other", "<&\"\x1b]]>\ufffe", EVIL)]
    outcomes += [outcome(False, "other", "", "")]  # of one title; steps have names of their own
    outcomes[2].step.name = "third"
    for root in ('<testsuites name="a" tests="5" failures="1" errors="0" skipped="0"/>',
                 '<testsuites name="a" tests="5" failures="1" errors="0" skipped="0">\n</testsuites>'):
        with common.scratch() as folder:
            path = pathlib.Path(folder) / "junit.xml"
            path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n')
            finish.add_suite(path, outcomes)
            schema = common.ROOT / "reports/junit.xsd"
            checked = subprocess.run(["xmllint", "--noout", "--schema", schema, path],
                                     capture_output=True, text=True, check=False)
            assert checked.returncode == 0, checked.stderr
            tree = ElementTree.parse(path).getroot()
            assert (tree.get("tests"), tree.get("failures")) == ("8", "3")
            assert [case.find("failure") is None for case in tree.iter("testcase")] == [True, False, False]


def test_bytes_of_a_module_do_nothing_to_the_terminal():
    assert render.plain("a\x1b[31m\u202eb\x9b") == "a\\x1B[31m\\u202Eb\\x9B"
    assert render.plain(" ::error::##vso[x]###") == r" \x3A:error::#\x23vso[x]#\x23\x23"
    assert render.plain("tcp,::1: a: #1") == "tcp,::1: a: #1" and render.plain(":") == r"\x3A"


common.main(sys.modules[__name__])
