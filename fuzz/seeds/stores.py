"""Lines of a result store, made from their schema, reports/results.schema.json:
each kind with the keys that it requires alone and with all keys, each word of an
enum, and each text with bytes that break a format. The same schema gives the same
lines. Standard library alone."""
import copy
import json

# What breaks XML, TAP, YAML, Markdown, HTML or a terminal; one character a byte.
HOSTILE = [
    "]]> <!-- & <a b='c' d=\"e\"></title></style></noscript><script>x</script>",
    "\x01\x08\x1b[31m\x7f\xff\xfe\xc3(\xed\xa0\x80",
    "\xef\xbf\xbe\xe2\x80\xae\xd8\x9c a # SKIP b # TODO c \\# d \\",
    "ok 1\nnot ok 2\r\n1..9\n---\n...\nBail out!",
    "%s%n {0} ${x} `id` $(id) 'q' \"q\" @user #1 ![a](b) ``` ~~~ | -->",
]
TEXTS = {"sha256": "0123456789abcdef" * 4, "created": "2026-01-31", "expires": "2026-02-28",
         "started": "2026-01-31T23:59:59Z"}  # those that have a form


class Schema:
    def __init__(self, path):
        self.defs = json.loads(path.read_text(encoding="utf-8"))
        self.kinds = [entry["$ref"].rsplit("/", 1)[1] for entry in self.defs["oneOf"]]
        self.defs = self.defs["$defs"]

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self.defs[schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def value(self, key, schema, whole):
        """One that the schema allows."""
        schema = self.resolve(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if schema["type"] == "object":
            return {name: self.value(name, inner, whole)
                    for name, inner in schema["properties"].items()
                    if whole or name in schema["required"]}
        if schema["type"] == "array":
            return [self.value(key, schema["items"], whole)] * 2 if whole else []
        return {"string": TEXTS.get(key, f"a {key}"), "integer": max(schema.get("minimum", 0), 7),
                "boolean": True}[schema["type"]]

    def variants(self, schema, value):
        """The value, with another word or text at one place each time."""
        schema = self.resolve(schema)
        if schema.get("type") == "object":
            for key, inner in schema["properties"].items():
                if key in value and key not in TEXTS:
                    for other in self.variants(inner, value[key]):
                        yield value | {key: other}
        elif schema.get("type") == "array":
            for other in self.variants(schema["items"], value[0]):
                yield [other, *value[1:]]
        elif schema.get("type") == "string":
            yield from HOSTILE
        yield from schema.get("enum", [])

    def lines(self, kind):
        """(name, line) of lines of a kind that fit, and that do not."""
        schema = self.defs[kind]
        whole = self.value(kind, schema, True)
        yield f"{kind}-least", self.value(kind, schema, False)
        yield f"{kind}-whole", whole
        for at, line in enumerate(self.variants(schema, whole)):
            yield f"{kind}-{at}", copy.deepcopy(line)
        for key in schema["required"]:
            yield f"{kind}-no-{key}", {name: at for name, at in whole.items() if name != key}


def stores(path):
    """(name, text) of stores: a line below the run that it needs."""
    schema = Schema(path)
    head = schema.value("run", schema.defs["run"], False)
    for kind in schema.kinds:
        for name, line in schema.lines(kind):
            above = [] if kind in ("run", "baseline") else [head]
            yield name, "".join(json.dumps(part) + "\n" for part in [*above, line])
    for at, wrong in enumerate(([], {"kind": "x"}, {"kind": "case", "id": 1}, "")):
        yield f"wrong-{at}", json.dumps(wrong) + "\n"
