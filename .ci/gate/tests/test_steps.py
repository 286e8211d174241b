"""Steps: what is red, what runs side by side, what is not run.
usage: test_steps.py"""
import json
import pathlib
import sys
import threading
import time

import common
import finish
import gate
import plan
import steps
from steps import Runner, Schedule, Step

CASE = {"kind": "case", "id": "a/b", "dialect": "simcom", "level": "must", "verdict": "pass",
        "outcome": "passed", "exchanges": []}


def execute(**values):
    with common.scratch() as folder:
        kept = None
        if "case" in values:
            kept = pathlib.Path(folder) / "s" / "results.jsonl"
            lines = values.pop("case")
            values["commands"] = values.get("commands", [["true"]])
            kept.parent.mkdir()
            kept.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return Runner(pathlib.Path(folder)).execute(Step("s", "title", store=kept, **values))


def exits(*codes):
    return [["sh", "-c", f"exit {code}"] for code in codes]


def test_every_exit_code_but_0_is_red():
    assert execute(commands=exits(0)).passed
    for code in (1, 2, 3, 4, 5, 6, 7, 77, 255):
        outcome = execute(commands=exits(code))
        assert not outcome.passed and outcome.code == code, code


def test_a_command_that_is_not_there_or_is_killed_is_red():
    assert not execute(commands=[["/no/such/program"]]).passed
    assert not execute(commands=[["sh", "-c", "kill -9 $$"]]).passed


def test_of_several_commands_the_worst_counts():
    assert not execute(commands=exits(0, 1, 0)).passed
    assert execute(commands=exits(0, 5), case=[CASE]).passed
    assert execute(commands=exits(5, 5)).code == 5
    assert execute(commands=exits(5, 2, 0)).code == 2


def test_a_green_judge_that_judged_nothing_is_red():
    assert execute(case=[CASE]).passed
    assert execute(case=[]).code == 5
    assert execute(case=[{**CASE, "outcome": "skipped"}]).code == 5
    assert not execute(case=[{"kind": "fuzz", "executions": 0}]).passed


def test_an_action_that_breaks_is_red():
    def broken(step):
        raise KeyError("x")
    assert not execute(action=broken).passed
    assert not execute(action=lambda step: (["wrong"], "")).passed
    assert execute(action=lambda step: ([], "fine")).passed


def test_what_a_failing_case_says_is_told():
    exchange = {"verdict": "fail", "findings": [
        {"rule": "later", "level": "should", "clause": "c", "declared": False},
        {"rule": "known", "level": "must", "clause": "c", "declared": True},
        {"rule": "doubled", "level": "must", "clause": "core/27.007 8.5", "declared": False,
         "expected": "OK once", "seen": "OK\x1b[2J"}]}
    case = {**CASE, "outcome": "failed", "source": "a.at", "exchanges": [exchange]}
    outcome = execute(commands=exits(1), case=[CASE, case], again=["atproof", "check"])
    assert outcome.found == ("a/b: doubled (core/27.007 8.5): expected OK once, "
                             "seen OK\\x1B[2J"), outcome.found
    assert outcome.then == "atproof check --select=a/b -- a.at"


def test_no_more_than_the_cores_and_never_two_of_a_lock():
    busy, most, locks = [0], [0], [0]
    guard = threading.Lock()

    def execute_one(step):
        with guard:
            busy[0] += step.cores
            locks[0] += bool(step.lock)
            most[0] = max(most[0], busy[0])
            assert locks[0] <= 1 or not step.lock
        time.sleep(0.01)
        with guard:
            busy[0] -= step.cores
            locks[0] -= bool(step.lock)
        return steps.Outcome(step, True)
    many = [Step(f"s{i}", "t", cores=1 + i % 2, lock="port" if i % 3 == 0 else "") for i in range(12)]
    outcomes = Schedule(many, execute_one, 2).run()
    assert most[0] == 2 and [one.step for one in outcomes] == many and all(o.passed for o in outcomes)


def test_what_needs_a_failed_step_is_not_run_and_red():
    ran = []

    def execute_one(step):
        ran.append(step.name)
        return steps.Outcome(step, step.name != "a")
    outcomes = Schedule([Step("a", "A"), Step("b", "B", needs=("a",)), Step("c", "C", needs=("b",)),
                         Step("d", "D", after=("b",))], execute_one, 2).run()
    assert sorted(ran) == ["a", "d"] and [one.passed for one in outcomes] == [False] * 3 + [True]
    assert "not run" in outcomes[1].found


def test_the_verdict_on_nothing_is_fail():
    assert gate.verdict([]) == 1
    assert gate.conclude([], 0)[0] == 1
    green = steps.Outcome(Step("a", "A"), True)
    assert gate.verdict([green]) == 0 and gate.conclude([green], 0)[0] == 0
    assert gate.conclude([green, steps.Outcome(Step("b", "B"), False)], 0)[0] == 1


def settled(thresholds, lines, **data):
    values = {"thresholds": {"cases": 1, "executions": 1, **thresholds}, "dialects": ["simcom"],
              "traffic": [1], "live": [], **data}
    return (finish.count_faults(values, lines, True)
            + finish.dialect_faults(values, [line for line in lines if line["kind"] == "case"]))


def test_thresholds_are_kept_or_told():
    fuzz = {"kind": "fuzz", "target": "stream", "engine": "afl", "executions": 99}
    skipped = {**CASE, "outcome": "skipped", "reason": "needs a SIM"}
    excused = {**CASE, "outcome": "expected-failure"}
    assert settled({}, [CASE, fuzz]) == []
    assert "0 cases were judged" in settled({}, [skipped])[0]
    assert "1 cases were judged, expected 2" in settled({"cases": 2}, [CASE])[0]
    assert "1 cases were skipped" in settled({"skipped": 0}, [CASE, skipped])[0]
    assert "needs a SIM" in settled({"skipped": 0}, [CASE, skipped])[0]
    assert "1 cases are excused" in settled({"excused": 0}, [CASE, excused])[0]
    assert "99 executions of stream" in settled({"executions": 100}, [CASE, fuzz])[0]
    assert "no case of 'auto'" in settled({}, [CASE], dialects=["simcom", "auto"])[0]


def test_coverage_counts_lines_and_branches():
    def line(count, *branches, **more):
        return {"count": count, "branches": [{"count": one} for one in branches], **more}
    with common.scratch() as folder:
        path = pathlib.Path(folder) / "coverage.json"
        path.write_text(json.dumps({"files": [{"lines": [
            line(1, 1, 0), line(0), line(3, 2), line(0, 0, **{"gcovr/excluded": True})]}]}))
        seen = finish.coverage_of(path)
    assert round(seen["lines"], 1) == 66.7 and round(seen["branches"], 1) == 66.7, seen


def test_many_files_come_in_several_command_lines():
    names = [f"{'d' * 200}/{i}.at" for i in range(12000)]
    parts = list(plan.batches(names))
    assert len(parts) == 3 and sum(parts, []) == names


def test_an_item_of_each_dialect():
    items = [{"target": "virtual:{dialect}", "select": ["{dialect}/*"]}, {"target": "tcp,a,1"}]
    assert list(plan.expand(items, ["a", "b"])) == [
        {"target": "virtual:a", "select": ["a/*"]}, {"target": "virtual:b", "select": ["b/*"]},
        {"target": "tcp,a,1"}]


common.main(sys.modules[__name__])
