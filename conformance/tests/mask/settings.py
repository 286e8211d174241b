#!/usr/bin/env python3
"""Values of --set that are secrets: what run, check and fuzz keep and print.

    settings.py ATPROOF
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import secrets

ATPROOF = os.path.abspath(sys.argv[1])
FOLDER = tempfile.mkdtemp(prefix="atproof-settings-")
PASSED, FAILED = [], []
# by name; by name, with a quote; by place; a few bytes, by place
SET = {"apn_password": "S3cretPw-9", "api_token": "it's-t0ken", "who": "carrieruser", "x": "73"}
OPEN = {"apn": "internet", "server_port_name": "ftp-data"}
CASES = """@ id: quectel-ssl/ugxx/1.2/apn-01
@ dialect: quectel-ugxx
@ title: an access point with a password
@ var: apn_password = none
@ var: api_token = none
@ var: who = none
@ var: apn = none
@ var: x = none
@ var: server_port_name = none
@ setup: AT+QICSGP=1,1,"{apn}","{who}","{apn_password}",1

> AT+QICSGP=1,1,"{apn}","{who}","{apn_password}",1
< OK
> AT+XPORT="{server_port_name}"
< ERROR
> AT+CPIN={x}
< +CME ERROR: {:any}
> AT+XURL="http://h/?t={api_token}"
< +XURL: "{apn_password}","{who}"
"""


def check(name, expected, seen):
    (PASSED if expected == seen else FAILED).append(name)
    if expected != seen:
        print(f"{name}\n  expected: {expected!r}\n  seen:     {seen!r}")


def command(*words):
    done = subprocess.run([ATPROOF, *words], cwd=FOLDER, text=True, capture_output=True,
                          check=False)
    return done.returncode, done.stdout + done.stderr


def settings(joined=False):
    words = []
    for name, text in (SET | OPEN).items():
        words += [f"--set={name}={text}"] if joined else ["--set", f"{name}={text}"]
    return words


def files(folder):
    return {str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8", errors="replace")
            for path in pathlib.Path(FOLDER, folder).rglob("*") if path.is_file()}


def look(name, texts):
    """Whether a secret is in a text: of two bytes only where it was sent."""
    for secret in SET.values():
        for place, text in texts.items():
            where = "AT+CPIN=73" in text if secret == "73" else secrets.survivors(secret, text)
            check(f"{name}: {secret} in {place}", [], where or [])
            quoted = secret.replace("'", "'\\''")
            check(f"{name}: {secret} in {place}, quoted", False,
                  len(secret) > 2 and quoted in text)


def test_run():
    for joined in (False, True):
        folder = f"run{joined:d}"
        code, told = command("run", "--target", "virtual:quectel-ugxx", *settings(joined), "--out",
                             folder, "--retry", "1", "--junit", f"{folder}.xml", "case.at")
        check("run: exit", 1, code)
        check("run: report", 0, command("report", "--format", "all", folder)[0])
        texts = files(folder) | {"terminal": told, "junit": files(".")[f"{folder}.xml"]}
        look(folder, texts)
        names = ("results.jsonl", "line.at", "report.html", "results.sarif", "summary.md")
        check("run: what is kept", True, {f"{folder}/{name}" for name in names} <= set(texts))
        store = texts[f"{folder}/results.jsonl"]
        for word in ("apn_password=...", "who=...", "x=...", "apn=internet",
                     "server_port_name=ftp-data", '\\"internet\\"'):
            check(f"run: {word} stays", True, word in store)
        again = command("check", f"{folder}/quectel-ssl+ugxx+1.2+apn-01.at")
        check("run: its transcript is judged", 0, again[0])


def test_check():
    code, told = command("check", *settings(), "--results", "check.jsonl", "--junit", "check.xml",
                         "--tap", "check.tap", "case.at")
    check("check: exit", True, code in (0, 1))
    texts = {name: text for name, text in files(".").items() if name.startswith("check.")}
    look("check", texts | {"terminal": told})
    code, told = command("check", *settings(), "--against", "case.at",
                         "run0/quectel-ssl+ugxx+1.2+apn-01.at")
    check("against: exit", 1, code)
    look("against", {"terminal": told})


def test_fuzz():
    code, told = command("fuzz", "--target", "virtual:quectel-ugxx", *settings(), "--out", "fuzz",
                         "--replay", "replay.at")
    check("fuzz: exit", True, code in (0, 1))
    look("fuzz", files("fuzz") | {"terminal": told})


def test_usage():
    words = [word for i in range(70) for word in ("--set", f"pin{i}=S3cretPw-9")]
    for name in ("run", "check", "fuzz"):
        code, told = command(name, *words)
        check(f"{name}: too many", (2, False), (code, "S3cretPw-9" in told))


with open(os.path.join(FOLDER, "case.at"), "w", encoding="utf-8") as FILE:
    FILE.write(CASES)
with open(os.path.join(FOLDER, "replay.at"), "w", encoding="utf-8") as FILE:
    FILE.write(CASES.split("@ setup")[0] + "\n"
               + '> AT+QICSGP=1,1,"{apn}","{who}","{apn_password}",1\n< OK\n')
try:
    test_run()
    test_check()
    test_fuzz()
    test_usage()
finally:
    shutil.rmtree(FOLDER)
print(f"{len(PASSED)} passed, {len(FAILED)} failed")
sys.exit(len(FAILED) > 0)
