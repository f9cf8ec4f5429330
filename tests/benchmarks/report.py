"""Results as a table on screen, as JSON, and as a dated page with growth curves."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from benchmarks.bench import Result
from benchmarks.limits import known, nanoseconds

HEADERS = (
    "row",
    "one",
    "precision",
    "toysim",
    "peer",
    "peer's",
    "ratio",
    "spread",
    "apart",
    "limit",
)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown, aligned; the first column to the left."""
    lines = [list(headers), *map(list, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(headers))]
    rule = ["-" * width + ("" if i == 0 else ":") for i, width in enumerate(widths)]
    widths = [width + (i > 0) for i, width in enumerate(widths)]

    def told(line: Sequence[str]) -> str:
        cells = [
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        return "| " + " | ".join(cells) + " |"

    return "\n".join([told(lines[0]), told(rule), *map(told, lines[1:])])


def ratios_table(results: Sequence[Result]) -> str:
    return table(HEADERS, (line for result in results for line in _lines(result)))


def told_lines(results: Sequence[Result]) -> str:
    """What some rows tell beside their time, a line each."""
    return "\n".join(
        f"* {r.row.name}: " + ", ".join(f"{name} {value:.4g}" for name, value in r.told.items())
        for r in results
        if r.told
    )


def _lines(result: Result) -> list[list[str]]:
    """A line a peer, the fastest of the row's precision first; peers that are not counted last."""
    row = result.row
    if result.failure:
        return [[row.name, row.unit, row.precision, "FAILED", *[""] * 6]]
    ours = duration(result.median() / row.units)
    reached = "" if math.isnan(result.reached) else f"{result.reached:.0%}"
    others = [n for n in result.times if n != "toysim" and n not in result.counted]
    against = [_against(result, name) for name in (*result.counted, *others)]
    against += [[f"{name}: absent", *[""] * 4] for name in result.absent]
    against += [[f"{name}: DIFFERS", *[""] * 4] for name in result.quarrels]
    begin = [row.name, row.unit, row.precision, ours]
    return [[*begin, *told, reached] for told in against or [[""] * 5]]


def _against(result: Result, name: str) -> list[str]:
    """Peer, its time, ratio, spread, difference; in brackets where it does not count."""
    ratios = result.ratios(name)
    low, high = quartiles(ratios)
    difference, counted = result.differences.get(name), name in result.counted
    ratio = f"{statistics.median(ratios):.3g}"
    apart = "" if difference is None else f"{difference:.0e}"
    if difference is not None and math.isnan(difference):
        apart = "in the mean"
    return [
        name if counted else f"({name})",
        duration(result.median(name) / result.row.units),
        ratio if counted else f"({ratio})",
        f"{low:.3g}-{high:.3g}",
        apart,
    ]


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def duration(seconds: float) -> str:
    """Three digits and a unit."""
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{1e9 * seconds:.3g} ns"


def growth_tables(results: Sequence[Result]) -> str:
    """Cost of a unit against size, a table for each family of rows that grows, sizes ascending."""
    growing = sorted((r for r in results if r.row.grows and r.times), key=_curve)
    parts = []
    for (curve, grows), found in groupby(growing, key=lambda r: (_curve(r), r.row.grows)):
        several = sorted(found, key=lambda r: r.row.size)
        if len(several) > 1:
            title = f"### {curve}, time of one {several[0].row.unit}"
            parts.append(f"{title}\n\n{_growth(grows, several)}")
    return "\n\n".join(parts)


def _curve(result: Result) -> str:
    """What rows of one curve share of their names: all but the last two words, ``cells 100``."""
    return result.row.name.rsplit(" ", 2)[0].rstrip(",:")


def _growth(grows: str, results: Sequence[Result]) -> str:
    sides = list(dict.fromkeys(name for r in results for name in ("toysim", *r.counted)))
    lines = [
        [
            f"{r.row.size:,}",
            *[duration(r.median(s) / r.row.units) if s in r.times else "" for s in sides],
        ]
        for r in results
    ]
    return table([grows, *sides], lines)


def limits_table() -> str:
    lines = [
        [str(limit), f"{1 / ns:.3g} GFLOP/s" if limit.kind == "product" else f"{ns:.3g} ns"]
        for limit in known()
        for ns in [nanoseconds(limit)]
    ]
    return table(["limit", "measured"], sorted(lines))


def as_json(results: Sequence[Result], machine: dict[str, Any]) -> dict[str, Any]:
    return {
        "machine": machine,
        "limits_ns": {str(limit): nanoseconds(limit) for limit in known()},
        "rows": [_entry(result) for result in results],
    }


def _entry(result: Result) -> dict[str, Any]:
    row = result.row
    return {
        "name": row.name,
        "unit": row.unit,
        "units": row.units,
        "size": row.size,
        "precision": row.precision,
        "clock": row.clock,
        "seconds": {
            side: [each._asdict() for each in times] for side, times in result.times.items()
        },
        "peer_precision": {name: peer.precision for name, peer in row.peers.items()},
        "ratios": {n: statistics.median(result.ratios(n)) for n in result.times if n != "toysim"},
        "counted": result.counted,
        "differences": {n: None if math.isnan(d) else d for n, d in result.differences.items()},
        "told": result.told,
        "absent": result.absent,
        "differs": result.quarrels,
        "failed": result.failure,
        "share_of_limit": None if math.isnan(result.reached) else result.reached,
    }


def page(results: Sequence[Result], machine: dict[str, str]) -> str:
    """docs/benchmarks.md; the text around the tables says how they were made."""
    facts = table(["machine", ""], ([name, told] for name, told in machine.items()))
    return f"""# Benchmarks

Measured on {machine["date"]} by `python tests/benchmarks --page docs/benchmarks.md`
(how: `tests/benchmarks/README.md`); they gate no test.

* Ratio: a peer's time over toysim's, median over the turns, with the quartiles as spread. Above 1
  toysim is faster, **below 1 slower**.
* Both sides do the same job and return the same outputs; *apart* is the largest difference relative
  to an output's largest value, or "in the mean" where both sides draw numbers of their own and
  their means were held together within standard errors.
* One thread, warm, in turns in one process, processor time with that of child processes; sweeps on
  disk by the wall clock. Compilation is not counted but for the rows of `commands`.
* Precision is that of both sides. Peers in brackets have another one and do not count.
* *Limit*: the time that the row's matrix products, elementary functions, normal numbers or
  plain multiplications and additions would take at the fastest that any library here does them (see
  below), over the row's time. Above 100 % a row does not do that work: products with signs by
  bytes or by tables of their sums.
* Theory of modes is exact to 1e-9 and takes as long for any step: some twenty panels and root
  iterations, each of sixteen to forty-eight elementary functions, where an update of a cell is some
  thirty sums and products. So it is dearer than its simulation at a step of .01, which is off by
  1e-3, and cheaper below a third (depth 2) to a sixth (depth 4) of that step.
* Other processes ran at the same time where the load below is above 1: times are then long by what
  shared caches and memory cost, ratios within a turn hardly.

{facts}

## Ratios

{ratios_table(results)}

{told_lines(results)}

## Cost against size

Time of a unit of work; a column a side.

{growth_tables(results)}

## Limits of the machine

{limits_table()}
"""
