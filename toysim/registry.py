"""Finds families, sweep files and reproductions by looking in their folders; nothing is listed by
hand. Models that a call is given as objects are known by their id from then on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toysim.errors import ToysimError, suggest
from toysim.model import Model
from toysim.places import Kind, places, project
from toysim.references import loaded

if TYPE_CHECKING:
    from toysim.paper import Reproduction


def _children(kind: Kind, only: str = "") -> dict[str, str]:
    """Modules and packages in the folders of a kind, all or those of one name: name to the module
    that imports it.
    """
    found: dict[str, Path] = {}
    modules = {}
    for place in places(kind):
        named = [place.folder / only, place.folder / f"{only}.py"]
        for path in named if only else sorted(place.folder.iterdir()):
            if path.name.startswith(("_", ".")):
                continue
            if (path.suffix == ".py" and path.is_file()) or (path / "__init__.py").is_file():
                _refuse_taken(path.stem, path, found)
                modules[path.stem] = f"{place.package}.{path.stem}"
    return modules


def _refuse_taken(name: str, path: Path, found: dict[str, Path]) -> None:
    """One name, one place: otherwise the first would hide the second."""
    if name in found:
        raise ToysimError(f"{path}: the name {name!r} is taken by {found[name]}; rename it")
    found[name] = path


def all_models() -> dict[str, Model]:
    """Every model by id: the families' folders first, then the entry points ``toysim.models`` of
    other packages.
    """
    models: dict[str, Model] = {}
    origins: dict[str, str] = {}
    for family, module in sorted(_children("models").items()):
        _add(models, origins, _family(module), f"models/{family}")
    for origin, of_package in _of_other_packages().items():
        _add(models, origins, of_package, origin)
    return models


def models_of_project() -> list[str] | None:
    """Ids of the models in the folders of the project here; None where there is no project."""
    root = project()
    if root is None:
        return None
    homes = [place.folder for place in places("models") if place.folder == root / "models"]
    families = {path.stem for folder in homes for path in folder.iterdir()}
    return sorted(name for name in all_models() if name.partition(".")[0] in families)


def _family(module: str) -> Any:
    """The models of a family's folder."""
    with _blame(module.removeprefix("toysim.").replace(".", "/")):
        return import_module(module).MODELS


@cache
def _of_other_packages() -> dict[str, Any]:
    """The models of each entry point."""
    models = {}
    for entry in metadata.entry_points(group="toysim.models"):
        with _blame(f"entry point {entry.name} ({entry.value})"):
            loaded = entry.load()
            models[f"entry point {entry.name}"] = getattr(loaded, "MODELS", loaded)
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


def _add(models: dict[str, Model], origins: dict[str, str], found: Any, origin: str) -> None:
    for model in _each(found):
        if model.id in models:
            raise ToysimError(
                f"{origin}: model id {model.id!r} is taken already by {origins[model.id]}; rename "
                f"one of the two"
            )
        models[model.id], origins[model.id] = model, origin


def _each(found: Any) -> tuple[Model, ...]:
    return (found,) if isinstance(found, Model) else tuple(found)


_handed: dict[str, Model] = {}  # by id, those that calls of this process were given as objects


def find_model(model: str) -> Model | None:
    """The model of that id, if there is one: found by looking, or handed over before."""
    return _found(model) or _handed.get(model)


def _found(model: str) -> Model | None:
    """Only the family that the id names is looked for, 0.3 ms sooner than all, and loaded: all of
    them take 0.1 s.
    """
    family = model.partition(".")[0]
    modules = _children("models", family) if family.isidentifier() else {}
    homes = [_family(module) for module in modules.values()]
    known = (m for home in (*homes, *_of_other_packages().values()) for m in _each(home))
    return next((m for m in known if m.id == model), None)


def load_model(model: str | Model) -> Model:
    """The model of that id; the nearest known id is offered when there is none.

    A ``Model`` is returned as it is, and known by its id from then on in this process, so that its
    data can be read; of several with one id the last counts. The id of a model that is found by
    looking is taken.
    """
    if isinstance(model, Model):
        return _hand_over(model)
    found = find_model(str(model)) or all_models().get(model)
    if found is None:
        known = suggest(model, [*all_models(), *_handed], "toysim list models")
        raise ToysimError(f"unknown model {model!r}: {known}", "model")
    return found


def _hand_over(model: Model) -> Model:
    if _found(model.id) not in (None, model):
        text = f"model id {model.id!r} is taken already by another model; give yours another id"
        raise ToysimError(text, "model")
    _handed[model.id] = model
    return model


def reference(model: Model) -> str | None:
    """Where another process finds a model that was handed over, "module:name"; None where its id
    is enough. Raises ToysimError where it cannot be imported.
    """
    if model.id not in _handed:
        return None
    for module in dict.fromkeys((model.parameters_class.__module__, _home(model))):
        loaded = sys.modules.get(module)
        importable = module != "__main__" or getattr(loaded, "__file__", None)
        for name, value in list(vars(loaded).items()) if loaded and importable else ():
            if value is model:
                return f"{module}:{name}"
    raise ToysimError(
        f"{model.id} cannot be imported by other processes: bind it to a name in a module or "
        f"script, or use threads"
    )


def _home(model: Model) -> str:
    """The module that the simulation is in."""
    simulate = model.simulate
    return simulate.partition(":")[0] if isinstance(simulate, str) else simulate.__module__


def take_in(reference: str | None) -> None:
    """In another process: import a model by its ``reference`` and know it by its id."""
    if reference is not None:
        _hand_over(loaded(reference))


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


def all_sweeps() -> dict[str, Path]:
    """Every sweep file by name: ``sweeps/critical_periods/depth.toml`` is
    ``critical_periods.depth``.
    """
    return _sweeps_in(tuple(place.folder for place in places("sweeps")))


@cache
def _sweeps_in(folders: tuple[Path, ...]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.toml")):
            name = ".".join(path.relative_to(folder).with_suffix("").parts)
            _refuse_taken(name, path, found)
    return found


def reproduction_names() -> list[str]:
    """Names of the modules and folders in ``figures/``; nothing is imported."""
    return sorted(_children("figures"))


def load_reproduction(name: str) -> Reproduction:
    """``REPRODUCTION`` of ``figures/NAME``; the nearest known name is offered when there is
    none.
    """
    known = _children("figures")
    if name not in known:
        raise ToysimError(
            f"unknown reproduction {name!r}: {suggest(name, known, 'toysim list papers')}"
        )
    with _blame(known[name].removeprefix("toysim.").replace(".", "/")):
        found: Reproduction = import_module(known[name]).REPRODUCTION
    return found
