"""The steps after all others: results joined, set against what was asked for,
rendered, compared."""
import datetime
import fnmatch
import json
import re
import shlex
from xml.sax.saxutils import escape, quoteattr

import store
from config import is_day
from render import plain
from steps import Step

JUDGED = ("passed", "failed", "expected-failure", "unexpected-pass")


def join(plan, sources):
    """All stores into one, in the order of the steps."""
    def action(step):
        counts = {"case": 0, "fuzz": 0}
        with open(plan.out / "results.jsonl", "wb") as out:
            for source in sources:
                if not source.is_file():
                    continue  # its own step says why
                out.write(source.read_bytes())
                for line in store.lines(source):
                    counts[line["kind"]] = counts.get(line["kind"], 0) + 1
        if not counts["case"] and not counts["fuzz"] and sources:
            return ["no step left a result"], ""
        return [], f"{counts['case']:,} cases, {counts['fuzz']} fuzzers"
    return action


# ---- thresholds -----------------------------------------------------------------

def too_few(what, seen, least):
    return [f"{seen:,} {what}, expected {least:,} at least"] if seen < least else []


def too_many(what, seen, most):
    return [f"{seen:,} {what}, expected {most:,} at most"] if most is not None and seen > most else []


def count_faults(data, lines, has_judges):
    """What the numbers of cases break."""
    limits = data["thresholds"]
    cases = [line for line in lines if line["kind"] == "case"]
    outcomes = [case["outcome"] for case in cases]
    found = too_few("cases were judged", sum(one in JUDGED for one in outcomes),
                    limits["cases"]) if has_judges else []
    skipped = [case for case in cases if case["outcome"] == "skipped"]
    found += [f"{text} (first: {skipped[0]['id']}: {skipped[0].get('reason', '')})"
              for text in too_many("cases were skipped", len(skipped), limits.get("skipped"))]
    found += too_many("cases are excused", outcomes.count("expected-failure"),
                      limits.get("excused"))
    for fuzzer in (line for line in lines if line["kind"] == "fuzz"):
        found += too_few(f"executions of {fuzzer['target']} by {fuzzer['engine']}",
                         fuzzer["executions"], limits["executions"])
    return found


def dialect_faults(data, cases):
    """A dialect that was asked for, and of which nothing was judged."""
    judged = {case["dialect"] for case in cases if case["outcome"] in JUDGED}
    return [f"no case of '{dialect}' was judged; expected one of each of 'dialects'"
            for dialect in data["dialects"] if dialect not in judged]


def coverage_of(path):
    """Percent of lines and of branches, of gcovr's JSON."""
    counts = {"lines": [], "branches": []}
    for entry in json.loads(path.read_text())["files"]:
        for line in entry["lines"]:
            if not line.get("gcovr/noncode") and not line.get("gcovr/excluded"):
                counts["lines"].append(line["count"])
                counts["branches"] += [branch["count"] for branch in line["branches"]]
    return {key: 100 * sum(count > 0 for count in found) / len(found) if found else 0
            for key, found in counts.items()}


def coverage_faults(plan):
    limits = {key: plan.data["thresholds"][key] for key in ("lines", "branches")
              if key in plan.data["thresholds"]}
    if not limits or "coverage" not in plan.data:
        return [f"thresholds.{key} stands there, and no 'coverage'; expected both"
                for key in limits]
    path = plan.out / "coverage/coverage.json"
    if not path.is_file():
        return [f"{path}: not there; expected gcovr's JSON"]
    seen = coverage_of(path)
    return [f"coverage: {seen[key]:.2f} % of {key}, expected {least} %"
            for key, least in limits.items() if seen[key] < least]


def thresholds(plan, has_judges):
    def action(step):
        lines = list(store.lines(plan.out / "results.jsonl"))
        cases = [line for line in lines if line["kind"] == "case"]
        found = count_faults(plan.data, lines, has_judges) + coverage_faults(plan)
        if has_judges:
            found += dialect_faults(plan.data, cases)
        return found, f"{len(cases):,} cases"
    return action


# ---- expected failures ------------------------------------------------------------

def excuses_of(plan):
    """Each with its place, last day and id."""
    listed = plan.data["expected_failures"]
    if isinstance(listed, list):
        for i, excuse in enumerate(listed):
            yield plan.config.place("expected_failures", i), excuse["until"], excuse["id"]
        return
    if not (plan.root / listed).is_file():  # a FIFO would be waited for
        raise ValueError(f"{listed}: it is no regular file")
    for number, line in enumerate((plan.root / listed).read_text().split("\n"), 1):
        words = line.split(None, 2)
        if len(words) == 3 and not line.startswith("#"):
            yield f"{listed}:{number}:1", words[0], words[1]


def excuses(plan, today):
    """None is out of date, each is of a case that was there."""
    def action(step):
        found, ids = [], {line["id"] for line in store.lines(plan.out / "results.jsonl")
                          if line["kind"] == "case"}
        listed = list(excuses_of(plan))
        for place, until, name in listed:
            if not is_day(until):
                found.append(f"{place}: '{until}' is no day of the calendar; expected YYYY-MM-DD")
            elif until < today:
                found.append(f"{place}: '{name}' was excused up to {until}")
            elif not any(fnmatch.fnmatchcase(one, name) for one in ids):
                found.append(f"{place}: '{name}' matches no case of this run")
        return found, f"{len(listed)} of them"
    return action


