"""No engine: the plain programs of any compiler (here gcc, preset release), which
mutate the corpus blindly, and fast."""
import re
import subprocess
import time

from engines import instance as instances

TARGETS = ("stream", "exchange", "values", "module")  # whose inputs are sessions
RUNS = 200_000  # of one process, after which the time is looked at
PATH = re.compile(rb"^input: (.*)$", re.M)


def fuzz(target, preset, name, seconds, corpus, folder, seed=0, max_len=4096, **_):
    """Runs mutated inputs of the corpus for so long. Returns: the instance."""
    instance = instances.new(target, preset, name, "plain", "none", True)
    artifacts = folder / "artifacts" / target / name
    artifacts.mkdir(parents=True, exist_ok=True)
    seed = seed or time.time_ns() % 1_000_000_000
    started = time.monotonic()
    while time.monotonic() - started < seconds and not instance["artifacts"]:
        done = subprocess.run([instances.program(preset, target), "--runs", str(RUNS), "--seed",
                               str(seed), "--max-len", str(max_len), corpus], cwd=artifacts, capture_output=True, check=False)
        seed += 1
        if done.returncode == 0:
            instance["executions"] += RUNS
            continue
        path = PATH.search(done.stderr)
        if path is None:
            raise RuntimeError(f"fuzz_{target} ended with {done.returncode}: {done.stderr[-500:]}")
        instance["artifacts"].append(artifacts / path.group(1).decode())
    instances.finish(instance, started)
    del instance["edges"]  # nobody looked
    instances.count_corpus(instance, corpus)
    return instance
