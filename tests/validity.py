"""Theory's validity hunted for long: ``python tests/validity.py [MODEL...]``, 300 draws a model.

Every fault is printed. What it finds goes into ``docs/validity.json`` model by model, and from
there onto the page ``docs/validity.md``; models that are there at their version are not hunted
again, so that ``--minutes`` makes pieces of it that add up.
"""

import argparse
import json
import os
import time
from pathlib import Path

from toysim.checking.probe import Word
from toysim.checking.tally import hunt
from toysim.registry import all_models
from toysim.version import __version__

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validity.md"
HEAD = """\
# Validity, hunted

Made by `python tests/validity.py`, which writes this page from [validity.json](validity.json).
Parameters are drawn from the whole allowed range of a model (over decades, with edges and zeros; in
some hunts lists too), both sides run at each draw and held together. *Agrees*, *not valid* (theory
says so) and *undecided* (the data could not see 3 %) are no faults. A valid theory that differs, an
exception or a warning, an infinity with status ok, and a call above five seconds or ten times its
estimate are. *Smaller*: sizes were cut until a row was cheap; *skipped*: no cut was enough, or the
time was over. Seconds are of the processor. Faults that were mended, and those that are left,
stand in [tallies](tallies.md).

"""
COLUMNS = ("draws", "smaller", "skipped", *map(str, Word), "seconds", "lists", "load", "date")


def main() -> int:
    models = all_models()
    with_theory = sorted(n for n, m in models.items() if m.theory)
    options = parsed(with_theory)
    data = options.page.with_suffix(".json")
    found = json.loads(data.read_text()) if data.is_file() else {}
    end, faults = time.monotonic() + 60.0 * options.minutes, 0
    for name in options.model or with_theory:
        known = found.get(name, {}).get("version") == models[name].version
        if time.monotonic() < end and (options.model or not known):
            found[name], told = hunted(name, options)
            print(name, found[name], *told, sep="\n  ", flush=True)
            faults += len(told)
            data.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
            options.page.write_text(page(found))
    return int(faults > 0)


def hunted(name: str, options: argparse.Namespace) -> tuple[dict, list[str]]:
    """The tally of a model, and its faults in words."""
    model = all_models()[name]
    tally = hunt(model, options.draws, options.seconds, options.seed, options.lists)
    counted = {key: value for key, value in tally.as_dict().items() if key != "model"}
    made = {
        "version": model.version,
        "toysim": __version__,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "lists": "yes" if options.lists else "no",
        "load": round(os.getloadavg()[0], 1),
    }
    return counted | made, [f"{p.word}: {dict(p.values)}: {p.seen}" for p in tally.faults]


def parsed(with_theory: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="*", metavar="MODEL")
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the processor, a model")
    parser.add_argument("--minutes", type=float, default=600.0, help="no model begins after that")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lists", action="store_true", help="draw lists of other lengths too")
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    for name in options.model:
        if name not in with_theory:
            parser.error(f"{name} is no model with a theory; toysim models says which have one")
    return options


def page(found: dict) -> str:
    """The tally as a table, below how it was made."""
    head = ("model", "version", *COLUMNS)
    rows = [[f"`{n}`", *(str(found[n][c]) for c in head[1:])] for n in sorted(found)]
    lines = [head, ["---"] * len(head), *rows]
    return HEAD + "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    raise SystemExit(main())
