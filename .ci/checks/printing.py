#!/usr/bin/env python3
"""Foreign text is printed by one function: print of conformance/base, text_put and
text_shown of reports/base.

    printing.py SOURCE_DIR

Fails on a printf, puts or write of anything but a literal without `%s` and `%c`, where
it is not in a file that writes a syntax of its own, with the escapes of that syntax;
and on a bare fopen for writing, which a planted link would lead elsewhere (base/file.h)."""
import pathlib
import re
import sys

# What may write bytes as they are, in whose syntax; ROOM/: all of it. The pattern: the
# calls that may.
OWN_SYNTAX = {
    "conformance/base/complain.c": "fput[cs]",
    "conformance/base/print.c": "fwrite",  # the one function
    "conformance/base/spool.c": "fwrite",  # a temporary file
    "conformance/base/file.c": "fwrite",
    "conformance/cases/cases.c": "fwrite",  # transcripts
    "conformance/cases/trace.c": r"fprintf\(kept|fputs|fputc",  # the ledger, a file
    "conformance/catalog/emit/": "",  # C, JSON, Markdown, dictionaries, of text without controls
    "conformance/check/check_files.c": r"fwrite\(canonical",  # transcripts
    "conformance/command/cmd_check.c": r"fwrite\(lines|fputs\(text, file|fprintf\(file",  # store, help
    "conformance/command/cmd_decode.c": "fwrite",  # JSON
    "conformance/command/cmd_record.c": "fwrite",  # transcripts
    "conformance/events/eventlog.c": "fwrite",  # JSON
    "conformance/livefuzz/keep.c": r"fwrite|fprintf\(file",  # transcripts
    "conformance/outcome/results_clauses.c": "write",  # a function of its own
    "conformance/port/port_io.c": "write",  # bytes of the line
    "conformance/port/signals.c": r"write\(wake",
    "conformance/record/scribe.c": "write",  # transcripts
    "conformance/run/run_case.c": "fwrite",  # transcripts
    "conformance/run/run_lab.c": r"fwrite|fprintf\(run->log",  # transcripts
    "conformance/server/": "",  # HTTP, PEM
    "conformance/modem/": "",  # AT lines
    "reports/": "",  # each format has its own; the tests of reports show it
}
CALL = re.compile(r"(?<![\w.>])(v?f?printf|fputs|puts|fputc|putc|putchar|fwrite|write|perror|dprintf"
                  r"|vdprintf)\s*\(")
ONLY_LITERALS = re.compile(r"""\(\s*(?:stdout,|stderr,|out,|[\w>.-]+,)?\s*          # a stream
                           (?:"(?:[^"\\]|\\.)*"\s*|'(?:[^'\\]|\\.)+'\s*)+           # literals
                           (?:,\s*(?:stdout|stderr|out|[\w>.-]+)\s*)?\)""", re.X)
FOR_WRITING = re.compile(r'\b(fopen|freopen)\s*\([^;]*?,\s*"[^"]*[wa+]')


def calls(text):
    """The calls of printing functions: their place, and the whole call."""
    for found in CALL.finditer(text):
        depth, at = 0, found.end() - 1
        while True:
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
            if depth == 0:
                break
        yield text.count("\n", 0, found.start()) + 1, found.group(1), text[found.start():at]


def without_comments(text):
    blank = lambda found: re.sub(r"[^\n]", " ", found.group())  # noqa: E731; lines stay
    return re.sub(r"/\*.*?\*/", blank, text, flags=re.S)


def faults_of(name, text):
    text = without_comments(text)
    for found in FOR_WRITING.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield f"{name}:{line}: {found.group(1)} for writing, expected file_create of base/file.h"
    own = next((OWN_SYNTAX[allowed] for allowed in OWN_SYNTAX if name.startswith(allowed)), "(?!)")
    for line, function, call in calls(text):
        if re.match(own, call):
            continue
        rest = call[call.index("("):]
        if ONLY_LITERALS.fullmatch(rest) and "%s" not in rest and "%c" not in rest:
            continue
        if function in ("fputc", "putc", "putchar") and re.search(r"\?\s*'", rest):
            continue  # one of two literals
        yield f"{name}:{line}: {function} of what may be foreign, expected print of base/print.h"


def main():
    root = pathlib.Path(sys.argv[1])
    sources = [path for room in ("conformance", "reports") for path in sorted(root.glob(f"{room}/**/*.c"))
               if "tests" not in path.relative_to(root).parts]
    faults = [fault for path in sources
              for fault in faults_of(str(path.relative_to(root)), path.read_text())]
    # That it can fail:
    for bad in ('printf("%s\\n", path);', "fputs(name, stderr);", 'perror(path);',
                'FILE *f = fopen(path, "w");', 'fprintf(stderr,\n "%s: bad\\n", f(x));'):
        if not list(faults_of("conformance/check/new.c", bad)):
            faults.append(f"printing.py: misses {bad}")
    for good in ('fputs("x\\n", stderr);', "fputc('\\n', out);", 'print(stdout, "%s", x);',
                 'snprintf(a, n, "%s", x);', 'fopen(path, "re")'):
        faults += [f"printing.py: {good}: {fault}" for fault in faults_of("x.c", good)]
    print("\n".join(faults) if faults else f"{len(sources)} sources")
    return 1 if faults or len(sources) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
