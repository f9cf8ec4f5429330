"""The building's rules: which module may import which, read from the sources.

Every import counts, also those for type checking and those inside functions.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Floors from the ground up; a module imports from its own floor and those below.
FLOORS = (
    (
        *("version", "compiling", "machine_code", "errors", "long_calls", "outcomes"),
        *("references", "sources"),
        "durations",
    ),
    ("shown", "tables", "progress", "typeset", "notation", "mathml", "describing"),
    ("jit", "numerics", "streams", "parameters"),
    ("observables", "records", "landmarks"),
    ("model",),
    ("batch", "defining", "scheduled", "paper"),
    ("registry", "places", "design", "constraint", "asking", "array_files"),
    ("focus",),
    ("plan", "sweep_file"),
    ("store",),
    ("runner",),
    ("finding",),
    ("comparison",),
    ("papers", "checking", "making", "catalogue"),
    ("measuring", "plotting"),
    ("api", "sharing"),
    ("viewing",),
    ("cli", "__main__"),
)
FAMILY_MAY = {
    "toysim.batch",
    "toysim.errors",
    "toysim.jit",
    "toysim.landmarks",
    "toysim.model",
    "toysim.numerics",
    "toysim.observables",
    "toysim.outcomes",
    "toysim.parameters",
    "toysim.records",
    "toysim.scheduled",
}
FIGURES_MAY = {
    "toysim.landmarks",
    "toysim.numerics.task_metrics",
    "toysim.outcomes",
    "toysim.paper",
    "toysim.papers.drawing",
    "toysim.papers.lines",
    "toysim.papers.reading",
    "toysim.references",
}


def name_of(path):
    """The module's dotted name: ``models/walk/theory.py`` is ``toysim.models.walk.theory``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts if parts[0] == "toysim" else ("toysim", *parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TEMPLATE = ROOT / "toysim/template"  # a project that is copied, not a part of the building


def sources():
    folders = ("toysim", "models", "figures")
    found = [p for folder in folders for p in sorted((ROOT / folder).rglob("*.py"))]
    return {name_of(p): p for p in found if TEMPLATE not in p.parents}


SOURCES = sources()


def imported(name):
    """Modules of the project that a module imports, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(SOURCES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = members & set(SOURCES)
            found |= modules or {node.module}
    return {m for m in found if m.split(".")[0] == "toysim" and m in SOURCES}


IMPORTS = {name: imported(name) for name in SOURCES}


def floor_of(module):
    part = module.split(".")[1]
    return next(k for k, floor in enumerate(FLOORS) if part in floor)


def engine():
    """Modules of the engine but the package itself, which only names what others hold."""
    aside = ("toysim.models", "toysim.figures", "toysim.sweeps")
    return [n for n in SOURCES if n != "toysim" and not n.startswith(aside)]


def test_no_import_leads_upward():
    for name in engine():
        for other in IMPORTS[name] - {"toysim"}:
            assert floor_of(other) <= floor_of(name), f"{name} imports {other}"


def test_no_module_imports_itself_by_a_detour():
    """No circle of any length, in the engine, the families and the papers."""
    seen, path = set(), []

    def visit(name):
        assert name not in path, f"circle: {' -> '.join([*path[path.index(name) :], name])}"
        if name in seen:
            return
        path.append(name)
        for other in sorted(IMPORTS[name] - {"toysim"}):
            visit(other)
        path.pop()
        seen.add(name)

    for name in SOURCES:
        if name != "toysim":
            visit(name)


def families():
    return sorted(p.name for p in (ROOT / "models").iterdir() if (p / "__init__.py").is_file())


def members(package):
    return [name for name in SOURCES if name == package or name.startswith(f"{package}.")]


def allowed(module, own, may):
    return module.startswith(own) or any(module == m or module.startswith(f"{m}.") for m in may)


@pytest.mark.parametrize("family", families())
def test_a_family_imports_the_contract_and_nothing_else(family):
    own = f"toysim.models.{family}"
    for name in members(own):
        for other in IMPORTS[name]:
            assert allowed(other, own, FAMILY_MAY), f"{name} imports {other}"


def reached(name):
    """A module and every one that it imports, directly or not."""
    found, todo = set(), [name]
    while todo:
        now = todo.pop()
        if now not in found:
            found.add(now)
            todo += IMPORTS[now]
    return found


def both_sides():
    return sorted(name for name in SOURCES if name.endswith(".theory"))


@pytest.mark.parametrize("theory", both_sides())
def test_theory_stands_on_its_own_legs(theory):
    """Neither side reaches the other's module: a slip would be on both and invisible."""
    simulation = theory.removesuffix("theory") + "simulation"
    assert simulation in SOURCES
    assert not [name for name in reached(theory) if name.endswith(".simulation")]
    assert not [name for name in reached(simulation) if name.endswith(".theory")]


