"""What fuzz/coverage exports by gcovr: Cobertura fits cobertura.xsd, also with file
names that try to break it, and all files are there and of now.

usage: cobertura.py [TEST...]"""
import html.parser
import importlib.machinery
import importlib.util
import json
import pathlib
import subprocess
import tempfile
import unittest
from xml.etree import ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES = ["a&<\"b'.c", "\u00fc \u4e2d.c", "%41;]]>.c", "main.c"]


def load(path):
    """The module of a script whose name does not end in .py."""
    loader = importlib.machinery.SourceFileLoader("coverage_script", str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.links = set(), "", set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links |= {value for name, value in attrs if name == "href"}

    def handle_data(self, data):
        self.text += data


def xmllint(text):
    return subprocess.run(["xmllint", "--nonet", "--noout", "--schema", ROOT / "cobertura.xsd", "-"],
                          input=text, capture_output=True, check=False)


class Coverage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.script = load(ROOT.parent / "fuzz/coverage")
        cls.scratch = tempfile.TemporaryDirectory(prefix="a+[b] ")
        cls.root = cls.script.ROOT = pathlib.Path(cls.scratch.name).resolve()
        sources = cls.root / "parser/src"
        sources.mkdir(parents=True)
        for number, name in enumerate(NAMES[:-1]):
            (sources / name).write_text(f"int f{number}(int a);\nint f{number}(int a)\n{{\n"
                                        "    if (a > 1 && a < 9) return 1;\n    return 2;\n}\n",
                                        encoding="ascii")
        (sources / "main.c").write_text("int f0(int a);\nint main(int c, char **v)\n{\n    (void)v;\n"
                                        "    return f0(c) - 2;\n}\n", encoding="ascii")
        for number, name in enumerate(NAMES):
            subprocess.run(["gcc", "--coverage", "-c", "-o", f"o{number}.o", sources / name],
                           cwd=cls.root, check=True)
        subprocess.run("gcc --coverage -o program o*.o && ./program", shell=True, cwd=cls.root,
                       check=True)
        cls.out = cls.root / "out"
        cls.out.mkdir()
        for stale in ["index.gone.c.html", "index.html", "summary.json", "results.jsonl"]:
            (cls.out / stale).write_text("old", encoding="ascii")
        cls.script.write_report(cls.out, cls.root, sources, "<title> & \"x\"", cls.root)
        cls.cobertura = (cls.out / "cobertura.xml").read_bytes()

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_cobertura_fits(self):
        done = xmllint(self.cobertura)
        self.assertEqual(done.returncode, 0, done.stderr.decode()[:2000])
        root = ElementTree.fromstring(self.cobertura)
        classes = {element.get("filename"): element for element in root.iter("class")}
        self.assertEqual(set(classes), {f"parser/src/{name}" for name in NAMES})
        self.assertEqual([(line.get("number"), line.get("hits"), line.get("branch"))
                          for line in classes["parser/src/" + NAMES[0]].iter("line")],
                         [("2", "1", "false"), ("4", "1", "true"), ("5", "1", "false")])
        self.assertEqual(root.get("lines-valid"), "11")
        self.assertEqual(root.get("lines-covered"), "5")

    def test_schema_refuses_what_readers_cannot_use(self):
        for old, new in [(b' hits="1"', b' hits="-1"'), (b' hits="1"', b""),
                         (b'filename="parser', b'filename="/parser'), (b'line-rate="1.0"', b'line-rate="2"'),
                         (b'<line number="4"', b'<line number="5"'), (b"<methods/>", b""),
                         (b"<source>.</source>", b""), (b"main.c", b"%41;]]&gt;.c"),
                         (b'lines-valid="11"', b'lines-valid="0"')]:
            self.assertIn(old, self.cobertura)
            self.assertNotEqual(xmllint(self.cobertura.replace(old, new)).returncode, 0, new)

    def test_every_file_is_of_now(self):
        names = {path.name for path in self.out.iterdir()}
        self.assertLessEqual({"index.html", "index.css", "cobertura.xml", "coverage.json",
                              "summary.json", "results.jsonl"}, names)
        self.assertNotIn("index.gone.c.html", names)
        self.assertEqual((self.out / "results.jsonl").read_text(encoding="ascii"), "old")
        summary = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))
        self.assertEqual((summary["line_covered"], summary["line_total"]), (5, 11))
        files = json.loads((self.out / "coverage.json").read_text(encoding="utf-8"))["files"]
        self.assertEqual(sorted(entry["file"] for entry in files),
                         sorted(f"parser/src/{name}" for name in NAMES))

    def test_pages_hold_names_as_text(self):
        page = Page((self.out / "index.html").read_text(encoding="utf-8"))
        self.assertIn(NAMES[0], page.text)
        self.assertIn(NAMES[1], page.text)
        self.assertNotIn("b", page.tags)
        own = [link for link in page.links if NAMES[0] in link]
        self.assertTrue(own and (self.out / own[0]).is_file(), page.links)

    def test_joined_reports_are_one(self):
        other = self.root / "other"
        other.mkdir()
        (other / "coverage.json").write_bytes((self.out / "coverage.json").read_bytes())
        self.script.export(self.root / "joined", [self.out, other])
        text = (self.root / "joined/cobertura.xml").read_bytes()
        self.assertEqual(xmllint(text).returncode, 0)
        hits = [[int(line.get("hits")) for line in ElementTree.fromstring(xml).iter("line")]
                for xml in (self.cobertura, text)]
        self.assertEqual([number * 2 for number in hits[0]], hits[1])

    def test_report_is_not_exported_onto_itself(self):
        with self.assertRaisesRegex(self.script.Failure, "expected another folder"):
            self.script.export(self.out, [self.out])
        self.assertTrue((self.out / "coverage.json").is_file())

    def test_what_gcovr_did_not_write_is_told(self):
        own, self.script.run = self.script.run, lambda *command: None
        self.addCleanup(setattr, self.script, "run", own)
        with self.assertRaisesRegex(self.script.Failure, "gcovr did not write .*index.html"):
            self.script.write_report(self.root / "none", self.root, self.root, "t", self.root)


if __name__ == "__main__":
    unittest.main()
