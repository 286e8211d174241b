"""Deepest stack of each public call, from .su files and the calls that the
disassembly shows. Calls through the event callback are the caller's own.
usage: stack.py DIRECTORY   (with *.su and *.o of the layers)"""
import glob
import re
import subprocess
import sys

LIMIT = 256  # bytes, design section 8 and I7
PUBLIC = ("atp_feed", "atp_sent", "atp_expire", "atp_finish", "atp_stream_end")


def plain(symbol):
    """The function's own name, without what the compiler adds to its clones."""
    return re.sub(r"\.(?:part|isra|constprop|cold|\d+)\b.*$", "", symbol)


def frames(folder):
    found = {}
    for path in glob.glob(folder + "/*.su"):
        for line in open(path, encoding="ascii"):
            place, size, kind = line.rstrip("\n").split("\t")
            if kind != "static":
                sys.exit(f"stack.py: {place} has a frame of unbounded size")
            name = plain(place.rsplit(":", 1)[1])
            found[name] = max(int(size), found.get(name, 0))
    return found


def calls(folder):
    graph = {}
    for path in glob.glob(folder + "/*.o"):
        text = subprocess.run(["arm-none-eabi-objdump", "-dr", "--no-show-raw-insn", path],
                              capture_output=True, text=True, check=True).stdout
        name = pending = None
        for line in text.splitlines() + [""]:
            reloc = re.search(r"R_ARM_THM_(?:CALL|JUMP24)\s+(\w[\w.]*)", line)
            if name and (reloc or pending):  # a relocation names what the call before it calls
                graph[name].add(plain(reloc.group(1)) if reloc else pending)
            start = re.match(r"[0-9a-f]+ <(\S+)>:", line)
            if start:
                name = plain(start.group(1))
                graph.setdefault(name, set())
            call = re.search(r"\bbl\s+[0-9a-f]+ <([\w.]+)(?:\+0x[0-9a-f]+)?>", line)
            pending = plain(call.group(1)) if call else None
    return graph


def deepest(name, sizes, graph, path=()):
    if name in path:
        sys.exit("stack.py: recursion: " + " -> ".join(path + (name,)))
    below = [deepest(n, sizes, graph, path + (name,)) for n in graph.get(name, ()) if n != name]
    depth, chain = max(below, default=(0, ()))
    own = sizes.get(name, 0)
    if name not in sizes and name in graph:
        sys.exit(f"stack.py: no frame size for {name}")
    return own + depth, ((name, own),) + chain


def main():
    folder = sys.argv[1]
    sizes, graph = frames(folder), calls(folder)
    worst = max(deepest(name, sizes, graph) for name in PUBLIC)
    print(f"stack: {worst[0]} bytes at the worst: "
          + " > ".join(f"{name} {size}" for name, size in worst[1] if size))
    if worst[0] > LIMIT:
        sys.exit(f"stack.py: more than the {LIMIT} bytes of I7")


main()
