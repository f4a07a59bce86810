"""A headless Chromium for tests, driven over a pipe: no driver program, no library, no network.

with Browser() as browser:
    page = browser.open(path, width=375, height=667)
    page.evaluate("document.title")
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FLAGS = """
--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage --disable-extensions --mute-audio
--hide-scrollbars --force-device-scale-factor=1 --remote-debugging-pipe
"""
# Chromium reads commands from descriptor 3 and answers on 4. A process of its own arranges them:
# code of ours between fork and exec (`preexec_fn`) could hang where JAX or PyTorch run threads.
CONNECT = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
PATIENCE = 60.0  # seconds for one answer; a loaded machine starts Chromium slowly


class Browser:
    """One Chromium process with a profile of its own, both gone at the end."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._received = b""
        self._open: list[str] = []
        self._profile = tempfile.mkdtemp(prefix="autograd-browser-")
        commands, self._write = os.pipe()
        self._read, answers = os.pipe()
        # Beyond 4, so that neither is overwritten before it is copied.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (commands, answers)]
        chromium = ["chromium", *FLAGS.split(), f"--user-data-dir={self._profile}"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", CONNECT, *map(str, ends), *chromium],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for end in (commands, answers, *ends):
            os.close(end)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self.send("Browser.close")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)
        with contextlib.suppress(OSError):  # its helpers are in the same process group
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._profile, ignore_errors=True)

    def send(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """One command of the DevTools protocol, and its result."""
        number = next(self._ids)
        command = {"id": number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        os.write(self._write, json.dumps(command).encode() + b"\0")
        while True:
            answer = json.loads(self._next_message())
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _next_message(self) -> bytes:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._read], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(self._read, 1 << 16) if ready else b""
            if not chunk:
                raise RuntimeError("chromium does not answer")
            self._received += chunk
        message, _, self._received = self._received.partition(b"\0")
        return message

    def open(
        self,
        path: Path,
        width: int,
        height: int,
        *,
        dark: bool = False,
        calm: bool = False,
        part: str = "",
    ) -> Page:
        """Open a file in a window of this size, and wait until it is loaded.

        The reader prefers ``dark`` pages, and with ``calm`` no motion; ``part`` is what stands
        behind the file in the address, from the # on.
        """
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._open.append(target)
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        page.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        motion = {"name": "prefers-reduced-motion", "value": "reduce" if calm else "no-preference"}
        page.send("Emulation.setEmulatedMedia", features=[scheme, motion])
        page.send("Page.navigate", url=path.absolute().as_uri() + part)
        page.until("location.href !== 'about:blank' && document.readyState === 'complete'")
        return page

    def close_pages(self) -> None:
        """Close what was opened so far."""
        for target in self._open:
            self.send("Target.closeTarget", targetId=target)
        self._open.clear()


class Page:
    """One open page, or a frame in one."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self._browser.send(method, self._session, **parameters)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, as JSON carries it."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(f"Boolean({condition})"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"it is never true that {condition}")
            time.sleep(0.01)

    def frames(self) -> list[Page]:
        """The frames of other origins, such as sandboxed ones, in all open pages."""
        targets = self._browser.send("Target.getTargets")["targetInfos"]
        attach = {"flatten": True}
        return [
            Page(
                self._browser,
                self._browser.send("Target.attachToTarget", targetId=t["targetId"], **attach)[
                    "sessionId"
                ],
            )
            for t in targets
            if t["type"] == "iframe"
        ]

    def press(self, key: str) -> None:
        """Press and release a key, as a person would."""
        for kind in ("rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def place(self, selector: str) -> tuple[float, float]:
        """The middle of the first element that a selector finds, on the screen."""
        rect = self.evaluate(
            f"(({{left, top, width, height}}) => [left + width / 2, top + height / 2])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        return rect[0], rect[1]

    def click(self, where: str | tuple[float, float]) -> None:
        """Move the mouse to a point, or to an element's middle, and press its button once."""
        x, y = self.place(where) if isinstance(where, str) else where
        self.drag([(x, y)])

    def drag(self, points: list[tuple[float, float]]) -> None:
        """Press the mouse at the first point, move it over the others, and release it."""
        mouse: dict[str, Any] = {"button": "left", "buttons": 1, "clickCount": 1}
        x, y = points[0]
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.send("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, **mouse)
        for x, y in points[1:]:
            self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, **mouse)
        self.send("Input.dispatchMouseEvent", type="mouseReleased", x=x, y=y, **mouse)

    def wheel(self, x: float, y: float, turn: float) -> None:
        """Turn the mouse's wheel at a point."""
        self.send("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=turn)

    def touch(self, *moments: list[tuple[float, float]]) -> None:
        """Fingers at these points, one moment after the other, then none."""
        kinds = ["touchStart"] + ["touchMove"] * (len(moments) - 1)
        for kind, fingers in zip([*kinds, "touchEnd"], [*moments, []]):
            points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(fingers)]
            self.send("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        self.send("Input.insertText", text=text)

    def settle(self, seconds: float = 0.0) -> None:
        """Wait until the page has been painted, and so long after that."""
        waits = f"setTimeout(done, {1000 * seconds})"
        painted = f"requestAnimationFrame(() => requestAnimationFrame(() => {waits}))"
        expression = f"new Promise((done) => {painted})"
        self.send("Runtime.evaluate", expression=expression, awaitPromise=True)

    def screenshot(self, path: Path) -> None:
        """Save what is seen as PNG."""
        path.write_bytes(
            base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])
        )
