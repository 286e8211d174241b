"""Checks of a script, and the case that several of them play: each check that fails is
printed, and the exit code is 0 only if there were some and all passed."""
import sys

counts = {'passed': 0, 'failed': 0}
SIGNAL = '''@ id: core/27.007-8.5/signal
@ dialect: auto
@ title: signal quality

> AT+CSQ
@ within: 0.5
< +CSQ: {rssi:int 0..31,99 =23},{ber:int 0..7,99 =0}
< OK
'''


def check(what, good, seen):
    counts['passed' if good else 'failed'] += 1
    if not good:
        print(f'{what}\n  seen: {seen!r}')


def finish():
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    sys.exit(counts['failed'] > 0 or counts['passed'] == 0)
