"""The configuration of a gate: YAML, checked against gate.schema.json, with the
place of each mistake.

    config.load(path) gives a Config, or raises Mistakes, whose text has a line
    FILE:LINE:COL: what is wrong, and what was expected, for each of them."""
import copy
import datetime
import difflib
import json
import math
import os
import pathlib
import re

import jsonschema
import yaml

from render import plain

HERE = pathlib.Path(__file__).resolve().parent
SCHEMA = json.loads((HERE / "gate.schema.json").read_text())
NAMES = {"object": "a mapping", "array": "a list", "string": "a text", "integer": "a whole number",
         "number": "a number", "boolean": "true or false", "null": "nothing"}
MAX_DEPTH = 20
MAX_VALUES = 100_000  # an alias counts as often as it is used


class Mistakes(Exception):
    """What is wrong with a configuration, a line each, inert: what it quotes is not ours."""

    def __init__(self, *lines):
        super().__init__("\n".join(map(plain, lines)))


class Key(str):
    """The last part of a path: the key's own place, not its value's."""


class Config:
    """`data` as written, defaults filled in; `place(key...)` as FILE:LINE:COL."""

    def __init__(self, path, data, reader):
        self.path, self.data, self.reader = path, data, reader
        self.root = (path.parent / data["root"]).resolve()
        # Not resolved: folder.py walks to it, and follows no link.
        self.out = pathlib.Path(os.path.normpath(self.root / data["output"]["directory"]))

    def place(self, *path):
        return f"{self.path}:{self.reader.place(path)}"

    def output_mistake(self, text):
        return Mistakes(f"{self.place('output', 'directory')}: {self.out}: {text}")


# ---- YAML, with the place of each value ---------------------------------------

class Reader:
    """Builds plain values of YAML's nodes and notes where each begins."""

    def __init__(self, name):
        self.name, self.marks, self.keys = name, {}, {}
        self.scalars = yaml.SafeLoader("")
        self.values_left = MAX_VALUES

    def fail(self, node, text):
        raise Mistakes(f"{self.name}:{node.start_mark.line + 1}:{node.start_mark.column + 1}: {text}")

    def place(self, path):
        """LINE:COL of the value, or of the nearest that holds it."""
        marks = self.keys if path and isinstance(path[-1], Key) else self.marks
        while path not in marks:
            path = path[:-1]
        return "{}:{}".format(*marks[path])

    def value(self, node, path=()):
        self.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if len(path) > MAX_DEPTH:
            self.fail(node, f"nested more than {MAX_DEPTH} deep")
        self.values_left -= 1
        if self.values_left < 0:
            self.fail(node, f"more than {MAX_VALUES:,} values; an alias counts each time it is used")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node, path):
        found = {}
        for key_node, item in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fail(key_node, "a key that is no text")
            key = key_node.value
            if key in found:
                self.fail(key_node, f"'{key}' a second time; expected each key once")
            found[key] = self.value(item, (*path, key))
            mark = key_node.start_mark
            self.keys[(*path, key)] = (mark.line + 1, mark.column + 1)
        return found

    def scalar(self, node):
        """A date stays text: it is compared, and told, as it is written."""
        if node.tag == "tag:yaml.org,2002:timestamp":
            return node.value
        try:
            value = self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            self.fail(node, f"'{node.value}': {error}")
        if isinstance(value, float) and not math.isfinite(value):
            self.fail(node, f"'{node.value}'; expected a finite number")
        return value


