"""Finds families, sweep files and reproductions by looking in their folders; nothing is listed by
hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toysim.errors import ToysimError, suggest
from toysim.model import Model

if TYPE_CHECKING:
    from toysim.paper import Reproduction


def _children(package: str) -> list[str]:
    """Names of the modules and packages in the folder of ``package``."""
    names = set()
    for folder in import_module(package).__path__:
        for path in Path(folder).iterdir():
            if path.name.startswith(("_", ".")):
                continue
            if path.suffix == ".py" or (path / "__init__.py").is_file():
                names.add(path.stem)
    return sorted(names)


@cache
def all_models() -> dict[str, Model]:
    """Every model by id: the families' folders first, then the entry points ``toysim.models`` of
    other packages.
    """
    models: dict[str, Model] = {}
    for family in _children("toysim.models"):
        with _blame(f"models/{family}"):
            _add(models, import_module(f"toysim.models.{family}").MODELS, f"models/{family}")
    for entry in metadata.entry_points(group="toysim.models"):
        with _blame(f"entry point {entry.name} ({entry.value})"):
            loaded = entry.load()
            _add(models, getattr(loaded, "MODELS", loaded), f"entry point {entry.name}")
    return models


@contextmanager
def _blame(origin: str) -> Iterator[None]:
    """A family that does not load stops every command: say which one it is."""
    try:
        yield
    except ToysimError:
        raise
    except Exception as error:
        raise ToysimError(
            f"{origin} does not load: {type(error).__name__}: {error}; mend it or remove it"
        ) from error


def _add(models: dict[str, Model], found: Any, origin: str) -> None:
    for model in (found,) if isinstance(found, Model) else tuple(found):
        if model.id in models:
            raise ToysimError(
                f"{origin}: model id {model.id!r} is taken already; rename one of the two"
            )
        models[model.id] = model


def load_model(model: str) -> Model:
    """The model of that id; the nearest known id is offered when there is none."""
    models = all_models()
    if model not in models:
        raise ToysimError(f"unknown model {model!r}: {suggest(model, models)}", "model")
    return models[model]


class ModelTable(list[dict[str, Any]]):
    """Rows of ``list_models``; prints as a table."""

    def __repr__(self) -> str:
        if not self:
            return "no models"
        width = max(len(row["id"]) for row in self)
        return "\n".join(
            f"{row['id']:<{width}}  {row['title']}  ({len(row['parameters'])} parameters, "
            f"{'theory' if row['has_theory'] else 'no theory'})"
            for row in self
        )


def list_models() -> ModelTable:
    """One row a model: id, title, parameter names, whether it has a theory."""
    return ModelTable(
        {
            "id": model.id,
            "title": model.title,
            "parameters": list(model.parameters),
            "has_theory": model.theory is not None,
        }
        for _, model in sorted(all_models().items())
    )


@cache
def all_sweeps() -> dict[str, Path]:
    """Every sweep file by name: ``sweeps/critical_periods/depth.toml`` is
    ``critical_periods.depth``.
    """
    found = {}
    for folder in import_module("toysim.sweeps").__path__:
        for path in sorted(Path(folder).rglob("*.toml")):
            found[".".join(path.relative_to(folder).with_suffix("").parts)] = path
    return found


def reproduction_names() -> list[str]:
    """Names of the modules and folders in ``figures/``; nothing is imported."""
    return _children("toysim.figures")


def load_reproduction(name: str) -> Reproduction:
    """``REPRODUCTION`` of ``figures/NAME``; the nearest known name is offered when there is
    none.
    """
    known = reproduction_names()
    if name not in known:
        raise ToysimError(f"unknown reproduction {name!r}: {suggest(name, known)}")
    found: Reproduction = import_module(f"toysim.figures.{name}").REPRODUCTION
    return found
