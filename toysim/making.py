"""A new project, made from the template: a small one that works."""

from __future__ import annotations

import re
from pathlib import Path

from toysim.errors import ToysimError
from toysim.registry import all_models, reproduction_names
from toysim.store.files import one_line

TEMPLATE = Path(__file__).parent / "template"
OF_TEMPLATE = "demo"  # the name that stands in it
NAME = re.compile(r"[a-z][a-z0-9_]*")


def make_project(name: str, where: Path | None = None) -> Path:
    """The folder of a new project, below ``where`` or the current folder.

    Raises ToysimError, and writes nothing, where the name is no name of a Python module, is that of
    a family or paper, or where the folder exists.
    """
    _refuse_taken(name)
    folder = Path(where or ".") / name
    if folder.exists():
        raise ToysimError(f"{folder} exists; give another name, or remove it")
    with one_line(folder, "create"):
        for file in sorted(TEMPLATE.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                _copy(file, folder, name)
    return folder


def _refuse_taken(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ToysimError(f"NAME {name!r}: small letters, digits and _, for example my_walk")
    families = {model.partition(".")[0] for model in all_models()}
    if name in families | set(reproduction_names()):
        raise ToysimError(f"NAME {name!r} is a family or paper already; give another name")


def _copy(file: Path, folder: Path, name: str) -> None:
    """One file, with the project's name for the template's in its text and path."""
    place = str(file.relative_to(TEMPLATE)).replace(OF_TEMPLATE, name)
    text = re.sub(rf"\b{OF_TEMPLATE}\b", name, file.read_text(encoding="utf-8"))
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / place).write_text(text, encoding="utf-8")
