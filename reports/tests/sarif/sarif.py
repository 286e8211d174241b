"""SARIF: fits sarif.schema.json, what is red has an error, fingerprints stay."""
import base64
import gzip
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import jsonschema
import sample

SCHEMA = json.loads((sample.ROOT / "sarif.schema.json").read_text(encoding="ascii"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# By case of sample.OUTCOMES: E error, W warning, N note, x suppressed.
LEVELS = {"deviation": "x", "failed": "E", "failed-twice": "EEN", "failed-as-a-whole": "E",
          "failed-empty": "E", "expected": "x", "expected-as-a-whole": "x", "unexpected": "E",
          "ways way 2": "E", "passed-though-failing": "W"}


def counts(result):
    """Whether a reader that knows of suppressions takes it for an error."""
    return result["level"] == "error" and "suppressions" not in result


def mark(result):
    return "x" if "suppressions" in result else result["level"][0].upper()


def case_of(result):
    return result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]


def fingerprints(run):
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]


class Sarif(unittest.TestCase):
    def check(self, text):
        """The run, which fits the schema and agrees with itself."""
        log = json.loads(text)
        for error in sorted(VALIDATOR.iter_errors(log), key=str)[:1]:
            self.fail(f"{list(error.absolute_path)}: {error.message[:500]}")
        run = log["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        self.assertEqual(len({rule["id"] for rule in rules}), len(rules))
        self.assertEqual(len(set(fingerprints(run))), len(run["results"]))
        uris = [artifact["location"]["uri"] for artifact in run["artifacts"]]
        self.assertEqual(len(set(uris)), len(uris))
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            self.check_places(result, uris)
        weights = [mark(result) for result in run["results"]]
        self.assertEqual(weights, sorted(weights, key="EWNx".index))
        return run

    def check_places(self, at, uris):
        if isinstance(at, dict):
            if "artifactLocation" in at:
                place = at["artifactLocation"]
                self.assertEqual(uris[place["index"]], place["uri"])
            at = list(at.values())
        for item in at if isinstance(at, list) else []:
            self.check_places(item, uris)

    def project(self, lines):
        return self.check(sample.project("sarif", sample.text_of(lines)))

    def test_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_outcomes_have_their_levels(self):
        found = {}
        for result in self.project(sample.OUTCOMES)["results"]:
            found[case_of(result)] = found.get(case_of(result), "") + mark(result)
        self.assertEqual(found, LEVELS)

    def test_case_as_a_whole_says_why(self):
        said = {case_of(result): (result["ruleId"], result["message"]["text"])
                for result in self.project(sample.OUTCOMES)["results"]}
        self.assertEqual(said["unexpected"], (
            "case/unexpected-pass",
            "passed, but was expected to fail: erratum. Case unexpected."))
        self.assertEqual(said["failed-empty"][0], "case/failed")

    def test_suppressions_say_why(self):
        said = {case_of(result): result["suppressions"][0]
                for result in self.project(sample.OUTCOMES)["results"] if "suppressions" in result}
        self.assertEqual(said, {
            "deviation": {"kind": "inSource", "status": "accepted", "justification": "known"},
            "expected": {"kind": "external", "status": "accepted", "justification": "erratum # 4"},
            "expected-as-a-whole": {"kind": "external", "status": "accepted",
                                    "justification": "erratum"}})

    def test_finding_says_what_and_where(self):
        bad = sample.exchange(sample.finding(help="A value lies within the range."),
                              verdict="fail")
        lines = [sample.run(started="2026-01-31T23:59:59Z", tool_version="0.1.0", command="c d"),
                 sample.clause(source="parser/catalog/simcom-http.yaml"),
                 sample.case("i", bad, verdict="fail", outcome="failed", sha256="0" * 64,
                             model="A7670E", firmware="V1")]
        run = self.project(lines)
        result = run["results"][0]
        place = {"artifactLocation": {"uri": "a/b.at", "index": 0}, "region": {"startLine": 7}}
        self.assertEqual(result["ruleId"], "simcom-http/2.2.4")
        self.assertEqual(result["message"]["text"],
                         "AT+CSQ: A value lies within the range (range): expected <0..100>, seen "
                         "300. Case i.")
        self.assertEqual(result["locations"][0]["physicalLocation"], place)
        related = result["relatedLocations"][0]
        self.assertEqual(related["physicalLocation"]["artifactLocation"]["uri"],
                         "parser/catalog/simcom-http.yaml")
        self.assertEqual(related["physicalLocation"]["region"]["startLine"], 7)
        self.assertEqual(related["message"]["text"], "Clause simcom-http/2.2.4: HTTP method")
        self.assertEqual(result["properties"], {
            "case": "i", "outcome": "failed", "dialect": "simcom", "model": "A7670E",
            "firmware": "V1", "rule": "range", "level": "must", "command": "AT+CSQ",
            "expected": "<0..100>", "seen": "300",
            "reproduce": "atproof check --select i a/b.at"})
        self.assertEqual(run["artifacts"][0], {"location": {"uri": "a/b.at"},
                                               "hashes": {"sha-256": "0" * 64}})
        self.assertEqual(run["invocations"], [{
            "executionSuccessful": True, "commandLine": "c d",
            "startTimeUtc": "2026-01-31T23:59:59Z", "toolExecutionNotifications": []}])
        self.assertEqual(run["tool"]["driver"]["version"], "0.1.0")

    def test_clauses_are_rules_with_help(self):
        bad = sample.exchange(sample.finding(help="A value lies within the range."),
                              sample.finding(help="A value lies within the range."),
                              sample.finding(rule="late", help="In {time} [now](x)."),
                              verdict="fail")
        run = self.project([sample.run(), sample.clause(), sample.clause("core/6.5", command="+CSQ"),
                            sample.case("i", bad, verdict="fail", outcome="failed")])
        rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
        self.assertEqual(set(rules), {"simcom-http/2.2.4", "core/6.5"})
        rule = rules["simcom-http/2.2.4"]
        self.assertEqual(rule["name"], "+HTTPACTION")
        self.assertEqual(rule["shortDescription"]["text"], "+HTTPACTION: HTTP method")
        self.assertEqual(rule["fullDescription"]["text"],
                         "Clause simcom-http/2.2.4, HTTP method, of a manual.")
        self.assertEqual(rule["help"]["text"], "- range: A value lies within the range.\n"
                                               "- late: In {{time}} [now\\](x).")
        self.assertEqual(rule["help"]["markdown"], "- **range**: A value lies within the range.\n"
                                                   "- **late**: <code>In {{time}} &#91;now&#93;(x).</code>")
        self.assertEqual(rule["properties"]["tags"], ["at-command", "simcom-http", "+HTTPACTION"])
        self.assertEqual(rules["core/6.5"]["help"], rules["core/6.5"]["fullDescription"])

    def test_strict_run_makes_should_an_error(self):
        bad = sample.exchange(sample.finding(level="should"), verdict="fail")
        for strict, level in [(True, "error"), (False, "warning")]:
            run = self.project([sample.run(strict=strict),
                                sample.case("i", bad, verdict="fail", outcome="failed")])
            self.assertIn(level, [result["level"] for result in run["results"]
                                  if result["ruleId"] == "simcom-http/2.2.4"])
            self.assertTrue(any(map(counts, run["results"])))

    def test_fuzz_findings_have_their_stack(self):
        stack = ("#0 0x4a51 in on_line parser/src/frame.c:12:3\n"
                 "    #1 0x4a52 in operator new (unsigned long) /usr/lib/x.c:9\natp_feed\n\n")
        lines = [sample.run(), sample.fuzz(sample.fuzz_finding(stack=stack))]
        result = self.project(lines)["results"][0]
        self.assertEqual((result["ruleId"], result["level"]), ("fuzz/invariant", "error"))
        self.assertEqual(result["message"]["text"], "invariant I2: event 3 begins at 9, not at 7")
        place = result["locations"][0]["physicalLocation"]
        self.assertEqual((place["artifactLocation"]["uri"], place["region"]["startLine"]),
                         ("parser/src/frame.c", 12))
        frames = result["stacks"][0]["frames"]
        self.assertEqual([frame["location"]["logicalLocations"][0]["fullyQualifiedName"]
                          for frame in frames],
                         ["on_line", "operator new (unsigned long)", "atp_feed"])
        self.assertEqual(frames[1]["location"]["physicalLocation"]["artifactLocation"]["uri"],
                         "file:///usr/lib/x.c")
        self.assertNotIn("physicalLocation", frames[2]["location"])
        related = result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]
        self.assertEqual(related["uri"], "corpus/regressions/stream/lost-byte")
        self.assertEqual(result["properties"]["reproduce"], sample.fuzz_finding()["reproduce"])
        self.assertIn("security", self.project(lines)["tool"]["driver"]["rules"][0]["properties"]["tags"])

    def test_finding_without_a_stack_is_placed_at_its_input(self):
        results = self.project(sample.FUZZERS)["results"]
        self.assertEqual([result["ruleId"] for result in results],
                         ["fuzz/invariant", "fuzz/crash", "fuzz/timeout"])
        place = results[1]["locations"][0]["physicalLocation"]["artifactLocation"]
        self.assertEqual(place["uri"], "a/b")
        self.assertNotIn("stacks", results[1])

    # ---- fingerprints ----------------------------------------------------

    def failing(self, **keys):
        said = {"verdict": "fail", "name": "+CSQ", "form": "write"} | keys.pop("exchange", {})
        bad = sample.exchange(sample.finding(**keys.pop("finding", {})), **said)
        return sample.case(keys.pop("id", "i"), bad, verdict="fail", outcome="failed", **keys)

    def print_of(self, *cases, **keys):
        return fingerprints(self.project([sample.run(**keys), *cases]))

    def test_fingerprint_stays(self):
        first = self.print_of(self.failing())
        self.assertRegex(first[0], r"^[0-9a-f]{32}:1$")
        for other in [self.failing(line=99, source="elsewhere.at", firmware="V2", model="other"),
                      self.failing(exchange={"line": 5, "offset": 77, "sent_us": 1, "over_us": 2,
                                             "command": "AT+CSQ=1"}),
                      self.failing(finding={"seen": "301", "offset": 5, "line": 70}),
                      self.failing(title="t", sha256="0" * 64)]:
            self.assertEqual(self.print_of(other, started="2026-02-01T00:00:00Z", command="c"),
                             first)
        self.assertEqual(self.print_of(sample.case("passes"), self.failing()), first)
        ports = [self.print_of(self.failing(finding={"expected": f"<port> {port}"}))
                 for port in (43211, 50999)]
        self.assertEqual(ports[0], ports[1])

    def test_fingerprints_differ(self):
        cases = [self.failing(), self.failing(id="j"), self.failing(way=2),
                 self.failing(finding={"rule": "late"}), self.failing(finding={"clause": "x/1"}),
                 self.failing(finding={"expected": "<0..99>"}),
                 self.failing(exchange={"form": "read"}), self.failing(exchange={"name": "+COPS"})]
        prints = self.print_of(*cases)
        self.assertEqual(len({text.split(":")[0] for text in prints}), len(cases))

    def test_same_findings_are_numbered(self):
        prints = self.print_of(self.failing(), self.failing(), self.failing())
        self.assertEqual([text.split(":")[1] for text in prints], ["1", "2", "3"])
        self.assertEqual(len({text.split(":")[0] for text in prints}), 1)

    def test_fingerprint_of_a_fuzzer_is_its_place(self):
        def found(**keys):
            fuzzer = {"instance": keys.pop("instance", "main")}
            return fingerprints(self.project([sample.run(), sample.fuzz(
                sample.fuzz_finding(**keys), **fuzzer)]))
        stack = "on_line parser/src/frame.c:12:3\natp_feed parser/src/frame.c:99:1"
        first = found(stack=stack)
        self.assertEqual(found(stack=stack.replace(":12:3", ":14:9"), source="other",
                               sha256="1" * 64, text="event 4", instance="secondary1"), first)
        self.assertNotEqual(found(stack=stack.replace("on_line", "on_data")), first)
        self.assertNotEqual(found(stack=stack, kind="crash"), first)
        self.assertNotEqual(found(stack=stack, invariant="I3"), first)
        self.assertEqual(found(stack="", text="read of 12 at 7"),
                         found(stack="", text="read of 4 at 99"))

    def test_recording_is_known_from_any_folder(self):
        text = None
        with tempfile.TemporaryDirectory() as scratch:
            for name in ["r.bin", f"{os.path.realpath(scratch)}/r.bin", "./x/../r.bin"]:
                case = self.failing(id=name, source=name)
                store = pathlib.Path(scratch) / "s.jsonl"
                store.write_text(sample.text_of([sample.run(), case]), encoding="ascii")
                done = subprocess.run([sample.DRIVER, "sarif", store.name], cwd=scratch,
                                      check=True, capture_output=True)
                run = self.check(done.stdout)
                self.assertEqual(run["artifacts"][0]["location"]["uri"], "r.bin")
                text = text or fingerprints(run)
                self.assertEqual(fingerprints(run), text)

    # ---- places ----------------------------------------------------------

    def test_uris_are_relative_and_encoded(self):
        for path, uri in [("a/b.at", "a/b.at"), ("./a//b/./../c.at", "a/c.at"),
                          ("/x/y z.at", "file:///x/y%20z.at"), ("a:b?c#d%e", "a%3Ab%3Fc%23d%25e"),
                          ("\xc3\xbc\xff.at", "%C3%BC%FF.at"), ("..at/...", "..at/..."),
                          ("/", "file:///"), ("/../..", "file:///")]:
            run = self.project([sample.run(), self.failing(source=path)])
            self.assertEqual(run["artifacts"][0]["location"]["uri"], uri)
            self.assertNotIn(b"\0", urllib.parse.unquote_to_bytes(uri))
        outside = self.project([sample.run(), self.failing(source="../a.at")])
        self.assertRegex(outside["artifacts"][0]["location"]["uri"], r"^file:///.*/a\.at$")

    def test_unknown_facts_are_left_out(self):
        bare = {"kind": "case", "id": "i", "dialect": "d", "level": "must", "verdict": "fail",
                "outcome": "failed", "exchanges": [
                    {"command": "", "verdict": "fail", "offset": 0, "size": 0, "findings": [
                        {"rule": "r", "level": "must", "clause": "", "offset": 0, "size": 0,
                         "declared": False}]}]}
        run = self.project([sample.run(), bare])
        result = run["results"][0]
        self.assertEqual(result["ruleId"], "unknown-clause")
        self.assertEqual(result["message"]["text"], "r. Case i.")
        self.assertNotIn("physicalLocation", result["locations"][0])
        self.assertNotIn("relatedLocations", result)
        self.assertEqual(run["artifacts"], [])

    def test_category_is_of_the_dialect(self):
        for dialects, identifier in [(["simcom"], "atproof/simcom/"), ([None], "atproof/"),
                                     (["simcom", "simcom"], "atproof/simcom/"),
                                     (["simcom", "core"], "atproof/"), (["a", None], "atproof/")]:
            lines = [sample.run() | ({"dialect": name} if name else {}) for name in dialects]
            self.assertEqual(self.project(lines)["automationDetails"]["id"], identifier)

    # ---- nothing, much, hostile ------------------------------------------

    def test_nothing_judged_is_told(self):
        for lines in [[sample.run()], [sample.run(), sample.case("i", outcome="skipped")],
                      [sample.run(), sample.fuzz(executions=0)]]:
            run = self.project(lines)
            self.assertEqual(run["results"], [])
            self.assertFalse(run["invocations"][-1]["executionSuccessful"])
            first = run["invocations"][-1]["toolExecutionNotifications"][0]
            self.assertEqual(first["level"], "error")
            self.assertIn("Nothing was judged", first["message"]["text"])

    def test_hostile_bytes_fit(self):
        run = self.project(sample.hostile())
        text = json.dumps(run, ensure_ascii=False)
        self.assertIn("%s%n {{0}} ${{x}} `id` $(id)", text)
        self.assertIn("\\\\xFF\\\\xFE\\\\xC3(\\\\xED\\\\xA0\\\\x80", text)
        self.assertIn("\U0001f4f6 \u4e2d\u6587 \u00fc\\\\xC2\\\\x85", text)
        link = "[click](http://x.example) {0} \xe2\x80\xae"
        run = self.project([sample.run(), self.failing(finding={"seen": link})])
        self.assertIn("[click\\](http://x.example) {{0}} \\xE2\\x80\\xAE",
                      run["results"][0]["message"]["text"])

    def test_long_texts_are_cut(self):
        long = "AT+" + "{" * 100000
        run = self.project([sample.run(tool_version=long), sample.clause(long, title=long,
                            command=long, document=long),
                            self.failing(finding={"clause": long, "seen": long, "rule": long,
                                                  "help": long[:500]}, id=long)])
        self.assertLess(max(len(text) for text in self.messages(run)), 2000)

    def messages(self, at):
        if isinstance(at, dict):
            if set(at) == {"text"}:
                yield at["text"]
            at = list(at.values())
        for item in at if isinstance(at, list) else []:
            yield from self.messages(item)

    def test_many_results_are_counted(self):
        note = sample.case("note", sample.exchange(sample.finding(level="info")))
        cases = [sample.case(f"c{number}", sample.exchange(*[sample.finding()] * 501,
                                                           verdict="fail"),
                             verdict="fail", outcome="failed") for number in range(10)]
        began = time.monotonic()
        run = json.loads(sample.project("sarif", sample.text_of([sample.run(), note, *cases])))
        self.assertLess(time.monotonic() - began, 20)
        run = run["runs"][0]
        self.assertEqual(len(run["results"]), 5000)
        self.assertTrue(all(map(counts, run["results"])))
        self.assertEqual(len(set(fingerprints(run))), 5000)
        self.assertIn("11 more results", json.dumps(run["invocations"]))

    def test_many_long_results_are_no_more_than_code_scanning_takes(self):
        noise, lines = random.Random(1), [sample.run()]
        for number in range(200):
            text = base64.b64encode(noise.randbytes(15000)).decode()
            bad = {"seen": text, "expected": text, "help": text[:500], "clause": f"set/{number}"}
            lines.append(self.failing(id=f"case-{number}", source=text, finding=bad))
        log = sample.project("sarif", sample.text_of(lines))
        self.assertLess(len(gzip.compress(log, 1)), 10 * 1000 * 1000)
        run = json.loads(log)["runs"][0]
        self.assertIn(f"{200 - len(run['results'])} more results", json.dumps(run["invocations"]))

    def test_schema_refuses_what_readers_cannot_use(self):
        good = json.loads(sample.project("sarif", sample.text_of(sample.OUTCOMES)))
        result = ["runs", 0, "results", 0]
        place = result + ["locations", 0, "physicalLocation"]
        for path, value in [(["version"], "2.0.0"), (result + ["level"], "fatal"),
                            (result + ["ruleId"], ""), (result + ["message", "text"], "a {0}"),
                            (result + ["message", "text"], "[a](b)"), (result + ["surprise"], 1),
                            (result + ["message", "text"], "a\nb"),
                            (result + ["suppressions"], [{"kind": "inSource",
                                                          "status": "accepted"}]),
                            (place + ["region", "startLine"], 0),
                            (place + ["artifactLocation", "uri"], "/a"),
                            (place + ["artifactLocation", "uri"], "a/../b"),
                            (place + ["artifactLocation", "uri"], "a b"),
                            (place + ["artifactLocation", "uri"], ""),
                            (result + ["partialFingerprints", "primaryLocationLineHash"], "1:0"),
                            (result + ["properties", "reproduce"], None),
                            (["runs", 0, "tool", "driver", "rules", 0, "help"], None)]:
            self.assertFalse(VALIDATOR.is_valid(sample.changed(good, path, value)), path)
        self.assertTrue(VALIDATOR.is_valid(good))


if __name__ == "__main__":
    sample.main()
