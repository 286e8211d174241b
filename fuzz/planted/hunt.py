"""Runs a fuzzer, from an empty corpus, until it finds something or its time is
up. Time is that of the processor, so that a busy machine measures the same."""
import os
import re
import shutil
import signal
import subprocess
import time

import defects

DICTIONARY = os.path.join(defects.ROOT, "fuzz/at.dict")
TARGETS = ("stream", "exchange", "values")
# Which target is tried first.
ORDER = {
    "framing": ("stream", "exchange", "values"),
    "classification": ("stream", "values", "exchange"),
    "values": ("values", "stream", "exchange"),
    "exchange": ("exchange", "stream", "values"),
    "recovery": ("exchange", "stream", "values"),
}
# The targets take turns, so that one which cannot find the defect does not use
# up the time of one that can.
TURNS = (1 / 12, 1 / 4, 2 / 3)
SEED_INPUT = b"\0x\r\n"  # a line of no meaning: some targets take no empty one
TICKS = os.sysconf("SC_CLK_TCK")
HANG_SECONDS = 10
TICK_SECONDS = 0.05

# What a finding says of itself, the most telling first.
SIGNS = (
    (r"fuzz: (\S+): ", "{}"),
    (r"libFuzzer: (timeout|out-of-memory)", "{}"),
    (r"AddressSanitizer: (?!ABRT)(\S+)", "ASan: {}"),
    (r"MemorySanitizer: (\S+)", "MSan: {}"),
    (r"runtime error: ([^\n]{1,60})", "UBSan: {}"),
)


# ---- time -------------------------------------------------------------------

def read_stat(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[1]), sum(int(ticks) for ticks in fields[11:15])


def cpu_seconds(root):
    """Processor time of the process and all below it, those that ended too."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                found[int(entry)] = read_stat(entry)
            except (OSError, IndexError, ValueError):
                continue
    family, ticks = {root}, 0
    for pid in sorted(found):
        parent, own = found[pid]
        if pid == root or parent in family:
            family.add(pid)
            ticks += own
    return ticks / TICKS


# ---- findings ---------------------------------------------------------------

def describe(text, status):
    for pattern, form in SIGNS:
        match = re.search(pattern, text)
        if match:
            return form.format(match.group(1))
    return f"exit status {status}"


def replay(program, path):
    """Whether the program stands the input; what it says if not."""
    command = [program, path]
    try:
        result = defects.run(command, timeout=HANG_SECONDS, env=environment())
    except subprocess.TimeoutExpired:
        return False, "timeout"
    return result.returncode == 0, describe(result.stdout, result.returncode)


def environment():
    options = "abort_on_error=1:symbolize=0"
    return {**os.environ, "ASAN_OPTIONS": options + ":detect_leaks=0", "UBSAN_OPTIONS": options,
            "MSAN_OPTIONS": options + ":exit_code=86"}  # which AFL++ asks for


# ---- engines ----------------------------------------------------------------

def fresh(folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "seed"), "wb") as file:
        file.write(SEED_INPUT)


def libfuzzer_command(program, work, seed):
    corpus = os.path.join(work, "corpus")
    fresh(corpus)
    command = [program, f"-seed={seed}", f"-dict={DICTIONARY}", "-max_len=4096",
               f"-timeout={HANG_SECONDS}", f"-artifact_prefix={work}/found-", corpus]
    return command, environment()


def afl_command(program, work, seed):
    fresh(os.path.join(work, "in"))
    command = ["afl-fuzz", "-i", os.path.join(work, "in"), "-o", os.path.join(work, "out"),
               "-x", DICTIONARY, "-s", str(seed), "-t", "2000", "-m", "none", "--", program]
    settings = ("AFL_NO_UI", "AFL_SKIP_CPUFREQ", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES",
                "AFL_NO_AFFINITY", "AFL_BENCH_UNTIL_CRASH", "AFL_AUTORESUME")
    return command, {**environment(), **{name: "1" for name in settings}}


COMMANDS = {"libfuzzer": libfuzzer_command, "afl": afl_command}


def inputs_found(work):
    """Files that the engine has put aside as crashes or hangs."""
    places = [work] + [os.path.join(work, "out/default", name) for name in ("crashes", "hangs")]
    return [os.path.join(place, name) for place in places if os.path.isdir(place)
            for name in sorted(os.listdir(place)) if name.startswith(("found-", "id:"))]


def end(process):
    """Ends the engine and what it started: it is the leader of its session."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.kill(process.pid, number)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            continue


def watch(process, work, seconds):
    """Waits for a finding, the engine's end, or its time. Returns the seconds."""
    spent, began = 0.0, time.monotonic()
    while process.poll() is None:
        spent = max(spent, cpu_seconds(process.pid))
        if spent >= seconds or time.monotonic() - began > 20 * seconds + 60 or inputs_found(work):
            break
        time.sleep(TICK_SECONDS)
    if process.poll() is not None:  # since the last look
        spent += min(TICK_SECONDS, time.monotonic() - began)
    return spent


def settle(process, work):
    """An engine that found a crash writes it out and ends; with a hang it goes on."""
    if inputs_found(work):
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            return


def hunt(engine, program, work, seconds, seed, extra):
    """Fuzzes the program for that long. Returns: seconds spent, and of what was
    found the input and what it breaks, or None."""
    command, settings = COMMANDS[engine](program, work, seed)
    log_path = os.path.join(work, "log")
    with open(log_path, "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=work,
                                   env={**settings, **extra}, start_new_session=True)
        spent = watch(process, work, seconds)
        settle(process, work)
        ended = process.poll()
        end(process)
    for path in inputs_found(work):
        fine, by = replay(program, path)
        if not fine:
            return spent, path, by
        os.remove(path)  # a hang of a busy machine
        ended = 0
    if ended not in (None, 0):
        with open(log_path, encoding="utf-8", errors="replace") as log:
            raise defects.Broken(f"{engine} ends with {ended}: {log.read()[-500:].strip()}")
    return spent, None, None


# ---- a defect ---------------------------------------------------------------

def seek(engine, programs, area, seconds, seed, folder):
    """Fuzzes the targets in turn, `seconds` each, and measures the sum.
    `programs`: target -> (program with the defect, the same without it, its
    environment). Returns what came of it, for the report."""
    spent = 0.0
    for turn, share in enumerate(TURNS):
        for target in ORDER[area]:
            if target not in programs:
                continue
            program, sound, settings = programs[target]
            work = os.path.join(folder, f"{target}-{seed}")
            os.makedirs(work, exist_ok=True)
            used, path, by = hunt(engine, program, work, seconds * share, seed + 1000 * turn,
                                  settings)
            spent += used
            if path is None:
                continue
            fine, why = replay(sound, path)
            if not fine:
                kept = f"/tmp/planted-{target}-{os.path.basename(path)}"
                shutil.copy(path, kept)
                raise defects.Broken(f"the parser without the defect fails as well: {why}, {kept}")
            return {"seed": seed, "seconds": round(spent, 2), "found": True, "target": target,
                    "by": by}
    return {"seed": seed, "seconds": round(spent, 2), "found": False}
