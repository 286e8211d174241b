"""What the gate reads of result stores (reports/README.md)."""
import collections
import json
import shlex

from render import plain

Fault = collections.namedtuple("Fault", "text again")
RANKS = {"must": 0, "should": 1, "quirk": 2, "info": 3}


def lines(path):
    """What its lines have. A last line that is cut short (no JSON, no line end) is left
    out, as atproof does: the program that wrote it was ended."""
    if not path.is_file():
        return
    with open(path, "rb") as store:
        for number, line in enumerate(store):
            try:
                read = json.loads(line)
            except ValueError:
                if number == 0 or line.endswith(b"\n"):
                    raise
                return
            yield read


def has_results(path):
    """Whether anything in it was judged, or ran."""
    return any(line["kind"] == "case" and line["outcome"] != "skipped"
               or line["kind"] == "fuzz" and line["executions"] > 0 for line in lines(path))


def case_fault(case, again):
    """Its first finding, undeclared ones of the gravest level before others."""
    failed = [finding for exchange in case["exchanges"] if exchange["verdict"] == "fail"
              for finding in exchange["findings"] if not finding["declared"]]
    text = plain(case["id"])
    if case["outcome"] == "unexpected-pass":
        text += f": passed, though expected to fail: {plain(case.get('reason', ''))}"
    elif failed:
        worst = min(failed, key=lambda finding: RANKS.get(finding["level"], 4))
        text += f": {worst['rule']} ({plain(worst['clause'])})"
        if worst.get("expected") or worst.get("seen"):
            text += f": expected {plain(worst.get('expected', ''))}, seen {plain(worst.get('seen', ''))}"
    elif case.get("reason"):
        text += f": {plain(case['reason'])}"
    select = [f"--select={case['id']}"] if case["id"] != case.get("source") else []
    command = shlex.join([*map(str, again), *select, "--", case["source"]]) \
        if again and "source" in case else ""
    return Fault(text, command)


def first_fault(path, again=()):
    """The first failed case or finding of a fuzzer, or None. AGAIN begins the
    command that judges a case again."""
    for line in lines(path):
        if line["kind"] == "case" and line["outcome"] in ("failed", "unexpected-pass"):
            return case_fault(line, again)
        if line["kind"] == "fuzz" and line["findings"]:
            found = line["findings"][0]
            text = f"fuzz_{line['target']}: {found['kind']}: {plain(found['text'])}"
            return Fault(text, found["reproduce"])
    return None


def counted(path):
    """What a green store has, in words."""
    cases, executions = 0, 0
    for line in lines(path):
        cases += line["kind"] == "case"
        executions += line["executions"] if line["kind"] == "fuzz" else 0
    return f"{executions:,} executions" if executions else f"{cases:,} case{'s' * (cases != 1)}"


def rules(path):
    """The rules that undeclared findings of its failed cases broke."""
    return {finding["rule"] for line in lines(path)
            if line["kind"] == "case" and line["outcome"] == "failed"
            for exchange in line["exchanges"] for finding in exchange["findings"]
            if not finding["declared"]}
