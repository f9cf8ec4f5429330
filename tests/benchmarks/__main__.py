"""Kernels and engine beside their peers: ``python tests/benchmarks [NAME...]`` from a checkout.

A name is that of a family (a file in ``rows``) or the beginning of a row's name. Exit code 1 only
where results differ or our side of a row fails; slowness is no failure.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent)  # the tests' folder: benchmarks and reference are packages there
sys.path.insert(1, str(HERE.parents[1]))  # the checkout

from benchmarks.machine import described, use_one_thread  # noqa: E402


def main() -> int:
    options = _options()
    use_one_thread()
    from benchmarks import cold
    from benchmarks.bench import measured
    from benchmarks.families import chosen
    from benchmarks.report import as_json, page, ratios_table, told_lines

    from toysim.runner.work import one_blas_thread

    if options.cold:
        return _told(cold.page(list(cold.first_runs(options.names)), described()["load"]), options)
    if options.statphys is not None:
        from benchmarks.statphys import lines
        from benchmarks.statphys import page as beside

        return _told(beside(lines(options.statphys or None)), options)
    rows = chosen(options.names, options.tiny)
    if options.list:
        print("\n".join(row.name for row in rows))
        return 0
    machine = described()
    print("\n".join(f"{name}: {told}" for name, told in machine.items()), flush=True)
    results = []
    with one_blas_thread():
        for row in rows:
            print(f"{row.name} ...", file=sys.stderr, flush=True)
            results.append(measured(row, options.turns))
            if options.json:  # after every row: a run that is stopped keeps what it has
                options.json.write_text(json.dumps(as_json(results, machine), indent=1))
    machine["load at the end"] = described()["load"]
    print(ratios_table(results))
    print(told_lines(results))
    for result in results:
        if result.failure:
            print(f"{result.row.name} failed: {result.failure}", file=sys.stderr)
        for peer, told in result.quarrels.items():
            print(f"{result.row.name} differs from {peer}: {told}", file=sys.stderr)
    if options.page:
        options.page.write_text(page(results, machine))
    return int(any(result.quarrels or result.failure for result in results))


def _told(page: str, options: argparse.Namespace) -> int:
    options.page.write_text(page) if options.page else print(page)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help="families or beginnings of rows; none: all")
    parser.add_argument("--turns", type=int, default=7, help="timings of every side (7)")
    parser.add_argument("--list", action="store_true", help="print the rows' names")
    parser.add_argument("--tiny", action="store_true", help="tiny sizes, to see that all runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the page of the docs")
    parser.add_argument("--cold", action="store_true", help="first runs of models, with no kernel")
    parser.add_argument(
        "--statphys",
        type=lambda folder: Path(folder) if folder else "",
        nargs="?",
        const="",
        metavar="CHECKOUT",
        help="theory beside StatPhysMLSimPlayground: its kept values, or those of a checkout",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