def write_excuses(plan):
    listed = plan.data["expected_failures"]
    if isinstance(listed, list) and listed:
        plan.excuses.write_text("".join(f"{one['until']} {one['id']} {one['reason']}\n"
                                        for one in listed), encoding="utf-8")


# ---- the verdict, in what was made of the results --------------------------------

def inert(text):
    """Text that Markdown takes for nothing else."""
    return "".join(one if one.isalnum() or one == " " else f"&#{ord(one)};" for one in text)


def comment(outcomes, last):
    """The verdict for a pull request: there may be no case that failed, and yet a
    step that did."""
    failed = [one for one in outcomes if not one.passed]
    lines = [f"## {'❌' if failed else '✅'} {inert(last)}", ""]
    if failed:
        lines += ["| step | found | what to do |", "|---|---|---|"]
        lines += [f"| {inert(one.step.title)} | {inert(plain(one.found)[:300])} | "
                  f"{inert(plain(one.then)[:300])} |" for one in failed[:20]]
        lines += [f"| {len(failed) - 20} more | | |"] if len(failed) > 20 else []
    return lines + [""]


def test_case(outcome, titles):
    """A step as JUnit has it; names are unique there."""
    step = outcome.step
    title = step.title if titles.count(step.title) == 1 else f"{step.title} ({step.name})"
    name = f"<testcase classname=\"gate\" name={quoteattr(plain(title))}"
    if outcome.passed:
        return f"  {name}/>\n"
    found = plain(outcome.found) or "failed"
    return (f"  {name}><failure type=\"gate\" message={quoteattr(found)}>"
            f"{escape(found)}\nthen: {escape(plain(outcome.then))}</failure></testcase>\n")


def add_suite(junit, outcomes):
    """The steps, as the first suite; the sums above it include them."""
    text, failed = junit.read_text(encoding="utf-8"), sum(not one.passed for one in outcomes)
    counts = {"tests": len(outcomes), "failures": failed}
    root = re.search(r"<testsuites [^>]*?(/?)>", text)
    head = root.group().removesuffix("/>").removesuffix(">")
    for key, count in counts.items():
        head = re.sub(rf' {key}="(\d+)"', lambda old: f' {key}="{int(old[1]) + count}"', head)
    titles = [one.step.title for one in outcomes]
    steps = "".join(test_case(one, titles) for one in outcomes)
    suite = (f' <testsuite name="gate" tests="{len(outcomes)}" failures="{failed}" errors="0" '
             f'skipped="0">\n  <properties/>\n{steps} </testsuite>\n')
    rest = text[root.end():] if not root[1] else "\n</testsuites>\n"
    junit.write_text(f"{text[:root.start()]}{head}>\n{suite.rstrip()}{rest}", encoding="utf-8")


def tell_verdict(out, outcomes, code, last):
    """What was written knows the results alone; the verdict is on the whole gate."""
    summary, badge, junit = out / "summary.md", out / "badge.json", out / "junit.xml"
    if junit.is_file():
        add_suite(junit, outcomes)
    if summary.is_file():
        first, _, rest = summary.read_text(encoding="utf-8").partition("\n")
        summary.write_text("\n".join([first, *comment(outcomes, last), rest]), encoding="utf-8")
    if code != 0 and badge.is_file():
        told = json.loads(badge.read_text())
        if told["color"] != "red":
            told.update(message="gate fails", color="red", isError=True)
            badge.write_text(json.dumps(told) + "\n")


# ---- the steps --------------------------------------------------------------------

def report_step(plan):
    """Written whatever came out."""
    out = plan.shown(plan.out)
    commands = [[plan.atproof, "report", out, "--format", name]
                for name in plan.data["output"]["formats"]]
    return Step("report", "the reports are written", commands, cwd=plan.root, quiet=True,
                needs=("build", "join"), then="repair what it names; then `atproof report`")


def baseline_step(plan):
    baseline, new = plan.data["baseline"], plan.shown(plan.out / "results.jsonl")
    command = [plan.atproof, "diff", "--baseline", baseline]
    files = [word for form, name in (("html", "diff.html"), ("markdown", "diff.md"),
                                     ("json", "diff.json"))
             for word in (f"--{form}", plan.shown(plan.out / name))]
    update = [*command, "--update-baseline", "--reason", "WHY", new]
    return Step("baseline", "nothing is worse than the baseline", [[*command, *files, new]],
                cwd=plan.root, needs=("build", "join"), find=r"\d regressions? in ",
                then=f"repair it; or take it for good: {shlex.join(map(str, update))}")


def finishing_steps(plan, steps):
    """STEPS: those that come before."""
    names = tuple(step.name for step in steps)
    sources = [step.store for step in steps if step.store]
    has_judges = bool(plan.data["traffic"] or plan.data["live"])
    found = [Step("join", "the results are joined", action=join(plan, sources), after=names,
                  quiet=True, then="look at the steps that left none")]
    found.append(Step("thresholds", "the thresholds are kept", action=thresholds(plan, has_judges),
                      needs=("join",), then="see 'thresholds' and 'dialects' of the configuration"))
    if plan.data["expected_failures"]:
        today = datetime.date.today().isoformat()
        found.append(Step("excuses", "expected failures are of today", action=excuses(plan, today),
                          needs=("join",), then="repair the case, or set a new day and a reason"))
    if "baseline" in plan.data:
        found.append(baseline_step(plan))
    return found + ([report_step(plan)] if sources else [])
