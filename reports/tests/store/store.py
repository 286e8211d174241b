"""The store: what the writer writes fits results.schema.json, and what does not
fit it the reader refuses too, with the place and what was expected."""
import json
import unittest

import jsonschema
import sample

SCHEMA = json.loads((sample.ROOT / "results.schema.json").read_text(encoding="ascii"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

FULL_RUN = sample.run(cases="0" * 64, tool_version="0.1.0", started="2026-01-31T23:59:59.123Z", command="c",
                      dialect="simcom")
FULL_FINDING = sample.finding(declared=True, reason="r", help="h")
FULL_WIRE = sample.wire()
FULL_EXCHANGE = sample.exchange(FULL_FINDING, name="+CSQ", form="execute", variant="ok",
                                clause="core/6", why="w", sent_us=-1, over_us=2,
                                time_limit_ms=5000, wire=[FULL_WIRE])
FULL_CASE = sample.case("i", FULL_EXCHANGE, title="t", clause="c", reason="r", way=1, tries=2,
                        accepted="a", expires="2026-12-31",
                        sha256="0123456789abcdef" * 4, manufacturer="m", model="m", firmware="f")

FULL_FUZZ = sample.fuzz(sample.fuzz_finding())

# Where the objects are: the line, the path in it, the schema's name.
OBJECTS = [
    (FULL_RUN, [], "run"),
    (sample.clause(), [], "clause"),
    (FULL_CASE, [], "case"),
    (FULL_CASE, ["exchanges", 0], "exchange"),
    (FULL_CASE, ["exchanges", 0, "findings", 0], "finding"),
    (FULL_CASE, ["exchanges", 0, "wire", 0], "wire"),
    (sample.baseline(), [], "baseline"),
    (sample.latency(), [], "latency"),
    (sample.latency(), ["samples", 0], "duration"),
    (FULL_FUZZ, [], "fuzz"),
    (FULL_FUZZ, ["samples", 0], "sample"),
    (FULL_FUZZ, ["findings", 0], "fuzz-finding"),
]


def store_of(line):
    return [line] if line.get("kind") == "run" else [sample.run(), line]


class Store(unittest.TestCase):
    def check(self, line, good):
        """The schema and the reader agree about the line."""
        self.assertEqual(VALIDATOR.is_valid(line), good, f"schema: {line}")
        said = sample.project("summary", sample.text_of(store_of(line)), 0 if good else 1)
        if not good:
            number = len(store_of(line))
            self.assertRegex(said, rf"^s\.jsonl:{number}: [^\n]+, expected [^\n]+\n$".encode())
        return said

    def test_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_full_lines_hold_every_key(self):
        for line, path, name in OBJECTS:
            at = line
            for step in path:
                at = at[step]
            self.assertEqual(set(at), set(SCHEMA["$defs"][name]["properties"]), name)
            self.check(line, True)

    def test_written_lines_fit(self):
        lines = [json.loads(line) for line in sample.write("write").splitlines()]
        self.assertEqual([line["kind"] for line in lines], ["run", "clause", "clause", "case", "run", "case", "fuzz", "fuzz"])
        for line in lines:
            VALIDATOR.validate(line)

    def test_written_bytes_come_back(self):
        text = sample.write("write")
        self.assertTrue(set(text) <= set(range(0x20, 0x7F)) | {0x0A})
        line = json.loads(text.splitlines()[3])
        self.assertEqual(line["title"].encode("latin-1"), bytes(range(1, 256)))
        findings = line["exchanges"][0]["findings"]
        self.assertEqual(findings[0], {"rule": "range", "level": "must", "offset": 9, "size": 4,
                                       "clause": "simcom-http/2.2.4", "line": 7, "seen": "300",
                                       "help": "A value lies within the range.",
                                       "expected": "<0..100>", "declared": False})

    def test_absent_key_is_refused_if_required(self):
        for line, path, name in OBJECTS:
            for key in SCHEMA["$defs"][name]["properties"]:
                required = key in SCHEMA["$defs"][name]["required"]
                if key != "kind" or name == "fuzz-finding":
                    self.check(sample.changed(line, path + [key], None), not required)

    def test_unknown_key_is_refused(self):
        for line, path, _ in OBJECTS:
            self.check(sample.changed(line, path + ["surprise"], 1), False)
            self.check(sample.changed(line, path + [""], "x"), False)

    def test_wrong_type_is_refused(self):
        values = {str: [1, True, [], {}], int: ["1", True, 1.5, []], bool: [0, 1, "true", []],
                  list: [{}, "x", 1, [1], ["x"], [[]]]}
        for line, path, name in OBJECTS:
            at = line
            for step in path:
                at = at[step]
            for key in SCHEMA["$defs"][name]["properties"]:
                for value in values[type(at[key])]:
                    self.check(sample.changed(line, path + [key], value), False)

    def test_wrong_value_is_refused(self):
        inner = ["exchanges", 0]
        wrong = [
            (FULL_RUN, ["version"], [0, -1, 2]),
            (FULL_RUN, ["started"], ["now", "2026-01-31 23:59:59Z", "2026-01-31T23:59:59Z\n",
                                     "2026-01-31T23:59:59+00:00", "2026-01-31T23:59:59.Z",
                                     "Z", ".5Z", ""]),
            (FULL_RUN, ["tool"], ["\u20ac", "a\u0100"]),
            (FULL_CASE, ["level"], ["", "Must", "must "]),
            (FULL_CASE, ["verdict"], ["passed"]),
            (FULL_CASE, ["outcome"], ["pass", "unexpected_pass"]),
            (FULL_CASE, ["sha256"], ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "0" * 64 + "\n"]),
            (FULL_CASE, ["way"], [0, -1]),
            (FULL_CASE, ["expires"], ["", "today", "2026-1-31", "2026-01-31T", "2026-01-31\n"]),
            (sample.baseline(), ["version"], [0, 2]),
            (sample.baseline(), ["created"], ["", "2026-01-31Z"]),
            (sample.latency(), ["samples", 0, "us"], [-1]),
            (sample.latency(), ["time_limit_ms"], [0, 1 << 32]),
            (FULL_CASE, ["line"], [0]),
            (FULL_CASE, inner + ["verdict"], ["expected-failure"]),
            (FULL_CASE, inner + ["offset"], [-1]),
            (FULL_CASE, inner + ["time_limit_ms"], [0, 1 << 32]),
            (FULL_CASE, inner + ["sent_us"], [-1 << 63]),
            (FULL_CASE, inner + ["findings", 0, "level"], ["fatal"]),
            (FULL_CASE, inner + ["findings", 0, "size"], [1 << 63]),
            (FULL_FUZZ, ["engine"], ["", "AFL", "honggfuzz"]),
            (FULL_FUZZ, ["duration_ms"], [-1, 1 << 63]),
            (FULL_FUZZ, ["executions"], [-1]),
            (FULL_FUZZ, ["edges"], [0]),
            (FULL_FUZZ, ["edges_total"], [0]),
            (FULL_FUZZ, ["samples", 0, "time_ms"], [-1]),
            (FULL_FUZZ, ["samples", 0, "edges"], [0]),
            (FULL_FUZZ, ["findings", 0, "kind"], ["", "hang", "Crash"]),
            (FULL_FUZZ, ["findings", 0, "sha256"], ["", "A" * 64]),
            (FULL_FUZZ, ["findings", 0, "reproduce"], ["\u20ac"]),
        ]
        for line, path, values in wrong:
            for value in values:
                self.check(sample.changed(line, path, value), False)

    def test_greatest_values_are_read(self):
        inner = ["exchanges", 0]
        for path, value in [(inner + ["offset"], (1 << 63) - 1), (["way"], (1 << 63) - 1),
                            (inner + ["sent_us"], 1 - (1 << 63)),
                            (inner + ["over_us"], (1 << 63) - 1),
                            (inner + ["time_limit_ms"], (1 << 32) - 1),
                            (["title"], "".join(map(chr, range(1, 256))))]:
            self.check(sample.changed(FULL_CASE, path, value), True)
        for path, value in [(["executions"], (1 << 63) - 1), (["duration_ms"], 0),
                            (["samples"], []), (["findings"], []),
                            (["findings", 0, "stack"], "".join(map(chr, range(1, 256))))]:
            self.check(sample.changed(FULL_FUZZ, path, value), True)

    def test_unknown_kind_is_refused(self):
        for kind in ["suite", "", 1]:
            for line in (FULL_RUN, FULL_CASE, FULL_FUZZ):
                line = line | {"kind": kind}
                self.assertFalse(VALIDATOR.is_valid(line))
                said = sample.project("tap", sample.text_of([line]), 1)
                self.assertRegex(said, rb'^s\.jsonl:1: "kind" is .*, expected run, clause, case, fuzz, baseline or latency\n$')

    def test_complaints_say_place_and_expectation(self):
        deep = ["exchanges", 0, "findings", 0]
        for line, path, value, said in [
                (FULL_RUN, ["version"], 2,
                 "1: version 2 of the store, expected 1: a newer atproof reads it"),
                (FULL_RUN, ["strict"], None, '1: no key "strict", expected it with true or false'),
                (FULL_CASE, deep + ["level"], "grave",
                 '2: exchange 1: finding 1: "level" is "grave", expected must, should, quirk or '
                 "info"),
                (FULL_CASE, ["exchanges", 0, "line"], 0,
                 '2: exchange 1: "line" is 0, expected an integer of 1 or more'),
                (FULL_CASE, ["id"], [],
                 '2: "id" is an array, expected a string'),
                (FULL_CASE, ["exchanges"], [7], "2: exchange 1: no object, expected one"),
                (FULL_FUZZ, ["findings", 0, "kind"], "hang",
                 '2: finding 1: "kind" is "hang", expected crash, invariant, timeout, '
                 "out-of-memory or leak"),
                (FULL_FUZZ, ["samples", 0, "executions"], None,
                 '2: sample 1: no key "executions", expected it with an integer of 0 or more')]:
            text = sample.text_of(store_of(sample.changed(line, path, value)))
            self.assertEqual(sample.project("junit", text, 1).decode(), f"s.jsonl:{said}\n")
        self.assertEqual(sample.project("tap", sample.text_of([FULL_FUZZ]), 1).decode(),
                         "s.jsonl:1: a fuzzer before any run, expected the line of its run\n")
        self.assertEqual(sample.project("tap", "[]\n", 1).decode(),
                         "s.jsonl:1: no object, expected one a line\n")

    def test_broken_file_is_refused(self):
        good = sample.text_of([sample.run(), FULL_CASE])
        for text, place in [("", ""), ("\n", ":1"), (good + "\n", ":3"), (good[:-9] + "\n", ":2"),
                            (good + "{}\n", ":3"), (good + "[]\n", ":3"), (good + "1\n", ":3"),
                            (sample.text_of([FULL_CASE]), ":1"), (good.replace("\n", ""), ":1"),
                            (good.replace('"tool":', '"strict": true, "tool":'), ":1"),
                            (good.replace('"simcom"', '"\\u0000"', 1), ":2"),
                            (good.encode().replace(b'"simcom"', b'"\xff"', 1), ":2"),
                            (good.encode() + b"\0\n", ":3"), ("[" * 100000, ":1")]:
            for form in ["junit", "tap", "summary"]:
                said = sample.project(form, text, 1)
                self.assertRegex(said, rf"^s\.jsonl{place}: [^\n]+, expected [^\n]+\n$".encode())

    def test_a_torn_last_line_is_left_out_and_reported(self):
        first = sample.text_of([sample.run(), FULL_CASE])
        last = sample.text_of([FULL_CASE])
        for size in (1, 2, len(last) // 2, len(last) - 2):
            self.assertEqual(sample.project("tap", first + last[:size], 0, torn=True),
                             sample.project("tap", first, 0), size)
        self.assertEqual(sample.project("tap", first + last[:-1], 0), # the line is whole
                         sample.project("tap", first + last, 0))

    def test_absent_file_is_told(self):
        done = sample.subprocess.run([sample.DRIVER, "tap", "/nonexistent/x"], check=False,
                                     capture_output=True)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.decode(), "/nonexistent/x: No such file or directory, "
                                               "expected a store to read\n")
        done = sample.subprocess.run([sample.DRIVER, "tap", "/"], check=False, capture_output=True)
        self.assertIn(b"Is a directory", done.stderr)

    def test_lost_output_is_told(self):
        for form in ["junit", "tap", "summary"]:
            with open("/dev/full", "wb") as full, sample.tempfile.NamedTemporaryFile() as store:
                store.write(sample.write("write-many", "300"))
                store.flush()
                done = sample.subprocess.run([sample.DRIVER, form, store.name], stdout=full,
                                             stderr=sample.subprocess.PIPE, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"No space left on device", done.stderr)

    def test_standard_input_is_read(self):
        done = sample.subprocess.run([sample.DRIVER, "tap", "-"], input=sample.write("write"),
                                     capture_output=True, check=True)
        self.assertIn(b"\n1..4\n", done.stdout)

    def test_last_line_without_end_and_crlf_are_read(self):
        good = sample.text_of([sample.run(), FULL_CASE])
        self.assertEqual(sample.project("tap", good), sample.project("tap", good[:-1]))
        self.assertEqual(sample.project("tap", good),
                         sample.project("tap", good.replace("\n", "\r\n")))


if __name__ == "__main__":
    sample.main()
