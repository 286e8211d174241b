"""What is found between two runs.

usage: diff.py DRIVER [TEST...]
"""
import json
import random
import unittest

import pair
import sample
from pair import BLANK, ECHO, OK, case, changes, classes, compare, exchange, failed, info, \
    skipped, timed, urc

BOTH = [case("set/2/b")]  # something to compare, in all
EXPECTED = {"outcome": "expected-failure", "reason": "erratum"}
UNEXPECTED = {"outcome": "unexpected-pass", "reason": "erratum"}
OTHER = sample.finding(rule="order")

# Old, new, the class, whether that is a regression: in general, strictly, of a baseline.
BECAME = [
    ([case()], [failed()], "newly-failing", (1, 1, 1)),
    ([case(tries=2)], [failed()], "newly-failing", (1, 1, 1)),
    ([case(**UNEXPECTED)], [failed()], "newly-failing", (1, 1, 1)),
    ([failed()], [failed()], "still-failing", (0, 0, 0)),
    ([failed()], [failed("set/1/a", OTHER)], "failing-otherwise", (1, 1, 1)),
    ([failed()], [failed("set/1/a", sample.finding(), OTHER)], "failing-otherwise", (1, 1, 1)),
    ([failed()], [failed("set/1/a", sample.finding(clause="x"))], "failing-otherwise", (1, 1, 1)),
    ([failed("set/1/a", sample.finding(), OTHER)], [failed()], "still-failing", (0, 0, 0)),
    ([failed()], [failed("set/1/a", sample.finding(), OTHER | {"declared": True})],
     "still-failing", (0, 0, 0)),
    ([failed(**EXPECTED)], [failed()], "expired", (1, 1, 1)),
    ([failed(accepted="a", expires="2026-01-30")], [failed()], "expired", (1, 1, 1)),
    ([failed(accepted="a", expires="2026-01-31")], [failed()], "still-failing", (0, 0, 0)),
    ([failed(accepted="a", expires="2026-02-01")], [failed("set/1/a", OTHER)], "failing-otherwise",
     (1, 1, 1)),
    ([], [failed()], "unknown-failure", (0, 1, 1)),
    ([skipped()], [failed()], "unknown-failure", (0, 1, 1)),
    ([case()], [], "vanished", (1, 1, 1)),
    ([failed()], [], "vanished", (1, 1, 1)),
    ([case(level="should")], [], "vanished", (0, 1, 0)),
    ([skipped()], [], "not-played", (0, 0, 0)),
    ([], [skipped()], "not-played", (0, 0, 0)),
    ([skipped()], [skipped()], "not-played", (0, 0, 0)),
    ([case()], [skipped()], "newly-skipped", (1, 1, 1)),
    ([case(tries=2)], [skipped()], "newly-skipped", (1, 1, 1)),
    ([failed()], [skipped()], "newly-skipped", (0, 0, 0)),
    ([failed(**EXPECTED)], [skipped()], "newly-skipped", (0, 0, 0)),
    ([case()], [case(tries=2)], "newly-flaky", (0, 1, 0)),
    ([case()], [case(), failed()], "newly-flaky", (0, 1, 0)),
    ([case(tries=3)], [case(tries=2)], "still-flaky", (0, 0, 0)),
    ([case(), failed()], [failed(), case()], "still-flaky", (0, 0, 0)),
    ([case(tries=3)], [case()], "newly-passing", (0, 0, 0)),
    ([failed()], [case()], "newly-passing", (0, 0, 0)),
    ([failed()], [case(), failed()], "newly-passing", (0, 0, 0)),
    ([failed(**EXPECTED)], [case()], "newly-passing", (0, 0, 0)),
    ([failed(**EXPECTED)], [failed(**EXPECTED)], "still-failing", (0, 0, 0)),
    ([case()], [failed(**EXPECTED)], "newly-excused", (0, 0, 0)),
    ([case()], [case(**UNEXPECTED)], "unexpected-pass", (0, 0, 0)),
    ([], [case()], "appeared", (0, 0, 0)),
    ([skipped()], [case()], "appeared", (0, 0, 0)),
    ([], [case(tries=2)], "appeared", (0, 0, 0)),
    ([case(), case(), skipped()], [case()], None, (0, 0, 0)),
]


