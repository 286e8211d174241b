"""Baselines: written anew, what they accept, when that is over.

usage: baseline.py DRIVER [TEST...]
"""
import json
import unittest

import pair
import sample
import store
from pair import ECHO, OK, case, classes, compare, exchange, failed, info, skipped, timed

WHO = {"manufacturer": "SIMCOM", "model": "A7670E", "firmware": "V1"}


def update(old, new, reason="", flags="-", code=0, today="2026-01-31", expires="2026-02-28",
           stderr=False):
    words = ["update", today, expires, reason, flags, "" if old is None else old, new]
    return pair.call(*words, code=code, stderr=stderr)


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


def cases_of(text):
    return {line["id"]: line for line in lines_of(text) if line["kind"] == "case"}


class Baseline(unittest.TestCase):
    def test_is_a_store(self):
        text = update(None, [timed(5, 7, **{}) | WHO, case("b", way=2) | WHO, failed("c") | WHO],
                      "known since V1")
        lines = lines_of(text)
        for line in lines:
            store.VALIDATOR.validate(line)
        self.assertEqual([line["kind"] for line in lines],
                         ["baseline", "run", "case", "case", "case", "latency"])
        self.assertEqual(lines[0], {"kind": "baseline", "version": 1, "created": "2026-01-31"}
                         | WHO)
        self.assertEqual(lines[5]["samples"], [{"us": 5}, {"us": 7}])
        self.assertEqual([(line.get("accepted"), line.get("expires")) for line in lines[2:5]],
                         [(None, None), ("known since V1", "2026-02-28"), (None, None)])

    def test_lines_are_sorted_and_stable(self):
        run = [case("b"), case("a", way=2), case("a", way=1), case("a")]
        text = update(None, run)
        self.assertEqual([(line["id"], line.get("way")) for line in cases_of(text).values()
                          ][:1], [("a", 2)])
        order = [(line["id"], line.get("way")) for line in lines_of(text)
                 if line["kind"] == "case"]
        self.assertEqual(order, [("a", None), ("a", 1), ("a", 2), ("b", None)])
        self.assertEqual(update(None, run[::-1]), text)
        self.assertEqual(update(text, run), text)

    def test_what_moves_from_run_to_run_is_left_out(self):
        heard = OK | {"time_us": 5, "line": 8, "offset": 9}
        bad = sample.finding(help="h", declared=True)
        text = update(None, [case("a", exchange(ECHO, heard, us=9, line=7, findings=[bad]),
                                  line=9)])
        only = cases_of(text)["a"]
        self.assertEqual(only["exchanges"][0]["wire"][-1], OK)
        self.assertEqual(only["exchanges"][0]["findings"][0], {
            k: v for k, v in bad.items() if k not in ("help", "line")} | {"offset": 0})
        self.assertFalse({"line", "source", "sha256"} & set(only))
        self.assertFalse({"line", "sent_us", "over_us", "time_limit_ms"}
                         & set(only["exchanges"][0]))

    def test_run_is_as_its_baseline(self):
        run = [timed(5, 7), failed("b"), case("c", tries=3), skipped("d")]
        told = compare(update(None, run, "known"), run, flags="b")
        self.assertEqual(classes(told), {"b": ("still-failing", False),
                                         "c": ("still-flaky", False), "d": ("not-played", False)})
        self.assertEqual(told["behaviour"], [])
        self.assertEqual([x["corrected"] for x in told["latency"]], [1])
        self.assertEqual(told["sides"][0]["baseline"], "2026-01-31")

    def test_failures_want_a_reason(self):
        said = update(None, [case("a"), failed("b"), failed("c")], code=2, stderr=True).decode()
        self.assertEqual(said, "baseline: not written: 2 failures would be accepted, expected "
                               "--reason TEXT that gives the reason\n  b\n  c\n")
        update(None, [case("a"), failed("b", **{"outcome": "expected-failure", "reason": "r"})])

    def test_accepted_until_its_day(self):
        text = update(None, [failed("b")], "known")
        run = [failed("b")]
        for today, verdict, name in [("2026-02-28", "good", "still-failing"),
                                     ("2026-03-01", "regression", "expired")]:
            told = compare(text, run, verdict, "b", DIFF_TODAY=today)
            self.assertEqual(told["cases"][0]["class"], name)
            self.assertEqual(told["cases"][0]["text"], "accepted up to 2026-02-28: known")
        compare(text, [failed("b", sample.finding(rule="other"))], "regression", "b")
        compare(text, [failed("b"), failed("new")], "regression", "b")

    def test_later_update_prolongs_nothing(self):
        text = update(None, [failed("a"), case("b")], "first")
        later = {"today": "2026-02-10", "expires": "2026-12-31"}
        again = cases_of(update(text, [failed("a"), failed("b")], "second", **later))
        self.assertEqual([(again[i]["accepted"], again[i]["expires"]) for i in "ab"],
                         [("first", "2026-02-28"), ("second", "2026-12-31")])
        update(text, [failed("a")], **later)  # no reason: none is wanted
        other = failed("a")
        other["exchanges"][0]["wire"][2]["text"] = "+CSQ: other"
        again = cases_of(update(text, [other], **later))["a"]
        self.assertEqual((again["accepted"], again["expires"]), ("first", "2026-02-28"))
        self.assertEqual(again["exchanges"][0]["wire"][2]["text"], "+CSQ: other")
        over = {"today": "2026-03-01", "expires": "2026-12-31"}
        update(text, [failed("a")], code=2, **over)
        self.assertEqual(cases_of(update(text, [failed("a")], "third", **over))["a"]["accepted"],
                         "third")
        update(text, [failed("a", sample.finding(rule="other"))], code=2, **later)

    def test_passing_takes_acceptance_away(self):
        text = update(None, [failed("a")], "known")
        line = cases_of(update(text, [case("a")]))["a"]
        self.assertEqual((line["outcome"], line.get("accepted"), line.get("expires")),
                         ("passed", None, None))

    def test_what_was_not_played_is_kept_unless_pruned(self):
        text = update(None, [timed(5, name="+A") | WHO, case("b") | WHO, case("c") | WHO])
        new = [skipped("b"), case("c") | WHO | {"firmware": "V2"}, case("d")]
        kept = update(text, new)
        self.assertEqual(list(cases_of(kept)), ["b", "c", "d", "set/1/a"])
        self.assertEqual(cases_of(kept)["b"]["firmware"], "V1")
        self.assertNotIn("firmware", cases_of(kept)["c"])
        self.assertEqual([x["command"] for x in lines_of(kept) if x["kind"] == "latency"], ["+A"])
        pruned = update(text, new, flags="d")
        self.assertEqual(list(cases_of(pruned)), ["c", "d"])
        self.assertNotIn("latency", [x["kind"] for x in lines_of(pruned)])
        said = update(text, new, flags="d", stderr=True)
        self.assertEqual(said, b"baseline: 2 cases: 1 new, 0 changed, 1 as before, 2 dropped\n")

    def test_line_stays_if_the_lab_alone_changed(self):
        def play(port):
            command = f"AT+CCHOPEN={port}"
            return [case("a", exchange(pair.received("echo", command + "\r\r\n"), OK,
                                       command=command))]
        text = update(None, play(39415))
        self.assertEqual(update(text, play(45065)), text)
        other = [case("a", exchange(ECHO, info("+CSQ: 9"), OK))]
        self.assertNotEqual(update(text, other), text)

    def test_flaky_is_kept_as_flaky(self):
        text = update(None, [failed("a"), case("a")])
        self.assertEqual((cases_of(text)["a"]["outcome"], cases_of(text)["a"]["tries"]),
                         ("passed", 2))

    def test_latencies_are_replaced_and_bounded(self):
        text = update(None, [timed(*range(300), name="+A")])
        samples = [x["us"] for x in lines_of(text)[-1]["samples"]]
        self.assertEqual((len(samples), samples[0], samples[-1]), (100, 0, 299))
        both = update(text, [timed(7, name="+B", identifier="b"), timed(1, name="+A")])
        self.assertEqual([(x["command"], [s["us"] for s in x["samples"]])
                          for x in lines_of(both) if x["kind"] == "latency"],
                         [("+A", [1]), ("+B", [7])])

    def test_greatest_time_can_be_kept(self):
        text = update(None, [timed((1 << 63) - 1, 1)])
        self.assertEqual([x["us"] for x in lines_of(text)[-1]["samples"]],
                         [1, 9200000000000000000])
        update(text, [case()])

    def test_nothing_played_makes_no_baseline(self):
        said = update(None, [skipped()], code=2, stderr=True)
        self.assertIn(b"no case was played, expected a run to make a baseline of\n", said)

    def test_hostile_bytes_stay(self):
        for text in sample.HOSTILE:
            run = [failed(text) | WHO | {"firmware": text}]
            line = lines_of(update(None, run, "r\n" + text.replace("\0", "")))
            self.assertEqual(line[2]["id"], text)
            self.assertEqual(line[0]["firmware"], text)


if __name__ == "__main__":
    sample.main()
