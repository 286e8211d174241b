"""Stores for the tests, and the driver that projects them."""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
DRIVER = None

# What breaks XML, TAP, YAML, JSON or a terminal; as bytes, one character each.
HOSTILE = [
    "]]> <!-- & <a b='c' d=\"e\">",
    "\x01\x08\x1b[31m\x7f",
    "\xff\xfe\xc3(\xed\xa0\x80",  # no UTF-8, a surrogate
    "\xef\xbf\xbe\xef\xbf\xbf\xe2\x80\xae",  # U+FFFE, U+FFFF, U+202E
    "a # SKIP b # TODO c \\# d \\",
    "ok 1\nnot ok 2\r\n1..9\n---\n...\nBail out!",
    "\xf0\x9f\x93\xb6 \xe4\xb8\xad\xe6\x96\x87 \xc3\xbc\xc2\x85",  # legal text, U+0085
    "%s%n {0} ${x} `id` $(id) 'q' \"q\"",
]

# What breaks HTML.
MARKUP = [
    "</title></style></noscript></textarea></script><script>window.broken=1</script>"
    "<img src=x onerror=\"window.broken=1\"><svg onload=window.broken=1>",
    "\" onclick='window.broken=1' href=javascript:window.broken=1 autofocus onfocus=\"window.broken=1",
    "\xd8\x9c\xe2\x81\xa7\xd7\x90 &lt;b&gt; &#60;script&#62; \\x3Cscript\\x3E \\",  # bidi marks
]


def run(**keys):
    return {"kind": "run", "version": 1, "tool": "atproof check", "strict": False} | keys


def finding(**keys):
    return {"rule": "range", "level": "must", "clause": "simcom-http/2.2.4", "offset": 9,
            "size": 4, "line": 7, "expected": "<0..100>", "seen": "300", "declared": False} | keys


def exchange(*findings, **keys):
    return {"command": "AT+CSQ", "verdict": "pass", "offset": 0, "size": 30, "line": 6,
            "findings": list(findings)} | keys


def wire(direction="received", **keys):
    return {"direction": direction, "kind": "info", "name": "+CSQ", "offset": 9, "size": 300,
            "line": 7, "time_us": 5, "text": "+CSQ: 300", "sha256": "0123456789abcdef" * 4,
            "deviations": "out-of-range"} | keys


def clause(identifier="simcom-http/2.2.4", **keys):
    return {"kind": "clause", "id": identifier, "command": "+HTTPACTION", "title": "HTTP method",
            "document": "a manual", "source": "simcom-http.yaml", "line": 7} | keys


def case(identifier, *exchanges, **keys):
    return {"kind": "case", "id": identifier, "dialect": "simcom", "level": "must",
            "verdict": "pass", "outcome": "passed", "line": 3, "source": "a/b.at",
            "exchanges": list(exchanges)} | keys


def baseline(**keys):
    return {"kind": "baseline", "version": 1, "created": "2026-01-31", "manufacturer": "SIMCOM",
            "model": "A7670E", "firmware": "V1"} | keys


def latency(command="+CSQ", *samples, **keys):
    return {"kind": "latency", "command": command, "form": "execute", "time_limit_ms": 300,
            "samples": [{"us": us} for us in samples or (1000, 2000)]} | keys


def fuzz_finding(**keys):
    return {"kind": "invariant", "invariant": "I2", "text": "event 3 begins at 9, not at 7",
            "stack": "#0 on_line\n#1 atp_feed", "source": "corpus/regressions/stream/lost-byte",
            "sha256": "0123456789abcdef" * 4,
            "reproduce": "build/fuzz/fuzz/fuzz_stream corpus/regressions/stream/lost-byte"} | keys


