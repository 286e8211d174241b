#!/usr/bin/python3
"""Without a defect no case fails, whatever the seeds.

    steady.py ATPROOF [RUNS]

RUNS (20 unless told) runs of all built-in cases against each dialect's virtual
module: chunks and pauses by a random seed, and in every second run URCs at every
legal place by another. The runs that fail are printed with their seeds, as the
command that repeats them. `steady.py ATPROOF 20` is the whole proof; ctest makes a
few of them.
"""
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

DIALECTS = ['simcom', 'quectel-ugxx', 'quectel-ec200']


def run(job):
    atproof, dialect, seed, urcs = job
    target = f'virtual:{dialect},seed={seed}' + (f',urcs={urcs}' if urcs else '')
    command = [atproof, 'run', '--quiet', '--target', target]
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run(command + ['--out', out], capture_output=True, text=True,
                              timeout=300)
    return ' '.join(command), done


def main():
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    jobs = [(sys.argv[1], dialect, random.randrange(1, 2**32),
             random.randrange(1, 2**32) if number % 2 else 0)
            for number in range(runs) for dialect in DIALECTS]
    bad = 0
    with ThreadPoolExecutor(6) as pool:  # they wait for the network most of the time
        for command, done in pool.map(run, jobs):
            if done.returncode != 0:
                bad += 1
                print(f'exit {done.returncode}: {command}\n{done.stderr}{done.stdout}', flush=True)
    print(f'{len(jobs)} runs, {bad} with a failure')
    return 1 if bad or not jobs else 0


sys.exit(main())
