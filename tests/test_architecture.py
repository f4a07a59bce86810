"""The shape of the house: what may import what, how long a file is, what the public names show."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

import autograd
import nn

ROOT = Path(__file__).parent.parent
PACKAGES = {"autograd": autograd, "nn": nn}
TOP_LEVEL = {"pyproject.toml", "README.md", "LICENSE", "autograd", "nn", "tests", "notebooks"}
MAX_LINES = 290

# Each package from its ground floor up: a unit (a module or subpackage directly inside it) imports
# only from units to the left of it; those in one pair of brackets know nothing of each other. The
# package's own `__init__` comes last. The order to read the engine in stands in `engine/__init__`.
ORDER = {
    "autograd": "(cached collector console arrays errors foreign_words graph importable "
    "locks) (containers extras files foreign reals) nested (archives listed nests options) ops "
    "engine (functions keeping) transforms check program drawing testing calculator __init__ "
    "__main__",
    "autograd.check": "(complex_step differences kinks report subject) (second_look verdicts) "
    "ladders entries checker",
    "autograd.drawing": "(picture placement) (folding formats) derivation sheet page drawing",
    "autograd.drawing.derivation": "(algebra aliases paths) notation (latex symbols) "
    "factors terms explanation",
    "autograd.drawing.folding": "(shifts sketch slices) (inlining repetitions) (partitions "
    "quotient stretches) fold",
    "autograd.drawing.formats": "(rendering text) cards (shapes style) attributes (dot svg tree)",
    "autograd.drawing.page": "(beside literals) translation javascript lowered curve plane shading "
    "(content film labels parts) stepper (playground recorder)",
    "autograd.drawing.picture": "roles snapshot (flow highlight) frames marks",
    "autograd.drawing.placement": "ranks positions geometry",
    "autograd.engine": "(switches order) (modes sweep pickling) node (anomaly foreign region) "
    "record (moving shared) (elementwise micrograd products refusals chain_rule) (higher ufuncs) "
    "methods comparisons (backward naming) (leaves recomputing) (slots value) operators "
    "generated accelerator",
    "autograd.engine.anomaly": "remedies story",
    "autograd.functions": "(custom exposing scan_lives scan_nodes) scan_building "
    "(scan_backward scan_forward) repetition elementary recurrences operands "
    "(distances matrices ordering sequences tables)",
    "autograd.keeping": "(store variables) portrait",
    "autograd.ops": "rules (expr inverses per_op special) (ieee source) (floats straight) op "
    "(declaring partial_evaluation) (basic circular kinked nary normal ordered stepwise "
    "sweep_products) smooth",
    "autograd.program": "tape executor statements (loop recording_executor) "
    "(lists shuffling) (arguments array solved_rows work) choice (running scans solving) "
    "(directions prepared) (differentiable exports) program (draws frozen structures) results "
    "calls inside recordings compiled_function descent",
    "autograd.program.array": "(error_functions kernels tidying) names writer "
    "(adjoint_arrays forward) (reverse tiles) numpy_executor",
    "autograd.program.array.tiles": "body (carrying elements products) "
    "(entry outer) (descend operands) compiler texts plan runner",
    "autograd.program.exports": "(jax onnx)",
    "autograd.program.exports.jax": "(bends products vocabulary) (slopes primitives) curved "
    "(pieces recurrences sinking solutions) readings sweeps (swept_bodies swept_statements) "
    "swept_loops sheets first_order function",
    "autograd.program.exports.onnx": "extra (nodes primitives) write",
    "autograd.program.loop": "(addresses row_sums) (native python_source) (generated_python lanes) "
    "loop_executor",
    "autograd.program.loop.lanes": "(chunks grammar patterns places vectors) (machine_code runs "
    "stream) entry compiler plan runner machine",
    "autograd.program.loop.native": "(expansion kept numbers repeats sides spreading weighing) "
    "cutting loops (common_parts reductions) rows forms (callbacks symbols terms) emit "
    "(entries expressions rounds steps) (folds opcodes translation) "
    "(forwards lane_translation pulls) (held interpreter) (backwards unread) compiler stretches "
    "runner",
    "autograd.program.scans": "(kernels moves) reverse_kernels native_scan stepwise passing "
    "one_call scan_executor",
    "autograd.program.statements": "(elementwise families layout reroll) groups listing",
    "autograd.program.tape": "(constants instructions) repeated (segments "
    "writing) (lower reordered rewriting sparsity) (cycles derived sums) (ends passes "
    "repeated_derived) recurrences rolling absorbing",
    "autograd.testing": "(binding plugin reproduction) formulas strategies properties",
    "autograd.transforms": "typed argnums call (derivatives directions) equations implicit",
    "nn": "(absent checks errors kinds) (init model_files parts) "
    "(activations data optim schedules losses) metrics "
    "(export reading targets) programs predict (module plots) (modules neurons "
    "train) layers (convert playground) sklearn "
    "__init__ __main__",
    "nn.data": "(examples sets)",
    "nn.losses": "pairwise classes",
    "nn.optim": "(gradients optimizer)",
    "nn.plots": "curves",
    "nn.train": "(history nudges task) (checkpoint eager_steps rate) "
    "compiled_steps (lbfgs learner) fitting",
}

# Submodules of autograd that are public in themselves.
PUBLIC_SUBMODULES = {
    "archives", "arrays", "extras", "console", "testing", "drawing", "files", "foreign", "graph",
    "keeping", "listed", "locks", "nested", "nests", "options", "program.lists",
    "program.shuffling", "reals",
}  # fmt: skip


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def module_of(path: Path) -> str:
    """The dotted name of a file, `package.__init__` for a package's own."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