@pytest.mark.parametrize("theory", both_sides())
def test_kernels_are_on_one_side(theory):
    """A compiled loop that both sides use is on both sides: only maps from state to observables,
    and what a row is given, may be shared.
    """
    simulation = theory.removesuffix("theory") + "simulation"
    shared = reached(theory) & reached(simulation)
    own = {name for name in shared if name.startswith("toysim.models.")}
    own = {name for name in own if not name.endswith((".parameters", ".sizes"))}  # no loops there
    loops = {"descent", "simulation", "sampler", "samplers", "replica"}
    for name in own:
        assert not loops & set(name.split(".")[2:]), f"{theory} and its simulation share {name}"


def test_figures_read_data_and_never_kernels():
    for name in members("toysim.figures"):
        paper = ".".join(name.split(".")[:3])
        for other in IMPORTS[name]:
            formula = other.endswith(".closed_forms")
            assert formula or allowed(other, paper, FIGURES_MAY), f"{name} imports {other}"


DECLARED = """
import inspect, sys
from toysim.registry import load_reproduction, reproduction_names
papers = [load_reproduction(name) for name in reproduction_names()]
print("loaded", *({"numpy", "xarray", "matplotlib"} & set(sys.modules)))
for paper in papers:
    parts = [(f, getattr(f, "draw", None) or f.check) for f in (*paper.figures, *paper.claims)]
    for part, function in parts:
        inspect.signature(function).bind(*part.sweeps)
    for spoiler in (s for claim in paper.claims for s in claim.spoilers):
        inspect.signature(spoiler.change).bind("values")
print(len(papers))
"""


def test_papers_declare_without_numbers_and_pictures_what_is_there():
    """Listing them is quick; every function that they name takes what it will be given."""
    said = subprocess.run([sys.executable, "-c", DECLARED], capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    loaded, papers = said.stdout.splitlines()
    assert loaded == "loaded"
    assert int(papers) > 20


def test_the_engine_names_no_model_and_no_paper():
    names = [*families(), *(p.name for p in (ROOT / "figures").iterdir() if p.is_dir())]
    for name in engine():
        code = "\n".join(
            line for line in SOURCES[name].read_text().splitlines() if "Example" not in line
        )
        for word in names:
            assert f"toysim.models.{word}" not in code, name
            assert f"toysim.figures.{word}" not in code, name


@pytest.mark.parametrize(
    ("word", "home"),
    [
        ("records over [0, T], both ends", "toysim/records.py"),
        ('Dim("record"', None),
        ("Dim(RECORD", "toysim/model.py"),
        ('["n_steps"] + 1', None),
        ('"status_step":', "toysim/records.py"),
    ],
)
def test_what_every_family_shares_stands_once(word, home):
    found = [p for p in SOURCES.values() if word in p.read_text()]
    assert found == ([ROOT / home] if home else [])


def test_files_and_functions_stay_small():
    lengths = []
    for path in SOURCES.values():
        assert len(path.read_text().splitlines()) <= 450, path
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                lengths.append(_lines_of_code(node))
    lengths.sort()
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[int(0.9 * len(lengths))] <= 22


def _lines_of_code(node):
    """Lines of a function without its docstring."""
    text = ast.get_docstring(node, clean=False)
    documented = node.body[0].end_lineno - node.body[0].lineno + 1 if text is not None else 0
    return node.end_lineno - node.lineno + 1 - documented
