#!/usr/bin/env python3
"""Dictionaries of the targets that read files, from what documents the files.

usage: dicts.py [--check] FOLDER

Writes FOLDER/script.dict (the grammar in corpus/README.md and the directives
that the corpus uses), catalog.dict (the keys of parser/catalog) and
results.dict (reports/results.schema.json). --check: writes nothing; exit 1 if
one of them is not what would be written. Standard library alone.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def script_words():
    """Terminals of the grammar, and each directive."""
    grammar = re.search(r"```ebnf\n(.*?)```", (ROOT / "corpus/README.md").read_text(), re.S)
    text = re.sub(r"\(\*.*?\*\)", "", grammar.group(1), flags=re.S).replace("'\"'", "")
    words = set(re.findall(r'"([^"\n]+)"', text)) | {"\\x00", " =", "..", '"a"*3'}
    for path in (ROOT / "corpus").rglob("*.at"):
        keys = re.findall(r"(?m)^(@ [a-z-]+:)", path.read_text("latin-1"))
        words.update("\n" + key + " " for key in keys)
    return words


def catalog_words():
    """Keys of the mappings, and the words that some of them may have."""
    words = {"{table: ", "AT+X=<a>[,<b>]", "<CR><LF>", "\n  - ", ">-\n"}
    for path in (ROOT / "parser/catalog").glob("*.yaml"):
        text = path.read_text()
        words.update(key + ": " for key in re.findall(r"\b([a-z_]{2,20}):(?= |\n)", text))
        words.update(re.findall(r"\b(?:type|class|kind): ([a-z]+)", text))
    return words


def schema_words(schema):
    """Names and words anywhere in a JSON schema."""
    if isinstance(schema, list):
        return set().union(*map(schema_words, schema))
    if not isinstance(schema, dict):
        return set()
    words = {f'"{name}": ' for name in schema.get("properties", {})}
    words |= {json.dumps(word) for word in schema.get("enum", [])}
    return words.union(*map(schema_words, schema.values()))


def results_words():
    schema = json.loads((ROOT / "reports/results.schema.json").read_text())
    return schema_words(schema) | {'{"kind": "run", ', '{"kind": "case", ', '"version": 1', "\\u00ff"}


def dictionary(words):
    """The words as libFuzzer and AFL++ read them."""
    lines = []
    for word in sorted(words):
        escaped = "".join(chr(byte) if 0x20 <= byte < 0x7f and byte not in b'"\\' else f"\\x{byte:02X}"
                          for byte in word.encode())
        lines.append(f'"{escaped}"\n')
    return "# Made by fuzz/dicts.py.\n" + "".join(lines)


def main():
    check = sys.argv[1:2] == ["--check"]
    if len(sys.argv) != 2 + check or sys.argv[-1].startswith("-"):
        sys.exit(__doc__)
    makers = {"script": script_words, "match": script_words, "catalog": catalog_words, "results": results_words,
              "diff": results_words}
    stale = []
    for name, words in makers.items():
        path = pathlib.Path(sys.argv[-1]) / f"{name}.dict"
        text = dictionary(words())
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(f"{path} is not what fuzz/dicts.py makes; .ci/update writes it\n")
    sys.exit("".join(stale) or 0)


if __name__ == "__main__":
    main()
