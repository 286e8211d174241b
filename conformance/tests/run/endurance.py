#!/usr/bin/python3
"""A module that runs for long needs no more of anything.

    endurance.py ATPROOF [COUNT]     COUNT cases a part (default: 1000)

Cases run one after the other on one module: in one process with the runner, then
on one `atproof modem` over TCP, to which one run after another connects. Meanwhile
/proc is read: resident memory, open files, threads. After a warm-up (the first
quarter) memory may grow by GROWTH_KB, the others by nothing. Most cases are those
of `core`, which wait for nothing; some have connections, HTTP and TLS.

By hand, on a quiet machine: cmake --build build/release --target endurance
(ten thousand). Short runs on a busy one measure the start of the server."""
import os
import subprocess
import sys
import tempfile
import threading
import time

import live_lab

ATPROOF = sys.argv[1]
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
DIALECT = 'simcom'
GROWTH_KB = 256  # pages of a heap that the order of frees moves about; a leak is more
ROUNDS = 20
CHEAP = ['--select', 'core/*']
CONNECTED = ['--select', 'simcom-http/2.2.4/live-action-0[12]',
             '--select', 'simcom-http/2.2.6/live-read-0[12]',
             '--select', 'simcom-cch/F1003/live-open-01',
             '--select', 'simcom-cch/F1005/live-send-01',
             '--select', 'simcom-cch/F1012/live-ssl-0[12]']
wrong = []


class Sample:
    """What a process has now."""

    def __init__(self, pid):
        with open(f'/proc/{pid}/status') as status:
            fields = dict(line.split(':', 1) for line in status)
        self.memory_kb = int(fields['VmRSS'].split()[0])
        self.threads = int(fields['Threads'])
        self.files = len(os.listdir(f'/proc/{pid}/fd'))


def judge(what, samples):
    """Quarters are compared by what is least in each: what comes and goes with a
    connection is no growth."""
    quarter = len(samples) // 4
    if quarter < 3:
        wrong.append(f'{what}: only {len(samples)} samples')
        return
    said = []
    for name, growth in ('memory_kb', GROWTH_KB), ('files', 0), ('threads', 0):
        values = [getattr(sample, name) for sample in samples]
        least = [min(values[i * quarter:(i + 1) * quarter]) for i in range(4)]
        said.append(f'{name} {least[1]} -> {least[3]}, at most {max(values)}')
        if least[3] - least[1] > growth:
            wrong.append(f'{what}: {name} grow from {least[1]} to {least[3]}, by more than {growth}')
    print(f'{what}: {"; ".join(said)}; {len(samples)} samples', flush=True)


def sample_until(pid, over, samples):
    while not over.wait(0.01):
        try:
            samples.append(Sample(pid))
        except (OSError, KeyError):
            return  # the process has ended


def count_passed(what, run, least):
    bad = [case['id'] for case in run.cases if case['outcome'] != 'passed']
    if run.code != 0 or bad or len(run.cases) < least:
        wrong.append(f'{what}: exit code {run.code}, {len(run.cases)} cases of {least}, '
                     f'not passed: {bad[:5]}\n{run.errors[-500:]}')
    return len(run.cases)


def try_one_process(folder):
    """The runner is the module's process as well."""
    sizes = [len(live_lab.listed(ATPROOF, DIALECT, *options)) for options in (CHEAP, CONNECTED)]
    repeats = -(-COUNT // sum(sizes))
    program = subprocess.Popen(
        live_lab.command(ATPROOF, f'virtual:{DIALECT}', DIALECT, folder, *CHEAP, *CONNECTED,
                         '--repeat', str(repeats), '--quiet'),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    samples = []
    over = threading.Event()
    sampler = threading.Thread(target=sample_until, args=[program.pid, over, samples])
    sampler.start()
    errors = program.communicate()[1]
    over.set()
    sampler.join()
    run = live_lab.Run(program.returncode, 0, errors, live_lab.stored_cases(folder))
    passed = count_passed('one process', run, COUNT)
    judge(f'one process, {passed} cases', samples[1:])


def try_module(folder):
    """Sampled between the runs, when no host is there."""
    module = live_lab.Module(ATPROOF, DIALECT, 'tcp', folder)
    cheap = len(live_lab.listed(ATPROOF, DIALECT, *CHEAP))
    repeats = max(1, -(-COUNT // ROUNDS // cheap))
    passed = 0
    samples = []
    for i in range(ROUNDS):
        connects = i % 5 == 0
        run = live_lab.run(ATPROOF, module.target, DIALECT, folder, *CHEAP,
                           *(CONNECTED if connects else []), '--repeat', str(repeats), '--quiet',
                           server=connects)
        passed += count_passed(f'module, run {i}', run, repeats * cheap)
        time.sleep(0.05)
        samples.append(Sample(module.pid))
    if passed < COUNT:
        wrong.append(f'module: {passed} cases of {COUNT} ran')
    judge(f'module over TCP, {passed} cases in {ROUNDS} runs', samples)
    if module.end() != 0:
        wrong.append('the module did not end well')


with tempfile.TemporaryDirectory() as folder:
    began = time.monotonic()
    try_one_process(folder)
    try_module(folder)
print('\n'.join(wrong))
print(f'{time.monotonic() - began:.0f} s, {len(wrong)} faults; {live_lab.load()}')
sys.exit(len(wrong) > 0)
