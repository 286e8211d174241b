"""layers.py is seen to fail: a small house, and one fault at a time put into it.
usage: test_layers.py"""
import pathlib
import subprocess
import tempfile
import unittest

import layers

FILES = {
    "conformance/floor/floor.h": "int floor_a(void);\nint floor_b(void);\n",
    "conformance/floor/floor_internal.h": "int floor_hidden(void);\n",
    "conformance/floor/a.c": '#include "floor/floor.h"\nint floor_a(void)\n{\n    return 1;\n}\n',
    "conformance/floor/b.c": '#include "floor/floor.h"\n#include "floor/floor_internal.h"\n'
                             'int floor_b(void)\n{\n    return floor_a();\n}\n',
    "conformance/roof/roof.h": '#include "floor/floor.h"\nint roof(void);\n',
    "conformance/roof/roof.c": '#include "roof/roof.h"\nint roof(void)\n{\n'
                               '    return floor_b();\n}\n',
    "conformance/tower/tower.c": '#include "roof/roof.h"\nint tower(void)\n{\n'
                                 '    return roof() + floor_a();\n}\n',
}
USES = {"floor": [], "roof": ["conformance/floor"], "tower": ["conformance/roof"]}


def faults(changes=None, uses=None):
    """What is found in the house, some files of it changed."""
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch)
        rooms = {f"conformance/{name}": layers.Room(f"conformance/{name}", uses=used)
                 for name, used in {**USES, **(uses or {})}.items()}
        for name, text in {**FILES, **(changes or {})}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for source in sorted(root.rglob("*.c")):
            name = source.relative_to(root / "conformance").as_posix()
            made = root / "build/x.dir" / f"{name}.o"
            made.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cc", "-I", root / "conformance", "-c", source, "-o", made], check=True)
            rooms[f"conformance/{name.split('/')[0]}"].objects.append(str(made))
        house = layers.House(root, rooms)
        house.check()
        return house.faults


class Layers(unittest.TestCase):
    def test_a_house_without_a_fault_has_none(self):
        self.assertEqual(faults(), [])

    def test_an_include_that_goes_upward_is_found(self):
        changed = {"conformance/floor/a.c": '#include "floor/floor.h"\n#include "roof/roof.h"\n'
                                            'int floor_a(void)\n{\n    return 1;\n}\n'}
        self.assertEqual(faults(changed), ["conformance/floor/a.c:2: conformance/floor may not use "
                                           "conformance/roof"])

    def test_a_symbol_that_goes_upward_is_found(self):
        changed = {"conformance/floor/a.c": 'int floor_a(void);\nint roof(void);\n'
                                            'int floor_a(void)\n{\n    return roof();\n}\n'}
        self.assertIn("conformance/floor/a.c:1: calls roof of conformance/roof/roof.c; "
                      "conformance/floor may not use conformance/roof", faults(changed))

    def test_a_private_header_taken_from_outside_is_found(self):
        changed = {"conformance/roof/roof.c": '#include "roof/roof.h"\n'
                                              '#include "floor/floor_internal.h"\n'
                                              'int roof(void)\n{\n    return floor_b();\n}\n'}
        self.assertEqual(faults(changed), ["conformance/roof/roof.c:2: floor/floor_internal.h is "
                                           "private to conformance/floor"])

    def test_a_circle_of_files_is_found(self):
        changed = {"conformance/floor/a.c": '#include "floor/floor.h"\nint floor_a(void)\n{\n'
                                            '    return floor_b();\n}\n'}
        self.assertEqual(faults(changed), [
            "conformance/floor/a.c:1: files in a circle: conformance/floor/a.c -> "
            "conformance/floor/b.c -> conformance/floor/a.c"])

    def test_a_circle_of_headers_is_found(self):
        changed = {"conformance/roof/roof.h": '#ifndef R\n#define R\n#include "roof/top.h"\n'
                                              '#include "floor/floor.h"\nint roof(void);\n#endif\n',
                   "conformance/roof/top.h": '#include "roof/roof.h"\n'}
        self.assertIn("headers in a circle", " ".join(faults(changed)))

    def test_a_circle_of_rooms_is_found(self):
        self.assertIn("rooms in a circle",
                      " ".join(faults(uses={"floor": ["conformance/tower"]})))

    def test_a_room_that_is_not_there_is_found(self):
        self.assertIn("conformance/floor: uses conformance/cellar, which is no room",
                      faults(uses={"floor": ["conformance/cellar"]}))

    def test_an_include_of_no_room_is_found(self):
        changed = {"conformance/floor/b.c": '#if 0\n#include "no/where.h"\n#endif\n'
                                            'int floor_a(void);\nint floor_b(void);\n'
                                            'int floor_b(void)\n{\n    return floor_a();\n}\n'}
        self.assertEqual(faults(changed), ["conformance/floor/b.c:2: no/where.h is a header of no "
                                           "room"])

    def test_a_source_of_no_room_is_found(self):
        found = faults({"conformance/loft/x.c": "int x;\n"}, {"loft": []})
        self.assertEqual(found, [])
        with tempfile.TemporaryDirectory() as scratch:
            loft = pathlib.Path(scratch) / "conformance/loft"
            loft.mkdir(parents=True)
            (loft / "x.c").write_text("int x;\n", encoding="utf-8")
            house = layers.House(pathlib.Path(scratch), {})
            house.check()
        self.assertEqual(house.faults, ["conformance/loft/x.c:1: stands in no room"])

    def test_an_include_without_its_folder_is_found(self):
        changed = {"conformance/floor/a.c": '#include "floor.h"\nint floor_a(void)\n{\n'
                                            '    return 1;\n}\n'}
        self.assertEqual(faults(changed), ["conformance/floor/a.c:1: floor.h without its folder"])


if __name__ == "__main__":
    unittest.main()
