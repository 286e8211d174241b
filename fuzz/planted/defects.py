"""The planted defects, and programs built with one of them.

A defect is a file NAME.patch in this folder: a header of `key: value` lines
(title, area, breaks, reference; sanitizer where only that one sees it), then a
unified diff against parser/src. A program with the defect is linked from the
parser's sources, patched and compiled as the build folder's own, ahead of what
that build has: nothing else is compiled again.
"""
import json
import os
import re
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
AREAS = ("framing", "classification", "values", "exchange", "recovery")
KEYS = ("title", "area", "breaks", "reference", "sanitizer")
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Werror"]


class Broken(Exception):
    """A defect that cannot be had, or a build that fails; says why."""


# ---- the defects ------------------------------------------------------------

def names():
    return sorted(name[:-6] for name in os.listdir(HERE) if name.endswith(".patch"))


def read(name):
    """The defect's header, with its name and the diff's text."""
    path = os.path.join(HERE, name + ".patch")
    try:
        with open(path, encoding="utf-8") as file:
            header, _, diff = file.read().partition("\n--- ")
    except OSError as error:
        raise Broken(f"no such defect ({error.strerror})") from error
    defect = {"name": name, "path": path, "diff": diff}
    for line in header.strip().splitlines():
        key, colon, value = line.partition(": ")
        if not colon or key not in KEYS or not value.strip():
            raise Broken(f"header line not understood: {line}")
        defect[key] = value.strip()
    missing = [key for key in KEYS[:4] if key not in defect]
    if missing:
        raise Broken(f"its header lacks {', '.join(missing)}")
    if defect["area"] not in AREAS:
        raise Broken(f"its area is none of {', '.join(AREAS)}")
    return defect


def sources(tree):
    folder = os.path.join(tree, "parser/src")
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".c"))


def plant(defect, tree):
    """Copies the parser into the folder `tree` and applies the defect.
    Returns: the sources that the defect changes."""
    for part in ("parser/src", "parser/include"):
        shutil.copytree(os.path.join(ROOT, part), os.path.join(tree, part))
    if defect is None:
        return sources(tree)
    result = run(["patch", "-p1", "--fuzz=0", "--batch", "--no-backup-if-mismatch",
                  "-i", defect["path"]], cwd=tree)
    if result.returncode != 0:
        raise Broken("does not apply: " + " ".join(result.stdout.split("\n")[1:3]))
    changed = re.findall(r"^\+\+\+ b/(\S+)", defect["diff"], re.MULTILINE)
    if not all(name.startswith("parser/src/") for name in changed):
        raise Broken("changes something outside parser/src")
    if any(name.endswith(".h") for name in changed):
        return sources(tree)
    return [os.path.join(tree, name) for name in changed]


def check(defect, tree):
    """Raises Broken unless the defect applies and compiles without a warning."""
    for source in plant(defect, tree):
        result = run(["cc", *WARNINGS, "-I" + os.path.join(tree, "parser/include"),
                      "-c", source, "-o", os.path.join(tree, "object.o")])
        if result.returncode != 0:
            raise Broken("does not compile:\n" + result.stdout)


# ---- builds -----------------------------------------------------------------

def run(command, **options):
    """The command's result, its standard error with its output."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False, **options)


def must(command, what, **options):
    result = run(command, **options)
    if result.returncode != 0:
        raise Broken(f"{what}:\n{result.stdout[-4000:]}")
    return result.stdout


def preset_environment(preset):
    """What CMakePresets.json sets for builds of the preset."""
    with open(os.path.join(ROOT, "CMakePresets.json"), encoding="utf-8") as file:
        presets = json.load(file)["buildPresets"]
    found = {}
    for entry in presets:
        if entry["name"] == preset:
            found = entry.get("environment", {})
    return {**os.environ, **found, "AFL_QUIET": "1"}


def prepare(build, preset, programs, jobs):
    """Configures the folder build/preset if need be, and builds the programs.
    Returns: what link() and compile_sources() want of it."""
    folder = os.path.join(build, preset)
    environment = preset_environment(preset)
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        launcher = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        must(["cmake", "--preset", preset, "-S", ROOT, "-B", folder, *launcher],
             f"preset {preset}: cannot be configured", cwd=ROOT, env=environment)
    must(["cmake", "--build", folder, "-j", str(jobs), "--target", *programs],
         f"preset {preset}: cannot be built", env=environment)
    with open(os.path.join(folder, "compile_commands.json"), encoding="utf-8") as file:
        commands = {entry["file"]: entry for entry in json.load(file)}
    return {"folder": folder, "preset": preset, "environment": environment, "commands": commands,
            "links": {program: link_command(folder, program) for program in programs}}


def link_command(folder, program):
    """The command that links the program, without ninja's `: && … && :`."""
    text = must(["ninja", "-C", folder, "-t", "commands", program], f"{program}: no link command")
    last = text.strip().splitlines()[-1]
    return shlex.split(last.removeprefix(": && ").removesuffix(" && :"))


def compile_source(build, source, tree):
    """Compiles a source of the planted tree as the build does its original."""
    original = os.path.join(ROOT, os.path.relpath(source, tree))
    entry = build["commands"][original]
    command = shlex.split(entry["command"])
    target = os.path.join(tree, build["preset"] + "-" + os.path.basename(source) + ".o")
    command[command.index("-o") + 1] = target
    command[command.index("-c") + 1] = source
    must(command, "does not compile", cwd=entry["directory"], env=build["environment"])
    return target


def compile_sources(build, tree, jobs):
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda source: compile_source(build, source, tree), sources(tree)))


def link(build, program, objects, target):
    """Links the program with these objects ahead of its own and its libraries."""
    command = list(build["links"][program])
    at = command.index("-o")
    command[at:at + 2] = [*objects, "-o", target]
    must(command, f"{program} does not link", cwd=build["folder"], env=build["environment"])
    return target


def original(build, program):
    """The program as the build has it: without a defect."""
    command = build["links"][program]
    return os.path.join(build["folder"], command[command.index("-o") + 1])
