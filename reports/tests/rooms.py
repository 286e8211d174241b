"""The walls of the rooms: what each includes and calls of others.

usage: rooms.py ROOMS NM [TEST...]   ROOMS: `NAME|PUBLIC|USES|OBJECTS`, a room a line"""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS, NM = {}, "nm"


class Room:
    def __init__(self, line):
        self.name, *lists = line.rstrip("\n").split("|")
        self.public, self.uses, self.objects = ([item for item in text.split(";") if item]
                                                for text in lists)


def includes(path):
    """(room, header) of each include of a room's header."""
    return re.findall(r'(?m)^#include "(\w+)/(\w+\.h)"', path.read_text(encoding="utf-8"))


def files(room):
    return sorted((ROOT / room.name).glob("*.[ch]"))


def file_of(room, object_file):
    """`store/read`, of the object of store/read.c."""
    return f"{room.name}/{pathlib.Path(object_file).name.split('.')[0]}"


def symbols():
    """Which file defines each name, and which names each file wants of others."""
    defined, wanted = {}, {}
    for room in ROOMS.values():
        for path in room.objects:
            own = file_of(room, path)
            listed = subprocess.run([NM, "-g", path], capture_output=True, text=True, check=True)
            for line in listed.stdout.splitlines():
                kind, name = line.split()[-2:]
                if kind == "U":
                    wanted.setdefault(own, set()).add(name)
                else:
                    defined[name] = own
    return defined, wanted


def calls():
    """{file: {file that it calls: name}}"""
    defined, wanted = symbols()
    return {own: {defined[name]: name for name in names if defined.get(name, own) != own}
            for own, names in wanted.items()}


def header_arrows():
    """{header: {header that it includes: the line}}"""
    return {f"{room.name}/{path.name}": {f"{to}/{name}": "#include" for to, name in includes(path)}
            for room in ROOMS.values() for path in files(room) if path.suffix == ".h"}


def circle(arrows):
    """Files that need each other, or None."""
    done, trail = set(), []

    def visit(node):
        if node in trail:
            return trail[trail.index(node):]
        if node in done:
            return None
        trail.append(node)
        for other in sorted(arrows.get(node, ())):
            found = visit(other)
            if found:
                return found
        done.add(trail.pop())
        return None

    return next((found for found in map(visit, sorted(arrows)) if found), None)


class Rooms(unittest.TestCase):
    def test_each_folder_of_sources_is_a_room(self):
        folders = {path.parent.name for path in ROOT.glob("*/*.c")} - {"tests"}
        self.assertEqual(folders, set(ROOMS))

    def test_includes_are_public_headers_of_rooms_below(self):
        for room in ROOMS.values():
            for path in files(room):
                for to, name in includes(path):
                    if to in ("atproof", room.name):
                        continue
                    where = f"{room.name}/{path.name} includes {to}/{name}"
                    self.assertIn(to, room.uses, f"{where}: no room that it may use")
                    self.assertIn(name, ROOMS[to].public, f"{where}: a private header")

    def test_includes_name_the_room(self):
        for room in ROOMS.values():
            for path in files(room):
                bare = re.findall(r'(?m)^#include "([^"/]+)"', path.read_text(encoding="utf-8"))
                self.assertEqual(bare, [], f"{room.name}/{path.name}")

    def test_calls_go_to_rooms_below(self):
        for own, others in calls().items():
            room = ROOMS[own.split("/")[0]]
            for other, name in others.items():
                to = other.split("/")[0]
                self.assertIn(to, [room.name, *room.uses], f"{own} calls {name} of {other}")

    def test_no_circle_of_files(self):
        self.assertIsNone(circle(calls()))
        self.assertIsNone(circle(header_arrows()))

    def test_circle_is_found(self):
        self.assertEqual(circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}), ["b", "c"])


if __name__ == "__main__":
    for row in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        ROOMS[row.split("|")[0]] = Room(row)
    NM = sys.argv[2]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
