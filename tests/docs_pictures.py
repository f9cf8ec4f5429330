"""Pictures of the docs: ``python tests/docs_pictures.py [PICTURE or PAPER...]`` from a checkout.

Draws those that ``docs/pictures.json`` names, each at ``quick`` from what ``toysim reproduce`` left
in ``results``, and copies them into ``docs/images``. Runs what the stores lack, as ``toysim
figures`` does.
"""

import argparse
import json
import shutil
from pathlib import Path

from PIL import Image

import toysim
from toysim.papers.reproduction import make_figures

DOCS = Path(__file__).resolve().parents[1] / "docs"
COLORS = 128
PICTURES = json.loads((DOCS / "pictures.json").read_text())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PICTURE or PAPER")
    parser.add_argument("--results", type=Path, default=Path("results"), help="where stores are")
    options = parser.parse_args()
    for file, figure in PICTURES.items():
        known = {file, Path(file).stem, figure, figure.partition(".")[0]}
        if not options.names or known & set(options.names):
            take(file, figure, options.results)
    return 0


def take(file: str, figure: str, results: Path) -> None:
    """Draw one figure, and copy the form of it that the docs show."""
    (made,) = make_figures([figure], results=results)
    found = {path.suffix: path for path in made.paths}
    if Path(file).suffix not in found:
        raise toysim.ToysimError(f"{figure}: {made.reason}")
    keep(found[Path(file).suffix], DOCS / "images" / file)
    print(f"{file}: {figure}, {made.reason}", flush=True)


def keep(drawn: Path, copy: Path) -> None:
    """Stills with COLORS colours: they take a third of the room in the repository."""
    if drawn.suffix != ".png":
        shutil.copyfile(drawn, copy)
        return
    with Image.open(drawn) as image:
        few = image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    few.save(copy, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
