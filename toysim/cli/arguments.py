"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from toysim.cli import completion

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
LogJson = Annotated[
    bool, typer.Option("--log-json", help="Progress as lines of JSON on stderr, one an event.")
]
ModelId = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="Model id, for example deep_linear.modes.",
        autocompletion=completion.models,
    ),
]
ParameterValues = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--parameter",
        metavar="NAME=VALUE",
        help="Value of a parameter; may be repeated.",
        autocompletion=completion.model_parameters,
    ),
]
StorePath = Annotated[
    Path,
    typer.Argument(metavar="STORE", help="Store of a sweep, for example results/my_sweep.zarr."),
]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", help="Workers; default: one a core.")
]
Preset = Annotated[
    str | None,
    typer.Option(
        "--preset", metavar="NAME", help="quick (default), paper, ...: overrides in the file."
    ),
]
Backend = Annotated[
    str, typer.Option("--backend", metavar="NAME", help="threads, processes or dask.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler", metavar="ADDRESS", help="Dask scheduler; default: one on this machine."
    ),
]
Cluster = Annotated[
    Path | None,
    typer.Option("--cluster", metavar="FILE", help="Dask on a queue: what dask-jobqueue asks for."),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        metavar="SECONDS",
        help="Give a row up after that long; with processes only.",
    ),
]
StopAfter = Annotated[
    str | None,
    typer.Option(
        "--stop-after",
        metavar="SPAN",
        help="3h, 90m, ...: stop at a block's end before that; the same again goes on.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Go on where it takes more than a minute.")]
NoTheory = Annotated[
    bool, typer.Option("--no-theory", help="Leave theory out; a later run adds it.")
]
Plot = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE", help="Draw: FILE.png, .svg or .pdf.")
]
