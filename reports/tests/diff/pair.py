"""Two runs for the tests of the comparison, and the driver that compares them."""
import json
import os
import pathlib
import subprocess
import tempfile

import jsonschema
import sample

SCHEMA = json.loads((sample.ROOT / "diff.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SIGNS = {"\r": "\\r", "\n": "\\n", "\\": "\\\\"}


def escaped(text):
    return "".join(SIGNS.get(c, c) for c in text)


def sent(text):
    return {"direction": "sent", "kind": "command", "size": len(text), "text": escaped(text)}


def received(kind, text, name=None, **keys):
    item = {"direction": "received", "kind": kind, "size": len(text), "text": escaped(text)}
    return item | ({"name": name} if name else {}) | keys


OK = received("result", "OK\r\n", "OK")
BLANK = received("blank", "\r\n")
ECHO = received("echo", "AT+CSQ\r\r\n")


def info(text="+CSQ: 23,0", **keys):
    return received("info", text + "\r\n", text.split(":")[0], **keys)


def urc(text="+CREG: 1", **keys):
    return received("urc", text + "\r\n", text.split(":")[0], **keys)


def exchange(*wire, command="AT+CSQ", name="+CSQ", form="execute", us=None, **keys):
    times = {} if us is None else {"sent_us": 0, "over_us": us}
    return {"command": command, "name": name, "form": form, "variant": "1", "verdict": "pass",
            "offset": 0, "size": 9, "findings": [],
            "wire": [sent(command + "\r"), *wire]} | times | keys


def case(identifier="set/1/a", *exchanges, **keys):
    return sample.case(identifier, *(exchanges or [exchange(ECHO, info(), OK)]), **keys)


def failed(identifier="set/1/a", *findings, **keys):
    bad = exchange(ECHO, info("+CSQ: 300,0"), OK, verdict="fail",
                   findings=list(findings) or [sample.finding()])
    return case(identifier, bad, **{"verdict": "fail", "outcome": "failed"} | keys)


def skipped(identifier="set/1/a", **keys):
    return sample.case(identifier, verdict="unjudged", outcome="skipped", reason="no SIM") | keys


def timed(*times, identifier="set/1/a", **keys):
    return case(identifier, *[exchange(ECHO, info(), OK, us=us, **keys) for us in times])


def store(lines):
    if not any(line["kind"] == "run" for line in lines):
        lines = [sample.run(started="2026-01-31T23:59:59Z"), *lines]
    return sample.text_of(lines)


def call(*arguments, code=0, stderr=False, **environment):
    """The output of the driver; arguments that are lists become stores."""
    with tempfile.TemporaryDirectory() as scratch:
        words = []
        for argument in arguments:
            if not isinstance(argument, str):
                path = pathlib.Path(scratch) / ("old" if not any("old" in w for w in words) else
                                                "new")
                text = argument if isinstance(argument, bytes) else store(argument).encode()
                path.write_bytes(text)
                argument = path.name
            words.append(argument)
        done = subprocess.run([sample.DRIVER, *words], cwd=scratch, capture_output=True,
                              check=False, timeout=120, env=os.environ | environment)
    if code is not None and done.returncode != code:
        raise AssertionError(f"{words}: exit {done.returncode}, expected {code}: {done.stdout!r}"
                             f"{done.stderr!r}")
    return done.stderr if stderr else done.stdout


CODES = {"good": 0, "regression": 1, "nothing": 5}


def compare(old, new, verdict="good", flags="-", **environment):
    told = json.loads(call("json", flags, old, new, code=CODES[verdict], **environment))
    VALIDATOR.validate(told)
    assert told["verdict"] == verdict, told["verdict"]
    assert sum(told["counts"]["classes"].values()) == told["counts"]["cases"]
    return told


def classes(told):
    """Of each case: its class and whether that is a regression."""
    return {one["id"]: (one["class"], one["regression"]) for one in told["cases"]}


def changes(told):
    return [(one["kind"], one["old"], one["new"]) for one in told["behaviour"]]
