"""The files to copy for CI: what they name is there, and is what the gate takes
and writes; rights and majors are as they should be.
usage: test_ci.py ATPROOF"""
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import urllib.parse

import common
import finish
import steps
import yaml

CI = common.GATE / "ci"
TEXTS = {path.name: path.read_text() for path in CI.iterdir()}
README = (common.GATE / "README.md").read_text()
# What an action takes (its action.yml), by name and major.
ACTIONS = {
    "actions/checkout@v6": {"repository", "ref", "path", "persist-credentials"},
    "actions/cache@v5": {"path", "key", "restore-keys"},
    "actions/upload-artifact@v6": {"name", "path", "if-no-files-found", "retention-days"},
    "actions/download-artifact@v7": {"name", "path"},
    "github/codeql-action/upload-sarif@v4": {"sarif_file", "category"},
    "mikepenz/action-junit-report@v6": {"report_paths", "check_name", "require_tests"},
}
# The rights each job has, and no other.
RIGHTS = {
    "gate": {"contents": "read"},
    "code-scanning": {"actions": "read", "contents": "read", "security-events": "write"},
    "tests": {"checks": "write", "contents": "read"},
    "comment": {"pull-requests": "write"},
    "badge": {"contents": "write"},
}
JOB_KEYS = {"needs", "if", "runs-on", "container", "timeout-minutes", "permissions", "env", "steps"}
STEP_KEYS = {"name", "uses", "with", "run", "if", "env"}
GITLAB_KEYS = {"stage", "image", "timeout", "rules", "variables", "cache", "before_script",
               "script", "artifacts", "needs"}
# What the gate writes in its folder: README's table, and gcovr's.
WRITTEN = {"report.html", "junit.xml", "results.tap", "results.sarif", "summary.md", "badge.json",
           "coverage/cobertura.xml", "results.jsonl", "gate.json", "**", ""}


def github():
    return yaml.load(TEXTS["github-actions.yml"], Loader=yaml.BaseLoader)


def gitlab(name="gitlab-ci.yml"):
    return yaml.load(TEXTS[name], Loader=yaml.BaseLoader)


def test_there_is_one_for_each():
    assert set(TEXTS) >= {"github-actions.yml", "gitlab-ci.yml", "gitlab-comment.yml", "Jenkinsfile"}


def test_the_files_they_read_are_those_the_gate_writes():
    for name, text in TEXTS.items():
        if name not in ("github-actions.yml", "gitlab-ci.yml", "Jenkinsfile"):
            continue
        paths = set(re.findall(r"build/gate(?:/([\w*./-]*))?", text))
        assert {"junit.xml", "results.sarif"} <= paths, (name, paths)
        assert paths <= WRITTEN, (name, paths - WRITTEN)
    for path in WRITTEN - {"**", ""}:
        assert path.rpartition("/")[2] in README, f"README does not tell of {path}"


def test_the_command_is_one_the_gate_takes():
    for name in ("github-actions.yml", "gitlab-ci.yml", "Jenkinsfile"):
        commands = re.findall(r"atproof/gate(.*?)'?$", TEXTS[name], re.M)
        assert commands == [" --config gate.yaml"], (name, commands)
        for line in ("fuzz: {corpus: build/corpora}", "output: {directory: build/gate}"):
            assert line in TEXTS[name] and line in README, (name, line)
    usage = subprocess.run([common.ROOT / "gate", "--help"], capture_output=True, text=True, check=True)
    assert "[--config FILE]" in usage.stdout and len(usage.stdout.splitlines()) <= 40


def test_the_configuration_they_ask_for_is_good():
    import config
    with common.scratch() as folder:
        common.write(folder, gate__yaml="version: 1\nfuzz: {corpus: build/corpora}\n"
                     "output: {directory: build/gate}\n")
        loaded = config.load(pathlib.Path(folder) / "gate.yaml")
        assert loaded.out == pathlib.Path(folder).resolve() / "build/gate"


