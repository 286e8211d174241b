"""The gate's configuration, fuzzed: any bytes as gate.yaml are read or refused, never more.
usage: test_fuzz.py ATPROOF [--seconds S] [--seed N]

  refused    every mistake is a line FILE:LINE:COL: text (or FILE: text), inert
  read       numbers are finite, days are days, the folder of results can be refused
  bounded    within 512 MiB of memory, and five seconds of processor time for each input

Mutates README's example, atproof's own gate.yaml and what once broke it: bytes, lines,
values, anchors and nesting. The seed is printed with what it found."""
import argparse
import copy
import math
import pathlib
import random
import re
import resource
import signal
import sys
import time

import common
import config

README = (common.GATE / "README.md").read_text()
SEEDS = [re.search(r"```yaml\n(version: 1\n.*?)```", README, re.S).group(1),
         (common.GATE / "gate.yaml").read_text(),
         "version: 1\nchecks: [stack]\n", "version: 1\nfuzz: {seconds: 5}\nthresholds: {lines: 60}\n",
         "version: 1\nchecks: [stack]\nexpected_failures:\n  - {id: x, until: 2030-01-02, reason: why}\n"]
VALUES = [".nan", ".inf", "-.inf", "1e999", "0x7fffffffffffffffffff", "-1", "1_0", "0o7", "~", "''",
          "2099-02-30", "9999-99-99", "2024-02-29", "2023-02-29", "true", "[]", "{}", "!!python/name:os",
          "!!binary aGk=", "&a [*a]", "*a", "'\\e[31m'", '"\\u202e"', '"\\0"', "--help", "../..", "/",
          "'{'", "a: b", "99999999999999999999"]
SECONDS_EACH = 5


def aliases(depth, width):
    rows = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, depth)]
    return "version: 1\nchecks: [stack]\n" + "\n".join(rows) + "\n"


def value_places(text):
    """Of values without their key, in block and in flow."""
    return [match.span(1) for match in re.finditer(r"(?:: +|- +|\[)([^\s,\[\]{}#][^,\n\]}#]*)", text)]


def mutate(chance, text):
    kind = chance.choice([0, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6])
    lines = text.splitlines(True)
    if kind == 0:
        at = chance.randrange(len(text) + 1)
        return text[:at] + chance.choice(["\t", "\0", "\x1b[31m", "\x85", "{", "[", "&a ", "*a", "\"", "\n", ": ",
                                          "- ", "\ud800", "\u202e", "::error::x\n"]) + text[at:]
    if kind == 1 and lines:
        at = chance.randrange(len(lines))
        lines[at:at + 1] = chance.choice([[], [lines[at]] * 2, [" " + lines[at]]])
        return "".join(lines)
    if kind == 2:
        at = chance.randrange(len(text) + 1)
        return text[:at] + text[at + chance.randrange(1, 20):]
    if kind == 3:
        return text + "".join(chance.sample(lines, chance.randrange(len(lines) + 1)))
    if kind == 4:
        return aliases(chance.randrange(2, 60), chance.randrange(1, 60))
    if kind == 5:
        return text + "x: " + chance.choice("[{") * chance.choice([3, 30, 300, 3000])
    places = value_places(text)
    if not places:
        return text
    first, last = chance.choice(places)
    return text[:first] + chance.choice(VALUES) + text[last:]


def leaves(value):
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def is_inert(text):
    return all(0x20 <= ord(c) < 0x7f or (ord(c) >= 0xa0 and not 0x202a <= ord(c) <= 0x202e
                                         and not 0x2066 <= ord(c) <= 0x2069) for c in text)


def examine(path):
    """Raises AssertionError for what must not be."""
    try:
        loaded = config.load(path)
    except config.Mistakes as error:
        for line in str(error).split("\n"):
            assert re.match(rf"{re.escape(str(path))}:(\d+:\d+:)? .", line), f"no place: {line!r}"
            assert is_inert(line), f"not inert: {line!r}"
        return False
    for leaf in leaves(loaded.data):
        assert not isinstance(leaf, float) or math.isfinite(leaf), f"not finite: {leaf}"
    excuses = loaded.data["expected_failures"]
    for one in excuses if isinstance(excuses, list) else []:
        assert config.is_day(one["until"]), f"no day: {one}"
    loaded.place("output", "directory")
    copy.deepcopy(loaded.data)
    return True


def too_long(*_):
    raise AssertionError(f"more than {SECONDS_EACH} s of processor time")


def examine_within(path, text):
    path.write_bytes(text.encode("utf-8", "surrogateescape" if "\ud800" not in text else "surrogatepass"))
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_EACH)
    try:
        return examine(path)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def fuzz(seconds, seed, seeds=None):
    """Returns how many were read, and how many refused."""
    chance = random.Random(seed)
    counts = {True: 0, False: 0}
    end = time.monotonic() + seconds
    with common.scratch() as folder:
        path = pathlib.Path(folder) / "gate.yaml"
        while time.monotonic() < end:
            text = chance.choice(seeds or SEEDS)
            for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
                text = mutate(chance, text)[:1 << 17]
            try:
                counts[examine_within(path, text)] += 1
            except BaseException as error:
                raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}\n{text[:2000]!r}") from error
    return counts


def complaint(seconds, text, **planted):
    """What it says of a defect that is planted in config, from the seed TEXT; '' for nothing."""
    with common.replaced(config, **planted):
        try:
            fuzz(seconds, 1, [text])
        except (AssertionError, MemoryError, OSError) as error:  # no memory is left to remove the folder
            return f"{type(error).__name__}: {error}"
    return ""


class Trusting(config.Reader):
    """A reader that takes numbers without an end."""

    def scalar(self, node):
        number = node.value.lower().lstrip("+-.")
        return float(number) if number in ("nan", "inf") else super().scalar(node)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("atproof")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
    signal.signal(signal.SIGVTALRM, too_long)
    unbounded = r"MemoryError|OSError|RecursionError|processor time"
    planted = [(SEEDS[-2], r"not finite", {"Reader": Trusting}),
               (SEEDS[-2], unbounded, {"MAX_DEPTH": 1 << 30}),
               (SEEDS[-2], unbounded, {"MAX_VALUES": 1 << 40}),
               (SEEDS[-1], r"no day: ", {"check_dates": lambda data: []})]
    for text, pattern, values in planted:
        seen = complaint(60, text, **values)
        assert re.search(pattern, seen), f"planted: {values}; expected {pattern}, seen {seen[:500]!r}"
    counts = fuzz(chosen.seconds, chosen.seed)
    assert counts[True] > 0 and counts[False] > 0, counts
    print(f"{counts[True]} read, {counts[False]} refused; {len(planted)} planted defects found")


main()
