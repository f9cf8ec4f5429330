"""Claims at the preset ``quick``: ``python tests/quick_verdicts.py [PAPER...]`` from a checkout.

Judges the claims of papers on what ``toysim reproduce PAPER`` left in ``results``, and writes the
verdicts into ``docs/quick_verdicts.json``, from which the pages of families and papers read them.
Nothing is run: a claim whose stores are not there, or not whole, keeps the verdict it had.
"""

import argparse
import json
from pathlib import Path

from paper_sizes import DOCS, today

from toysim.outcomes import Verdict
from toysim.paper import DEFAULT_PRESET, Reproduction
from toysim.papers.claims import judge
from toysim.papers.presets import at_preset, read_asked, store_of
from toysim.registry import load_reproduction, reproduction_names
from toysim.store.provenance import git_commit, versions

DATA = DOCS / "quick_verdicts.json"


def main() -> int:
    options = parsed()
    found = json.loads(options.data.read_text()) if options.data.is_file() else {}
    for name in options.names or reproduction_names():
        new = judged(load_reproduction(name), options.results)
        found |= new
        print(f"{name}: {len(new)} claims judged", flush=True)
    options.data.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PAPER")
    parser.add_argument("--results", type=Path, default=Path("results"), help="where stores are")
    parser.add_argument("--data", type=Path, default=DATA)
    return parser.parse_args()


def judged(paper: Reproduction, results: Path) -> dict[str, dict]:
    """The verdicts of a paper's claims by their keys, without those whose data are missing."""
    specs = {name: at_preset(name, DEFAULT_PRESET) for name in paper.sweeps}
    data = {
        name: read_asked(spec, path)
        for name, spec in specs.items()
        if (path := store_of(spec, results)).is_dir()
    }
    claims = [judge(claim, paper, data, DEFAULT_PRESET) for claim in paper.claims]
    told = {"date": today(), "toysim": versions()["toysim"], "commit": git_commit()}
    return {
        f"{paper.name}.{found.name}": {"verdict": found.verdict, **told}
        for found in claims
        if found.verdict != Verdict.MISSING
    }


if __name__ == "__main__":
    raise SystemExit(main())
