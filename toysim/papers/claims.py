"""Claims of papers as checks: measured against expected, with the claim's limits tested on both
sides.

A check tests a claim under several conditions. ``holds`` says where it was found true, ``within``
where its limits say that it should be. From the two follows the verdict:

* reproduced: true under every condition;
* holds with limits: true wherever the limits say, and false outside them, so that the limits are
  real;
* does not hold: false somewhere inside the limits, or the limits do not separate true from false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

REPRODUCED, LIMITED, REFUTED = "reproduced", "holds with limits", "does not hold"
MISSING, BROKEN = "data missing", "check failed"  # never expected
Data = Mapping[str, xr.DataTree]  # sweep name -> its data


@dataclass(frozen=True)
class Evidence:
    """What a check found: short texts with the numbers, and two boolean arrays over the conditions
    tested.

    Without ``within`` the claim is held to be true under all of them.
    """

    measured: str
    expected: str
    error: str
    holds: npt.NDArray[np.bool_]
    within: npt.NDArray[np.bool_] | None = None


def listed(values: npt.ArrayLike, form: int | str = 3) -> str:
    """Numbers as text for a check's report, with commas; ``form``: how many decimals, or a
    format.
    """
    form = f".{form}f" if isinstance(form, int) else form
    return ", ".join(f"{v:{form}}" for v in np.asarray(values).ravel())


@dataclass(frozen=True)
class Claim:
    """A sentence of a paper, its source, the sweeps it is tested on, and the verdict known to come
    out.

    ``limits`` says in words what ``Evidence.within`` says as a predicate; empty if none are
    claimed.
    """

    name: str
    sentence: str
    source: str
    sweeps: tuple[str, ...]
    check: Callable[[Data], Evidence]
    expected_verdict: str = REPRODUCED
    limits: str = ""


@dataclass(frozen=True)
class Judgement:
    """A claim with its verdict."""

    name: str
    sentence: str
    measured: str
    expected: str
    error: str
    limits: str
    source: str
    verdict: str
    expected_verdict: str

    @property
    def as_expected(self) -> bool:
        return self.verdict == self.expected_verdict

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "as_expected": self.as_expected}


def verdict_of(evidence: Evidence) -> str:
    """The word that follows from where the claim holds and where its limits say it does."""
    holds = np.asarray(evidence.holds, bool)
    within = np.ones_like(holds) if evidence.within is None else np.asarray(evidence.within, bool)
    if holds.shape != within.shape or holds.size == 0:
        raise ValueError(
            f"evidence over {holds.shape} and {within.shape} conditions; give equal, non-empty "
            "shapes"
        )
    if holds.all():
        return REPRODUCED
    if within.any() and np.array_equal(holds, within):
        return LIMITED
    return REFUTED


def judge(claim: Claim, data: Data) -> Judgement:
    """Check a claim on the data of its sweeps; unfinished data, or a check that raises, are
    verdicts too.
    """
    gaps = [name for name in claim.sweeps if name not in data or not complete(data[name])]
    if gaps:
        evidence, verdict = _nothing(f"unfinished: {', '.join(gaps)}"), MISSING
    else:
        try:
            evidence = claim.check(data)
            verdict = verdict_of(evidence)
        except Exception as error:  # the other claims are judged all the same
            evidence, verdict = _nothing(f"{type(error).__name__}: {error}"), BROKEN
    return Judgement(
        name=claim.name,
        sentence=claim.sentence,
        measured=evidence.measured,
        expected=evidence.expected,
        error=evidence.error,
        limits=claim.limits or "none claimed",
        source=claim.source,
        verdict=verdict,
        expected_verdict=claim.expected_verdict,
    )


def _nothing(why: str) -> Evidence:
    return Evidence(why, "numbers", "", np.ones(0, bool), np.ones(0, bool))


def complete(tree: xr.DataTree) -> bool:
    """Whether every row of both sides ran to an end."""
    return all(
        bool((tree[side]["state"] == 1).all()) for side in ("simulation", "theory") if side in tree
    )