class Cases(unittest.TestCase):
    def test_each_way_to_become(self):
        old, new = [], []
        for i, row in enumerate(BECAME):
            for into, lines in zip((old, new), row):
                into += [line | {"id": f"{i}"} for line in lines]
        for at, flags in enumerate("-sb"):
            seen = classes(compare(old, new, "regression", flags))
            for i, (*_, became, bad) in enumerate(BECAME):
                wanted = None if became is None else (became, bool(bad[at]))
                self.assertEqual(seen.pop(f"{i}", None), wanted, (BECAME[i], flags))
            self.assertEqual(seen, {})

    def test_verdict_is_that_of_the_cases(self):
        compare([case()] + BOTH, [failed()] + BOTH, "regression")
        compare([failed()] + BOTH, [case()] + BOTH)
        compare([case()] + BOTH, [case(tries=2)] + BOTH)
        compare([case()] + BOTH, [case(tries=2)] + BOTH, "regression", "s")

    def test_a_part_lacks_what_it_lacks(self):
        told = compare([case()] + BOTH, BOTH, flags="p")
        self.assertEqual(classes(told), {"set/1/a": ("not-played", False)})
        compare([case()] + BOTH, [failed()] + BOTH, "regression", "p")

    def test_key_is_id_way_and_dialect(self):
        for keys in ({"way": 1}, {"way": 2}, {"dialect": "quectel-ugxx"}):
            told = compare([case()] + BOTH, [case(**keys)] + BOTH, "regression")
            self.assertEqual(sorted(one["class"] for one in told["cases"]),
                             ["appeared", "vanished"])
            compare([case(**keys)], [case(**keys)])

    def test_nothing_common_is_no_pass(self):
        for old, new in [([case()], BOTH), ([], []), ([skipped()], [skipped()]), ([], [failed()]),
                         ([case(dialect="a")], [case(dialect="b")])]:
            compare(old, new, "nothing")
        compare([case()], [skipped()], "regression")

    def test_repetitions_are_told_by_number(self):
        told = compare([case()] * 4 + BOTH, [case(), failed(), case(), failed()] + BOTH)
        self.assertEqual(told["cases"][0]["text"], "passed 4 of 4 -> passed 2 of 4")
        told = compare([case()], [case(tries=3)])
        self.assertEqual(told["cases"][0]["text"], "passed -> passed at try 3")

    def test_fault_and_identity_are_told(self):
        who = {"manufacturer": "SIMCOM", "model": "A7670E", "firmware": "V1"}
        told = compare([case(**who)], [failed(**who | {"firmware": "V2"})], "regression")
        self.assertEqual([side["firmware"] for side in told["sides"]], ["V1", "V2"])
        self.assertEqual(told["sides"][0]["started"], "2026-01-31T23:59:59Z")
        self.assertEqual(told["cases"][0]["fault"], {
            "rule": "range", "clause": "simcom-http/2.2.4", "expected": "<0..100>", "seen": "300"})
        self.assertEqual(told["cases"][0]["again"], "atproof check --select set/1/a a/b.at")
        self.assertTrue(compare([case(**who), case("b", **who | {"model": "x"})],
                                [case(**who)] + [case("b")])["sides"][0]["several"])

    def test_unreadable_is_told(self):
        for old, new, place in [(b"{", BOTH, b"old:1: "), (BOTH, b"", b"new: ")]:
            said = pair.call("json", "-", old, new, code=2, stderr=True)
            self.assertTrue(said.startswith(place), said)


def one(*wire, **keys):
    return [case("set/1/a", exchange(*wire, **keys))]