def test_github_jobs_have_their_rights_and_no_other():
    flow = github()
    assert flow["permissions"] == {} and set(flow["on"]) == {"push", "pull_request"}
    assert {name: job["permissions"] for name, job in flow["jobs"].items()} == RIGHTS
    for name, job in flow["jobs"].items():
        assert set(job) <= JOB_KEYS and job["runs-on"] and job["steps"], name
        assert job.get("needs", "gate") == "gate" and (name == "gate") == ("needs" not in job)


def test_github_steps_use_or_run():
    for name, job in github()["jobs"].items():
        for step in job["steps"]:
            assert set(step) <= STEP_KEYS and ("uses" in step) != ("run" in step), (name, step)
            if "uses" in step:
                assert step["uses"] in ACTIONS, step["uses"]
                assert set(step.get("with", {})) <= ACTIONS[step["uses"]], step
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] == "false", step
            # Nothing that a pull request can name stands in a command.
            assert "${{" not in step.get("run", ""), step


def test_github_shows_results_of_a_gate_that_fails():
    jobs = github()["jobs"]
    upload = [step for step in jobs["gate"]["steps"] if "upload-artifact" in step.get("uses", "")]
    assert upload[0]["if"] == "${{ !cancelled() }}" and upload[0]["with"]["path"] == "build/gate"
    for name in set(jobs) - {"gate"}:
        assert "!cancelled()" in jobs[name]["if"], name


def test_gitlab_keeps_and_shows_results():
    flow = gitlab()
    for job in (flow["atproof"], gitlab("gitlab-comment.yml")["atproof-comment"]):
        assert set(job) <= GITLAB_KEYS, job
        assert all(isinstance(line, str) for line in job["script"] + job["before_script"])
    kept = flow["atproof"]["artifacts"]
    assert kept["when"] == "always" and kept["paths"] == ["build/gate/"]
    assert kept["reports"]["junit"] == "build/gate/junit.xml"
    assert kept["reports"]["coverage_report"] == {
        "coverage_format": "cobertura", "path": "build/gate/coverage/cobertura.xml"}
    assert set(flow["atproof"]["cache"]["paths"]) == {".apt/", ".ccache/", "build/corpora/"}


def shell_faults(text):
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    return done.stderr


def test_their_shell_is_well_formed():
    for job in github()["jobs"].values():
        for step in job["steps"]:
            assert not shell_faults(step.get("run", "")), step
    for job in (gitlab()["atproof"], gitlab("gitlab-comment.yml")["atproof-comment"]):
        assert not shell_faults("\n".join(job["before_script"] + job["script"])), job
    for script in re.findall(r"sh '''(.*?)'''", TEXTS["Jenkinsfile"], re.S):
        assert not shell_faults(script), script


def test_the_note_of_gitlab_is_found_again():
    """By the first line of summary.md, which the gate leaves where it is."""
    script = gitlab("gitlab-comment.yml")["atproof-comment"]["script"]
    line = [line for line in script if "jq" in line and "notes?" in line][0]
    program = re.search(r"jq -r '(.*)'", line).group(1)
    assert 'startswith("<!-- atproof")' in program and "// empty" in program
    with common.scratch() as folder:
        common.write(folder, summary__md="<!-- atproof: this -->\nfine\n")
        outcome = steps.Outcome(steps.Step("a", "a *b* `c`"), False, 1, "x|y @all <b>", "do")
        finish.tell_verdict(pathlib.Path(folder), [outcome], 1, "gate: FAIL")
        lines = (pathlib.Path(folder) / "summary.md").read_text().splitlines()
        assert lines[0] == "<!-- atproof: this -->" and lines[-1] == "fine"
        row = [line for line in lines if line.startswith("| a ")][0]
        assert row.count("|") == 4 and not set(row) & set("*`@<"), row


# ---- what a request can reach -------------------------------------------------

def test_no_job_that_runs_a_request_sees_a_token():
    """A request may change gate.yaml, and the file of jobs in its own repository."""
    for name in ("gitlab-ci.yml", "Jenkinsfile"):
        assert "TOKEN" not in TEXTS[name], name
    bridge = gitlab()["atproof-comment"]
    assert not {"script", "image", "before_script"} & set(bridge), bridge
    assert bridge["variables"] == {"ATPROOF_PIPELINE": "$CI_PIPELINE_ID"}, bridge
    assert bridge["trigger"]["forward"]["pipeline_variables"] == "false", bridge
    for job in github()["jobs"].values():
        runs_it = any("atproof/gate" in step.get("run", "") for step in job["steps"])
        has_token = "token" in str(job["steps"]).lower()
        assert not (runs_it and has_token), job