MODULES = {module_of(path) for package in PACKAGES for path in sources(package)}


def floors(package: str) -> dict[str, int]:
    """How far above the ground each unit of a package is."""
    floor, found, inside = 0, {}, False
    for word in ORDER[package].split():
        inside = inside or word.startswith("(")
        found[word.strip("()")] = floor
        if word.endswith(")") or not inside:
            floor, inside = floor + 1, False
    return {"__init__": floor, **found}


def imports(path: Path) -> Iterator[tuple[str, str | None]]:
    """Each import of a file, in functions too, as (absolute module, name taken from it or None)."""
    here = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((module, alias.name) for alias in node.names)


def imported_module(module: str, name: str | None) -> str | None:
    """The module of the project that an import reaches, None for anybody else's."""
    for reached in (f"{module}.{name}", module):
        for form in (reached, f"{reached}.__init__"):
            if form in MODULES:
                return form
    return None


def fork(here: str, there: str) -> tuple[str, str, str]:
    """The innermost package of two modules, and the unit of it that each of them belongs to."""
    a, b = here.split("."), there.split(".")
    common = next(i for i, (x, y) in enumerate(zip(a, b)) if x != y)
    return ".".join(a[:common]), a[common], b[common]


def files(*packages: str) -> list:
    return [
        pytest.param(path, id=str(path.relative_to(ROOT)))
        for package in packages
        for path in sources(package)
    ]


def test_every_unit_has_its_place():
    """ORDER names every package, and in each just what is there."""
    inside: dict[str, set[str]] = {}
    for module in MODULES:
        *folders, name = module.split(".")
        for i in range(1, len(folders)):
            inside.setdefault(".".join(folders[:i]), set()).add(folders[i])
        inside.setdefault(".".join(folders), set()).add(name)
    assert {package: set(floors(package)) for package in ORDER} == inside


@pytest.mark.parametrize("path", files("autograd", "nn"))
def test_imports_point_one_way(path):
    """Every import goes to a unit below, in the innermost package that both are in."""
    here = module_of(path)
    for module, name in imports(path):
        there = imported_module(module, name)
        if there is None or there == here or there.split(".")[0] != here.split(".")[0]:
            continue
        package, mine, other = fork(here, there)
        assert floors(package)[other] < floors(package)[mine], f"{here} imports {there}"


def autograd_names(path: Path) -> set[str]:
    """The names a file takes from autograd, dotted, by import or as `autograd.name`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "autograd"
    }
    dotted = {f"{module}.{name}" if name else module for module, name in imports(path)}
    imported = {name.removeprefix("autograd.") for name in dotted if name.startswith("autograd.")}
    return attributes | imported


@pytest.mark.parametrize("path", files("nn"))
def test_nn_uses_only_public_names(path):
    """Whatever nn can do, a user's own library can do too."""
    private = autograd_names(path) - set(autograd.__all__)
    public = re.compile(rf"({'|'.join(map(re.escape, PUBLIC_SUBMODULES))})(\.\w+)*")
    assert [name for name in sorted(private) if not public.fullmatch(name)] == []


@pytest.mark.parametrize("path", files("autograd"))
def test_autograd_does_not_know_nn(path):
    """nn stands on autograd, never the other way round."""
    assert not {module for module, _ in imports(path) if module.split(".")[0] == "nn"}


def test_import_loads_only_the_standard_library():
    """A bare interpreter imports autograd, even where NumPy and the rest are installed."""
    code = (
        "import sys; before = set(sys.modules); import autograd; "
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) - {"autograd"} <= sys.stdlib_module_names


