#!/usr/bin/env python3
"""Seeds of the targets that read files, and of the module.

usage: files.py OUT [ATPROOF]

Writes OUT/script, match, catalog, results, diff, capture and module, a file a seed, from
corpus/, parser/catalog/ and the schema of result stores; with the
program ATPROOF also from stores that its `check` makes. The same corpus gives
the same files. Standard library alone.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import stores

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT / "corpus"
SIZE_MAX = 4096  # FUZZ_INPUT_SIZE_MAX
MARK = b"\xfe"  # SESSION_MARK
DIALECTS = {"simcom": 1, "quectel-ugxx": 2, "quectel-ec200": 3}  # session_catalog
STYLES = ["arrows", "angle", "tx-rx", "tx-rx-hex", "tx-rx-c", "tx-rx-angle", "timestamps",
          "terminal"]  # capture_formats


def write(folder, name, data):
    """One seed; what is longer than a target takes is none."""
    if 0 < len(data) <= SIZE_MAX:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name.replace("/", "_")).write_bytes(data)


def scripts():
    """(name, text) of every script of the corpus that is text."""
    for path in sorted(CORPUS.rglob("*.at")):
        yield str(path.relative_to(CORPUS))[:-3], path.read_bytes()


# ---- scripts --------------------------------------------------------------


def cut_cases(text):
    """What of a script's cases, whole, makes a seed."""
    if len(text) <= SIZE_MAX:
        return text
    cases = re.split(rb"(?m)^(?=@ id:)", text)
    cut = cases[0]
    for case in cases[1:]:
        if len(cut) + len(case) > SIZE_MAX:
            break
        cut += case
    return cut


def make_scripts(out):
    for name, text in scripts():
        write(out, name, cut_cases(text))


# ---- scripts and recordings -----------------------------------------------


def first_way(text):
    """The lines of a case that stand outside the second branches of either."""
    opened, left_out = [], None
    for line in text.splitlines():
        if re.match(r"@ (either|any-order|optional|repeat):", line):
            opened.append(line)
        elif line.startswith("@ or:") and left_out is None:
            left_out = len(opened)
        elif line.startswith("@ end:") and opened:
            if left_out == len(opened):
                left_out = None
            opened.pop()
        elif left_out is None:
            yield line


def recorded(text):
    """What a case and its module said, as a session."""
    variables = dict(re.findall(r"(?m)^@ var: (\S+) = (.*)$", text))
    items = b"\x40"
    for line in first_way(text):
        if line.startswith("> "):
            items += MARK + b"s" + host_bytes(line, variables)
        elif line.startswith("< "):
            said = filled(line[2:], variables).encode("latin-1", "replace")
            items += MARK + b"r\r\n" + said + b"\r\n"
        elif line.startswith((">> ", "<< ", ">= text ", "<= text ")):
            items += MARK + (b"s" if line[0] == ">" else b"r") + unescaped(line)
    return items


def make_matches(out):
    attacks = {"32-answers", "33-answers", "64-answers", "many-a", "answered", "no-answer"}
    recordings = {}
    for name, text in scripts():
        first = cut_cases(text).decode("latin-1")
        recordings[name] = recorded(re.split(r"(?m)^(?=@ id:)", first)[-1])
        write(out, name, first.encode("latin-1") + b"\0" + recordings[name])
    for name, text in scripts():
        for other in attacks if name.startswith("regressions/attack/") else ():
            write(out, f"{name}-{other}", text + b"\0" + recordings[f"regressions/attack/{other}"])


# ---- catalogues -----------------------------------------------------------


def blocks(text, indent):
    """{key: text with its lines} of a block mapping at that indent."""
    parts = re.split(rf"(?m)^(?=[ ]{{{indent}}}[^ \n#-])", text)
    return {part.split(":")[0].strip().strip('"'): part for part in parts[1:]}


def used(section, names, indent=2):
    return "".join(part for name, part in blocks(section, indent).items() if name in names)


def used_results(top, command):
    """The result codes of the set that the command answers with."""
    items = re.split(r"(?m)^(?=  - )", top.get("results", ""))[1:]
    names = [re.search(r'notation: "?([A-Z+ ]+)', item).group(1) for item in items]
    return "".join(item for item, name in zip(items, names)
                   if re.search(rf"(?<![A-Z]){re.escape(name)}(?![A-Z])", command))


