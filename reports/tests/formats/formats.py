"""All formats of one store agree: on red, green or neither, and on the counts; the
badge fits its schema."""
import json
import re
import unittest
from xml.etree import ElementTree

import jsonschema
import sample
import tap

SCHEMA = json.loads((sample.ROOT / "badge.schema.json").read_text(encoding="ascii"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
RED = ("failed", "unexpected-pass")


def expected(lines):
    """Verdict and number of what is red, by the lines of the store themselves."""
    red = sum(line["outcome"] in RED for line in lines if line["kind"] == "case")
    red += sum(bool(line["findings"]) for line in lines if line["kind"] == "fuzz")
    judged = sum(line["outcome"] != "skipped" for line in lines if line["kind"] == "case")
    judged += sum(bool(line["executions"] or line["findings"])
                  for line in lines if line["kind"] == "fuzz")
    return ("red" if red else "green" if judged else "nothing"), red


# ---- the number that is red, in each format -------------------------

def junit(text):
    return sum(suite.find(".//failure") is not None for suite in ElementTree.fromstring(text))


def tap_(text):
    reader = tap.Reader(text.decode("utf-8"))
    return "".join(map(tap.mark, reader.document("", reader.case))).count("F")


def sarif(text):
    run = json.loads(text)["runs"][0]
    return len({result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
                for result in run["results"]
                if result["level"] == "error" and "suppressions" not in result})


def markdown(text):
    found = re.search(r"### .* atproof: (\d+) failing\n", text.decode("utf-8"))
    return int(found[1]) if found else 0


def badge(text):
    found = re.fullmatch(r"(\d+) failing", json.loads(text)["message"])
    return int(found[1]) if found else 0


def summary(text):
    first = text.decode("utf-8").replace(",\n   ", ", ").split("\n", maxsplit=1)[0]
    cases = sum(int(number) for number, word in re.findall(r"(\d+) ([a-z-]+)", first)
                if word in RED)
    return cases + len(re.findall(r"^fuzz .*(?:, |\n +)[1-9][0-9]* findings?$", text.decode(), re.M))


COUNTS = {"junit": junit, "tap": tap_, "sarif": sarif, "markdown": markdown, "badge": badge,
          "summary": summary}
# A number that is 0 is green or nothing; these tell the two apart.
NOTHING = {"sarif": b"Nothing was judged", "markdown": "⚠️".encode(), "badge": b"nothing judged"}


class Formats(unittest.TestCase):
    def check(self, lines):
        verdict, red = expected(lines)
        text = sample.text_of(lines)
        for form, count in COUNTS.items():
            made = sample.project(form, text)
            if form == "summary" and b"more fuzzers" in made:
                continue  # it has no room for all
            self.assertEqual(count(made), red, (form, made.decode()[:2000]))
            if form in NOTHING:
                self.assertEqual(NOTHING[form] in made, verdict == "nothing", (form, verdict))
            if form == "badge":
                self.check_badge(json.loads(made), verdict)
        return verdict

    def check_badge(self, made, verdict):
        VALIDATOR.validate(made)
        self.assertEqual(made["isError"], verdict == "red")

    def test_no_format_is_left_out(self):
        header = (sample.ROOT / "include/atproof/reports.h").read_text()
        named = re.search(r"enum reports_format \{(.*?)REPORTS_FORMAT_COUNT", header, re.S)[1]
        formats = {name.lower() for name in re.findall(r"REPORTS_(\w+)", named)}
        self.assertEqual(formats - {"html"}, set(COUNTS), "COUNTS has each format but the page")

    def test_each_outcome_alone(self):
        verdicts = {}
        for line in sample.OUTCOMES[1:] + sample.FUZZERS[1:]:
            name = line.get("id") or line["target"] + str(len(line["findings"]))
            verdicts[name] = self.check([sample.OUTCOMES[0], line])
        self.assertEqual({name for name, verdict in verdicts.items() if verdict == "nothing"},
                         {"skipped", "skipped-empty", "skipped-though-judged", "files0"})
        self.assertEqual(list(verdicts.values()).count("red"), 8)

    def test_all_together(self):
        for lines in [sample.OUTCOMES, sample.FUZZERS, sample.OUTCOMES + sample.FUZZERS[1:],
                      sample.hostile(), [sample.run()]]:
            self.check(lines)
        many = sample.write("write-many", "200")
        for form, count in COUNTS.items():
            self.assertEqual(count(sample.project(form, many)), 20, form)

    def badge_of(self, *lines):
        return json.loads(sample.project("badge", sample.text_of([sample.run(), *lines])))

    def test_badge_says_it_in_a_word(self):
        excused = sample.case("e", outcome="expected-failure", reason="r")
        for lines, message, colour in [
                ([], "nothing judged", "lightgrey"),
                ([sample.case("a", outcome="skipped")], "nothing judged", "lightgrey"),
                ([sample.case("a"), sample.case("b"), sample.case("c", outcome="skipped")],
                 "2 passing", "brightgreen"),
                ([sample.case("a"), sample.fuzz()], "2 passing", "brightgreen"),
                ([sample.case("a"), excused], "1 passing, 1 excused", "green"),
                ([excused], "0 passing, 1 excused", "green"),
                ([sample.case("a", tries=2)], "1 passing", "yellow"),
                ([sample.case("a"), sample.case("b", outcome="failed"),
                  sample.fuzz(sample.fuzz_finding())], "2 failing", "red")]:
            made = self.badge_of(*lines)
            VALIDATOR.validate(made)
            self.assertEqual((made["message"], made["color"]), (message, colour))

    def test_badge_schema_refuses_what_is_none(self):
        good = self.badge_of(sample.case("a"))
        for key, value in [("schemaVersion", 2), ("message", ""), ("color", "red"), ("label", None),
                           ("isError", True), ("message", "1 failing"), ("surprise", 1)]:
            self.assertFalse(VALIDATOR.is_valid(sample.changed(good, [key], value)), key)


if __name__ == "__main__":
    sample.main()