def fuzz(*findings, **keys):
    return {"kind": "fuzz", "target": "stream", "engine": "libfuzzer", "mutator": True,
            "sanitizers": "address,undefined", "instance": "main", "duration_ms": 1500,
            "executions": 12345678, "executions_per_second": 51234, "edges": 812,
            "edges_total": 5021, "corpus_count": 40, "corpus_size": 1234,
            "samples": [{"time_ms": 1000, "executions": 9, "edges": 8}],
            "findings": list(findings)} | keys


# Fuzzers that found nothing, something, several things, ran nothing.
FUZZERS = [
    run(started="2026-01-31T23:59:59Z"),
    fuzz(),
    fuzz(fuzz_finding(), target="exchange", engine="afl", instance="secondary1"),
    {"kind": "fuzz", "target": "values", "engine": "plain", "mutator": False, "instance": "main",
     "duration_ms": 0, "executions": 1, "executions_per_second": 0, "corpus_count": 0,
     "corpus_size": 0, "samples": [],
     "findings": [{"kind": "crash", "text": "SEGV", "source": "a/b", "sha256": "0" * 64,
                   "reproduce": "fuzz_values a/b"}, fuzz_finding(kind="timeout")]},
    fuzz(),
    fuzz(target="files", executions=0),
]

FAIL = exchange(finding(), verdict="fail")

# Each way in which a case and its exchanges can come out.
OUTCOMES = [
    run(started="2026-01-31T23:59:59Z"),
    case("passed", exchange(), exchange(command="")),
    case("timed", exchange(sent_us=0, over_us=1500000), exchange(sent_us=5, over_us=250005),
         exchange(sent_us=1)),
    case("deviation", exchange(finding(declared=True, reason="known"), verdict="deviation"),
         verdict="deviation"),
    case("failed", exchange(), FAIL, verdict="fail", outcome="failed"),
    case("failed-twice", exchange(finding(level="info", rule="cut"), finding(), verdict="fail"),
         FAIL, verdict="fail", outcome="failed"),
    case("failed-as-a-whole", exchange(), outcome="failed"),
    case("failed-empty", outcome="failed"),
    case("unjudged", exchange(verdict="unjudged", why="unknown command"), exchange()),
    case("skipped", exchange(verdict="unjudged", why="no table"), verdict="unjudged",
         outcome="skipped", reason="nothing judged"),
    case("skipped-empty", outcome="skipped", reason="needs network"),
    case("expected", FAIL, exchange(), verdict="fail", outcome="expected-failure",
         reason="erratum # 4"),
    case("expected-as-a-whole", exchange(), outcome="expected-failure", reason="erratum"),
    case("unexpected", exchange(), outcome="unexpected-pass", reason="erratum"),
    case("empty"),
    case("ways", exchange(), way=1),
    case("ways", FAIL, verdict="fail", outcome="failed", way=2),
    case("skipped-though-judged", exchange(), FAIL, outcome="skipped", reason="not now"),
    case("passed-though-failing", FAIL, verdict="fail"),
    case("passed-though-unjudged", exchange(verdict="unjudged")),
]

# The points of each: F failed, S skipped, E expected to fail, . passed.
POINTS = ["..", "...", ".", ".F", "FF", ".F", "F", "S.", "S", "S", "E.", ".E", ".F", ".", ".", "F",
          "SS", ".", "S"]


def hostile(texts=tuple(HOSTILE)):
    """Each hostile text in each place that takes a text."""
    lines = [run(tool=HOSTILE[1], command=HOSTILE[5], dialect=HOSTILE[4])]
    for text in texts:
        bad = finding(rule=text, clause=text, expected=text, seen=text, reason=text, help=text)
        known = finding(rule=text, reason=text, declared=True)
        said = [wire("sent", kind="command", name=text, text=text), wire(name=text, text=text,
                deviations=text)]
        lines.append(clause(text, command=text, title=text, document=text, source=text))
        lines.append(case(text, exchange(bad, known, command=text, verdict="fail", why=text,
                                         name=text, form=text, variant=text, clause=text, wire=said),
                          title=text, clause=text, reason=text, source=text, manufacturer=text,
                          model=text, firmware=text, verdict="fail", outcome="failed"))
        lines.append(case(text, exchange(command=text, verdict="unjudged", why=text),
                          outcome="skipped", reason=text, way=1))
        lines.append(case(text, exchange(bad, command=text, verdict="fail"), source=text,
                          outcome="expected-failure", reason=text))
        lines.append(case(text, exchange(known, command=text), exchange(), reason=text,
                          source=text, outcome="unexpected-pass"))
        found = fuzz_finding(invariant=text, text=text, stack=text, source=text, reproduce=text)
        lines.append(fuzz(found, found, target=text, sanitizers=text, instance=text))
        lines.append(fuzz(target=text, instance=text))
    return lines


