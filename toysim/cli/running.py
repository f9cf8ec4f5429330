"""toysim sweep, toysim work: a whole sweep, a hand with somebody's sweep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toysim.cli import completion
from toysim.cli.app import FAILED, OK, app, debugging
from toysim.cli.arguments import (
    Backend,
    Cluster,
    Json,
    LogJson,
    NoTheory,
    Preset,
    Scheduler,
    StopAfter,
    StorePath,
    TimeLimit,
    Workers,
)
from toysim.cli.progress import listener
from toysim.cli.values import assignments, print_facts, print_json, refuse_words
from toysim.progress import line

if TYPE_CHECKING:
    from toysim.plan import Sweep
    from toysim.runner.execute import Options, Report

OPTIONS = ("seed", "replicas", "where", "sets", "preset", "store", "workers")  # no parameters


@app.command(epilog="Example: toysim sweep critical_periods.depth --workers 2")
def sweep(
    name: Annotated[
        str,
        typer.Argument(
            metavar="SWEEP",
            help="Sweep file, its name, or a model with --set.",
            autocompletion=completion.sweeps,
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done: cells, bytes, time.")
    ] = False,
    workers: Workers = None,
    backend: Backend = "threads",
    scheduler: Scheduler = None,
    cluster: Cluster = None,
    preset: Preset = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Value or axis, over the file's; may be repeated.",
            autocompletion=completion.sweep_parameters,
        ),
    ] = None,
    replicas: Annotated[
        int | None, typer.Option("--replicas", metavar="N", help="Of a model's sweep; default 1.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Of a model's sweep; default 0.")
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(
            "--where",
            metavar="EXPR",
            help="Only cells where it holds, like 'n_visits <= 2 * n_tasks'.",
        ),
    ] = None,
    sets: Annotated[
        Path | None,
        typer.Option(
            "--sets", metavar="FILE.csv", help="Parameter sets of a model's sweep, one a line."
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            metavar="PATH",
            help="Store; default results/NAME.zarr, of a model results/MODEL.DIGEST.zarr.",
        ),
    ] = None,
    block: Annotated[
        int | None,
        typer.Option(
            "--block", metavar="N", help="Rows in a unit of work; default: by the model's cost."
        ),
    ] = None,
    time_limit: TimeLimit = None,
    stop_after: StopAfter = None,
    no_theory: NoTheory = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Run blocks with failed or timed-out rows again.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Check every chunk, run damaged blocks again.")
    ] = False,
    create_only: Annotated[
        bool, typer.Option("--create-only", help="Make the store, for toysim work to fill.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Run a huge sweep all the same.")] = False,
    log_json: LogJson = False,
    as_json: Json = False,
) -> int:
    """Run or continue a sweep; exit 1 if rows failed.

    What is in the store is kept, what is missing is computed: after an interruption say it again.
    A model is swept without a file: toysim sweep deep_linear.modes --set depth=[2,3,4].
    """
    from toysim.api import carry_out, make_room, model_store_path, plan

    options = _options(
        workers,
        backend,
        scheduler,
        block,
        time_limit,
        not no_theory,
        retry,
        repair,
        stop_after,
        cluster,
    )
    given = assignments(set_ or (), "--set")
    refuse_words(given, "--set", OPTIONS)
    own = {"replicas": replicas, "seed": seed, "where": where, "sets": sets}
    spec, home = plan(name, preset, own, given)
    path = store or home or model_store_path(spec)
    if home is None and not as_json:
        typer.echo(f"store:   {path}")
    if dry_run:
        _dry_run(spec, path, block, as_json)
        return OK
    if create_only:
        made = make_room(spec, path, options, yes)
        print_json({"path": str(made)}) if as_json else typer.echo(f"work:    toysim work {made}")
        return OK
    with listener(spec.name, log_json) as progress:
        report = carry_out(spec, path, options, yes, progress)
    return _report(report, as_json)


@app.command(epilog="Example: toysim work results/critical_periods.depth.zarr --workers 1")
def work(
    store: StorePath,
    workers: Workers = None,
    backend: Backend = "threads",
    scheduler: Scheduler = None,
    cluster: Cluster = None,
    time_limit: TimeLimit = None,
    stop_after: StopAfter = None,
    no_theory: NoTheory = False,
    log_json: LogJson = False,
    as_json: Json = False,
) -> int:
    """Help with a sweep from another terminal or machine.

    Computes the blocks that the store still lacks; the results are the same bytes whoever writes
    them.
    """
    from toysim.runner.execute import join

    options = _options(
        workers,
        backend,
        scheduler,
        None,
        time_limit,
        not no_theory,
        False,
        False,
        stop_after,
        cluster,
    )
    with listener(store.stem, log_json) as progress:
        report = join(store, options, progress)
    return _report(report, as_json)


def _options(
    workers: int | None,
    backend: str,
    scheduler: str | None,
    block: int | None,
    time_limit: float | None,
    theory: bool,
    retry: bool = False,
    repair: bool = False,
    stop_after: str | None = None,
    cluster: Path | None = None,
) -> Options:
    """Checked here too, so that a wrong option is refused before a store is touched."""
    from toysim.durations import seconds_of
    from toysim.runner.execute import Options

    stop = None if stop_after is None else seconds_of(stop_after)
    options = Options(
        workers, backend, scheduler, block, time_limit, theory, retry, repair, stop, cluster
    )
    options.check()
    return options


def _dry_run(spec: Sweep, path: Path, block: int | None, as_json: bool) -> None:
    from toysim.runner.cost import estimate_cost, plan_sweep, refuse_large_row

    refuse_large_row(spec)
    plan, cost = plan_sweep(spec, block), estimate_cost(spec)
    facts = {
        "sweep": spec.name,
        "question": spec.question or None,
        "model": spec.model.id,
        "axes": {d.name: len(d) for d in spec.dimensions},
        "cells": plan.cells,
        "refined_cells_at_most": plan.refined_cells,
        "replicas": plan.replicas,
        "rows": plan.rows,
        "blocks": plan.blocks,
        "rows_in_a_block": plan.block[0] * plan.block[1],
        "bytes_before_compression": plan.bytes,
        "estimated_core_seconds": cost.seconds,
        "estimated_by": f"{cost.timed_cells} cells timed"
        if cost.timed_cells
        else "the model, to a factor of ten",
        "store": str(path),
        "store_exists": path.exists(),
    }
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)


def _report(report: Report, as_json: bool) -> int:
    """Say what a run did; 1 if a row of the store failed, now or before."""
    from toysim.store.status import read_status

    status = read_status(report.path)
    bad = status.failed + status.timed_out
    if as_json:
        print_json(
            {
                **vars(report),
                "failed_in_store": status.failed,
                "timed_out_in_store": status.timed_out,
            }
        )
        return FAILED if bad else OK
    if report.blocks:
        typer.echo(
            f"{report.rows} rows in {report.blocks} blocks, {report.failed} failed, "
            f"{report.timed_out} timed out, "
            f"{report.seconds:.1f} s ({report.kernel_seconds:.1f} s in the model)"
        )
        if report.refined:
            typer.echo(f"{report.refined} rows run again at half and a quarter of the step")
    elif not report.blocks_left:
        typer.echo(f"nothing to do: all {report.blocks_before} blocks are there")
    if report.blocks_left:
        typer.echo(f"stopped: {report.blocks_left} blocks are left; the same command goes on")
    for name, value in report.notes.items():
        typer.echo(_note(name, value))
    for text in report.warnings:
        line(f"warning: {text}")
    typer.echo(f"store:   {report.path}")
    if all((report.path / side).is_dir() for side in ("simulation", "theory")):
        typer.echo(f"compare: toysim compare {report.path}")
    if bad:
        last = f"; last: {status.last_errors[-1]}" if status.last_errors else ""
        counts = f"{status.failed} rows failed, {status.timed_out} timed out"
        if debugging.get():
            line(status.last_trace)
        line(" ".join(f"error: {counts}{last}; --retry runs them again".split()))
    return FAILED if bad else OK


def _note(name: str, value: float) -> str:
    if name == "status":
        return f"note: {value:.0f} rows ended with a status other than ok"
    return (
        f"note: {name} goes up to {value:.3g}, beyond its limit; "
        "toysim compare says what that does to the numbers"
    )
