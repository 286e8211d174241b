#!/usr/bin/python3
"""The main job of ./gate: everything that a configuration asks for, and a verdict.

    gate.py [--config FILE] [--fuzz SECONDS]

Exit status: 0 pass; 1 fail; 2 a mistake in the configuration. `./gate --help`
tells the rest; README.md beside this file describes the configuration."""
import argparse
import json
import os
import pathlib
import signal
import sys
import time

sys.dont_write_bytecode = True
import canary  # noqa: E402
import config  # noqa: E402
import finish  # noqa: E402
import folder  # noqa: E402
import plan as planning  # noqa: E402
import render  # noqa: E402
from steps import Runner, Schedule  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def verdict(outcomes):
    """The exit code of what came out: 0 only if there is something, all of it green."""
    return 0 if outcomes and all(outcome.passed for outcome in outcomes) else 1


def all_steps(plan, runner):
    steps = planning.build_steps(plan.data)
    steps += planning.judging_steps(plan)
    steps += planning.own_steps(plan)
    steps += canary.canary_steps(plan.out, runner, verdict)
    steps += planning.coverage_steps(plan)
    steps += planning.fuzz_steps(plan)
    return steps + finish.finishing_steps(plan, steps)


def tell(began, total):
    """Says on stderr how far it is: one line that changes, or one a step."""
    done = 0

    def on_end(outcome):
        nonlocal done
        done += 1
        mark = "pass" if outcome.passed else "FAIL"
        text = render.cut(f"[{time.monotonic() - began:4.0f} s] {done}/{total} {mark}  "
                          f"{outcome.step.title}, {outcome.seconds:.0f} s", render.WIDTH)
        is_terminal = sys.stderr.isatty()
        sys.stderr.write(f"\r\x1b[K{text}" if is_terminal else f"{text}\n")
        if is_terminal and done == total:
            sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
    return on_end


def write_steps(out, outcomes):
    rows = [{"name": one.step.name, "title": one.step.title, "passed": one.passed,
             "code": one.code, "found": one.found, "then": one.then,
             "seconds": round(one.seconds, 1), "log": str(one.log) if one.log else None}
            for one in outcomes]
    (out / "gate.json").write_text(json.dumps(rows, indent=1) + "\n")


def conclude(outcomes, seconds):
    """The exit code and the last line. A green canary fails the gate whatever
    the verdict's own code says."""
    green = [one.step.title.removeprefix("canary: ").removesuffix(" comes out red")
             for one in outcomes if one.step.canary and not one.passed]
    failed = [one for one in outcomes if not one.passed]
    time_text = f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    if green:
        return 1, f"gate: FAIL: {green[0]} did not come out red; trust nothing above"
    if verdict(outcomes) != 0 or failed:
        return 1, f"gate: FAIL, {len(failed)} of {len(outcomes)} steps, {time_text}"
    return 0, f"gate: PASS, {len(outcomes)} steps, {time_text}"


def run(plan):
    began = time.monotonic()
    folder.prepare(plan.root, plan.out, plan.config.output_mistake)
    finish.write_excuses(plan)
    runner = Runner(plan.out / "log")

    def stop(number, frame):
        runner.stop()
        sys.exit(128 + number)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    steps = all_steps(plan, runner)
    schedule = Schedule(steps, runner.execute, os.cpu_count(), tell(began, len(steps)))
    outcomes = schedule.run()
    write_steps(plan.out, outcomes)
    code, last = conclude(outcomes, time.monotonic() - began)
    finish.tell_verdict(plan.out, outcomes, code, last)
    shown = os.path.relpath(plan.out) if plan.out.is_relative_to(pathlib.Path.cwd()) else plan.out
    ends = [f"  logs {shown}/log/, all results {shown}/results.jsonl"]
    print(render.summary(plan.data["name"], outcomes, ends, last))
    return code


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="gate", description=__doc__.split("\n")[0])
    parser.add_argument("--config", type=pathlib.Path, default=HERE / "gate.yaml")
    parser.add_argument("--fuzz", type=int, metavar="SECONDS")
    chosen = parser.parse_args(arguments)
    try:
        loaded = config.load(chosen.config)
        if chosen.fuzz is not None:
            loaded.data["fuzz"] = {**loaded.data.get("fuzz", {}), "seconds": chosen.fuzz}
        return run(planning.Plan(loaded))
    except config.Mistakes as error:
        print("\n".join(f"gate: {line}" for line in str(error).split("\n")), file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
