"""Times, in notebooks whose rebuild has to give the same bytes.

    figures, where = measured("a name", measure)

A reader's run measures: it calls `measure()`, which returns numbers by name, and `where` says that
they were taken just now. While `build.py` runs a notebook, the figures are those in `measured.json`
instead, and `where` says on which machine they were taken; `build.py --measure` takes them anew.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("measured.json")
COMPARED = ("numpy", "torch")
Figures = dict[str, list[float]]


def measured(name: str, measure: Callable[[], Figures]) -> tuple[Figures, str]:
    """What `measure` returns, or returned when the figures of this name were stored; and where."""
    mode = os.environ.get("NOTEBOOKS_MEASURED", "now")
    if mode == "now":
        return measure(), "measured just now, on this machine"
    stored: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    if mode == "anew":
        rounded = {key: [float(f"{x:.3g}") for x in row] for key, row in measure().items()}
        stored[name] = {"where": f"measured on {machine()}", "figures": rounded}
        FILE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    if name not in stored:
        raise KeyError(f"no figures called {name!r} are stored: run build.py --measure")
    return stored[name]["figures"], stored[name]["where"]


def machine() -> str:
    """What the figures depend on."""
    found = [package for package in COMPARED if importlib.util.find_spec(package)]
    versions = [f"{package} {importlib.metadata.version(package)}" for package in found]
    versions.insert(0, f"Python {platform.python_version()}")
    day = date.today().isoformat()
    return f"{platform.machine()}, one thread, {', '.join(versions)}, {day}"
