"""A paper's pictures on disk: drawn once, and kept while nothing they depend on changes."""

from __future__ import annotations

import hashlib
import inspect
import json
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from toysim.errors import ToysimError
from toysim.paper import Film, Recipe, Reproduction
from toysim.papers import drawing, layout, lines, reading
from toysim.papers.drawing import save_film, save_plain, style
from toysim.papers.panels import PLAIN, Look, described, save_table, shaped, table_of
from toysim.papers.reading import Data
from toysim.registry import load_model
from toysim.sources import hash_of
from toysim.store import replicas
from toysim.store.files import one_line
from toysim.store.provenance import model_sources


@dataclass(frozen=True)
class MadeFigure:
    """Where a figure's files are; ``cached`` if nothing had changed, else ``reason`` names what
    had. ``words``: its panels, for those who do not see it.
    """

    name: str
    paths: list[Path]
    cached: bool
    reason: str
    words: str = ""


def draw(recipe: Recipe, paper: Reproduction, data: Data) -> Figure:
    """The figure of a recipe, before it is arranged to a width."""
    with style():
        figure: Figure = recipe.draw(*(data[paper.full(sweep)] for sweep in recipe.sweeps))
    return figure


def moving(recipe: Recipe, paper: Reproduction, data: Data) -> Film:
    """The film of a recipe that has one."""
    assert recipe.film is not None
    with style():
        return recipe.film(*(data[paper.full(sweep)] for sweep in recipe.sweeps))


def make(
    recipe: Recipe,
    paper: Reproduction,
    data: Data,
    folder: Path,
    formats: tuple[str, ...],
    look: Look = PLAIN,
) -> MadeFigure:
    """Draw a recipe into ``folder`` unless its files there were made from the same ingredients; one
    that fails is reported.
    """
    name = f"{paper.name}.{recipe.name}"
    try:
        return _make(name, recipe, paper, data, folder, formats, look)
    except ToysimError:
        raise
    except Exception as error:
        return MadeFigure(name, [], False, f"failed: {type(error).__name__}: {error}")


def _make(
    name: str,
    recipe: Recipe,
    paper: Reproduction,
    data: Data,
    folder: Path,
    formats: tuple[str, ...],
    look: Look,
) -> MadeFigure:
    if look.suffix:
        return _shaped(name, recipe, paper, data, folder, formats, look)
    record = folder / f"{name}.json"
    paths = [folder / f"{name}.{form}" for form in formats]
    film = folder / f"{name}.gif" if recipe.film else None
    now = ingredients(recipe, paper, data)
    before = _read(record)
    stale = [key for key in now if before.get(key) != now[key]]
    missing = [p.suffix[1:] for p in paths if not p.is_file()]
    table = folder / f"{name}.csv"
    missing += ["csv"] if look.data and not table.is_file() else []
    missing += ["gif"] if film and not film.is_file() else []
    made = [*paths, *filter(None, [film, table if look.data else None])]
    if not stale and not missing and not look.force:
        return MadeFigure(name, made, True, "unchanged", before.get("words", ""))
    figure = draw(recipe, paper, data)
    words = described(figure)
    numbers = table_of(figure) if look.data else None
    with style():
        shaped(figure)
    with one_line(folder, "write"):
        folder.mkdir(parents=True, exist_ok=True)
        if stale:  # other formats were drawn from something else
            for old in folder.glob(f"{name}.*"):
                old.unlink()
        for path in paths:
            save_plain(figure, path)
        if film:
            save_film(moving(recipe, paper, data), film)
        if numbers is not None:
            save_table(numbers, table)
        record.write_text(json.dumps(now | {"words": words}, indent=1))
    changed = f"changed: {', '.join(stale)}" if stale else f"new format: {', '.join(missing)}"
    if look.force and not stale:
        changed = "drawn anew"
    return MadeFigure(name, made, False, changed if before else "new", words)


def _shaped(
    name: str,
    recipe: Recipe,
    paper: Reproduction,
    data: Data,
    folder: Path,
    formats: tuple[str, ...],
    look: Look,
) -> MadeFigure:
    """A picture of its own look, drawn whenever it is asked for."""
    figure = draw(recipe, paper, data)
    numbers = table_of(figure, look.panel) if look.data else None
    with style():
        shaped(figure, look)
    paths = [folder / f"{name}{look.suffix}.{form}" for form in formats]
    with one_line(folder, "write"):
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            save_plain(figure, path)
    if numbers is not None:
        paths.append(folder / f"{name}{look.suffix}.csv")
        save_table(numbers, paths[-1])
    return MadeFigure(name, paths, False, "as asked")


def ingredients(recipe: Recipe, paper: Reproduction, data: Data) -> dict[str, str]:
    """Hashes of what a picture depends on: code, drawing library, each sweep's numbers, and the
    models, whose closed forms and landmarks may be drawn.
    """
    home = Path(inspect.getfile(inspect.unwrap(recipe.draw))).parent
    engine = [Path(inspect.getfile(module)) for module in (drawing, lines, reading, replicas)]
    engine.append(Path(inspect.getfile(layout)).parent)
    own = {k: str(v) for k, v in sorted(drawing.own_settings().items())}
    found = {"sources": hash_of([home, *engine]), "matplotlib": matplotlib.__version__}
    found["settings"] = json.dumps(own)
    names = [paper.full(sweep) for sweep in recipe.sweeps]
    models = {data[name].attrs["model"] for name in names}
    found["models"] = ", ".join(sorted(model_sources(load_model(model)) for model in models))
    return found | {f"data of {name}": digest(data[name]) for name in names}


def digest(tree: xr.DataTree) -> str:
    """Hash of every value and coordinate of a sweep's data; run times and paths do not count."""
    content = hashlib.blake2b(digest_size=16)
    for side in ("simulation", "theory"):
        if side in tree:
            ds = tree[side].to_dataset()
            for name in sorted(map(str, ds.variables)):
                values = np.ascontiguousarray(ds[name].values)
                content.update(
                    f"{side}/{name}{values.dtype}{values.shape}".encode() + values.tobytes()
                )
    return content.hexdigest()


def _read(record: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(record.read_text())
    except (OSError, ValueError):
        return {}
    return found
