"""What the shell offers after a part of a name: models, sweeps, reproductions, parameters."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path

import typer

KINDS = ("models", "sweeps", "papers", "figures", "landmarks")


def kinds(incomplete: str) -> list[str]:
    return [kind for kind in KINDS if kind.startswith(incomplete)]


def models(incomplete: str) -> list[str]:
    from toysim.registry import all_models

    return [name for name in sorted(all_models()) if name.startswith(incomplete)]


def sweeps(incomplete: str) -> list[str]:
    """Sweeps by name, and the sweep files of the folder that is being typed."""
    from toysim.registry import all_sweeps

    files = [str(path) for path in Path(incomplete).parent.glob("*.toml")]
    return [name for name in [*sorted(all_sweeps()), *sorted(files)] if name.startswith(incomplete)]


def reproductions(incomplete: str) -> list[str]:
    from toysim.registry import reproduction_names

    return [name for name in reproduction_names() if name.startswith(incomplete)]


def model_parameters(ctx: typer.Context, incomplete: str) -> list[str]:
    """``name=`` of the model that the command line names already."""
    return [name for word in _words(ctx, "model") for name in _parameters(word, incomplete)]


def sweep_parameters(ctx: typer.Context, incomplete: str) -> list[str]:
    """``name=`` of the model of the sweep file that the command line names already."""
    from toysim.registry import all_sweeps

    found: list[str] = []
    for word in _words(ctx, "name"):
        with suppress(OSError, ValueError):
            text = (all_sweeps().get(word) or Path(word)).read_text()
            found += _parameters(str(tomllib.loads(text).get("model")), incomplete)
    return found


def _words(ctx: typer.Context, argument: str) -> list[str]:
    """The argument's value; an option that still lacks its value leaves it among the words not
    taken.
    """
    return [str(word) for word in (ctx.params.get(argument), *ctx.args) if word]


def _parameters(model: str, incomplete: str) -> list[str]:
    from toysim.registry import all_models

    found = all_models().get(model)
    return [
        f"{name}=" for name in (found.parameters if found else ()) if name.startswith(incomplete)
    ]
