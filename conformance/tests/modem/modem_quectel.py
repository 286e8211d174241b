#!/usr/bin/python3
"""The virtual module's SSL clients, Quectel's: over its pseudo terminal, against
`atproof server` and peers of our own on loopback, in both editions, and what
came of it judged by `atproof check --strict`.

    modem_quectel.py ATPROOF
"""
import sys
import tempfile
import threading

from quectel_data import buffer_mode, configuration, push_mode, rules, transparent_mode
from quectel_lab import EDITIONS, Lab, check, counts
from quectel_tls import failures, handshakes, slow_handshake, trust, twelve, url_time

TOPICS = (slow_handshake, failures, trust, handshakes, transparent_mode, push_mode, buffer_mode, configuration,
          rules, twelve, url_time)


def attempt(topic, lab, edition):
    try:
        topic(lab, edition)
    except Exception as error:  # pylint: disable=broad-exception-caught
        check(f'{topic.__name__} {edition.name}', None, repr(error))
        raise


def main():
    wanted = sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(folder)
        threads = [threading.Thread(target=attempt, args=(topic, lab, edition))
                   for topic in TOPICS for edition in EDITIONS
                   if not wanted or topic.__name__ in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lab.server.end()
    if counts['failed'] > 0:
        print('seeds:', *lab.seeds)
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return counts['failed'] > 0 or counts['passed'] < 100


sys.exit(main())
