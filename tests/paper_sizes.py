"""Claims at the papers' sizes: ``python tests/paper_sizes.py [PAPER or SWEEP...]`` from a checkout.

Takes the sweeps of every claim that has one with a preset ``paper``, estimates their cost, runs
those of at most ``--seconds`` on two cores, the cheapest first, and judges the claims whose sweeps
are all there. What it finds goes into ``docs/paper_sizes.json``, and from there onto the page
``docs/paper_sizes.md``. Say it again to go on.
"""

import argparse
import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from toysim.errors import UnknownPreset
from toysim.outcomes import Verdict
from toysim.paper import Claim, Reproduction
from toysim.papers.claims import judge
from toysim.papers.reading import complete
from toysim.papers.reproduction import at_preset
from toysim.registry import load_reproduction, reproduction_names
from toysim.runner.cost import estimate_cost
from toysim.runner.execute import Options, execute
from toysim.store.dataset import read_tree
from toysim.store.provenance import host_kind, versions
from toysim.sweep_file import load_sweep

PRESET, CORES = "paper", 2
BUSY = 0.5  # load before a run that is said to have slowed it
DOCS = Path(__file__).resolve().parents[1] / "docs"

HEAD = """\
# At the papers' sizes

Claims judged on their sweeps at the preset `paper`. Made by `python tests/paper_sizes.py`, which
runs what is cheap enough and writes this page from [paper_sizes.json](paper_sizes.json); one sweep
alone is `toysim sweep NAME --preset paper`. Sweeps without that preset have one size, and run as
they are.

Costs are seconds of the clock on two cores, compilation included where a kernel was new; after
"about" they are estimated, by declaration to a factor of ten. Verdicts at `ci` and `quick` are
those that the tests hold.

"""


@dataclass(frozen=True)
class Entry:
    """A claim with its paper; ``key`` names it in the data."""

    paper: Reproduction
    claim: Claim

    @property
    def key(self) -> str:
        return f"{self.paper.name}.{self.claim.name}"

    @property
    def sweeps(self) -> list[str]:
        return [self.paper.full(sweep) for sweep in self.claim.sweeps]


def main() -> int:
    options = parsed()
    found = json.loads(options.data.read_text()) if options.data.is_file() else {}
    sweeps, claims = found.setdefault("sweeps", {}), found.setdefault("claims", {})
    entries = chosen(options.names)
    end = time.monotonic() + options.budget
    for name in sorted({sweep for entry in entries for sweep in entry.sweeps} - set(sweeps)):
        if time.monotonic() < end:
            sweeps[name] = estimated(name)
            write(found, options.data)
    waiting = [n for e in entries for n in e.sweeps if n in sweeps and "seconds" not in sweeps[n]]
    for name in sorted(set(waiting), key=lambda name: cost(sweeps[name])):
        if cost(sweeps[name]) <= min(options.seconds, end - time.monotonic()):
            sweeps[name] |= run(name, options.results)
            write(found, options.data)
            print(name, sweeps[name]["seconds"], "s", flush=True)
    for entry in entries:
        claims[entry.key] = claims.get(entry.key, {}) | judged(entry, sweeps, options.results)
    write(found, options.data)
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PAPER or SWEEP")
    parser.add_argument("--seconds", type=float, default=600, help="at most, a sweep")
    parser.add_argument("--budget", type=float, default=float("inf"), help="seconds, in all")
    parser.add_argument("--results", type=Path, default=Path("results"), help="where stores are")
    parser.add_argument("--data", type=Path, default=DOCS / "paper_sizes.json")
    return parser.parse_args()


def chosen(names: list[str]) -> list[Entry]:
    """Claims that have a sweep with the preset, of these papers or sweeps; of all without names."""
    papers = [load_reproduction(name) for name in reproduction_names()]
    entries = [Entry(paper, claim) for paper in papers for claim in paper.claims]
    sized = [entry for entry in entries if any(map(has_preset, entry.sweeps))]
    return [e for e in sized if not names or {e.paper.name, *e.sweeps} & set(names)]


def has_preset(sweep: str) -> bool:
    try:
        load_sweep(sweep, PRESET)
    except UnknownPreset:
        return False
    return True


def estimated(name: str) -> dict:
    """What the dry run says: kernel seconds on one core, timed or declared."""
    found = estimate_cost(at_preset(name, PRESET))
    by = f"{found.timed_cells} cells timed" if found.timed_cells else "declared"
    return {"core_seconds": float(f"{found.seconds:.3g}"), "estimated_by": by, "date": today()}