def one_command(top, command):
    """A catalogue of one command with what it refers to."""
    names = set(re.findall(r"<([A-Za-z_][\w-]*)", command))
    params = used(top.get("parameters", ""), names)
    tables = used(top.get("tables", ""), set(re.findall(r"table: *([\w-]+)", params + command)))
    text = top["set"] + top["title"] + top.get("document", "") + top.get("editions", "")
    results = used_results(top, command)
    if results:
        text += "results:\n" + results
    if params:
        text += "parameters:\n" + params
    if tables:
        text += "tables:\n" + tables
    return text + "commands:\n" + command


def make_catalogs(out):
    for path in sorted((ROOT / "parser/catalog").glob("*.yaml")):
        top = blocks(path.read_text(), 0)
        for name, command in blocks(top["commands"], 2).items():
            write(out, path.stem + name.replace("/", "-"), one_command(top, command).encode())
        for name in ("urcs", "results"):
            if name in top:
                text = top["set"] + top["title"] + top.get("parameters", "") \
                    + top.get("tables", "") + top[name]
                write(out, f"{path.stem}-{name}", text.encode())
    for path in sorted((ROOT / "conformance/tests/data").glob("*.yaml")):
        write(out, path.stem, path.read_bytes())


# ---- stores ---------------------------------------------------------------


def make_results(out):
    """Each kind of line, each word and each hostile text that the schema allows."""
    for name, text in stores.stores(ROOT / "reports/results.schema.json"):
        write(out, name, text.encode())


def make_stores(out, atproof):
    """What `check` keeps of a transcript; each a store that fits."""
    for number, (name, text) in enumerate(scripts()):
        if number % 8 != 0 or len(text) > SIZE_MAX or name.startswith("live/"):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            store = pathlib.Path(scratch) / "results.jsonl"
            subprocess.run([atproof, "check", "--results", store, f"corpus/{name}.at"], cwd=ROOT,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            if not store.exists():
                sys.exit(f"seeds_files.py: {atproof} check made no store of {name}")
            lines = store.read_bytes().splitlines(True)
            clauses = [line for line in lines if b'"kind":"clause"' in line]
            head, *cases = [line for line in lines if line not in clauses]
            write(out, f"check-{name}-clauses", head + b"".join(clauses[:3]))
            write(out, f"check-{name}", head + b"".join(cases))
            for at, case in enumerate(cases[:3]):
                write(out, f"check-{name}-{at}", head + case)


def make_pairs(out):
    """Two stores with a NUL between them: of each kind of line the same twice."""
    for name, text in stores.stores(ROOT / "reports/results.schema.json"):
        write(out, name, text.encode() + b"\0" + text.encode())


def other_runs(cases):
    """What may have become of a run: less, more, worse, faster."""
    yield "same", cases
    yield "less", cases[1:]
    yield "twice", cases * 2
    yield "failed", [case.replace(b'"outcome":"passed"', b'"outcome":"failed"') for case in cases]
    yield "skipped", [case.replace(b'"outcome":"passed"', b'"outcome":"skipped"') for case in cases]
    yield "texts", [case.replace(b"OK", b"OK2").replace(b"ERROR", b"OK") for case in cases]


def make_compared(out, folder):
    """Stores that `check` made, each before one that another firmware might have made."""
    for path in sorted(folder.glob("check-*")):
        if path.name.endswith("-clauses"):
            continue
        head, *cases = path.read_bytes().splitlines(True)
        for name, others in other_runs(cases):
            old, new = head + b"".join(cases), head + b"".join(others)
            write(out, f"{path.name}-{name}", old + b"\0" + new)
            write(out, f"{path.name}-{name}-back", new + b"\0" + old)


# ---- captures -------------------------------------------------------------


def escaped(text, style):
    """Bytes as that style writes those that are no text."""
    if style == "tx-rx-hex":
        return " ".join(f"{byte:02X}" for byte in text.encode("latin-1"))
    if style == "tx-rx-c":
        return text + "\\r\\n"
    return text + "<CR><LF>" if style == "tx-rx-angle" else text


def line_of(style, sent, text, at):
    """A line of a log, and the time before it where the style has one."""
    time = f"12:00:{at % 60:02}.{at * 37 % 1000:03} "
    heads = {"arrows": ("-> ", "<- "), "angle": (time + "> ", time + "< "), "terminal": ("", "")}
    heads["timestamps"] = (f"[{time.strip()}] ", f"[{time.strip()}] ")
    head = heads.get(style, ("TX: ", "RX: "))[0 if sent else 1]
    return head + escaped(text, style) + "\n"


def make_captures(out):
    for number, (name, text) in enumerate(scripts()):
        if not name.startswith(("captures/", "transcripts/")) or "generated" in name:
            continue
        lines = re.findall(r"(?m)^([<>]) (.+)$", text.decode("latin-1"))
        style = number % len(STYLES)
        log = "".join(line_of(STYLES[style], mark == ">", said, at)
                      for at, (mark, said) in enumerate(lines))
        write(out, name, bytes([style]) + log.encode("latin-1")[:SIZE_MAX - 1])


# ---- what a host says -----------------------------------------------------


def unescaped(text):
    """The bytes of strings with C escapes, those that count repeated."""
    letters = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "e": b"\x1b"}
    joined = b""
    for string, count in re.findall(r'"((?:[^"\\]|\\.)*)"(?:\*(\d+))?', text):
        data = b""
        for part in re.findall(r"\\x[0-9A-Fa-f]{2}|\\.|[^\\]", string):
            if part.startswith("\\x"):
                data += bytes([int(part[2:], 16)])
            else:
                data += letters.get(part[1:], part[-1:].encode("latin-1"))
        joined += data * min(int(count or 1), SIZE_MAX)
    return joined


