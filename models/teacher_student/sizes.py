"""How many samples a student sees, and how many inputs fit into memory."""

from __future__ import annotations

from typing import Any

MOST_ENTRIES = 4e8  # of the inputs: 3.2 GB


def samples(p: Any) -> int:
    """n = round(alpha d), at least 1."""
    n: int = round(p.sample_ratio * p.dimension)
    return max(n, 1)


def refuse_large(p: Any) -> None:
    """ValueError where the inputs would not fit."""
    entries = p.dimension * samples(p)
    if entries > MOST_ENTRIES:
        raise ValueError(
            f"dimension = {p.dimension} with sample_ratio = {p.sample_ratio:g} makes "
            f"{entries:.2g} input entries: at most {MOST_ENTRIES:.0e}; lower one of them"
        )