def read(path):
    """The file's value, and the marks of values and of keys."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Mistakes(f"{path}: {getattr(error, 'strerror', None) or error}; "
                       "expected a configuration (.ci/gate/README.md)") from error
    reader = Reader(path)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError as error:
        raise Mistakes(f"{path}:1:1: nested more than {MAX_DEPTH} deep") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        raise Mistakes(f"{path}:{place}: no YAML: {getattr(error, 'problem', error)}") from error
    if node is None:
        raise Mistakes(f"{path}:1:1: nothing in it; expected a mapping with 'version: 1'")
    return reader.value(node), reader


# ---- against the schema -------------------------------------------------------

def listed(words):
    words = [str(word) for word in words]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def nearest(word, words):
    close = difflib.get_close_matches(str(word), [str(other) for other in words], 1)
    return f"did you mean '{close[0]}'? " if close else ""


def kind(value):
    if value is None:
        return "nothing"
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), "a number")


def unknown_keys(error):
    known = sorted(error.schema["properties"])
    for key in error.instance:
        if key not in known:
            yield (*error.absolute_path, Key(key)), (f"unknown key '{key}'; {nearest(key, known)}"
                                                f"expected {listed(known)}")


def told(error):
    """The mistakes of one schema error: its path, and what is said."""
    path, schema, value = tuple(error.absolute_path), error.schema, error.instance
    name = f"'{path[-1]}': " if path and isinstance(path[-1], str) else ""
    wanted = schema.get("description", "")
    if error.validator == "additionalProperties":
        yield from unknown_keys(error)
    elif error.validator == "required":
        missing = [key for key in error.validator_value if key not in value]
        yield path, f"{name}no '{missing[0]}'; expected {listed(error.validator_value)} in it"
    elif error.validator == "type":
        types = error.validator_value
        types = types if isinstance(types, list) else [types]
        yield path, f"{name}{kind(value)}; expected {listed([NAMES[one] for one in types])}"
    elif error.validator in ("enum", "const"):
        words = error.validator_value if error.validator == "enum" else [error.validator_value]
        yield path, f"{name}'{value}'; {nearest(value, words)}expected {listed(words)}"
    elif error.validator == "minItems":
        yield path, f"{name}nothing listed; expected one at least"
    elif error.validator in ("minimum", "maximum"):
        least = "at least" if error.validator == "minimum" else "at most"
        yield path, f"{name}{value}; expected {least} {error.validator_value}"
    elif error.validator == "pattern":
        yield path, f"{name}'{value}'; expected {wanted[:1].lower()}{wanted[1:].rstrip('.')}"
    else:
        yield path, f"{name}{error.message}"


def is_day(text):
    """Whether it is a day of the calendar, YYYY-MM-DD; as number_is_day of
    conformance/base has it."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_dates(data):
    excuses = data.get("expected_failures")
    for i, excuse in enumerate(excuses if isinstance(excuses, list) else []):
        if not is_day(excuse["until"]):
            yield ("expected_failures", i, "until"), (
                f"'until': '{excuse['until']}' is no day of the calendar; expected YYYY-MM-DD")


def check_dialects(data):
    """What an item says of dialects stands in the list of dialects."""
    known = data.get("dialects", [])
    for section in ("traffic", "live"):
        for i, item in enumerate(data.get(section, [])):
            dialect = item.get("dialect")
            if dialect not in (None, "{dialect}", *known):
                yield (section, i, "dialect"), (
                    f"'dialect': '{dialect}' is not among 'dialects'; expected {listed(known)}")


def check_patterns(data):
    for i, item in enumerate(data.get("traffic", [])):
        for key in ("sent_prefix", "received_prefix"):
            try:
                re.compile(item.get(key, ""))
            except re.error as error:
                yield ("traffic", i, key), f"'{key}': {error}; expected a regular expression"


def mistakes(data):
    errors = sorted(jsonschema.Draft202012Validator(SCHEMA).iter_errors(data),
                    key=lambda error: [str(part) for part in error.absolute_path])
    found = [one for error in errors for one in told(error)]
    if found:
        return found
    found = [one for check in (check_dates, check_dialects, check_patterns) for one in check(data)]
    if not any(data.get(key) for key in ("traffic", "live", "fuzz", "checks", "coverage")):
        found.append(((), "selects nothing; expected traffic, live, fuzz, coverage or checks"))
    return found


# ---- what is not said ---------------------------------------------------------

DEFAULTS = {
    "root": ".",
    "dialects": ["simcom", "quectel-ugxx", "quectel-ec200"],
    "traffic": [], "live": [], "checks": [], "expected_failures": [], "thresholds": {},
    "output": {"directory": "atproof-gate", "formats": ["all"]},
}


def fill(data):
    filled = copy.deepcopy(DEFAULTS)
    filled["name"] = "atproof"
    filled.update(data)
    filled["output"] = {**DEFAULTS["output"], **data.get("output", {})}
    filled["thresholds"] = {"cases": 1, "executions": 1, **data.get("thresholds", {})}
    return filled


def load(path):
    path = pathlib.Path(path)
    data, reader = read(path)
    found = mistakes({**data, "dialects": data.get("dialects", DEFAULTS["dialects"])}
                     if isinstance(data, dict) else data)
    if found:
        raise Mistakes(*dict.fromkeys(
            f"{path}:{reader.place(where)}: {text}" for where, text in found))
    return Config(path, fill(data), reader)
