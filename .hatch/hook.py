"""The build of the optional wheel whose engine is machine code; off unless it is asked for.

    HATCH_BUILD_HOOK_ENABLE_CUSTOM=true pip wheel --no-deps .

Without the variable the wheel is the same pure one for every platform. In an editable install the
compiled files are put beside their sources; `python -m autograd --version` says if these are newer.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """Writes the typed sources, has mypyc compile them, and puts the results into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is made."""
        if sysconfig.get_config_var("Py_GIL_DISABLED"):
            raise SystemExit(
                "the compiled engine relies on the interpreter's lock, which this free-threaded "
                "Python does not have: build without HATCH_BUILD_HOOK_ENABLE_CUSTOM for the pure "
                "wheel, which runs here"
            )
        root = Path(self.root)
        sys.path[:0] = [str(root), str(root / ".hatch")]
        import native

        self.scratch = Path(tempfile.mkdtemp(prefix="autograd-engine-"))
        sources = native.write(root, self.scratch)
        for made in compiled(self.scratch, sources):
            place = str(made.relative_to(self.scratch))
            if version == "editable":
                shutil.copy2(made, root / place)
            else:
                build_data["force_include"][str(made)] = place
        build_data["pure_python"], build_data["infer_tag"] = False, True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called after it."""
        shutil.rmtree(self.scratch, ignore_errors=True)


def compiled(scratch: Path, sources: list[str]) -> list[Path]:
    """The extension modules that mypyc makes of these sources, paths inside the scratch folder."""
    from mypyc.build import mypycify
    from setuptools import Distribution
    from setuptools.errors import CCompilerError, ExecError, PlatformError

    teach_mypyc()
    said = io.StringIO()
    before = os.getcwd()
    os.chdir(scratch)
    try:
        with contextlib.redirect_stdout(said):
            modules = mypycify(
                [*OPTIONS, *sources],
                group_name="autograd",
            )
            for module in modules:
                # The bits of the pure engine: no product and sum in one rounding.
                module.extra_compile_args = [*module.extra_compile_args, *EXACT]
                if module.name.endswith("__mypyc"):
                    module.extra_compile_args += [BEFORE, str(HERE / "passes.h")]
            command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
            command.inplace = True
            command.ensure_finalized()
            command.run()
    except SystemExit as error:  # mypyc has printed what it objects to
        raise SystemExit(f"mypyc cannot compile the engine:\n{said.getvalue()}") from error
    except (CCompilerError, ExecError, PlatformError) as error:
        raise SystemExit(
            f"the compiled engine needs a C compiler, and there was none that works ({error}): "
            "install one (apt install gcc python3-dev, or Xcode's or Visual Studio's tools), or "
            "build without HATCH_BUILD_HOOK_ENABLE_CUSTOM for the pure wheel, which needs none"
        ) from error
    finally:
        os.chdir(before)
    shutil.rmtree(scratch / "build", ignore_errors=True)
    return sorted([*scratch.rglob("*.so"), *scratch.rglob("*.pyd")])


def teach_mypyc() -> None:
    """Tell mypyc of functions that are C's, or its own."""
    from mypyc.ir.ops import ERR_FALSE, ERR_MAGIC, ERR_NEVER
    from mypyc.ir.rtypes import bool_rprimitive as truth
    from mypyc.ir.rtypes import float_rprimitive as double
    from mypyc.ir.rtypes import int64_rprimitive, object_rprimitive
    from mypyc.primitives.registry import function_op

    for name in ("atan", "tanh"):  # they never raise
        function_op(f"math.{name}", [double], double, name, ERR_NEVER)
    kinds = {
        **dict.fromkeys(("None", "bool", "Done"), truth),
        "object": object_rprimitive,
        "float": double,
        "i64": int64_rprimitive,
    }
    errors = {"object": ERR_MAGIC, "Done": ERR_FALSE}
    for known in ast.parse((HERE / "nodes.pyi").read_text(encoding="utf-8")).body:
        if isinstance(known, ast.FunctionDef):
            taken = [kinds[ast.unparse(x.annotation)] for x in known.args.args if x.annotation]
            given = ast.unparse(known.returns or known)
            name, error = f"autograd.engine.nodes.{known.name}", errors.get(given, ERR_NEVER)
            function_op(name, taken, kinds[given], f"node_{known.name}", error)


HERE = Path(__file__).parent
BEFORE = "/FI" if sys.platform == "win32" else "-include"
OPTIONS = [
    "--python-version=3.10",
    "--config-file=",  # not what stands above the scratch folder
    "--follow-imports=skip",
    # The project's own check has judged the text; the comments that excuse a line are not in it.
    *(f"--disable-error-code={code}" for code in ("arg-type", "attr-defined", "method-assign")),
]
EXACT = [] if sys.platform == "win32" else ["-ffp-contract=off"]