def test_top_level_holds_only_what_is_agreed():
    """Packages, tests, notebooks, three files, and dotfiles: nothing else gathers at the top."""
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    tracked = {name.split("/")[0] for name in listing.stdout.splitlines()}
    if not tracked:
        pytest.skip("not a git checkout: what is tracked cannot be told from what is built")
    assert {name for name in tracked if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("path", files("autograd", "nn"))
def test_file_is_read_in_one_sitting(path):
    """Split by idea before a file outgrows one sitting."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize(
    ("package", "name"),
    [
        pytest.param(package, name, id=f"{package.__name__}.{name}")
        for package in PACKAGES.values()
        for name in package.__all__
    ],
)
def test_public_name_is_documented(package, name):
    """Every public function and class shows an example; errors and modules say what they are."""
    thing = getattr(package, name)
    if not (callable(thing) or isinstance(thing, ModuleType)):
        return
    docstring = inspect.getdoc(thing)
    assert docstring
    is_error = inspect.isclass(thing) and issubclass(thing, BaseException)
    if callable(thing) and not is_error:
        assert ">>>" in docstring


@pytest.mark.parametrize("path", files("autograd/program/exports"))
def test_exports_do_not_know_the_numpy_executor(path):
    """What they share with it lives in the tape and in the statements."""
    assert not {m for m, _ in imports(path) if m.startswith("autograd.program.array")}


# Of parameters, the share whose annotation lets anything in. It only ever goes down: lower the
# bound when the share has fallen.
LOOSE = {"autograd": 0.036, "nn": 0.082}


def words(annotation: ast.expr) -> set[str]:
    """The names in an annotation, in quoted ones too."""
    found = set()
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            with suppress(SyntaxError):  # a Literal may be any text
                found |= words(ast.parse(node.value, mode="eval").body)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return found


def loose_words(tree: ast.Module) -> set[str]:
    """Any, object, other names that a file gives to them, and type variables without a bound."""
    loose = {"Any", "object"}
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
            continue
        value = node.value
        free = isinstance(value, (ast.Name, ast.Constant)) and words(value) & {"Any", "object"}
        if isinstance(value, ast.Call) and words(value.func) == {"TypeVar"}:
            free = len(value.args) == 1 and all(word.arg != "bound" for word in value.keywords)
        if free:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            loose |= {target.id for target in targets if isinstance(target, ast.Name)}
    return loose


def parameters(tree: ast.Module) -> Iterator[ast.expr]:
    """The annotation of each parameter of each function, inner ones too."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            given = node.args
            several = [given.vararg, given.kwarg]
            every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, several)]
            yield from (x.annotation for x in every if x.annotation is not None)


@pytest.mark.parametrize("package", PACKAGES)
def test_parameters_have_types(package):
    """Few parameters take anything; what is one of many things has a type that names them."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources(package)]
    known = [(tree, loose_words(tree)) for tree in trees]
    loose = [not words(x).isdisjoint(free) for tree, free in known for x in parameters(tree)]
    assert sum(loose) <= LOOSE[package] * len(loose), f"{sum(loose)} of {len(loose)}"


def test_loose_parameters_are_found():
    """Behind a quotation, an alias and a type variable too."""
    text = (
        "T = TypeVar('T')\nB = TypeVar('B', bound=int)\nAxes: TypeAlias = Any\n"
        "def f(a: int, *b: 'list[Any]', c: T, d: B, e: Axes, **g: object): ..."
    )
    tree = ast.parse(text)
    assert [bool(words(x) & loose_words(tree)) for x in parameters(tree)] == [
        False, True, False, True, True, True,
    ]  # fmt: skip


REFERRED = re.compile(r":(mod|func|class):`~?([\w.]+)`")


def names_in(module: str) -> set[str]:
    """What a module defines or imports at its top."""
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name for alias in node.names}
    return found


def exists(role: str, name: str, here: str) -> bool:
    """Whether a reference in the head of the module `here` leads anywhere."""
    name = here.rpartition(".")[0] + name if name.startswith(".") else name
    if role == "mod":
        return imported_module(name, None) is not None or name in sys.stdlib_module_names
    module, _, word = name.rpartition(".")
    home = imported_module(module, None) if module else here
    return home is not None and word in names_in(home)


@pytest.mark.parametrize("path", files("autograd", "nn"))
def test_heads_lead_somewhere(path):
    """What the head of a module refers to is there, and "Next:" says where to read on."""
    head = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    here = module_of(path)
    assert [name for role, name in REFERRED.findall(head) if not exists(role, name, here)] == []
    onward = head.partition("Next:")[2]
    assert "Next:" not in head or REFERRED.search(onward), onward


@pytest.mark.parametrize("path", files("autograd", "nn"))
def test_heads_say_what_to_read_next(path):
    """A module that a reader has come to is never the end of the way."""
    head = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert path.name == "__init__.py" or REFERRED.search(head)


def test_lost_references_are_found():
    """A module that was moved, a name that no module has."""
    here = "autograd.ops.expr"
    there = [("mod", "autograd.ops.source"), ("mod", ".source"), ("class", "Expr")]
    gone = [("mod", "autograd.expr"), ("func", "autograd.nothing"), ("class", "Value")]
    assert [exists(*one, here) for one in there + gone] == [True] * 3 + [False] * 3


SLOTS = {"_data", "_grad", "_left", "_right"}


@pytest.mark.parametrize("path", files("autograd", "nn"))
def test_slots_of_nodes_are_touched_only_by_the_engine(path):
    """Everyone else reads `data`, `grad` and `operands`, so that the engine may store otherwise."""
    if path.is_relative_to(ROOT / "autograd" / "engine"):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    touched = [
        (node.attr, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in SLOTS
        if not (isinstance(node.value, ast.Name) and node.value.id == "self")
    ]
    assert touched == []