def filled(text, variables):
    """A command with the examples of its placeholders."""
    def value(match):
        name, example = match.group(1), re.search(r" =(.*)$", match.group(0)[:-1])
        return example.group(1) if example else variables.get(name, "1")

    return re.sub(r"\{\{?(\w*)[^}]*\}", value, text)


def host_bytes(line, variables):
    """What the host sends by a line of a script, or None."""
    if line.startswith(("> ", "@ setup: ", "@ cleanup: ")):
        text = line.split(" ", 2)[2] if line.startswith("@") else line[2:]
        return filled(text, variables).encode("latin-1", "replace") + b"\r"
    if line.startswith(">> ") or line.startswith(">= text "):
        return unescaped(line)
    if line.startswith(">= length "):
        digits = re.findall(r"\d+", line)
        return b"0123456789" * (min(int(digits[0]), 2000) // 10 + 1) if digits else None
    return None


def sessions(text):
    """The cases of a script as sessions: what its host sends, time passing after it."""
    variables = dict(re.findall(r"(?m)^@ var: (\S+) = (.*)$", text))
    dialect = re.search(r"(?m)^@ dialect: (\S+)", text)
    setting = bytes([DIALECTS.get(dialect.group(1) if dialect else "", 1)])
    for case in re.split(r"(?m)^(?=@ id:)", text):
        sent = [host_bytes(line, variables) for line in case.splitlines()]
        items = [MARK + b"s" + part.replace(MARK, MARK * 2) for part in sent if part]
        if items:
            yield setting + (MARK + b"x").join(items)


def make_sessions(out):
    for name, text in scripts():
        if name.startswith(("live/", "transcripts/")) and "generated" not in name:
            for number, session in enumerate(sessions(text.decode("latin-1"))):
                write(out, f"{name}-{number}", session)


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    out = pathlib.Path(sys.argv[1])
    makers = {"script": make_scripts, "match": make_matches, "catalog": make_catalogs, "results": make_results,
              "diff": make_pairs, "capture": make_captures, "module": make_sessions}
    for target, make in makers.items():
        make(out / target)
        if target == "results" and len(sys.argv) == 3:
            make_stores(out / target, sys.argv[2])
            make_compared(out / "diff", out / target)
        if not any((out / target).iterdir()):
            sys.exit(f"files.py: no seeds for {target}")


if __name__ == "__main__":
    main()
