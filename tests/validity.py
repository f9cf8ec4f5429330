"""Theory's validity hunted for long: ``python tests/validity.py [MODEL...] --draws N --minutes M``.

Prints a line a model and every fault; ``--write FILE`` writes the tally as a page.
"""

import argparse
import datetime
from pathlib import Path

from toysim.checking.probe import Word
from toysim.checking.tally import Tally, hunt
from toysim.registry import all_models
from toysim.version import __version__

HEAD = """\
# Validity, hunted

Parameters drawn from the whole allowed range of every model with a theory (over decades, with edges
and zeros), both sides run at each draw and held together. *Agrees*, *not valid* (theory says so)
and *undecided* (the data could not see 3 %) are no faults; a valid theory that differs, an
exception or a warning, an infinity with status ok, and a call above five seconds or ten times its
estimate are. *Smaller*: sizes were cut until a row was cheap; *skipped*: no cut was enough, or the
time was over. Made with
`python tests/validity.py --draws {draws} --minutes {minutes:g} --write {file}`.

toysim {version}, {date}.

"""
COLUMNS = ("model", "draws", "smaller", "skipped", *map(str, Word), "seconds")


def main() -> int:
    options = parsed()
    models = [m for m in all_models().values() if m.theory and m.id in (options.model or [m.id])]
    tallies = []
    for model in models:
        tally = hunt(model, options.draws, 60.0 * options.minutes, options.seed, options.lists)
        tallies.append(tally)
        print("  ".join(f"{k} {v}" for k, v in tally.as_dict().items()), flush=True)
        for fault in tally.faults:
            print(f"  {fault.word}: {dict(fault.values)}: {fault.seen}", flush=True)
    if options.write:
        options.write.write_text(page(tallies, options))
    return int(any(tally.faults for tally in tallies))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="*", metavar="MODEL")
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=1.0, help="of the processor, a model")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lists", action="store_true", help="draw lists of other lengths too")
    parser.add_argument("--write", type=Path, metavar="FILE")
    return parser.parse_args()


def page(tallies: list[Tally], options: argparse.Namespace) -> str:
    """The tally as a table, below how it was made."""
    head = HEAD.format(
        draws=options.draws,
        minutes=options.minutes,
        file=options.write,
        version=__version__,
        date=datetime.date.today().isoformat(),
    )
    rows = [[str(tally.as_dict()[column]) for column in COLUMNS] for tally in tallies]
    lines = [COLUMNS, ["---"] * len(COLUMNS), *rows]
    return head + "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    raise SystemExit(main())
