#!/usr/bin/env python3
"""Attacks on scripts, the matcher and the reader of logs: each ends with the exit code
and the message that it must, within its limits.

    match.py [--memory MIB] [--seconds S] ATPROOF CORPUS

A row: what is called, the exit code, and a pattern that stands in what it prints. Files
are those of CORPUS/regressions/attack, or made here where they would be large."""
import argparse
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

PRINTED_MAX = 256 << 20  # bytes that any of them may print

AGAINST = "check --against "
ROWS = (
    # Any-order: what the matcher cannot hold is refused, what it holds must come.
    (AGAINST + "order-of-64.at no-answer.at", 1, "no-answer.at is the beginning of"),
    (AGAINST + "order-of-33.at 32-answers.at", 1, "expected: < X32"),
    (AGAINST + "order-of-33.at 33-answers.at", 0, "33-answers.at is order-of-33.at"),
    (AGAINST + "order-of-64.at 64-answers.at", 0, "64-answers.at is order-of-64.at"),
    (AGAINST + "order-of-65.at no-answer.at", 2,
     "order-of-65.at:130:1: more than 64 branches in any order"),
    ("check order-of-65.at", 2, "order-of-65.at:130:1: more than 64 branches"),
    # No recursion by input.
    (AGAINST + "endless-empty-turns.at no-answer.at", 1, "is the beginning of"),
    (AGAINST + "endless-empty-turns.at answered.at", 0, "answered.at is endless"),
    (AGAINST + "million-empty-turns.at answered.at", 0, "answered.at is million"),
    (AGAINST + "million-empty-turns.at many-a.at", 2, r"million-empty-turns.at:\d+:1: given up"),
    (AGAINST + "endless-turns.at many-turns.at", 2,
     r"endless-turns.at:\d+:1: given up after \d+ steps"),
    (AGAINST + "long-case.at long-case.at", 0, "long-case.at is long-case.at"),
    ("check --quiet long-case.at", 0, "60000 pass"),
    ("decode long-case.at", 0, '"name":"OK"'),
    ("run --dialect simcom --target tcp,127.0.0.1,{port} --out run-turns turns.at", None,
     "1 case: 1 (passed|failed)"),
    ("run --dialect simcom --target tcp,127.0.0.1,{port} --out run-empty empty-turns.at", None,
     "1 case: 1 (passed|failed)"),
    ("run --dialect simcom --target tcp,127.0.0.1,{port} --out run-nest nest.at", (1, 7),
     "seen: +more readings than the budget of steps"),
    ("run --dialect simcom --target tcp,127.0.0.1,{port} --out run-order order-live.at", 1, "1 case: 1 failed"),
    # A budget of steps.
    (AGAINST + "nested-turns.at many-a.at", 2, r"nested-turns.at:\d+:1: given up after \d+ steps"),
    (AGAINST + "forty-optionals.at many-a.at", 2, r"forty-optionals.at:\d+:1: given up after"),
    (AGAINST + "many-cases.at many-a.at", 2, r"many-cases.at:\d+:1: given up after"),
    ("check ways-times-turns.at", 2,
     r"ways-times-turns.at:3:\d+: more than \d+ items and lines in all ways of the file"),
    ("decode ways-times-turns.at", 2, r"more than \d+ items and lines in all ways"),
    ("check million-lines.at", 2, r"million-lines.at:2:\d+: more than \d+ items and lines"),
    (AGAINST + "digest.at digested.at", 1, "digested.at is the beginning of digest.at"),
    ("check many-variables.at", 2, "more than 256 variables"),
    ("check many-names.at", 5, "nothing could be judged"),
    ("check urcs-33.at", 2, 'urcs-33.at:33:1: more than 32 "@ urc:"'),
    ("check many-deviations.at", 2, 'more than 2048 "@ deviates:"'),
    ("check --quiet inherited.at", 0, "19991 pass"),
    # A budget of bytes.
    ("check ways-times-bytes.at", 2,
     r"ways-times-bytes.at:3:\d+: more than 67108864 bytes in all ways of the file"),
    ("decode ways-times-bytes.at", 2, "more than 67108864 bytes in all ways of the file"),
    ("check lengths.at", 2, "lengths.at:2:1: more than 67108864 bytes in all"),
    ("check lengths-by-turns.at", 2, "more than 67108864 bytes in all ways"),
    ("check word-of-a-terabyte.at", 2, "word-of-a-terabyte.at:2:3: more than 67108864 bytes"),
    ("check word-of-no-size.at", 0, "1 passed"),
    ("check strings.at", 2, r"strings.at:\d+:\d+: more than 67108864 bytes"),
    ("check --format strings.at", 2, r"strings.at:\d+:\d+: more than 67108864 bytes"),
    # A length that no payload has.
    (AGAINST + "negative-length.at negative.at", 1, "negative.at is not negative-length.at"),
    # The user's own patterns.
    ("check --sent-prefix a --received-prefix (((a{1,255}){1,255}){1,255}) many.log", 2,
     "counts that multiply to more than 512"),
    ("check --sent-prefix a --received-prefix " + "(" * 20000 + ")" * 20000 + " many.log", 2,
     "more than 255 bytes"),
    ("check --sent-prefix a --received-prefix (((((a))))) many.log", 2, "more than 4 groups"),
    ("check --sent-prefix a --received-prefix a{2000} many.log", 2, "counts that multiply"),
    ("check --sent-prefix a --received-prefix ((((a+)+)+)+)+ many.log", 2, "an endless repetition"),
    (r"check --sent-prefix a --received-prefix (a*)\1 many.log", 2, "a back-reference"),
    ("check --sent-prefix ^->. --received-prefix (a|b)*a(a|b){12} many.log", 5, "nothing could"),
    ("check --sent-prefix ^->. --received-prefix ((((.?)?)?)?){15}$ many.log", 5, "nothing could"),
)