def cost(sweep: dict) -> float:
    """Seconds on two cores, as estimated."""
    return sweep["core_seconds"] / CORES


def run(name: str, results: Path) -> dict:
    """Run or continue a sweep; what it took, and how busy the machine was before."""
    spec, load, start = at_preset(name, PRESET), os.getloadavg()[0], time.process_time()
    report = execute(spec, results / f"{spec.store_name}.zarr", Options(workers=CORES), ignore)
    option = f" --preset {PRESET}" if has_preset(name) else ""
    return {
        "command": f"toysim sweep {name}{option}",
        "seconds": round(report.seconds, 1),
        "cpu_seconds": round(time.process_time() - start, 1),
        "blocks_before": report.blocks_before,
        "load_before": round(load, 1),
        "machine": host_kind(),
        "versions": versions(),
        "date": today(),
    }


def ignore(event: dict) -> None:
    """No progress."""


def judged(entry: Entry, sweeps: dict, results: Path) -> dict:
    """The claim's verdicts by preset; at the paper's sizes only where all its stores are whole."""
    claim = entry.claim
    verdicts = {preset: claim.expected(preset).verdict for preset in ("ci", "quick")}
    found = {"sweeps": entry.sweeps, "command": f"toysim reproduce {entry.paper.name}", **verdicts}
    stores = {n: results / f"{at_preset(n, PRESET).store_name}.zarr" for n in entry.sweeps}
    ran = all("seconds" in sweeps.get(name, {}) for name in stores)
    if not ran or not all(store.is_dir() for store in stores.values()):
        return found
    data = {name: read_tree(store) for name, store in stores.items()}
    if not all(map(complete, data.values())):
        return found
    judgement = judge(claim, entry.paper, data, PRESET)
    told = {"measured": judgement.told("measured"), "versions": versions(), "date": today()}
    return found | {PRESET: judgement.verdict, "why": claim.expected(PRESET).reason, **told}


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def write(found: dict, path: Path) -> None:
    """The data, and the page beside them."""
    path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    path.with_suffix(".md").write_text(page(found))


def page(found: dict) -> str:
    """Two tables: claims by preset, sweeps by cost."""
    sweeps, claims = found["sweeps"], found["claims"]
    head = ("claim", "`ci`", "`quick`", "`paper`", "cost [s]", "date", "toysim")
    rows = [claim_row(key, claims[key], sweeps) for key in sorted(claims)]
    ordered = sorted(sweeps, key=lambda name: (cost(sweeps[name]), name))
    columns = ("sweep", "cost [s]", "of the processor [s]", "estimate", "load before", "date")
    costs = table(columns, [sweep_row(name, sweeps[name]) for name in ordered])
    return f"{HEAD}{table(head, rows)}\n\n## Sweeps, the cheapest first\n\n{costs}\n"


def claim_row(key: str, claim: dict, sweeps: dict) -> tuple[str, ...]:
    parts = [sweeps[name] for name in claim["sweeps"] if name in sweeps]
    whole = all("seconds" in part for part in parts) and len(parts) == len(claim["sweeps"])
    seconds = sum(part.get("seconds", cost(part)) for part in parts)
    told = f"{'' if whole else 'about '}{seconds:.3g}"
    verdict = claim.get(PRESET, "not run")
    if claim.get("why") and verdict != Verdict.UNDECIDED:
        verdict += f": {claim['why']}"
    version = claim.get("versions", {}).get("toysim", "")
    return (f"`{key}`", claim["ci"], claim["quick"], verdict, told, claim.get("date", ""), version)


def sweep_row(name: str, sweep: dict) -> tuple[str, ...]:
    estimate = f"about {cost(sweep):.3g}, {sweep['estimated_by']}"
    if "seconds" not in sweep:
        return (f"`{name}`", "not run", "", estimate, "", sweep["date"])
    busy = " (busy)" if sweep["load_before"] > BUSY else ""
    seconds = f"{sweep['seconds']:.3g}" + (" (continued)" if sweep["blocks_before"] else "")
    load, cpu = f"{sweep['load_before']:g}{busy}", f"{sweep['cpu_seconds']:.3g}"
    return (f"`{name}`", seconds, cpu, estimate, load, sweep["date"])


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    raise SystemExit(main())
