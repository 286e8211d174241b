"""The markup of the pages stands in page/*.html: no string of C has a tag, and each
file there is part of a page.

usage: markup.py [TEST...]"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
COMMENT = re.compile(r'/\*.*?\*/|("(?:[^"\\\n]|\\.)*")', re.S)
TAG = re.compile(r"</?[a-z]")


def sources():
    patterns = ("page/*.[ch]", "html/*.[ch]", "diff/html*.[ch]")
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def tags(text):
    """The strings of C that have a tag."""
    code = COMMENT.sub(lambda found: found[1] or " ", text)
    return [found for found in STRING.findall(code) if TAG.search(found)]


class Markup(unittest.TestCase):
    def test_no_string_of_c_has_a_tag(self):
        self.assertGreater(len(sources()), 15)
        for path in sources():
            # read.c looks for the two elements whose content is no text
            found = [each for each in tags(path.read_text(encoding="utf-8"))
                     if (path.name, each) not in (("read.c", '"<style"'), ("read.c", '"<script"'))]
            self.assertEqual(found, [], path)

    def test_tag_is_found(self):
        self.assertEqual(tags('put("<b>"); /* "<i>" */ f("a </p>", "<0..100>", "x < y");'),
                         ['"<b>"', '"a </p>"'])

    def test_each_file_is_embedded_and_included(self):
        folder = ROOT / "page"
        files = {path.name for path in folder.iterdir() if path.suffix in (".html", ".css", ".js")}
        embedded = re.findall(r"(?m)^    embed (\S+)", (folder / "embedded.S").read_text())
        self.assertEqual(sorted(embedded), sorted(files))
        text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.html"))
        included = set(re.findall(r"\{\{>([^}]*)\}\}", text))
        self.assertEqual(files - included, {"page.html", "diff.html"})


if __name__ == "__main__":
    unittest.main()