class Behaviour(unittest.TestCase):
    def check(self, old, new, *wanted):
        told = compare(old, new)
        self.assertEqual(sorted(changes(told)), sorted(wanted))
        back = compare(new, old)
        self.assertEqual(sorted(changes(back)), sorted((k, b, a) for k, a, b in wanted))
        return told

    def test_same_is_no_change(self):
        self.check(one(ECHO, info(), OK), one(ECHO, info(), OK))

    def test_variant(self):
        self.check(one(ECHO, OK), one(ECHO, OK, variant="2"), ("variant", "1", "2"))

    def test_order_of_the_same_lines(self):
        self.check(one(ECHO, OK, BLANK, urc()), one(ECHO, urc(), BLANK, OK),
                   ("order", "OK, +CREG", "+CREG, OK"))

    def test_urc_that_one_side_has(self):
        self.check(one(ECHO, OK), one(ECHO, OK, urc()), ("urc", "", "+CREG: 1"))
        self.check(one(ECHO, OK, urc("+A: 1")), one(ECHO, OK, urc("+B: 1")),
                   ("urc", "+A: 1", ""), ("urc", "", "+B: 1"))

    def test_urc_behind_another_command(self):
        at = exchange(OK, command="AT", name="")
        late = exchange(OK, urc(), command="AT", name="")
        old = [case("a", exchange(ECHO, OK, urc()), at)]
        new = [case("a", exchange(ECHO, OK), late)]
        self.check(old, new, ("order", "+CREG: 1 after +CSQ execute", "+CREG: 1 after AT"))

    def test_line_that_one_side_has(self):
        self.check(one(ECHO, info(), OK), one(ECHO, OK), ("line", "+CSQ: 23,0", ""))
        self.check(one(ECHO, OK), one(ECHO, pair.received("text", "RDY\r\n"), OK),
                   ("line", "", "RDY"))

    def test_text_and_its_bytes(self):
        told = self.check(one(ECHO, info("+CGMR: A_V1x"), OK), one(ECHO, info("+CGMR: B_V1x"), OK),
                          ("text", "+CGMR: A_V1x", "+CGMR: B_V1x"))
        lines = told["behaviour"][0]["lines"]
        self.assertEqual([line["sign"] for line in lines], [" ", "-", "+"])
        self.assertEqual([line["text"][line["from"]:line["to"]] for line in lines], ["", "A", "B"])

    def test_numbers_and_dates_are_values(self):
        for a, b in [("+CSQ: 23,0", "+CSQ: 7,10"), ("+CCLK: \"26/01/31\"", "+CCLK: \"26/02/1\""),
                     ("Date: Sat, 21 Nov 2026", "Date: Tue, 1 Dec 2026"), ("+A: 00ff12", "+A: 0ff7")]:
            told = self.check(one(ECHO, info(a), OK), one(ECHO, info(b), OK), ("value", a, b))
            self.assertFalse(told["behaviour"][0]["natural"])
        self.check(one(info("+A: Satin"), OK), one(info("+A: Monin"), OK),
                   ("text", "+A: Satin", "+A: Monin"))

    def test_natural_values_are_told_as_such(self):
        old = one(ECHO, info("+CSQ: 1,0"), OK) + one(ECHO, info("+CSQ: 2,0"), OK)
        told = compare(old, one(ECHO, info("+CSQ: 9,0"), OK))
        self.assertEqual([(x["kind"], x["natural"]) for x in told["behaviour"]], [("value", True)])
        self.assertEqual(changes(compare(old, one(ECHO, info("+CSQ: 2,0"), OK)))[0][0], "value")

    def test_change_that_is_not_there_each_time(self):
        plain, more = one(ECHO, OK), one(ECHO, OK, urc())
        self.check(plain * 3, plain + more + plain, ("urc", "", "+CREG: 1"))
        self.check(plain + more, more + plain)

    def test_other_result_code_is_one_change(self):
        error = pair.received("result", "ERROR\r\n", "ERROR")
        self.check(one(ECHO, OK), one(ECHO, error), ("text", "OK", "ERROR"))

    def test_payload(self):
        digest = {"sha256": "0123456789abcdef" * 4}
        def data(text, **keys):
            return pair.received("data", text, "+HTTPREAD", **keys)
        self.check(one(data("ab")), one(data("abc")),
                   ("payload", "2 bytes \"ab\"", "3 bytes \"abc\""))
        self.check(one(data("ab", size=900, **digest)), one(data("ab", size=900, sha256="0" * 64)),
                   ("payload", "900 bytes, SHA-256 0123456789abcdef",
                    "900 bytes, SHA-256 0000000000000000"))
        self.check(one(data("ab", **digest)), one(data("ab", **digest)))

    def test_framing(self):
        bare = pair.received("result", "OK\n", "OK")
        self.check(one(ECHO, OK), one(ECHO, bare), ("framing", "line ends in \\r\\n",
                                                    "line ends in \\n"))
        self.check(one(ECHO, OK), one(OK), ("framing", "echo", ""))
        self.check(one(ECHO, BLANK, OK), one(ECHO, OK), ("framing", "empty line \\r\\n", ""))
        self.check(one(pair.received("result", "OK\\r", "OK")), one(OK),
                   ("text", "OK\\\\r", "OK"),
                   ("framing", "no line end", "line ends in \\r\\n"))  # a backslash and an r end no line

    def test_deviations_and_findings(self):
        known = sample.finding(declared=True, level="should")
        self.check(one(ECHO, OK), one(ECHO, OK | {"deviations": "no-space"}),
                   ("deviation", "", "no-space"))
        self.check(one(ECHO, OK, findings=[known]), one(ECHO, OK),
                   ("finding", "range simcom-http/2.2.4 (declared)", ""))

    def test_other_commands(self):
        ati = exchange(OK, command="ATI", name="")
        at = exchange(ECHO, OK)
        self.check([case("a", at, ati)], [case("a", ati)], ("command", "AT+CSQ", ""))
        self.check([case("a", at, ati, at)], [case("a", at, at)], ("command", "ATI", ""))

    def test_what_the_host_sent_explains_what_follows(self):
        def play(port):
            command = f'AT+CCHOPEN=0,"127.0.0.1",{port},1'
            return one(pair.received("echo", command + "\r\r\n"), OK,
                       info(f'+CCHOPEN: 0,"127.0.0.1",{port},1'), command=command)
        self.check(play(39415), play(45065), ("sent", "39415", "45065"))
        self.check(play(39415), play(39415))

    def test_same_change_is_told_once(self):
        def play(text):
            return [case(f"set/1/{i:03}", exchange(ECHO, info(text), OK)) for i in range(300)]
        told = self.check(play("+CGMR: A"), play("+CGMR: B"), ("text", "+CGMR: A", "+CGMR: B"))
        self.assertEqual((told["behaviour"][0]["count"], len(told["behaviour"][0]["cases"])),
                         (300, 300))

    def test_change_that_its_texts_do_not_tell_is_by_command(self):
        def play(variant, text):
            return [case(name, exchange(ECHO, info(text), OK, name=name, variant=variant))
                    for name in ("+A", "+B")]
        told = self.check(play("1", "+X: a"), play("2", "+X: b"), ("variant", "1", "2"),
                          ("variant", "1", "2"), ("text", "+X: a", "+X: b"))
        self.assertEqual([one["count"] for one in told["behaviour"]], [1, 1, 2])

    def test_runs_without_a_log_are_compared(self):
        bare = {k: v for k, v in exchange().items() if k != "wire"}
        self.check([case("a", bare)], [case("a", exchange(ECHO, OK))])


