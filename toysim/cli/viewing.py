"""toysim view: a page to look at a sweep from all sides, or to turn a model's parameters."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toysim.cli import completion
from toysim.cli.app import app
from toysim.cli.arguments import Preset
from toysim.errors import ToysimError

if TYPE_CHECKING:
    from toysim.viewing.server import Page

BEGIN = 0.1  # seconds between two looks for a store that a sweep is about to make


@app.command(epilog="Example: toysim view deep_linear.modes")
def view(
    what: Annotated[
        str,
        typer.Argument(
            metavar="STORE|SWEEP|MODEL",
            help="What to look at. A sweep that is not finished is run meanwhile.",
            autocompletion=completion.models,
        ),
    ],
    preset: Preset = None,
    port: Annotated[int, typer.Option("--port", metavar="N", help="Default: a free one.")] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only say where the page is.")
    ] = False,
) -> None:
    """Explore a sweep or a model in the browser, on a page for this machine alone.

    Of a sweep: any observable along any axis, sliders for the rest, replicas, maps, the course of
    the point that is clicked, pictures and numbers to take away; live while it runs. Of a model:
    its parameters as sliders; theory answers at once, simulation follows. Ctrl-C ends it.
    """
    from toysim.viewing.needed import need_bokeh

    need_bokeh()
    from toysim.viewing.server import serve

    with_sweep: list[subprocess.Popen[bytes]] = []
    try:
        serve(
            _page(what, preset, with_sweep),
            port,
            not no_browser,
            lambda at: typer.echo(f"page: {at}"),
        )
    finally:
        for running in with_sweep:
            running.wait()


def _page(what: str, preset: str | None, started: list[subprocess.Popen[bytes]]) -> Page:
    """The page of what was asked for; a process that runs its sweep is put into ``started``."""
    from toysim.registry import all_models, load_model
    from toysim.viewing.pages import of_model, of_store

    if Path(what).is_dir():
        return of_store(Path(what))
    if what in all_models():
        model = load_model(what)
        typer.echo(f"model: {what} (compiles on its first call)")
        return of_model(model)
    if Path(what).suffix == ".zarr":
        raise ToysimError(f"no store at {what}")
    return of_store(_growing(what, preset, started))


def _growing(what: str, preset: str | None, started: list[subprocess.Popen[bytes]]) -> Path:
    """The store of a sweep file, with a process that fills it where rows are to come."""
    from toysim.api import store_path
    from toysim.store.status import read_status
    from toysim.sweep_file import load_sweep

    store = store_path(load_sweep(what, preset))
    if store.is_dir() and read_status(store).finished:
        return store
    typer.echo(f"sweep: {what}, into {store}; what is done when you leave is kept")
    command = [sys.executable, "-m", "toysim", "sweep", what]
    command += ["--preset", preset] if preset else []
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    started.append(running)
    while not (store / "zarr.json").is_file():
        if running.poll() is not None:
            raise ToysimError(f"the sweep {what} ended before it had a store")
        time.sleep(BEGIN)
    return store
