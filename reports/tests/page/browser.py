"""Chromium without a head, driven through its DevTools socket.

    with browser.Browser() as chromium:
        page = chromium.open(path)
        page.value("document.title")

A page keeps the output of its console and its requests to the network."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

import websocket

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-default-apps", "--disable-dev-shm-usage", "--mute-audio",
         "--no-default-browser-check", "--remote-debugging-port=0",
         "--remote-allow-origins=*", "--force-device-scale-factor=1"]
PATIENCE = 60  # seconds; a busy machine starts a browser slowly


class Failure(Exception):
    """The browser did not do what it was asked."""


class Browser:
    """One process and a profile of its own, both gone in the end."""

    def __init__(self):
        program = shutil.which("chromium")
        if program is None:
            raise Failure("chromium: not found; the package chromium of Debian has it")
        self.profile = tempfile.mkdtemp(prefix="atproof-chromium-")
        env = {name: value for name, value in os.environ.items()
               if "proxy" not in name.lower() and not name.startswith(("ASAN", "LSAN", "LD_"))}
        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self.profile}", "about:blank"], env=env,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.port = self.wait_for_port()

    def wait_for_port(self):
        told = pathlib.Path(self.profile) / "DevToolsActivePort"
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise Failure(f"chromium: ended with {self.process.returncode}")
            if told.is_file() and told.read_text().strip():
                return int(told.read_text().split()[0])
            time.sleep(0.02)
        raise Failure(f"chromium: not ready after {PATIENCE} s")

    def new_page(self, **options):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank",
                                         method="PUT")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE) as answer:
            return Page(json.load(answer)["webSocketDebuggerUrl"], **options)

    def open(self, path, **options):
        page = self.new_page(**options)
        page.go(pathlib.Path(path).resolve().as_uri())
        return page

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):  # its children, which write the profile
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for _ in range(50):
            shutil.rmtree(self.profile, ignore_errors=True)
            if not os.path.exists(self.profile):
                break
            time.sleep(0.1)


class Page:
    """A tab. `width`, `height` in CSS pixels; `dark`, `scripts`, `media` by name."""

    def __init__(self, address, width=1280, height=900, dark=False, scripts=True, media=""):
        self.socket = websocket.create_connection(address, timeout=PATIENCE,
                                                  http_no_proxy=["127.0.0.1"])
        self.last = 0
        self.said, self.requests, self.loaded = [], [], False
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.emulate(dark=dark, media=media)
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)

    def call(self, method, **parameters):
        self.last += 1
        self.socket.send(json.dumps({"id": self.last, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            self.note(message)
            if message.get("id") == self.last:
                if "error" in message:
                    raise Failure(f"{method}: {message['error']['message']}")
                return message["result"]

    def note(self, message):
        """Keeps the events of the console, the network and the page's life."""
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.said.append(json.dumps(parameters["exceptionDetails"])[:400])
        elif method == "Runtime.consoleAPICalled":
            self.said.append(json.dumps(parameters["args"])[:400])
        elif method == "Log.entryAdded":
            self.said.append(parameters["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Page.javascriptDialogOpening":
            self.said.append(f"dialog: {parameters['message']}")
        elif method == "Page.loadEventFired":
            self.loaded = True

    def emulate(self, dark=False, media=""):
        self.call("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def go(self, address):
        self.loaded = False
        self.said.clear()
        self.requests.clear()
        self.call("Page.navigate", url=address)
        while not self.loaded:
            self.note(json.loads(self.socket.recv()))

    def value(self, expression):
        """What the expression gives, awaited; DevTools run it also where the page's
        own scripts are disabled."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise Failure(json.dumps(answer["exceptionDetails"])[:600])
        return answer["result"].get("value")

    def key(self, key, code=0, text=""):
        for kind in ("keyDown" if text else "rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code,
                      **({"text": text} if text and kind == "keyDown" else {}))

    def type(self, text):
        self.call("Input.insertText", text=text)

    def screenshot(self, path, whole=False):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("Page.printToPDF")["data"]))

    def close(self):
        self.socket.close()
