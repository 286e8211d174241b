"""The README is true: runs each `$ command` of it whose output it shows, in a
scratch copy of the corpus and the catalogue, and compares. Shows what differs.
usage: readme.py ROOT ATPROOF EXAMPLE_FIRST"""
import pathlib
import shutil
import subprocess
import sys
import tempfile


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


def main():
    root, atproof, first = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
    readme = (root / "README.md").read_text(encoding="utf-8")
    code = (root / "parser/examples/first.c").read_text(encoding="utf-8")
    failed = 0
    if code not in readme:
        print("README.md does not show parser/examples/first.c as it is")
        failed += 1
    pairs = examples(readme)
    if len(pairs) < 4:
        sys.exit("readme.py: README.md shows too few commands; has its form changed?")
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        shutil.copytree(root / "corpus", work / "corpus")
        shutil.copytree(root / "parser/catalog", work / "parser/catalog")
        for target, source in (("build/release/conformance/atproof", atproof),
                               ("build/parser/examples/example_first", first)):
            (work / target).parent.mkdir(parents=True, exist_ok=True)
            (work / target).symlink_to(source)
        for command, expected in pairs:
            run = subprocess.run(["bash", "-c", command], cwd=work, capture_output=True, text=True,
                                 check=False)
            seen = (run.stdout + run.stderr).splitlines()
            if run.returncode == 0 and seen == expected:
                continue
            failed += 1
            print(f"$ {command}\n  exit {run.returncode}")
            for mark, lines in (("-", expected), ("+", seen)):
                print("\n".join(f"  {mark} {line}" for line in lines))
    if failed:
        sys.exit(f"README.md: {failed} of {len(pairs)} commands do not print what it shows")
    print(f"{len(pairs)} commands of the README print what it shows")


main()
