"""The documents are true: runs each `$ command` whose output a document shows, in a
scratch copy of the corpus and the catalogue, and compares; looks for the file of each
link; holds README.md to its 150 lines. Prints what differs.
usage: readme.py ROOT ATPROOF EXAMPLE_FIRST"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

README_LINES_MAX = 150
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def examples(text):
    """Pairs of a command and the output that stands below it."""
    found, command, output = [], None, []
    for line in text.splitlines() + [""]:
        if command is not None and line.startswith("    ") and not line.startswith("    $ "):
            output.append(line[4:])
            continue
        if command is not None:
            found.append((command, output))
        command, output = (line[6:], []) if line.startswith("    $ ") else (None, [])
    return found


def dead_links(root, document, text):
    """Links of the document to files that are not there."""
    prose = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
    links = [link for link in LINK.findall(prose) if "://" not in link]
    return [link for link in links if not (root / document).parent.joinpath(link).exists()]


def run_examples(work, document, pairs):
    """Returns: how many commands print something else than the document shows."""
    failed = 0
    for command, expected in pairs:
        run = subprocess.run(["bash", "-c", command], cwd=work, capture_output=True, text=True,
                             check=False)
        seen = (run.stdout + run.stderr).splitlines()
        if run.returncode == 0 and seen == expected:
            continue
        failed += 1
        print(f"{document}: $ {command}\n  exit {run.returncode}")
        for mark, lines in (("-", expected), ("+", seen)):
            print("\n".join(f"  {mark} {line}" for line in lines))
    return failed


def main():
    root, atproof, first = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=root, capture_output=True, text=True,
                            check=True)
    texts = {name: (root / name).read_text(encoding="utf-8") for name in listed.stdout.split()}
    failed = commands = 0
    if (root / "parser/examples/first.c").read_text(encoding="utf-8") not in texts["README.md"]:
        print("README.md does not show parser/examples/first.c as it is")
        failed += 1
    lines = texts["README.md"].count("\n")
    if lines > README_LINES_MAX:
        print(f"README.md has {lines} lines, expected at most {README_LINES_MAX}")
        failed += 1
    for name, text in texts.items():
        for link in dead_links(root, name, text):
            print(f"{name}: no file {link}")
            failed += 1
    for name, text in sorted(texts.items()):
        pairs = examples(text)
        if not pairs:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            work = pathlib.Path(scratch)
            shutil.copytree(root / "corpus", work / "corpus")
            shutil.copytree(root / "parser/catalog", work / "parser/catalog")
            for target, source in (("build/release/conformance/atproof", atproof),
                                   ("build/release/parser/examples/example_first", first)):
                (work / target).parent.mkdir(parents=True, exist_ok=True)
                (work / target).symlink_to(source)
            failed += run_examples(work, name, pairs)
            commands += len(pairs)
    if failed or commands < 10:
        sys.exit(f"readme: {failed} faults in {len(texts)} documents, {commands} commands")
    print(f"{len(texts)} documents, {commands} commands print what they show")


main()