class Latency(unittest.TestCase):
    def test_evidence_is_told(self):
        told = compare([timed(*range(100, 120))], [timed(*range(200, 220))])
        latency = told["latency"][0]
        self.assertEqual((latency["command"], latency["form"], latency["effect"]),
                         ("+CSQ", "execute", 1))
        self.assertEqual((latency["evident"], latency["exact"], latency["enough"]),
                         (True, True, True))
        self.assertEqual((latency["old"]["median_us"], latency["new"]["median_us"]),
                         (109.5, 209.5))
        self.assertEqual(told["verdict"], "good")

    def test_chance_and_few_are_no_evidence(self):
        told = compare([timed(*range(100, 120))], [timed(*range(101, 121))])
        self.assertEqual([x["evident"] for x in told["latency"]], [False])
        told = compare([timed(1, 2, 3)], [timed(7, 8, 9)])
        self.assertEqual([(x["evident"], x["enough"]) for x in told["latency"]], [(False, False)])
        self.assertEqual(told["statistics"]["needed"], 4)

    def test_many_commands_are_corrected(self):
        def play(shift, count):
            return [case(f"{i}", *[exchange(name=f"+C{i}", us=us + (i == 0) * shift)
                                   for us in (10, 11, 12, 13)]) for i in range(count)]
        for count, evident in [(1, 1), (2, 0)]:  # p 2/70, twice that is above 0.05
            told = compare(play(0, count), play(9, count))
            self.assertEqual(told["statistics"]["evident"], evident)
            self.assertEqual(told["statistics"]["tested"], count)
            self.assertAlmostEqual(max(x["effect"] for x in told["latency"]), 1)

    def test_limits(self):
        for most, limit in [(790, "kept"), (810, "near"), (1000, "near"), (1001, "crossed")]:
            told = compare([timed(1000, time_limit_ms=1000)],
                           [timed(most * 1000, time_limit_ms=1000)])
            self.assertEqual(told["latency"][0]["limit"], limit)
            told = compare([timed(1000)], [timed(most * 1000)])
            self.assertEqual(told["latency"][0]["limit"], "kept")

    def test_only_what_both_played_counts(self):
        told = compare([timed(1, 2), timed(7, 8, identifier="b")], [timed(1, 2), skipped("b")],
                       "regression")
        self.assertEqual(told["latency"][0]["old"]["count"], 2)


