#!/usr/bin/python3
"""What live runs cost, on this machine and now.

    bench_live.py ATPROOF [OTHER]    or: cmake --build build/release --target bench-live

Exchanges a second with the module in the same process, in cases of few and of many
exchanges; OTHER is another build of the program, run in turn with the first one.
Exchanges a second over a pty, by `atproof run` and by a bare client that only
writes `AT` and reads up to `OK`, so what the module and the pty take is in both;
the share of an emulated line of 115200 baud that is used; the runner's own delay.

The share is the bytes of the module against what the line could carry while the
module had something to say: from the command line to the end of a long answer; in
a run of all cases, the time up to each piece, but for longer pauses, in which the
module waits for a guard time or the host (IDLE_S) or, in cases with connections, for
its network: a handshake on loopback takes milliseconds (NETWORK_S). Other load on
the machine counts against the module."""
import os
import re
import select
import statistics
import subprocess
import sys
import tempfile
import time
import tty

import live_lab

ATPROOF = sys.argv[1]
OTHER = sys.argv[2] if len(sys.argv) > 2 else None
DIALECT = 'simcom'
BYTES_A_SECOND = 115200 / 10  # a start bit, eight bits, a stop bit
SHARE_WANTED = 0.9
DELAY_WANTED_MS = 0.1
IDLE_S = 0.02
NETWORK_S = 0.002
EXCHANGES = 20
REPEATS = 100
PAIRS = 5
LONG_SIZE = 46080
CASE = '@ id: core/V.250-6.2.4/bench\n@ dialect: auto\n\n' + '> AT\n< OK\n' * EXCHANGES
missed = 0


def tell(what, value, unit, note=''):
    print(f'{what:48} {value:>10} {unit:4} {note}', flush=True)


def aim(good, text):
    global missed
    missed += not good
    return f'{text}: {"yes" if good else "NO"}'


def open_line(module):
    line = os.open(module.target.split(',')[1], os.O_RDWR | os.O_NOCTTY)
    tty.setraw(line)
    return line


def ask(line, command, end, limit=60):
    """The answer, and how long it took from the command on."""
    began = time.monotonic()
    os.write(line, command + b'\r')
    said = b''
    while not said.endswith(end):
        if not select.select([line], [], [], limit)[0]:
            sys.exit(f'{command!r}: no {end!r} after {said[-80:]!r}')
        said += os.read(line, 65536)
    return said, time.monotonic() - began


def events(path):
    """(time, bytes said by the module, 0 for the host) of a transcript."""
    now = 0.0
    with open(path) as lines:
        for text in lines:
            if text.startswith('@ time: '):
                now = float(text[8:])
            elif text.startswith('<< "'):
                yield now, len(re.sub(r'\\(x..|.)', '.', text[4:].rstrip('\n'))) - 1
            elif text.startswith('>'):
                yield now, 0


