"""run-in-lab with a labgrid-client and an atproof of our own, which write down what
they are called with and fail as they are told: whatever fails, and whenever a signal
comes, what was begun is undone, in reverse, and the exit status says it.

usage: job.py RUN_IN_LAB"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import yaml

JOB = pathlib.Path(sys.argv[1]).resolve()
# Fails when its arguments match FAIL; prints what labgrid-client 0.4 prints.
CLIENT = r'''#!/bin/sh
echo "$*" >> calls
if [ -n "$SLOW" ] && echo "$*" | grep -q -- "$SLOW"; then exec sleep 90; fi
if [ -n "$FAIL" ] && echo "$*" | grep -q -- "$FAIL"; then
    echo "client.py: error: no luck" >&2
    exit 1
fi
case "$*" in
    reserve*) echo "export LG_TOKEN=TOKEN1" ;;
    *acquire) echo "acquired place bench" ;;
    *env) cat env ;;
esac
'''
ATPROOF = r'''#!/bin/sh
for word; do printf '%s\n' "$word"; done > atproof-arguments
if [ -n "$SLEEP" ]; then sleep 90 & trap 'kill $!; exit 6' TERM; fi
echo atproof >> calls
wait
if [ -n "$CRASH" ]; then kill -SEGV $$; fi
exit "${CODE:-0}"
'''
ENV = '''targets:
  bench:
    resources:
    - NetworkPowerPort: {model: rest, host: 'http://h', index: 1}
    - NetworkSerialPort: {name: at, host: 10.0.0.7, port: 4001, speed: 115200}
'''
TWO = ENV + '    - NetworkSerialPort: {name: console, host: lab, port: 4002, protocol: raw}\n'
BY_TAG = ('--reserve', 'module=simcom')
BY_NAME = ('--place', 'bench')
UNDO = ['-p bench power off', '-p bench release']
CANCEL = ['cancel-reservation TOKEN1']
BEGIN = ['reserve --shell module=simcom', 'wait TOKEN1', '-p +TOKEN1 acquire']
ALL = [*BEGIN, '-p bench power on', '-p bench env', 'atproof', *UNDO, *CANCEL]
NAMED = ['-p bench acquire', '-p bench power on', '-p bench env', 'atproof', *UNDO]

# name, arguments, settings, exit status, calls
CASES = (
    ('all goes well', BY_TAG, {}, 0, ALL),
    ('by name', BY_NAME, {}, 0, NAMED),
    ('a nonconformance passes through', BY_TAG, {'CODE': '1'}, 1, ALL),
    ('a module that hung passes through', BY_NAME, {'CODE': '7'}, 7, NAMED),
    ('atproof crashes', BY_NAME, {'CRASH': '1'}, 6, NAMED),
    ('no power switch', (*BY_NAME, '--no-power'), {}, 0,
     ['-p bench acquire', '-p bench env', 'atproof', '-p bench release']),
    ('no reservation', BY_TAG, {'FAIL': '^reserve'}, 6, BEGIN[:1]),
    ('reserved, never free', BY_TAG, {'FAIL': '^wait'}, 6, BEGIN[:2] + CANCEL),
    ('somebody has it', BY_NAME, {'FAIL': 'acquire'}, 6, ['-p bench acquire']),
    ('acquired by nobody', BY_TAG, {'FAIL': 'acquire'}, 6, BEGIN + CANCEL),
    ('no power', BY_TAG, {'FAIL': 'power on'}, 6, [*BEGIN, '-p bench power on', *UNDO, *CANCEL]),
    ('no ports told', BY_TAG, {'FAIL': 'env'}, 6,
     [*BEGIN, '-p bench power on', '-p bench env', *UNDO, *CANCEL]),
    ('cannot be switched off', BY_TAG, {'FAIL': 'power off'}, 6, ALL),
    ('cannot be released, and red anyhow', BY_TAG, {'FAIL': 'release', 'CODE': '1'}, 1, ALL),
    ('cannot be cancelled', BY_TAG, {'FAIL': 'cancel'}, 6, ALL),
)
# name, the place's environment, arguments, exit status, the target or what is said
PORTS = (
    ('RFC 2217 is what labgrid means without a protocol', ENV, (), 0,
     'telnet(rfc2217),tcp,10.0.0.7,4001'),
    ('raw', TWO, ('--port', 'console'), 0, 'tcp,lab,4002'),
    ('two ports', TWO, (), 6, 'exports 2 serial ports (at, console); name one'),
    ('no such port', ENV, ('--port', 'gnss'), 6, 'no serial port gnss (it has: at)'),
    ('no port', 'targets: {bench: {resources: []}}', (), 6, 'exports 0 serial ports (none)'),
    ('not plugged in', ENV.replace('4001', 'null'), (), 6, 'port None'),
    ('a host that is more', ENV.replace('10.0.0.7', '"h,1,stdio"'), (), 6, 'host h,1,stdio'),
    ('another protocol', TWO.replace('raw', 'ssh'), ('--port', 'console'), 6, 'protocol ssh'),
    ('no YAML', '{', (), 6, 'not as labgrid writes it'),
    ('no targets', '[]', (), 6, 'not as labgrid writes it'),
)
failed = []


def check(what, expected, seen):
    if expected != seen:
        failed.append(f'{what}\n  expected {expected}\n  seen     {seen}')


def prepare(folder, environment=ENV):
    os.makedirs(folder / 'bin', exist_ok=True)
    for name, text in (('labgrid-client', CLIENT), ('atproof', ATPROOF)):
        (folder / 'bin' / name).write_text(text)
        (folder / 'bin' / name).chmod(0o755)
    (folder / 'env').write_text(environment)
    (folder / 'calls').write_text('')
    return folder


def start(folder, arguments, **settings):
    path = f'{folder / "bin"}:{os.environ["PATH"]}'
    return subprocess.Popen([JOB, *arguments], cwd=folder, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True,
                            env={**os.environ, 'PATH': path, **settings})


def calls(folder):
    return (folder / 'calls').read_text().splitlines()


def test_whatever_fails(folder):
    for name, arguments, settings, code, expected in CASES:
        job = start(prepare(folder), arguments, **settings)
        _, errors = job.communicate(timeout=60)
        check(f'{name}: exit status ({errors.strip()})', code, job.returncode)
        check(f'{name}: calls', expected, calls(folder))


def test_ports(folder):
    for name, environment, arguments, code, expected in PORTS:
        job = start(prepare(folder, environment), (*BY_NAME, *arguments))
        _, errors = job.communicate(timeout=60)
        check(f'{name}: exit status ({errors.strip()})', code, job.returncode)
        check(f'{name}: {errors.strip()}', True, expected in errors)
        check(f'{name}: undone', UNDO, calls(folder)[-2:])


def test_arguments(folder):
    job = start(prepare(folder), (*BY_NAME, '--config', 'a b.yaml', '--power-delay', '0.5', '--out',
                                  'kept', '--', '--dialect', 'simcom', '--select', 'core/*'))
    job.communicate(timeout=60)
    power = "labgrid-client -c 'a b.yaml' -p bench power cycle -t 0.5"
    check('arguments of atproof', ['run', '--target', 'telnet(rfc2217),tcp,10.0.0.7,4001', '--out',
                                   'kept', '--power', power, '--dialect', 'simcom', '--select',
                                   'core/*'],
          (folder / 'atproof-arguments').read_text().splitlines())
    log = (folder / 'kept/lab.log').read_text()
    check('lab.log has each command', 5, len(re.findall(r'^\S+Z \$ labgrid-client', log, re.M)))


def test_signal(folder, number, settings, until, expected):
    """A signal NUMBER when the call UNTIL is under way; a second while it is undone."""
    job = start(prepare(folder), BY_TAG, **settings)
    end = time.monotonic() + 60
    while until not in calls(folder) and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.1)
    job.send_signal(number)
    time.sleep(0.02)
    job.send_signal(signal.SIGINT)
    _, errors = job.communicate(timeout=60)
    name = f'{signal.Signals(number).name} during {until}'
    check(f'{name}: exit status ({errors.strip()})', 6, job.returncode)
    check(f'{name}: calls', expected, calls(folder))
    check(f'{name}: is told', True, f'stopped by {signal.Signals(number).name}' in errors)


def test_signals(folder):
    test_signal(folder, signal.SIGTERM, {'SLEEP': '1'}, 'atproof', ALL)
    test_signal(folder, signal.SIGINT, {'SLOW': '^wait'}, 'wait TOKEN1', BEGIN[:2] + CANCEL)
    test_signal(folder, signal.SIGHUP, {'SLEEP': '1'}, 'atproof', ALL)


def test_usage(folder):
    for arguments in ((), (*BY_NAME, *BY_TAG), (*BY_NAME, '--wait', 'long'),
                      (*BY_NAME, '--nonsense')):
        job = start(prepare(folder), arguments)
        _, errors = job.communicate(timeout=60)
        check(f'usage {arguments}: {errors}', (2, []), (job.returncode, calls(folder)))
    job = start(prepare(folder), (*BY_NAME, '--client', './nonesuch'))
    _, errors = job.communicate(timeout=60)
    check('no labgrid-client', (6, 'lab: ./nonesuch: No such file or directory\n'),
          (job.returncode, errors))


def test_templates(folder):
    """What stands in the jobs to copy is what run-in-lab takes."""
    gitlab = yaml.safe_load((JOB.parent / 'lab.gitlab-ci.yml').read_text())
    github = yaml.safe_load((JOB.parent / 'lab.github.yml').read_text())
    jenkins = (JOB.parent / 'lab.Jenkinsfile').read_text()
    scripts = {'lab.gitlab-ci.yml': gitlab['lab']['script'],
               'lab.github.yml': [step.get('run', '') for step in github['jobs']['lab']['steps']],
               # Groovy reads a backslash at a line's end in ''' as one that joins lines.
               'lab.Jenkinsfile': [text.replace('\\\n', ' ')
                                   for text in re.findall(r"sh '''(.*?)'''", jenkins, re.S)]}
    for name, commands in scripts.items():
        script = next(text for text in commands if 'run-in-lab' in text)
        script = script.replace('.ci/gate/labgrid/run-in-lab', str(JOB))
        prepare(folder)
        path = f'{folder / "bin"}:{os.environ["PATH"]}'
        done = subprocess.run(['bash', '-euc', script], cwd=folder, capture_output=True, text=True,
                              env={**os.environ, 'PATH': path, 'CODE': '1'}, timeout=30,
                              check=False)
        check(f'{name}: {done.stderr}', (1, ALL), (done.returncode, calls(folder)))


def main():
    with tempfile.TemporaryDirectory(prefix='atproof-') as name:
        folder = pathlib.Path(name)
        for test in (test_whatever_fails, test_ports, test_arguments, test_signals, test_usage,
                     test_templates):
            test(folder)
    if failed:
        sys.exit('\n'.join(failed))
    print(f'{len(CASES)} ends of a job, {len(PORTS)} kinds of ports, 3 signals')


main()