def make(work):
    """The large ones."""
    write = lambda name, text: (work / name).write_text(text)
    write("long-case.at", "> AT\n< OK\n" * 60000)
    write("many-cases.at", "".join(f"@ id: c/{i}\n> AT\n" + "@ optional:\n< A\n@ end:\n" * 12
                                   + "< OK\n" for i in range(20000)))
    write("many-variables.at", "@ id: a\n" + "".join(f"@ var: v{i} = b\n" for i in range(300))
          + "> AT\n")
    write("many-names.at", "> AT\n" + "".join(f"< {{a{i}:rest}}\n" for i in range(30000))
          + "".join(f"> {{a{i}}}\n" for i in range(30000)))
    write("many-deviations.at", "> AT\n< OK\n@ deviates: missing-final | x | y\n" * 50000)
    write("inherited.at", "@ id: a\n" + "".join(f"@ var: v{i} = b\n" for i in range(256))
          + "@ setup: AT+X={v1}\n" * 50000 + "> AT\n< OK\n"
          + "".join(f"@ id: a{i}\n> AT\n< OK\n" for i in range(19990)))
    write("many-turns.at", "> AT\n" + "< A\n" * 300000 + "< OK\n")
    write("many.log", "-> AT\n<- " + "a" * 3000000 + "\n<- " + "ab" * 600 + "\n"
          + ("<- " + "a" * 1000 + "!\n") * 3000)
    write("turns.at", "@ id: a/1/turns\n> AT+FLOOD\n@ repeat: 1..\n< A\n@ end:\n< OK\n")
    write("empty-turns.at", "@ id: a/1/empty\n> AT+FLOOD\n@ repeat: 1..\n@ optional:\n< A\n@ end:\n"
          "@ end:\n@ repeat: 1..\n@ optional:\n< A\n@ end:\n@ end:\n< OK\n")
    write("nest.at", "@ id: a/1/nest\n> AT+FLOOD\n" + "@ repeat: 0..\n" * 8 + "< A\n"
          + "@ end:\n" * 8 + "< NO\n")
    write("order-live.at", "@ id: a/1/order\n> AT+X\n@ any-order:\n"
          + "@ and:\n".join(f"< X{i}\n" for i in range(64)) + "@ end:\n< OK\n")


def answer(connection):
    """A module that says OK, and to AT+FLOOD a hundred thousand lines before."""
    line = b""
    while data := connection.recv(4096):
        line += data
        while b"\r" in line:
            command, line = line.split(b"\r", 1)
            connection.sendall(command + b"\r")
            if command == b"AT+FLOOD":
                connection.sendall(b"\r\nA\r\n" * 100000)
            connection.sendall(b"\r\nOK\r\n")


def serve(listener):
    while True:
        connection, _ = listener.accept()
        try:
            answer(connection)
        except OSError:
            pass  # the runner has seen enough
        connection.close()


def limit(memory, seconds):
    def apply():
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory << 20, memory << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return apply


def fault_of(row, work, options, port):
    """What is wrong with what came of it, or None."""
    call, code, pattern = row
    words = [word.replace("{port}", str(port)) for word in call.split(" ")]
    out = work / "printed"
    with open(out, "wb") as file:
        done = subprocess.run([options.atproof, *words], cwd=work, stdout=file,
                              stderr=subprocess.STDOUT, check=False, timeout=20 * options.seconds,
                              preexec_fn=limit(options.memory, options.seconds))
    printed = out.read_bytes()
    if done.returncode < 0 or done.returncode > 7:
        return f"ended by {done.returncode}: {printed[-300:]}"
    if code is not None and done.returncode not in (code if isinstance(code, tuple) else (code,)):
        return f"exit {done.returncode}, expected {code}: {printed[-300:]}"
    if not re.search(pattern.encode(), printed):
        return f"printed no '{pattern}': {printed[-300:]}"
    return f"printed {len(printed)} bytes" if len(printed) > PRINTED_MAX else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory", type=int, default=0, help="MiB of address space; 0: any")
    parser.add_argument("--seconds", type=int, default=10, help="of processor time, each")
    parser.add_argument("atproof", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("corpus", type=pathlib.Path)
    options = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    faults = 0
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        for path in (options.corpus / "regressions/attack").glob("*.at"):
            shutil.copy(path, work)
        make(work)
        for row in ROWS:
            fault = fault_of(row, work, options, listener.getsockname()[1])
            if fault:
                faults += 1
                print(f"{row[0][:100]}: {fault}")
    print(f"{len(ROWS)} attacks, {faults} faults")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
