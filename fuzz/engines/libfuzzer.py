"""libFuzzer: the presets fuzz (ASan + UBSan), fuzz-msan, fuzz-fast."""
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time

from engines import instance as instances

SANITIZERS = {"fuzz": "address,undefined", "fuzz-msan": "memory", "fuzz-fast": "none"}
PROGRESS = re.compile(rb"#(\d+)\t.*?cov: (\d+) ")
EDGES = re.compile(rb"\((\d+) inline 8-bit counters\)")
TOTAL = re.compile(rb"stat::number_of_executed_units: (\d+)")
TIMEOUT_S = 5
MEMORY_MB = 2048

# What it takes to be quick where nothing watches: neither entropy nor smaller
# inputs of the same features are looked for.
QUICK = ["-entropic=0", "-reduce_inputs=0"]


def environment():
    """A leak or an error ends the process; what the caller set stays."""
    own = dict(os.environ)
    own.setdefault("ASAN_OPTIONS", "detect_leaks=1:allocator_may_return_null=0")
    own.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1")
    return own


def follow(instance, stream, started, log):
    """Reads what libFuzzer says until it ends."""
    for line in stream:
        log.write(line)
        progress = PROGRESS.search(line)
        if progress:
            executions, edges = (int(group) for group in progress.groups())
            instance["executions"], instance["edges"] = executions, edges
            instances.sample(instance, started, executions, edges)
        elif EDGES.search(line):
            instance["edges_total"] = int(EDGES.search(line).group(1))
        elif TOTAL.search(line):
            instance["executions"] = int(TOTAL.search(line).group(1))


def fuzz(target, preset, name, seconds, corpus, folder, mutator=True, seed=0, max_len=4096):
    """Fuzzes for so long; the corpus grows in place. Returns: the instance."""
    plain = instances.program(preset, target, plain=True)
    program = plain if not mutator and plain.exists() else instances.program(preset, target)
    has_mutator = mutator and plain.exists()
    instance = instances.new(target, preset, name, "libfuzzer", SANITIZERS[preset], has_mutator)
    artifacts = folder / "artifacts" / target / name
    shutil.rmtree(artifacts, ignore_errors=True)
    artifacts.mkdir(parents=True)
    command = [program, f"-max_total_time={seconds}", f"-max_len={max_len}",
               f"-dict={instances.dictionary(target)}", f"-artifact_prefix={artifacts}/", f"-seed={seed}",
               f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MEMORY_MB}", "-print_final_stats=1",
               "-report_slow_units=1", *(QUICK if preset == "fuzz-fast" else []), corpus]
    log_path = folder / "logs" / f"{target}-{name}.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with open(log_path, "wb") as log:
        process = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        reader = threading.Thread(target=follow, args=(instance, process.stderr, started, log))
        reader.start()
        try:
            process.wait(seconds + 120)
        except subprocess.TimeoutExpired:
            instances.end(process)
        reader.join()
    instances.finish(instance, started)
    instances.count_corpus(instance, corpus)
    instance["artifacts"] = sorted(artifacts.iterdir())
    if process.returncode != 0 and not instance["artifacts"]:
        raise RuntimeError(f"{program.name} ended with {process.returncode}; see {log_path}")
    return instance


def merge(target, into, folders, preset="fuzz"):
    """Adds to `into` the inputs of the folders that reach more. Returns: how many
    there are then."""
    into.mkdir(parents=True, exist_ok=True)
    present = [folder for folder in folders if folder.is_dir() and any(folder.iterdir())]
    if present:
        subprocess.run([instances.program(preset, target), "-merge=1", f"-timeout={TIMEOUT_S}",
                        "-max_len=4096", into, *present], env=environment(), check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return len(list(into.iterdir()))


def minimise_corpus(target, corpus):
    """Leaves out what reaches nothing of its own."""
    smaller = corpus.with_name(corpus.name + ".smaller")
    shutil.rmtree(smaller, ignore_errors=True)
    if merge(target, smaller, [corpus]) > 0:
        shutil.rmtree(corpus)
        smaller.rename(corpus)


def run_once(target, path, preset="fuzz"):
    """Runs one input. Returns: whether it fails, and what was said."""
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run([instances.program(preset, target), f"-timeout={TIMEOUT_S}",
                               f"-rss_limit_mb={MEMORY_MB}", f"-artifact_prefix={scratch}/", path],
                              env=environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    return done.returncode != 0, done.stderr


def minimise_input(target, path, out, seconds=10, preset="fuzz"):
    """Writes the smallest input to `out` that still fails."""
    shutil.copy(path, out)
    subprocess.run([instances.program(preset, target), "-minimize_crash=1", "-runs=20000",
                    f"-max_total_time={seconds}", f"-exact_artifact_path={out}", path],
                   env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)
    if not run_once(target, out, preset)[0]:
        shutil.copy(path, out)
