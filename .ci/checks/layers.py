#!/usr/bin/env python3
"""The walls of the rooms: what each file includes and which symbols it links.

usage: layers.py ROOMS [NM]

ROOMS is written by CMake, a room a line:  FOLDER|PUBLIC|USES|OBJECTS
  FOLDER   of the repository: `conformance/judge`
  PUBLIC   its headers that other rooms may include; `*`: all but *_internal.h
  USES     rooms that it may use, with all that those use
  OBJECTS  its object files; none: only its includes are read

Prints FILE:LINE: what is wrong, for
  - an include of, or a call into, a room that the room may not use;
  - an include of another room's private header;
  - an include that names no file, or a file of a room without its folder;
  - a source that stands in no room;
  - files of one room, or rooms, that need each other.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(atproof/[^>]+)>)')
FOLDERS = ("conformance", "fuzz", "reports")  # what includes are written from
QUALIFIED = ("conformance", "reports")  # where includes name the folder
PUBLIC_FOLDERS = ("parser/include", "reports/include")


class Room:
    def __init__(self, folder, public="*", uses=(), objects=()):
        self.folder, self.public = folder, public
        self.uses, self.objects = list(uses), list(objects)

    def is_public(self, name):
        if self.public == "*":
            return not name.endswith("_internal.h")
        return name in self.public.split(";")


def read_rooms(text):
    rooms = {}
    for line in text.splitlines():
        folder, public, uses, objects = line.split("|")
        rooms[folder] = Room(folder, public, *([item for item in items.split(";") if item]
                                               for items in (uses, objects)))
    return rooms


class House:
    def __init__(self, root, rooms, nm="nm"):
        self.root, self.rooms, self.nm, self.faults = root, rooms, nm, []
        for room in rooms.values():
            for used in room.uses:
                if used not in rooms:
                    self.faults.append(f"{room.folder}: uses {used}, which is no room")

    # ---- which room a file stands in -----------------------------------------

    def room_of(self, path):
        """The room of a file, by its path in the repository: the innermost folder."""
        folder = pathlib.PurePosixPath(path).parent
        while str(folder) != ".":
            if str(folder) in self.rooms:
                return self.rooms[str(folder)]
            folder = folder.parent
        return None

    def allowed(self, room):
        """The folders that the room may use, its own among them."""
        seen, open_ = set(), [room.folder]
        while open_:
            folder = open_.pop()
            if folder not in seen and folder in self.rooms:
                seen.add(folder)
                open_ += self.rooms[folder].uses
        return seen

    def files(self):
        for room in self.rooms.values():
            for path in sorted((self.root / room.folder).rglob("*.[ch]")):
                name = path.relative_to(self.root).as_posix()
                if self.room_of(name) is room:
                    yield room, name

    def check_sources(self):
        for folder in FOLDERS:
            for path in sorted((self.root / folder).rglob("*.c")):
                name = path.relative_to(self.root).as_posix()
                if "/tests/" not in name and self.room_of(name) is None:
                    self.faults.append(f"{name}:1: stands in no room")

    # ---- includes ------------------------------------------------------------

    def find(self, name, included):
        """The file that an include of the file `name` means, or None."""
        own = pathlib.PurePosixPath(name)
        places = [own.parent, *(pathlib.PurePosixPath(folder) for folder in FOLDERS
                                if own.parts[0] in (folder, "fuzz")),
                  *map(pathlib.PurePosixPath, PUBLIC_FOLDERS),
                  *(pathlib.PurePosixPath(folder) for folder in self.rooms
                    if folder.split("/")[0] == own.parts[0])]
        for place in places:
            if (self.root / place / included).is_file():
                return (place / included).as_posix()
        return None

    def includes(self, name):
        lines = (self.root / name).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1) or match.group(2)

    def check_includes(self):
        """Returns: {header: headers that it includes}"""
        headers = {}
        for room, name in self.files():
            for number, included in self.includes(name):
                where, found = f"{name}:{number}", self.find(name, included)
                other = found and self.room_of(found)
                if name.split("/")[0] in QUALIFIED and "/" not in included:
                    self.faults.append(f"{where}: {included} without its folder")
                if not other:
                    self.faults.append(f"{where}: {included} is a header of no room")
                    continue
                if name.endswith(".h"):
                    headers.setdefault(name, set()).add(found)
                if other is room:
                    continue
                if other.folder not in self.allowed(room):
                    self.faults.append(f"{where}: {room.folder} may not use {other.folder}")
                elif not other.is_public(pathlib.PurePosixPath(found).name):
                    self.faults.append(f"{where}: {included} is private to {other.folder}")
        return headers

    # ---- symbols -------------------------------------------------------------

    def source_of(self, room, object_file):
        """`conformance/judge/judge.c` of the object that CMake makes of it."""
        stem = re.sub(r"\.(o|obj)$", "", object_file)
        name = re.sub(r".*\.dir/(?:\./)?", "", stem)
        for folder in (room.folder.split("/")[0], room.folder):
            if (self.root / folder / name).is_file():
                return f"{folder}/{name}"
        return None  # made by the build

    def symbols(self):
        defined, wanted = {}, {}
        for room in self.rooms.values():
            for path in room.objects:
                own = self.source_of(room, path)
                if own is None:
                    continue
                if not pathlib.Path(path).is_file():
                    sys.exit(f"layers: {own} is not built; build everything first")
                listed = subprocess.run([self.nm, "-g", path], capture_output=True, text=True,
                                        check=True)
                for line in listed.stdout.splitlines():
                    kind, name = line.split()[-2:]
                    if kind in "Uw":
                        wanted.setdefault(own, set()).add(name)
                    else:
                        defined[name] = own
        return defined, wanted

    def check_symbols(self):
        """Returns: {file: files that it calls}"""
        defined, wanted = self.symbols()
        calls = {}
        for own, names in sorted(wanted.items()):
            room = self.room_of(own)
            for name in sorted(names):
                other = defined.get(name, own)
                if other == own:
                    continue
                calls.setdefault(own, set()).add(other)
                if self.room_of(other).folder not in self.allowed(room):
                    self.faults.append(f"{own}:1: calls {name} of {other}; "
                                       f"{room.folder} may not use {self.room_of(other).folder}")
        return calls, len(defined)

    # ---- circles ---------------------------------------------------------------

    def check_circles(self, what, arrows):
        found = circle(arrows)
        while found:
            self.faults.append(f"{found[0]}:1: {what} in a circle: " + " -> ".join(found))
            arrows = {node: others for node, others in arrows.items() if node not in found}
            found = circle(arrows)

    def check(self):
        """Returns: how many files and symbols were read."""
        self.check_sources()
        headers = self.check_includes()
        calls, count = self.check_symbols()
        self.check_circles("headers", headers)
        self.check_circles("files", calls)
        self.check_circles("rooms", {room.folder: set(room.uses) for room in self.rooms.values()})
        return sum(1 for _ in self.files()), count


def circle(arrows):
    """Nodes that need each other, the first one again at the end, or None."""
    done = set()
    for start in sorted(arrows):
        trail, open_ = [], [(start, False)]
        while open_:
            node, is_over = open_.pop()
            if is_over:
                done.add(trail.pop())
            elif node in trail:
                return trail[trail.index(node):] + [node]
            elif node not in done:
                trail.append(node)
                open_.append((node, True))
                open_ += [(other, False) for other in sorted(arrows.get(node, ()), reverse=True)]
    return None


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    rooms = read_rooms(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    house = House(ROOT, rooms, *sys.argv[2:])
    files, symbols = house.check()
    print("\n".join(house.faults), end="\n" if house.faults else "")
    if house.faults or not files or not symbols:
        sys.exit(f"layers: {len(house.faults)} faults in {files} files, {symbols} symbols")
    print(f"{len(rooms)} rooms, {files} files, {symbols} symbols: no arrow goes upward")


if __name__ == "__main__":
    main()
