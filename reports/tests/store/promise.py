"""The promise of the store's schema (README.md, "What the version promises"): what
the last release wrote is read. Its schema, released/results.schema.json, is held
against the schema of today: nothing may have become narrower, unless the version is
raised."""
import copy
import json
import pathlib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load(path):
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def version(schema):
    return schema["$defs"]["run"]["properties"]["version"]["const"]


class Narrowed:
    """Complaints about what the old schema allows and the new one does not."""

    def __init__(self, old, new):
        self.roots = old, new
        self.complaints = []
        self.compare_lists("a line", self.kinds(old), self.kinds(new))
        for name in self.kinds(old) & self.kinds(new):
            self.compare(name, {"$ref": f"#/$defs/{name}"}, {"$ref": f"#/$defs/{name}"})

    @staticmethod
    def kinds(schema):
        return {entry["$ref"].rsplit("/", 1)[1] for entry in schema["oneOf"]}

    def resolve(self, side, schema):
        while "$ref" in schema:
            schema = self.roots[side]["$defs"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def complain(self, place, text):
        self.complaints.append(f"{place}: {text}")

    def compare_lists(self, place, old, new):
        for gone in sorted(old - new, key=str):
            self.complain(place, f"{gone} is refused now")

    @staticmethod
    def values(schema):
        """Those that it lists; None: it lists none."""
        return {schema["const"]} if "const" in schema else \
            set(schema["enum"]) if "enum" in schema else None

    def compare(self, place, old, new):
        old, new = self.resolve(0, old), self.resolve(1, new)
        if self.values(new) is not None:
            if self.values(old) is None:
                self.complain(place, "only listed values are read now")
            else:
                self.compare_lists(place, self.values(old), self.values(new))
            return
        if "type" in new and old.get("type") != new["type"] and self.values(old) is None:
            self.complain(place, f"type {new['type']}, not {old.get('type')}")
            return
        if new.get("minimum", float("-inf")) > old.get("minimum", float("-inf")):
            self.complain(place, f"{new['minimum']} or more")
        if new.get("maximum", float("inf")) < old.get("maximum", float("inf")):
            self.complain(place, f"{new['maximum']} or less")
        if new.get("pattern", old.get("pattern")) != old.get("pattern"):
            self.complain(place, "another pattern")
        if "items" in old:
            self.compare(f"{place}[]", old["items"], new["items"])
        self.compare_keys(place, old, new)

    def compare_keys(self, place, old, new):
        for key in sorted(set(new.get("required", [])) - set(old.get("required", []))):
            self.complain(place, f"{key} is required now")
        known = new.get("properties", {})
        for key, value in old.get("properties", {}).items():
            if key in known:
                self.compare(f"{place}.{key}", value, known[key])
            elif new.get("additionalProperties") is False:
                self.complain(place, f"the key {key} is refused now")


def broken_promises(old, new):
    return Narrowed(old, new).complaints if version(new) == version(old) else []


class Promise(unittest.TestCase):
    def setUp(self):
        self.today = load("results.schema.json")
        self.defs = copy.deepcopy(self.today)["$defs"]

    def complaints(self):
        return broken_promises(self.today, self.today | {"$defs": self.defs})

    def test_what_the_last_release_wrote_is_read(self):
        released = load("released/results.schema.json")
        self.assertGreaterEqual(version(self.today), version(released))
        self.assertEqual(broken_promises(released, self.today), [])

    def test_required_key_is_told(self):
        self.defs["exchange"]["required"].append("form")
        self.assertEqual(self.complaints(), ["case.exchanges[]: form is required now"])

    def test_lost_key_is_told(self):
        del self.defs["case"]["properties"]["title"]
        self.assertEqual(self.complaints(), ["case: the key title is refused now"])

    def test_lost_word_is_told(self):
        self.defs["level"]["enum"].remove("quirk")
        self.assertEqual(sorted(self.complaints()),
                         ["case.exchanges[].findings[].level: quirk is refused now",
                          "case.level: quirk is refused now"])

    def test_words_instead_of_any_text_are_told(self):
        self.defs["clause"]["properties"]["title"] = {"enum": ["a"]}
        self.assertEqual(self.complaints(), ["clause.title: only listed values are read now"])

    def test_other_type_is_told(self):
        self.defs["run"]["properties"]["strict"] = {"type": "integer"}
        self.assertEqual(self.complaints(), ["run.strict: type integer, not boolean"])

    def test_narrower_number_and_pattern_are_told(self):
        self.defs["duration"]["properties"]["us"] = {"type": "integer", "minimum": 1,
                                                     "maximum": 9}
        self.defs["day"]["pattern"] = "^2"
        self.assertEqual(sorted(self.complaints()),
                         ["baseline.created: another pattern", "case.expires: another pattern",
                          "latency.samples[].us: 1 or more", "latency.samples[].us: 9 or less"])

    def test_lost_kind_of_line_is_told(self):
        new = copy.deepcopy(self.today)
        new["oneOf"].pop()
        self.assertEqual(broken_promises(self.today, new), ["a line: latency is refused now"])

    def test_additions_keep_the_promise(self):
        self.defs["level"]["enum"].append("may")
        self.defs["case"]["properties"]["owner"] = {"type": "string"}
        self.defs["case"]["required"].remove("dialect")
        self.assertEqual(self.complaints(), [])

    def test_greater_version_may_break_it(self):
        self.defs["run"]["properties"]["version"]["const"] += 1
        del self.defs["case"]["properties"]["title"]
        self.assertEqual(self.complaints(), [])


if __name__ == "__main__":
    unittest.main()
