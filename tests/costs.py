"""What a sweep costs by its size: ``python tests/costs.py [--again]``, some minutes.

Sweeps of the cheapest models there are, each step in a process of its own, so that its time and
memory are the engine's. What it finds goes into ``docs/costs.json`` size by size, and from there
onto the page ``docs/costs.md``; sizes that are there are not measured again without ``--again``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.machine import described
from benchmarks.rows.engine import peak_megabytes
from benchmarks.sum_model import announce

PAGE = Path(__file__).resolve().parents[1] / "docs" / "costs.md"
CASES = {  # model, replicas, sizes
    "end states": ("benchmark.sum", 1, (10**3, 10**4, 10**5, 10**6, 10**7)),
    "ten replicas and theory": ("benchmark.noisy_sum", 10, (10**3, 10**4, 10**5, 10**6)),
}
STEPS = ("sweep", "open", "status", "compare", "export", "grow")
WORKERS = ("threads", "processes", "dask")
QUIET = 0.5  # load above which other work would be timed
WORK = 20.0  # seconds of one worker

HEAD = """\
# What a sweep costs

Made by `python tests/costs.py`, which writes this page from [costs.json](costs.json). The models
are the cheapest there are, a sum of two numbers, and the same with noise; so the costs are those of
the engine. Each step runs in a process of its own on one worker: seconds of the clock (of the
processor in brackets), and the peak of memory in MB above that of the process before the step.
`grow` adds a tenth more values to an axis. Sizes from two million rows on are opened without
reading their numbers, and compared a piece at a time where no rows are run again at smaller steps;
a flat table (`export` to .csv or .parquet) is made in memory whole.

"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="measure all sizes anew")
    parser.add_argument("--most", type=int, default=10**7, help="cells of a sweep, at most")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--step", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(measured(*options.step)))
        return 0
    data = options.page.with_suffix(".json")
    found = json.loads(data.read_text()) if data.is_file() and not options.again else {}
    for case, (_, _, sizes) in CASES.items():
        for n in sizes:
            if n <= options.most and str(n) not in found.setdefault(case, {}):
                found[case][str(n)] = of_size(case, n)
                write(found, data)
    if "workers" not in found and os.getloadavg()[0] < QUIET:
        found["workers"] = speedups()
    write(found, data)
    return 0


def write(found: dict, data: Path) -> None:
    data.write_text(json.dumps(found, indent=1) + "\n")
    data.with_suffix(".md").write_text(page(found))


def of_size(case: str, n: int) -> dict:
    """Every step of one sweep, each in its own process."""
    told = {"date": described()["date"], "processor": described()["processor"]}
    with tempfile.TemporaryDirectory(prefix="toysim-costs-") as folder:
        for step in STEPS:
            if step != "compare" or "theory" in case:
                told[step] = in_own_process(step, case, n, folder)
            if step == "sweep":
                told |= disk(Path(folder) / "s.zarr")
    return told | {"load": round(os.getloadavg()[0], 1)}


def in_own_process(*step: object) -> dict:
    run = [sys.executable, __file__, "--step", *map(str, step)]
    return json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)


def disk(store: Path) -> dict:
    sizes = [p.stat().st_size for p in store.rglob("*") if p.is_file()]
    return {"files": len(sizes), "megabytes": round(sum(sizes) / 1e6, 2)}


def measured(step: str, case: str, n: str, folder: str) -> dict:
    """A step timed in this process, after what it imports and compiles."""
    announce()
    prepared(case)
    memory = peak_megabytes()
    wall, processor = time.perf_counter(), time.process_time()
    carry_out(step, case, int(n), Path(folder) / "s.zarr")
    return {
        "seconds": round(time.perf_counter() - wall, 3),
        "processor": round(time.process_time() - processor, 3),
        "above": round(peak_megabytes() - memory, 1),
    }


def prepared(case: str) -> None:
    """Every step of the least sweep: what is imported and compiled once is not timed."""
    with tempfile.TemporaryDirectory() as folder:
        for step in STEPS:
            if step != "compare" or "theory" in case:
                carry_out(step, case, 100, Path(folder) / "s.zarr")


def carry_out(step: str, case: str, n: int, store: Path) -> None:
    import toysim
    from toysim.store.status import read_status

    model, replicas, _ = CASES[case]
    match step:
        case "sweep":
            execute_sweep(model, n, replicas, store)
        case "grow":
            execute_sweep(model, n + n // 10, replicas, store)
        case "open":
            toysim.open_store(store)
        case "status":
            read_status(store)
        case "compare":
            toysim.compare(store)
        case "export":
            toysim.export(store, store.with_suffix(".nc"), force=True)


def execute_sweep(model: str, n: int, replicas: int, store: Path) -> None:
    """``a`` has a tenth of the values of a square grid's side, and more when the sweep grows."""
    import numpy as np

    from toysim.plan import build_sweep
    from toysim.registry import load_model
    from toysim.runner.execute import Options, execute

    b = 10 if n < 10**5 else 1000
    axes = {"a": np.arange(n // b) / 1000.0, "b": {"linspace": [0.0, 1.0, b]}}
    sweep = build_sweep("cost", load_model(model), {}, axes, replicas=replicas)
    execute(sweep, store, Options(workers=1), lambda event: None)


def speedups() -> dict:
    """Seconds of one and two workers on the same work, by backend; on a quiet machine."""
    return {backend: dict(zip("12", map(by(backend), (1, 2)), strict=True)) for backend in WORKERS}


def by(backend: str):
    """Seconds that a number of workers takes, started and warm before."""
    import toysim

    def seconds(workers: int) -> float:
        given = {"learning_rate": [0.01 + 1e-4 * k for k in range(80)], "n_steps": 10**8}
        begin = time.perf_counter()
        toysim.sweep(
            "oscillation.scalar_factorised",
            **given,
            theory=False,
            workers=workers,
            backend=backend,
            block=1,
        )
        return round(time.perf_counter() - begin, 2)

    return seconds


def page(found: dict) -> str:
    """A table a case, and one of workers."""
    parts = [
        HEAD
        + "\n\n".join(f"## {case.capitalize()}\n\n{table(found.get(case, {}))}" for case in CASES)
    ]
    parts.append("## One worker and two\n\n" + workers_told(found.get("workers")))
    return "\n\n".join(parts) + "\n"


def table(sizes: dict) -> str:
    steps = [s for s in STEPS if any(s in told for told in sizes.values())]
    head = ["cells", "files", "MB on disk", "us a cell", *steps, "load", "date"]
    rows = [row(int(n), sizes[n], steps) for n in sorted(sizes, key=int)]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])


def row(n: int, told: dict, steps: list[str]) -> list[str]:
    each = 1e6 * told["sweep"]["processor"] / n
    sizes = [f"10^{len(str(n)) - 1}", str(told["files"]), f"{told['megabytes']:.3g}"]
    return [*sizes, f"{each:.2g}", *(cost(told[s]) for s in steps), f"{told['load']}", told["date"]]


def cost(step: dict) -> str:
    return f"{step['seconds']:.2g} ({step['processor']:.2g}) s, {max(step['above'], 0):.0f} MB"


def workers_told(found: dict | None) -> str:
    if not found:
        return f"Not measured: the load of the machine was never below {QUIET} while this was made."
    lines = [
        f"| {b} | {t['1']:.3g} | {t['2']:.3g} | {t['1'] / t['2']:.2f} |" for b, t in found.items()
    ]
    return "\n".join(["| backend | one [s] | two [s] | ratio |", "|---|---|---|---|", *lines])


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # what was measured is written
        raise SystemExit(main())