class Properties(unittest.TestCase):
    """Runs made at random."""

    def play(self, dice, most=3):
        lines = []
        for i in range(12):
            for _ in range(dice.choice([0, 1, 1, 1, most])):
                wire = [dice.choice([ECHO, OK, BLANK, urc(), urc("+B: 2"), info(), info("+CSQ: 5"),
                                     info("+X: y"), OK | {"text": "OK"}])
                        for _ in range(dice.randrange(6))]
                known = [sample.finding(rule=dice.choice("xy"))] * dice.randrange(2)
                steps = [exchange(*wire, us=dice.randrange(50), variant=dice.choice("12"),
                                  findings=known,
                                  command=dice.choice(["AT", "AT+CSQ=1", "AT+CSQ=2"]))
                         for _ in range(dice.randrange(1, 4))]
                outcome = dice.choice(["passed"] * 4 + ["failed", "skipped", "expected-failure",
                                                        "unexpected-pass"])
                lines.append(case(f"c/{i}", *steps, outcome=outcome,
                                  level=dice.choice(["must", "should"])))
        return lines

    def test_a_run_is_itself(self):
        for seed in range(10):
            run = self.play(random.Random(seed))
            told = json.loads(pair.call("json", "-", run, run))
            self.assertEqual(told["verdict"], "good")
            self.assertLessEqual({one["class"] for one in told["cases"]},
                                 {"still-failing", "still-flaky", "unexpected-pass", "not-played"})
            self.assertEqual(told["behaviour"], [])
            self.assertEqual([x["corrected"] for x in told["latency"] if x["p"] < 1], [])

    def test_sides_are_alike(self):
        swapped = {"vanished": "appeared", "appeared": "vanished", "same": "same",
                   "newly-failing": "newly-passing", "not-played": "not-played",
                   "still-flaky": "still-flaky"}
        for seed in range(20):
            dice = random.Random(seed)
            old, new = self.play(dice), self.play(dice, 1)
            there, back = [json.loads(pair.call("json", "-", a, b, code=None)) for a, b in ((old, new), (new, old))]
            self.assertEqual(sorted(changes(back)),
                             sorted((k, b, a) for k, a, b in changes(there)), seed)
            self.assertEqual([(x["command"], x["p"], x["effect"]) for x in there["latency"]],
                             [(x["command"], x["p"], -x["effect"]) for x in back["latency"]])
            states = {one["id"]: (one["old"], one["new"]) for one in there["cases"]}
            for one in back["cases"]:
                if one["id"] in states:
                    self.assertEqual((one["new"], one["old"]), states[one["id"]])
            became = classes(there)
            for identifier, (name, _) in classes(back).items():
                if name in swapped and identifier in became:
                    self.assertIn(became[identifier][0],
                                  {swapped[name], "unknown-failure", "newly-flaky",
                                   "newly-excused", "unexpected-pass", "newly-skipped"})


if __name__ == "__main__":
    sample.main()