def many(count):
    """A store of so many cases with their wire logs, one in ten failed, as text: of
    20,000 it is some 60 MB."""
    names = [("+CSQ", "execute", 5000), ("+CREG", "read", 300), ("+HTTPACTION", "write", 120000),
             ("+CGDCONT", "write", 0), ("+QSSLOPEN", "write", 150000)]
    lines = [run(started="2026-01-31T23:59:59Z", tool="atproof run", command="atproof run",
                 dialect="simcom")]
    lines += [clause(f"simcom-http/2.2.{number}") for number in range(1, 60)]
    text = text_of(lines)
    for number in range(count):
        name, form, limit = names[number % len(names)]
        fails = number % 10 == 0
        took = 1000 + number * 37 % 290000
        said = [wire("sent", kind="command", name=name, size=len(name) + 3, text=f"AT{name}\\r"),
                wire(name=name, text=f"{name}: {number}\\r\\n", size=12),
                wire(kind="result", name="OK", offset=300, size=4, text="OK\\r\\n")]
        for item in said:
            del item["sha256"], item["deviations"]
        one = exchange(*[finding()] * fails, command=f"AT{name}", name=name, form=form,
                       variant="a", clause=f"simcom-http/2.2.{number % 50 + 1}", sent_us=0,
                       over_us=took, verdict="fail" if fails else "pass", wire=said,
                       **({"time_limit_ms": limit} if limit else {}))
        text += text_of([case(f"simcom-http/2.2.{number % 50 + 1}/generated-{number}", one,
                              one | {"findings": [], "verdict": "pass"}, title=f"Case {number}",
                              clause=f"simcom-http/2.2.{number % 50 + 1}", manufacturer="SIMCOM",
                              model="A7670E", firmware=f"V{number % 3}",
                              verdict="fail" if fails else "pass",
                              outcome="failed" if fails else "passed")])
    return text


def text_of(lines):
    return "".join(json.dumps(line) + "\n" for line in lines)


def project(form, text, code=0, torn=False, **options):
    """Bytes of the projection; with code 1 the complaint about it. `torn`: the reader reports
    that the last line is cut short."""
    with tempfile.TemporaryDirectory() as scratch:
        store = pathlib.Path(scratch) / "s.jsonl"
        store.write_bytes(text if isinstance(text, bytes) else text.encode("ascii"))
        done = subprocess.run([DRIVER, form, store.name], cwd=scratch, capture_output=True,
                              check=False, timeout=120, **options)
    quiet = (b"is cut short and left out" in done.stderr) if torn else not done.stderr
    if done.returncode != code or (code == 0 and not quiet):
        raise AssertionError(f"{form}: exit {done.returncode}, expected {code}: {done.stderr!r}")
    return done.stdout if code == 0 else done.stderr


def write(*arguments):
    done = subprocess.run([DRIVER, *arguments], capture_output=True, check=True, timeout=120)
    return done.stdout


def changed(line, path, value):
    """The line with the value at the path (keys and indices) set; None removes."""
    line = copy.deepcopy(line)
    at = line
    for step in path[:-1]:
        at = at[step]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return line


def main():
    global DRIVER
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} DRIVER [TEST...]")
    DRIVER = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(module="__main__")
