"""toysim status, compare, export: look at a store."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from toysim.cli.app import FAILED, OK, app
from toysim.cli.arguments import Json, StorePath
from toysim.cli.values import check_suffix, print_facts, print_json, print_table, refuse_existing
from toysim.errors import ToysimError

COLUMNS = (
    "observable",
    "verdict",
    "z",
    "simulation",
    "theory",
    "tolerance",
    "compared",
    "undecided",
    "outside",
)


@app.command(epilog="Example: toysim status results/critical_periods.depth.zarr")
def status(store: StorePath, as_json: Json = False) -> int:
    """Say how far a sweep is; exit 1 if rows failed."""
    from toysim.store.status import read_status

    found = read_status(store)
    if as_json:
        print_json(found.as_dict())
    else:
        left = found.blocks - found.blocks_done
        eta = (
            "finished"
            if found.finished
            else "unknown"
            if found.eta is None
            else f"{found.eta:.0f} s"
        )
        facts = {
            "store": found.path,
            "model": found.model,
            "blocks": f"{found.blocks_done} of {found.blocks} done, {left} left",
            "rows done": found.rows_done,
            "failed": found.failed,
            "timed out": found.timed_out,
            "rate": f"{found.rate:.4g} rows/s" if found.rate else "not running",
            "eta": eta,
            **{f"error {k}": text for k, text in enumerate(found.last_errors, 1)},
        }
        print_facts(facts)
    return FAILED if found.failed + found.timed_out else OK


@app.command(epilog="Example: toysim compare results/critical_periods.depth.zarr")
def compare(store: StorePath, as_json: Json = False) -> int:
    """Hold simulation against theory; exit 1 if they differ or data are missing."""
    from toysim.comparison.verdicts import Comparison
    from toysim.comparison.verdicts import compare as compare_tree
    from toysim.store.dataset import read_tree

    tree = read_tree(store)
    missing = _missing(tree)
    nothing = "theory" in tree and any(
        bool((side["state"] != 1).all()) for side in tree.children.values()
    )
    verdicts = Comparison() if nothing else compare_tree(tree)
    if as_json:
        print_json({"verdicts": verdicts.as_dicts(), **missing})
    elif verdicts:
        _print_verdicts(verdicts)
    if any(missing.values()):
        counts = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in missing.items() if n)
        typer.echo(
            f"error: data are missing: {counts}; say toysim sweep again, with --retry for failed "
            "rows",
            err=True,
        )
    return OK if verdicts.ok and not any(missing.values()) else FAILED


def _missing(tree: Any) -> dict[str, int]:
    """Rows of both sides that were asked for and have no numbers."""
    states = [tree[side]["state"].values for side in ("simulation", "theory") if side in tree]
    names = {"rows_not_run": 0, "rows_failed": 2, "rows_timed_out": 3}
    return {
        name: int(sum((state == code).sum() for state in states)) for name, code in names.items()
    }


def _print_verdicts(verdicts: Any) -> None:
    print_table(
        (*COLUMNS, "worst cell"),
        [(*(getattr(v, name) for name in COLUMNS), v.worst) for v in verdicts],
    )
    typer.echo("z is 5 |simulation - theory| / tolerance, at the worst cell")
    if any(v.discretisation is not None for v in verdicts):
        typer.echo("simulation is extrapolated to step 0 from runs at h, h/2 and h/4")
    if verdicts.left_out:
        typer.echo(
            f"{verdicts.left_out} rows left out: not run, failed, or of a status other than ok"
        )


@app.command(epilog="Example: toysim export results/my_sweep.zarr my_sweep.nc")
def export(
    store: StorePath,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="netCDF file to write, FILE.nc.")],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
) -> None:
    """Write a store as one netCDF file.

    Its groups are /simulation, /theory and /comparison, with CF-style attributes.
    """
    from toysim.api import open_store

    check_suffix(file, (".nc",), "FILE")
    if not force:
        refuse_existing(file, "give another name, or --force to replace it")
    tree = open_store(store)
    write_netcdf(tree, file)
    typer.echo(f"data: {file} ({file.stat().st_size} bytes)")


def write_netcdf(tree: Any, file: Path) -> None:
    """Write beside the place and rename, so that a file of that name is always whole."""
    tree.attrs["Conventions"] = "CF-1.11"
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.touch()  # the system's own word on a place that cannot be written
        tree.to_netcdf(temporary, engine="h5netcdf")
        os.replace(temporary, file)
    except OSError as error:
        raise ToysimError(
            f"cannot write {file}: {error.strerror or error}; give another path"
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
