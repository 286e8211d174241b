#!/usr/bin/env python3
"""Builds and runs the targets as OSS-Fuzz and ClusterFuzzLite do.

usage: oss_fuzz.py KIND [SCRIPT]

KIND: address, undefined, memory (libFuzzer with that sanitizer) or afl (AFL++ with
ASan). SCRIPT (fuzz/oss-fuzz/build.sh) runs in the environment that these engines
give it, with clang-14 of this machine in the place of theirs. What stands in
$OUT then is checked, moved elsewhere, and fuzzed. Standard library alone.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RUNS = 2000
SECONDS = 3  # of afl-fuzz, each target
COMMON = "-O1 -fno-omit-frame-pointer -gline-tables-only"
FLAGS = {
    "address": "-fsanitize=address -fsanitize-address-use-after-scope",
    "undefined": "-fsanitize=array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,"
                 "object-size,return,returns-nonnull-attribute,shift,signed-integer-overflow,"
                 "unreachable,vla-bound,vptr -fno-sanitize-recover=all",
    "memory": "-fsanitize=memory -fsanitize-memory-track-origins",
}
AFL_DRIVER = "/usr/lib/afl/libAFLDriver.a"


def environment(kind, work, out):
    """What base-builder's `compile` sets before it calls build.sh."""
    sanitizer = "address" if kind == "afl" else kind
    engine = {"FUZZING_ENGINE": "libfuzzer", "CC": "clang-14", "CXX": "clang++-14",
              "LIB_FUZZING_ENGINE": "-fsanitize=fuzzer"}
    flags = f"{COMMON} {FLAGS[sanitizer]}"
    if kind == "afl":
        engine = {"FUZZING_ENGINE": "afl", "CC": "afl-clang-fast", "CXX": "afl-clang-fast++",
                  "LIB_FUZZING_ENGINE": AFL_DRIVER, "AFL_QUIET": "1"}
    else:
        flags += " -fsanitize=fuzzer-no-link"
    result = dict(os.environ, SANITIZER=sanitizer, ARCHITECTURE="x86_64", SRC=str(ROOT.parent),
                  WORK=str(work), OUT=str(out), CFLAGS=flags, CXXFLAGS=flags, **engine)
    if shutil.which("ccache"):
        result.update(CMAKE_C_COMPILER_LAUNCHER="ccache", CMAKE_CXX_COMPILER_LAUNCHER="ccache",
                      CCACHE_NOHASHDIR="1")  # the folder is another one each time
    return result


def build(script, kind, scratch):
    """The targets' names; their files stand in scratch/moved then."""
    work, out, log = scratch / "work", scratch / "out", scratch / "log"
    work.mkdir()
    out.mkdir()
    with open(log, "wb") as file:
        done = subprocess.run(["bash", "-eu", script], env=environment(kind, work, out), cwd=ROOT,
                              stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False)
    if done.returncode != 0:
        sys.exit(log.read_text(errors="replace")[-4000:] + f"\n{script}: exit {done.returncode}")
    names = (work / "atproof/fuzz/targets.txt").read_text().split()
    shutil.rmtree(work)
    out.rename(scratch / "moved")
    return ["fuzz_" + name for name in names]


def check_files(folder, name):
    """What is missing or empty of a target's files, one a line."""
    faults = []
    archive = folder / f"{name}_seed_corpus.zip"
    for path in (folder / name, archive, folder / f"{name}.dict", folder / f"{name}.options"):
        if not path.is_file() or path.stat().st_size == 0:
            faults.append(f"{path.name}: missing or empty")
    if not faults:
        with zipfile.ZipFile(archive) as seeds:
            if not any(entry.file_size for entry in seeds.infolist()):
                faults.append(f"{archive.name}: no seeds")
        if f"dict = {name}.dict" not in (folder / f"{name}.options").read_text():
            faults.append(f"{name}.options: no dictionary")
    return faults


def check_libraries(folder, name):
    """Shared libraries that would come from the machine, those of libc apart."""
    own = {"linux-vdso.so.1", "libc.so.6", "libm.so.6", "libdl.so.2", "librt.so.1",
           "libpthread.so.0", "libresolv.so.2"}
    seen = subprocess.run(["ldd", str(folder / name)], capture_output=True, check=True, text=True)
    faults = []
    for line in seen.stdout.splitlines():
        library, _, place = line.strip().partition(" => ")
        foreign = place and not place.startswith(str(folder / "lib"))
        if foreign and library.split()[0] not in own:
            faults.append(f"{name}: {library} is {place.split()[0]}, expected one of $OUT/lib")
    return faults


def fuzz_libfuzzer(folder, name, seeds, scratch):
    corpus = scratch / "corpus" / name
    corpus.mkdir(parents=True)
    return [str(folder / name), f"-runs={RUNS}", f"-dict={folder / name}.dict", "-timeout=25",
            "-max_len=4096", f"-artifact_prefix={scratch}/", str(corpus), str(seeds)]


def fuzz_afl(folder, name, seeds, scratch):
    few = scratch / "few" / name
    few.mkdir(parents=True)
    (scratch / "afl").mkdir(exist_ok=True)
    for path in sorted(seeds.iterdir())[:20]:
        shutil.copy(path, few)
    return ["afl-fuzz", "-i", str(few), "-o", str(scratch / "afl" / name), "-V", str(SECONDS),
            "-t", "2000", "-m", "none", "-x", f"{folder / name}.dict", "--", str(folder / name)]


def fuzz(kind, folder, name, scratch):
    """Runs the engine on the target. Returns: what went wrong, one a line."""
    seeds = scratch / "seeds" / name
    with zipfile.ZipFile(folder / f"{name}_seed_corpus.zip") as archive:
        archive.extractall(seeds)
    command = (fuzz_afl if kind == "afl" else fuzz_libfuzzer)(folder, name, seeds, scratch)
    quiet = dict(os.environ, AFL_NO_UI="1", AFL_SKIP_CPUFREQ="1", AFL_NO_AFFINITY="1",
                 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES="1")
    done = subprocess.run(command, cwd=scratch, env=quiet, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, timeout=300)
    said = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode != 0:
        return [f"{name}: exit {done.returncode}", said[-2000:]]
    if kind != "afl" and f"Done {RUNS} runs" not in said and "Done " not in said:
        return [f"{name}: did not run", said[-2000:]]
    if kind == "afl":
        stats = (scratch / "afl" / name / "default/fuzzer_stats").read_text()
        if "execs_done        : 0\n" in stats or "saved_crashes     : 0\n" not in stats:
            return [f"{name}: AFL++ found a crash, or ran nothing", stats]
    return []


def run(kind, script, scratch):
    names = build(script, kind, scratch)
    folder = scratch / "moved"
    faults = [] if names else ["no targets"]
    for name in names:
        found = check_files(folder, name)
        found = found or check_libraries(folder, name) or fuzz(kind, folder, name, scratch)
        print(f"{name}: {'not as expected' if found else 'fine'}", flush=True)
        faults += found
    return faults


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in (*FLAGS, "afl"):
        sys.exit(__doc__)
    script = sys.argv[2] if len(sys.argv) == 3 else str(ROOT / "fuzz/oss-fuzz/build.sh")
    with tempfile.TemporaryDirectory(prefix="oss-fuzz-") as scratch:
        faults = run(sys.argv[1], script, pathlib.Path(scratch))
    sys.exit("\n".join(faults) or 0)


if __name__ == "__main__":
    main()
