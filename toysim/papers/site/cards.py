"""Claims as cards: verdict, the figure that shows it, numbers with errors, what would turn it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toysim.outcomes import Agreement, Verdict
from toysim.paper import Claim, Number, Recipe, Reproduction
from toysim.papers.claims import Judgement
from toysim.papers.site.words import anchor, spoiler_told

BADGES = {
    Verdict.REPRODUCED: "good",
    Verdict.LIMITED: "partly",
    Verdict.REFUTED: "bad",
    Agreement.AGREES: "good",
    Agreement.DIFFERS: "bad",
}
HEADS = {"measured": "measured", "expected": "expected", "error": "error ±", "unit": "unit"}
MANY = 8  # rows of numbers that stand open


@dataclass(frozen=True)
class Line:
    """One measured number beside the expected one; ``of``: which of how many of its name."""

    name: str
    of: tuple[int, int]
    measured: str
    expected: str
    error: str
    unit: str


@dataclass(frozen=True)
class Card:
    """A claim as a page shows it; ``figures`` are those drawn from its data, the nearest first."""

    judged: Judgement
    id: str
    lines: list[Line]
    figures: list[str]
    sweeps: list[str]
    spoilers: list[str]

    @property
    def folded(self) -> bool:
        return len(self.lines) > MANY

    @property
    def columns(self) -> dict[str, str]:
        """Those of its table in which any number stands, and their heads."""
        return {k: head for k, head in HEADS.items() if any(getattr(ln, k) for ln in self.lines)}


def badge(word: str) -> str:
    """The colour of a verdict, as a class of the style sheet."""
    return BADGES.get(word, "open")  # type: ignore[call-overload, no-any-return]


def cards(paper: Reproduction, claims: Sequence[Judgement]) -> list[Card]:
    return [_card(paper, judged) for judged in claims]


def _card(paper: Reproduction, judged: Judgement) -> Card:
    claim = judged.claim
    return Card(
        judged,
        anchor("claim", claim.name),
        [line for number in judged.evidence.numbers for line in lines(number)],
        [recipe.name for recipe in shown_by(claim, paper)],
        [paper.full(sweep) for sweep in claim.sweeps],
        [spoiler_told(spoiler) for spoiler in claim.spoilers],
    )


def shown_by(claim: Claim, paper: Reproduction) -> list[Recipe]:
    """Figures drawn from sweeps of the claim: those that share most, and hold least else."""
    tested = set(map(paper.full, claim.sweeps))

    def distance(recipe: Recipe) -> tuple[int, int]:
        drawn = set(map(paper.full, recipe.sweeps))
        return -len(tested & drawn), len(drawn - tested)

    return sorted((r for r in paper.figures if distance(r)[0] < 0), key=distance)


def lines(number: Number) -> Iterator[Line]:
    """A number entry by entry; how many draws entered a mean stands behind it."""
    measured = np.asarray(number.measured)
    columns = [_texts(v, measured.shape, number.form) for v in (number.expected, number.error)]
    values = zip(_texts(measured, measured.shape, number.form), *columns, strict=True)
    counts = _entered(number, measured.size)
    for k, (value, expected, error) in enumerate(values):
        told = f"{value} {counts[k]}".strip()
        unit = "" if number.unit == "1" else number.unit
        yield Line(number.name.rstrip(":"), (k + 1, measured.size), told, expected, error, unit)


def _texts(values: Any, shape: tuple[int, ...], form: str) -> list[str]:
    if values is None:
        return [""] * int(np.prod(shape, dtype=int))
    spread = np.broadcast_to(np.asarray(values), shape).ravel()
    return [f"{value:{form}}" for value in spread]


def _entered(number: Number, size: int) -> list[str]:
    """``(3 of 4)`` behind a mean that lacks draws."""
    if number.draws is None:
        return [""] * size
    n, counts = number.draws.sizes["replica"], number.draws.count("replica").values.ravel()
    told = [f"({k} of {n})" if k < n else "" for k in counts.tolist()]
    return told if len(told) == size else [" ".join(filter(None, told))] * size
