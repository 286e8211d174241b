"""One fuzzer at work on one target: what every engine tells of it.

An instance is a dictionary of what the result store keeps of it (the keys of a
`fuzz` line in reports/results.schema.json), besides the `preset` that built it
and `artifacts`, the paths of inputs on which it stopped."""
import pathlib
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE_MS = 500  # at most one sample for the plots in this time


def new(target, preset, name, engine, sanitizers, mutator):
    return {"preset": preset, "target": target, "engine": engine, "instance": name, "sanitizers": sanitizers,
            "mutator": mutator, "duration_ms": 0, "executions": 0, "executions_per_second": 0,
            "edges": 0, "samples": [], "findings": [], "artifacts": []}


def sample(instance, started, executions, edges):
    """Notes how far it is, for the plots."""
    now = int((time.monotonic() - started) * 1000)
    if instance["samples"] and now - instance["samples"][-1]["time_ms"] < SAMPLE_MS:
        return
    instance["samples"].append({"time_ms": now, "executions": executions, "edges": edges})


def finish(instance, started):
    instance["duration_ms"] = int((time.monotonic() - started) * 1000)
    seconds = max(instance["duration_ms"], 1) / 1000
    instance["executions_per_second"] = int(instance["executions"] / seconds)


def end(process):
    """Ends a process that was started here, gently first."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def program(preset, target, plain=False):
    return ROOT / "build" / preset / "fuzz" / f"fuzz_{target}{'_plain' if plain else ''}"


def dictionary(target):
    own = ROOT / "fuzz" / f"{target}.dict"
    return own if own.exists() else ROOT / "fuzz" / "at.dict"


def count_corpus(instance, folder):
    files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    instance["corpus_count"] = len(files)
    instance["corpus_size"] = sum(path.stat().st_size for path in files)
