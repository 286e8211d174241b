"""AFL++: the presets afl (persistent mode), afl-cmplog (its companion that logs
comparisons) and afl-asan.

The main and the secondaries of a target share a folder; several machines may
share it too, each with names of its own."""
import csv
import os
import pathlib
import shutil
import subprocess
import time

from engines import instance as instances

SANITIZERS = {"afl": "none", "afl-asan": "address,undefined"}
TIMEOUT_MS = 1000
MUTATOR = instances.ROOT / "build" / "release" / "fuzz" / "libfuzz-mutator-afl.so"
TARGETS_OF_SESSIONS = ("stream", "exchange", "values", "module")


def environment(target, mutator):
    own = dict(os.environ)
    own.update({"AFL_NO_UI": "1", "AFL_SKIP_CPUFREQ": "1", "AFL_NO_AFFINITY": "1",
                "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1", "AFL_IMPORT_FIRST": "1",
                "AFL_IGNORE_SEED_PROBLEMS": "1"})
    if mutator:
        own.update({"AFL_CUSTOM_MUTATOR_LIBRARY": str(MUTATOR), "FUZZ_TARGET": target})
    return own


def read_stats(path):
    """fuzzer_stats: `name : value` a line."""
    stats = {}
    if path.exists():
        for line in path.read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            stats[name.strip()] = value.strip()
    return stats


def read_samples(path):
    """plot_data: a table whose first line is a comment with the names."""
    if not path.exists():
        return []
    with open(path, newline="") as file:
        rows = csv.reader(line.lstrip("# ") for line in file)
        names = [name.strip() for name in next(rows, [])]
        table = [dict(zip(names, (cell.strip() for cell in row))) for row in rows]
    return [{"time_ms": int(row["relative_time"]) * 1000, "executions": int(row["total_execs"]),
             "edges": int(row["edges_found"])} for row in table if row.get("total_execs")]


def fuzz(target, preset, name, seconds, corpus, folder, mutator=True, seed=0, share=None,
         main=False, max_len=4096):
    """Fuzzes for so long, as the main or a secondary of the shared folder.
    Returns: the instance."""
    mutator = mutator and target in TARGETS_OF_SESSIONS
    instance = instances.new(target, preset, name, "afl", SANITIZERS[preset], mutator)
    out = pathlib.Path(share or folder / "afl") / target
    own = out / name
    shutil.rmtree(own, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    command = ["afl-fuzz", "-i", corpus, "-o", out, "-M" if main else "-S", name, "-V",
               str(seconds), "-t", str(TIMEOUT_MS), "-m", "none", "-s", str(seed), "-G",
               str(max_len), "-x", instances.dictionary(target)]
    if main:
        command += ["-c", instances.program("afl-cmplog", target)]
    command += ["--", instances.program(preset, target)]
    log_path = folder / "logs" / f"{target}-{name}.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with open(log_path, "wb") as log:
        process = subprocess.Popen(command, env=environment(target, mutator), stdout=log,
                                   stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        try:
            process.wait(seconds + 120)
        except subprocess.TimeoutExpired:
            instances.end(process)
    stats = read_stats(own / "fuzzer_stats")
    if not stats:
        raise RuntimeError(f"afl-fuzz did not start on {target}; see {log_path}")
    instance["executions"] = int(stats["execs_done"])
    instance["edges"] = int(stats["edges_found"])
    instance["edges_total"] = int(stats["total_edges"])
    instance["samples"] = read_samples(own / "plot_data")
    instances.finish(instance, started)
    instances.count_corpus(instance, own / "queue")
    instance["artifacts"] = sorted(path for kind in ("crashes", "hangs")
                                   for path in (own / kind).glob("id:*"))
    return instance


def queues(target, folder, share=None):
    """What the instances of a target found worth keeping."""
    return sorted((pathlib.Path(share or folder / "afl") / target).glob("*/queue"))


def minimise_corpus(target, corpus, preset="afl"):
    """afl-cmin: leaves out what reaches no tuple of its own."""
    smaller = corpus.with_name(corpus.name + ".smaller")
    shutil.rmtree(smaller, ignore_errors=True)
    done = subprocess.run(["afl-cmin", "-i", corpus, "-o", smaller, "-m", "none", "-t",
                           str(TIMEOUT_MS), "--", instances.program(preset, target)],
                          env=environment(target, False), check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if done.returncode == 0 and any(smaller.iterdir()):
        shutil.rmtree(corpus)
        smaller.rename(corpus)
    else:
        shutil.rmtree(smaller, ignore_errors=True)
