"""The folder of results is the only one that a gate erases, and only if a gate made it.
usage: test_folder.py ATPROOF"""
import os
import pathlib
import shutil
import sys

import common
import folder as folders


class Refused(Exception):
    """What prepare raises here."""


def tree(text):
    """A checkout with something to lose, and something beside it."""
    base = pathlib.Path(text)
    for name in ("tree/src", "tree/build", "elsewhere"):
        (base / name).mkdir(parents=True)
        (base / name / "precious").write_text("mine")
    return base


def prepare(base, directory):
    root = base / "tree"
    folders.prepare(root, pathlib.Path(os.path.normpath(root / directory)), Refused)
    return root / directory


def refuses(base, directory, text):
    before = sorted(str(path) for path in base.rglob("*"))
    try:
        prepare(base, directory)
    except Refused as error:
        assert text in str(error), error
    else:
        raise AssertionError(f"{directory} was taken")
    assert sorted(str(path) for path in base.rglob("*")) == before, directory


def test_an_own_folder_is_emptied():
    with common.scratch() as scratch:
        out = prepare(tree(scratch), "build/gate/a")
        (out / "old").mkdir()
        (out / "old/file").write_text("x")
        (out / "link").symlink_to(out.parents[3] / "elsewhere")
        prepare(pathlib.Path(scratch), "build/gate/a")
        assert [path.name for path in out.iterdir()] == [folders.MARKER]
        assert (pathlib.Path(scratch) / "elsewhere/precious").is_file()


def test_the_root_and_what_is_outside_are_refused():
    with common.scratch() as scratch:
        base = tree(scratch)
        for directory in (".", "..", "../elsewhere", "src/../..", str(base / "elsewhere"), "/"):
            refuses(base, directory, "below 'root'")


def test_a_folder_of_somebody_else_is_refused():
    with common.scratch() as scratch:
        base = tree(scratch)
        refuses(base, "src", "no folder that a gate made")
        refuses(base, "src/precious", "no folder")


def test_a_marker_that_was_copied_is_refused():
    """As a change could commit it: the text is right, the folder another."""
    with common.scratch() as scratch:
        base = tree(scratch)
        made = prepare(base, "build/gate")
        shutil.copy(made / folders.MARKER, base / "tree/src" / folders.MARKER)
        refuses(base, "src", "no folder that a gate made")
        (base / "tree/src" / folders.MARKER).write_text(folders.TEXT)
        refuses(base, "src", "no folder that a gate made")


def test_a_marker_that_is_no_file_is_refused():
    with common.scratch() as scratch:
        base = tree(scratch)
        made = prepare(base, "build/gate")
        os.mkfifo(base / "tree/src" / folders.MARKER)
        refuses(base, "src", "no folder that a gate made")
        os.unlink(base / "tree/src" / folders.MARKER)
        (base / "tree/src" / folders.MARKER).symlink_to(made / folders.MARKER)
        refuses(base, "src", "no folder that a gate made")


def test_a_link_on_the_way_is_refused():
    with common.scratch() as scratch:
        base = tree(scratch)
        prepare(base, "made")
        for link, target, directory in (("build/gate", base / "elsewhere", "build/gate"),
                                        ("away", base / "elsewhere", "away/gate"),
                                        ("dangling", base / "nothing", "dangling"),
                                        ("inside", base / "tree/made", "inside")):
            (base / "tree" / link).symlink_to(target)
            refuses(base, directory, "is a link or no folder")


def test_the_gate_names_the_place_and_leaves_all_as_it_is():
    for directory in (".", "..", "src", "link"):
        with common.scratch() as scratch:
            base = tree(scratch)
            (base / "tree/link").symlink_to(base / "elsewhere")
            common.write(base / "tree", gate__yaml="version: 1\nchecks: [stack]\n"
                         f"output: {{directory: {directory}}}\n")
            code, out, errors = common.run_gate("--config", base / "tree/gate.yaml")
            assert code == 2 and "gate.yaml:3:21: " in errors and not out, (directory, errors)
            for name in ("tree/src", "tree/build", "elsewhere"):
                assert (base / name / "precious").is_file(), (directory, name)


common.main(sys.modules[__name__])
