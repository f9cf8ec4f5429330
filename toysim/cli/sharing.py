"""toysim script, toysim merge: sweeps that outgrow one machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from toysim.cli import completion
from toysim.cli.app import app
from toysim.cli.arguments import Json, Preset, Yes
from toysim.cli.values import assignments, print_json


@app.command(epilog="Example: toysim script slurm critical_periods.depth --jobs 8 --time 3h")
def script(
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="slurm.")],
    name: Annotated[
        str,
        typer.Argument(
            metavar="SWEEP",
            help="Sweep file, its name, or a model with --set.",
            autocompletion=completion.sweeps,
        ),
    ],
    jobs: Annotated[int, typer.Option("--jobs", metavar="N", help="Jobs in the array.")] = 4,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="Cores and threads of a job.")
    ] = 4,
    time: Annotated[str, typer.Option("--time", metavar="SPAN", help="Of a job.")] = "3h",
    preset: Preset = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Value or axis; may be repeated."),
    ] = None,
    store: Annotated[
        Path | None, typer.Option("--store", metavar="PATH", help="On a disk that all jobs see.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Default: STORE.QUEUE, here.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a script.")] = False,
    yes: Yes = False,
) -> None:
    """Write a job script whose workers fill one store.

    Makes the store and the folder of the logs too: the script is ready to be submitted.
    """
    from toysim.sharing import script

    given = assignments(set_ or (), "--set")
    written = script(
        queue,
        name,
        jobs=jobs,
        workers=workers,
        time=time,
        store=store,
        preset=preset,
        out=out,
        force=force,
        yes=yes,
        **given,
    )
    typer.echo(f"script:  {written}")
    typer.echo(f"submit:  sbatch {written}")


@app.command(epilog="Example: toysim merge here.zarr there.zarr --out both.zarr")
def merge(
    stores: Annotated[list[Path], typer.Argument(metavar="STORE...", help="Of one sweep.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="PATH", help="A new store.")],
    as_json: Json = False,
) -> None:
    """Put stores of one sweep, run on several machines, together.

    What one lacks another gives; where several have a row, their bytes must be the same.
    """
    from toysim.sharing import merge

    found = merge(*stores, into=out)
    if as_json:
        print_json({**vars(found), "path": str(found.path)})
        return
    typer.echo(f"{found.blocks} blocks, {found.rows_checked} rows in several stores, all equal")
    typer.echo(f"store:   {found.path}")
    typer.echo(f"{found.blocks_left} blocks are left: toysim work {found.path}")
