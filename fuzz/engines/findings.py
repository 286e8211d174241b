"""What fuzzers stopped on: minimised, told apart, kept."""
import hashlib
import re
import shutil

from engines import instance as instances
from engines import libfuzzer

INVARIANT = re.compile(rb"^fuzz: ([^:\n]+): (.*)$", re.M)
SUMMARY = re.compile(rb"^SUMMARY: (.*)$", re.M)
FRAME = re.compile(rb"^ +#\d+ 0x[0-9a-f]+ (?:in )?(.*)$", re.M)
KINDS = ((b"timeout", "timeout"), (b"out-of-memory", "out-of-memory"), (b"leak", "leak"))
OWN_FRAMES = (b"fuzzer::", b"__sanitizer", b"libc", b"abort", b"raise", b"pthread", b"fuzz_fail",
              b"main ", b"_start")


def text_of(raw):
    """Bytes as the store has them: each character one byte, none of them NUL."""
    return raw.decode("latin-1").replace("\0", "\\x00")


def describe(output):
    """The kind, the invariant, the message and the stack of what was said."""
    invariant = INVARIANT.search(output)
    frames = [frame for frame in FRAME.findall(output)
              if not any(own in frame for own in OWN_FRAMES)]
    stack = "\n".join(text_of(frame.split(b" (")[0]) for frame in frames[:12])
    found = {"kind": "crash"}
    if invariant:
        found.update(kind="invariant", invariant=text_of(invariant.group(1)),
                     text=text_of(invariant.group(2)))
    else:
        summary = SUMMARY.search(output)
        said = summary.group(1) if summary else output.strip().splitlines()[-1:][0] \
            if output.strip() else b"ended without a word"
        for sign, kind in KINDS:
            if sign in said:
                found["kind"] = kind
        found["text"] = text_of(said.replace(str(instances.ROOT).encode() + b"/", b""))
    if stack:
        found["stack"] = stack.replace(str(instances.ROOT) + "/", "")
    return found


def identity(found):
    """Findings with the same are one: the place, else the message."""
    return found["kind"], found.get("invariant"), found.get("stack", found["text"]).split("\n")[0]


def judge(instance, path):
    """Runs the input under ASan and UBSan, or as the fuzzer that stopped on it
    was built. Returns: the preset in which it fails, what it said."""
    for preset in dict.fromkeys(("fuzz", instance["preset"])):
        if preset in libfuzzer.SANITIZERS:
            fails, output = libfuzzer.run_once(instance["target"], path, preset)
            if fails:
                return preset, output
    return None, b""


def collect(instance, folder, keep):
    """Fills in instance["findings"]. `keep`: a folder that the minimised inputs
    are copied to as well, so that every test run replays them, or None."""
    seen = set()
    for path in instance.pop("artifacts"):
        target = instance["target"]
        preset, output = judge(instance, path)
        slow = path.name.startswith("slow-unit")
        if preset is None and not slow:
            continue  # passes when run again: what it was is in the log
        found = describe(output) if preset else {"kind": "timeout", "text": "slow input"}
        if identity(found) in seen:
            continue
        seen.add(identity(found))
        small = folder / "findings" / target / hashlib.sha1(path.read_bytes()).hexdigest()[:16]
        small.parent.mkdir(parents=True, exist_ok=True)
        if preset:
            libfuzzer.minimise_input(target, path, small, preset=preset)
        else:
            shutil.copy(path, small)
        if keep:
            (keep / target).mkdir(parents=True, exist_ok=True)
            small = shutil.copy(small, keep / target / small.name)
        program = instances.program(preset or "fuzz", target).relative_to(instances.ROOT)
        found["source"] = str(small.relative_to(instances.ROOT)
                              if small.is_relative_to(instances.ROOT) else small)
        found["sha256"] = hashlib.sha256(small.read_bytes()).hexdigest()
        found["reproduce"] = f"{program} {found['source']}"
        instance["findings"].append(found)
    del instance["preset"]
