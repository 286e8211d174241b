#!/usr/bin/python3
"""What guidance is worth to atproof fuzz: behaviours and pairs of them that a guided
and a blind run (the same seeds and changes, nothing new kept) have seen after as
many exchanges, and the exchanges that the guided one needs for what the blind one
sees in all.

    bench_livefuzz.py ATPROOF [EXCHANGES]
"""
import re
import subprocess
import sys
import tempfile

SEEDS = (1, 2, 3)


def seen(dialect, seed, runs, *options):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.argv[1], 'fuzz', '--target', 'virtual:' + dialect, '--seed',
                               str(seed), '--runs', str(runs), '--out', folder, '-q', *options],
                              capture_output=True, text=True, check=True)
    behaviours, pairs = re.search(r'(\d+) behaviours, (\d+) pairs', done.stderr).groups()
    return int(behaviours), int(pairs)


def needed(dialect, seed, runs, wanted):
    """Exchanges of the guided run for as many behaviours and pairs, to one in 16."""
    low, high = 0, runs
    while high - low > runs // 16:
        middle = (low + high) // 2
        if sum(seen(dialect, seed, middle)) >= wanted:
            high = middle
        else:
            low = middle
    return high


def main():
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    print(f'{runs} exchanges, median of seeds {SEEDS}')
    print('dialect         behaviours          pairs               exchanges for the same')
    for dialect in ('simcom', 'quectel-ugxx', 'quectel-ec200'):
        rows = []
        for seed in SEEDS:
            guided, blind = seen(dialect, seed, runs), seen(dialect, seed, runs, '--blind')
            less = needed(dialect, seed, runs, sum(blind))
            rows.append((*guided, *blind, less))
        a, b, c, d, e = (sorted(column)[len(SEEDS) // 2] for column in zip(*rows))
        print(f'{dialect:14}  {a:5} / {c:4} = {a / c:4.2f}  {b:5} / {d:5} = {b / d:4.2f}  '
              f'{e:6} = {e / runs:4.2f}')


if __name__ == '__main__':
    main()