def bench_pace(folder):
    case = os.path.join(folder, 'bench.at')
    with open(case, 'w') as out:
        out.write(CASE)
    module = live_lab.Module(ATPROOF, DIALECT, 'pty', folder)
    line = open_line(module)
    began = time.monotonic()
    for _ in range(EXCHANGES * REPEATS):
        ask(line, b'AT', b'OK\r\n')
    bare = EXCHANGES * REPEATS / (time.monotonic() - began)
    os.close(line)
    seconds = 0.0
    for _ in range(5):
        run = live_lab.run(ATPROOF, module.target, DIALECT, folder, '--repeat', str(REPEATS // 5),
                           case, server=False)
        # the last transcript stands for its run
        times = [when for when, _ in events(run.cases[-1]['source'])]
        seconds += (times[-1] - times[0]) / (EXCHANGES + 1)  # and the AT after the case
    module.end()
    hosted = 5 / seconds
    tell('exchanges over a pty, a bare client', f'{bare:.0f}', '/s')
    tell('exchanges over a pty, atproof run', f'{hosted:.0f}', '/s', f'{hosted / bare:.2f} x the bare client')
    return run


def time_in_process(program, case, repeats, folder):
    began = time.monotonic()
    subprocess.run([program, 'run', '--target', f'virtual:{DIALECT}', '--lacks', 'server,network', '-q',
                    '--server', '', '--out', os.path.join(folder, 'in-process'),
                    '--repeat', str(repeats), case], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def bench_in_process(folder, exchanges, repeats):
    """The start of the program is left out: it is in the short run, too."""
    case = os.path.join(folder, 'in-process.at')
    with open(case, 'w') as out:
        out.write(CASE + '> AT\n< OK\n' * (exchanges - EXCHANGES))
    rates = {program: [] for program in (ATPROOF, OTHER) if program}
    for _ in range(PAIRS):
        for program, found in rates.items():
            short = time_in_process(program, case, 1, folder)
            long = time_in_process(program, case, 1 + repeats, folder)
            found.append(exchanges * repeats / (long - short))
    rate = statistics.median(rates[ATPROOF])
    note = ''
    if OTHER:
        ratios = [a / b for a, b in zip(rates[ATPROOF], rates[OTHER])]
        note = f'{statistics.median(ratios):.2f} x the other, {statistics.median(rates[OTHER]):.0f} /s'
    tell(f'exchanges in process, {exchanges} a case', f'{rate:.0f}', '/s', note)


def bench_long_answer(folder):
    path = os.path.join(folder, 'long')
    with open(path, 'wb') as out:
        out.write(bytes(i % 251 for i in range(LONG_SIZE)))
    module = live_lab.Module(ATPROOF, 'quectel-ec200', 'pty', folder, '--speed', '115200',
                             '--file', f'long={path}')
    line = open_line(module)
    said, seconds = ask(line, b'AT+QFREAD=0,%d' % LONG_SIZE, b'OK\r\n')
    os.close(line)
    module.end()
    if len(said) < LONG_SIZE:
        sys.exit(f'+QFREAD gave {len(said)} bytes: {said[:200]!r}')
    share = len(said) / BYTES_A_SECOND / seconds
    tell('115200 baud, an answer of %d bytes' % len(said), f'{share:.1%}', '',
         aim(share >= SHARE_WANTED, f'at least {SHARE_WANTED:.0%} of the line'))


def bench_all_cases(folder):
    module = live_lab.Module(ATPROOF, DIALECT, 'pty', folder, '--speed', '115200')
    run = live_lab.run(ATPROOF, module.target, DIALECT, folder)
    module.end()
    alone = live_lab.listed(ATPROOF, DIALECT, '--lacks', 'server', outcome='runs')
    said, busy, idle = 0, 0.0, 0.0
    for case in run.cases:
        before = 0.0
        pause = IDLE_S if case['id'] in alone else NETWORK_S
        for now, size in events(case['source']):
            line_time = size / BYTES_A_SECOND
            is_idle = now - before > line_time + pause
            if size > 0:
                said += size
                busy += line_time if is_idle else now - before
                idle += now - before - line_time if is_idle else 0
            before = now
    share = said / BYTES_A_SECOND / busy
    tell(f'115200 baud, {len(run.cases)} cases of {DIALECT}, {said} bytes', f'{share:.1%}', '',
         aim(share >= SHARE_WANTED and run.code == 0, f'at least {SHARE_WANTED:.0%} of the line'))
    tell('  the module spoke, waited', f'{busy:.1f}', 's', f'{idle:.1f} s')
    return run


def tell_delay(what, run):
    found = re.search(r'(\d+) exchanges.*median ([\d.]+) ms, mean ([\d.]+) ms', run.errors)
    count, median, mean = int(found[1]), float(found[2]), float(found[3])
    tell(f"the runner's own delay, {what}, median of {count}", f'{median:.3f}', 'ms',
         aim(median <= DELAY_WANTED_MS, f'at most {DELAY_WANTED_MS} ms') + f'; mean {mean:.3f} ms')


print(live_lab.load())
with tempfile.TemporaryDirectory() as folder:
    for exchanges, repeats in ((EXCHANGES, 100), (200, 20), (1000, 5)):
        bench_in_process(folder, exchanges, repeats)
    plain = bench_pace(folder)
    bench_long_answer(folder)
    whole = bench_all_cases(folder)
tell_delay('plain AT', plain)
tell_delay('all cases', whole)
print(live_lab.load())
sys.exit(missed > 0)
