#!/usr/bin/env python3
"""The log of the line in a store has every byte that was said.

    wire.py ATPROOF CORPUS SCRATCH

Judges the corpus, and lays the log of each file of one case beside what `atproof
decode` says of the file: the same events at the same offsets, the same digests of
payload. Within each log: no gap, texts as long as they say, digests that are true."""
import collections
import hashlib
import json
import pathlib
import re
import subprocess
import sys

ESCAPE = re.compile(rb"\\(?:x([0-9A-F]{2})|([rnt0e\\]))")
LETTERS = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0", b"e": b"\x1b", b"\\": b"\\"}


def bytes_of(text):
    """Of a text of the store: C escapes, themselves Latin-1."""
    return ESCAPE.sub(lambda m: bytes([int(m[1], 16)]) if m[1] else LETTERS[m[2]],
                      text.encode("latin-1"))


def check_item(where, item):
    text = bytes_of(item["text"])
    if "sha256" not in item:
        assert len(text) == item["size"], f"{where}: {item['size']} bytes, of which text has {text}"
    else:
        assert len(text) == 256 < item["size"], f"{where}: digest, yet the text has all: {item}"


def events_of_case(case):
    """What was received, stretches of the stream joined, and the bytes if all are there."""
    at, received, whole = 0, [], b""
    where = f"{case['source']}: {case['id']}"
    for exchange in case["exchanges"]:
        for item in exchange.get("wire", []):
            check_item(where, item)
            if item["direction"] == "sent":
                assert "offset" not in item, f"{where}: sent at an offset of the module: {item}"
                continue
            offset = item.get("offset", 0)
            assert offset == at, f"{where}: {item['kind']} begins at {offset}, not at {at}"
            at += item["size"]
            whole = None if "sha256" in item or whole is None else whole + bytes_of(item["text"])
            received.append((item["kind"], offset, item["size"], item.get("sha256")))
    return received, whole


def decode(atproof, path):
    out = subprocess.run([atproof, "decode", path], capture_output=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def compare(case, logged, decoded):
    """Payload of up to 256 bytes has no digest in the store: there it stands whole."""
    received, whole = logged
    where = case["source"]
    same = [(e["kind"], e["offset"], e["size"]) for e in decoded]
    assert [item[:3] for item in received] == same, f"{where}:\n{received}\n{same}"
    digests = 0
    for item, event in zip(received, decoded):
        if "sha256" not in event:
            continue
        digests += 1
        digest = item[3]
        if digest is None and whole is not None:
            digest = hashlib.sha256(whole[item[1]:item[1] + item[2]]).hexdigest()
        assert digest in (None, event["sha256"]), f"{where}: payload at {item[1]}: {digest}"
    return digests


def main():
    atproof, corpus, scratch = sys.argv[1:]
    store = pathlib.Path(scratch) / "wire.jsonl"
    store.unlink(missing_ok=True)
    folders = [pathlib.Path(corpus) / name for name in ("transcripts", "live", "judge", "hostile")]
    files = sorted(str(path) for folder in folders for path in folder.rglob("*.at"))
    done = subprocess.run([atproof, "check", "--quiet", "--results", store, *files],
                          capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    cases = [line for line in map(json.loads, store.open()) if line["kind"] == "case"]
    per_file = collections.Counter(case["source"] for case in cases)
    compared = digests = items = 0
    for case in cases:
        logged = events_of_case(case)
        items += len(logged[0])
        if per_file[case["source"]] == 1 and "way" not in case:
            digests += compare(case, logged, decode(atproof, case["source"]))
            compared += 1
    assert compared > 100 and digests > 30, f"only {compared} files, {digests} payloads"
    print(f"{len(cases)} cases, {items} events: every byte is there; "
          f"{compared} files and {digests} payloads are as decode has them")


main()
