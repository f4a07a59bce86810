"""A headless Chromium that opens a page, runs a script in it and says what the script found."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--virtual-time-budget=3000",
]


def chromium(folder: Path, *arguments: str) -> str:
    """What Chromium prints, with a profile of its own in this folder."""
    command = [shutil.which("chromium"), *FLAGS, f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def evaluate(page: str, script: str, folder: Path) -> Any:
    """The JSON value of a script's ``return`` in a page, after the page has loaded."""
    probe = f"""<script>addEventListener("load", () => {{
        const found = (function () {{ {script} }})();
        const place = document.createElement("pre");
        place.id = "found";
        place.textContent = JSON.stringify(found);
        document.body.append(place);
    }});</script>"""
    path = folder / "page.html"
    path.write_text(page.replace("</body>", probe + "</body>"), encoding="utf-8")
    printed = chromium(folder, "--dump-dom", path.as_uri())
    return json.loads(html.unescape(re.search(r'<pre id="found">(.*?)</pre>', printed, re.S)[1]))
