"""toysim: learning-theory toy models with exact theory beside every simulation.

The public names below load on first use, so that ``import toysim`` and ``toysim --help`` stay
quick.
"""

from importlib import import_module as _import_module
from pathlib import Path as _Path
from typing import TYPE_CHECKING, Any

from toysim.version import __version__

if TYPE_CHECKING:
    from toysim.api import compare, export, open_store, run, sweep, theory, work
    from toysim.asking import landmark, list_landmarks
    from toysim.checking.conformance import check
    from toysim.defining import define
    from toysim.finding import find
    from toysim.measuring.fitting import fit
    from toysim.papers.reporting import report
    from toysim.papers.reproduction import figure, reproduce
    from toysim.plotting.picture import plot
    from toysim.registry import list_models, load_model
    from toysim.sharing import merge, script
    from toysim.store.lab_note import lab_note
    from toysim.viewing.notebook import explore


_HOMES = {
    "check": "toysim.checking.conformance",
    "compare": "toysim.api",
    "define": "toysim.defining",
    "explore": "toysim.viewing.notebook",
    "export": "toysim.api",
    "figure": "toysim.papers.reproduction",
    "find": "toysim.finding",
    "fit": "toysim.measuring.fitting",
    "lab_note": "toysim.store.lab_note",
    "landmark": "toysim.asking",
    "list_landmarks": "toysim.asking",
    "list_models": "toysim.registry",
    "load_model": "toysim.registry",
    "merge": "toysim.sharing",
    "open_store": "toysim.api",
    "plot": "toysim.plotting.picture",
    "report": "toysim.papers.reporting",
    "reproduce": "toysim.papers.reproduction",
    "run": "toysim.api",
    "script": "toysim.sharing",
    "sweep": "toysim.api",
    "theory": "toysim.api",
    "work": "toysim.api",
}
__all__ = [
    "__version__",
    "check",
    "compare",
    "define",
    "explore",
    "export",
    "figure",
    "find",
    "fit",
    "lab_note",
    "landmark",
    "list_landmarks",
    "list_models",
    "load_model",
    "merge",
    "open_store",
    "plot",
    "report",
    "reproduce",
    "run",
    "script",
    "sweep",
    "theory",
    "work",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'toysim' has no attribute {name!r}")
    return getattr(_import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])


_root = _Path(__file__).resolve().parent.parent
if (_root / "pyproject.toml").is_file() and (_root / "models").is_dir():
    # Source checkout: toysim.models is the checkout's models/ folder. A wheel already holds it.
    __path__.append(str(_root))