def test_a_cache_of_a_request_is_not_that_of_main():
    assert gitlab()["atproof"]["cache"]["key"] == "atproof-$CI_MERGE_REQUEST_IID"
    volumes = re.findall(r"-v (\S+(?: \?: '\w+'\})?):/", TEXTS["Jenkinsfile"])
    assert volumes == [f"atproof-{name}-${{env.CHANGE_ID ?: 'main'}}" for name in ("cache", "apt")], volumes


class Service(http.server.BaseHTTPRequestHandler):
    """As much of GitLab's API as the comment asks for: pipeline 7 is of request 3."""
    answers = {
        "/projects/12/pipelines/7": {"ref": "refs/merge-requests/3/head"},
        "/projects/12/pipelines/8": {"ref": "main"},
        "/projects/12/pipelines/7/jobs?per_page=100": [{"name": "x", "id": 1}, {"name": "atproof", "id": 5}],
        "/projects/12/jobs/5/artifacts/build/gate/summary.md": "<!-- atproof: it -->\nfine\n",
        "/projects/12/merge_requests/3/notes?per_page=100": [{"id": 9, "body": "<!-- atproof: it -->"}],
    }
    written = []

    def answer(self, body=None):
        found = Service.answers.get(self.path) if body is None else {}
        if body is not None:
            Service.written.append((self.command, self.path, body))
        self.send_response(200 if found is not None else 404)
        self.end_headers()
        self.wfile.write((found if isinstance(found, str) else json.dumps(found)).encode())

    def do_GET(self):
        self.answer()

    def do_PUT(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    do_POST = do_PUT

    def log_message(self, *_):
        pass


def comment(pipeline):
    """Runs the comment's script against the service. What it wrote there."""
    script = "\n".join(gitlab("gitlab-comment.yml")["atproof-comment"]["script"])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Service.written.clear()
    with common.scratch() as folder:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, capture_output=True,
                              check=False, env={
            "PATH": os.environ["PATH"], "ATPROOF_PIPELINE": pipeline, "ATPROOF_PROJECT": "12",
            "ATPROOF_TOKEN": "t", "CI_API_V4_URL": f"http://127.0.0.1:{server.server_port}"})
    server.shutdown()
    server.server_close()
    return done.returncode, list(Service.written), done.stderr.decode()


def test_the_comment_is_written_to_the_request_of_the_pipeline():
    code, written, errors = comment("7")
    assert code == 0, errors
    (method, path, body), = written
    assert (method, path) == ("PUT", "/projects/12/merge_requests/3/notes/9"), written
    assert urllib.parse.parse_qs(body) == {"body": ["<!-- atproof: it -->\nfine\n"]}, written


def test_what_is_no_pipeline_of_a_request_gets_no_comment():
    for pipeline in ("8", "99", "", "7/../8", "7?x=1", "7\n8", "$(id)"):
        code, written, _ = comment(pipeline)
        assert code != 0 and not written, (pipeline, written)


def test_jenkinsfile_is_balanced_and_declarative():
    text = re.sub(r"//[^\n]*|'''.*?'''|'[^'\n]*'", "", TEXTS["Jenkinsfile"].replace("https://", ""),
                  flags=re.S)
    depth, pairs = [], {")": "(", "]": "[", "}": "{"}
    for character in text:
        if character in "([{":
            depth.append(character)
        elif character in pairs:
            assert depth and depth.pop() == pairs[character], "unbalanced"
    assert not depth, depth
    sections = re.findall(r"^    (\w+) \{", text, re.M)
    assert text.strip().startswith("pipeline {")
    assert sections == ["agent", "environment", "options", "stages", "post"], sections
    for step in ("junit ", "recordIssues(", "archiveArtifacts ", "publishHTML("):
        assert step in text, step


common.main(sys.modules[__name__])
