"""What a paper gave, judged and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from toysim.comparison.verdicts import Comparison
from toysim.papers.claims import Judgement
from toysim.papers.pictures import MadeFigure
from toysim.tables import table_lines


@dataclass(frozen=True, repr=False)
class Outcome:
    """What a reproduction gave. ``ok``: verdicts as expected, every figure drawn, no observable off
    its theory.
    """

    name: str
    claims: list[Judgement]
    figures: list[MadeFigure]
    comparisons: dict[str, Comparison]
    page: Path
    index: Path
    drawing: float  # seconds that went into pictures
    stores: dict[str, Path]
    unfinished: list[str]  # sweeps with rows that failed or timed out
    beyond_theory: Mapping[str, str]

    @property
    def ok(self) -> bool:
        whole = not self.unfinished and all(f.paths for f in self.figures)
        held = all(t.ok for name, t in self.comparisons.items() if name not in self.beyond_theory)
        return whole and held and all(c.as_expected for c in self.claims)

    def __repr__(self) -> str:
        """The verdicts, and where the page is."""
        rows = [(c.name, str(c.verdict), str(c.expected.verdict)) for c in self.claims]
        lines = table_lines(("claim", "verdict", "expected verdict"), rows) if rows else ()
        return "\n".join(
            [f"{self.name}: {'' if self.ok else 'NOT '}as expected", *lines, str(self.page)]
        )

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"
