"""Claims judged on data: the verdict, the numbers behind it, and whether a spoiler turns it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from toysim.outcomes import Verdict
from toysim.paper import Claim, Evidence, Expected, Reproduction, Spoiler, verdict_of
from toysim.papers.reading import Data, complete

NOTHING = Evidence(np.ones(0, bool))


@dataclass(frozen=True)
class Judgement:
    """A claim with its verdict at a preset; ``note`` says why there is none, or is another."""

    claim: Claim
    verdict: Verdict
    expected: Expected
    evidence: Evidence
    note: str = ""

    @property
    def name(self) -> str:
        return self.claim.name

    @property
    def as_expected(self) -> bool:
        return self.verdict == self.expected.verdict

    def told(self, what: str) -> str:
        """Its numbers in prose: ``measured``, ``expected`` or ``error``."""
        return self.evidence.told(what) or (self.note if what == "measured" else "")

    def as_dict(self) -> dict[str, Any]:
        claim, evidence = self.claim, self.evidence
        return {
            "name": claim.name,
            "sentence": claim.sentence,
            "source": claim.source,
            "verdict": self.verdict,
            "expected_verdict": self.expected.verdict,
            "as_expected": self.as_expected,
            "limits": claim.limits or "none claimed",
            "criterion": evidence.criterion,
            "numbers": [number.as_dict() for number in evidence.numbers],
            "holds": np.asarray(evidence.holds),
            "within": None if evidence.within is None else np.asarray(evidence.within),
            "note": self.note,
        }


def judge(claim: Claim, paper: Reproduction, data: Data, preset: str | None = None) -> Judgement:
    """Check a claim on the data of its sweeps; unfinished data, or a check that raises, are
    verdicts too. Where the preset cannot decide the claim, its numbers are shown all the same.
    """
    expected = claim.expected(preset)
    names = [paper.full(sweep) for sweep in claim.sweeps]
    gaps = [name for name in names if name not in data or not complete(data[name])]
    if gaps:
        note = f"unfinished: {', '.join(gaps)}"
        return Judgement(claim, Verdict.MISSING, expected, NOTHING, note)
    try:
        evidence = claim.check(*(data[name] for name in names))
        verdict = verdict_of(evidence)
    except Exception as error:  # the other claims are judged all the same
        note = f"{type(error).__name__}: {error}"
        return Judgement(claim, Verdict.BROKEN, expected, NOTHING, note)
    if expected.verdict == Verdict.UNDECIDED:
        verdict = Verdict.UNDECIDED
    return Judgement(claim, verdict, expected, evidence, expected.reason)


def spoiled(spoiler: Spoiler, paper: Reproduction, data: Data) -> dict[str, xr.DataTree]:
    """The data with one observable of its sweeps changed as the spoiler says."""
    names = [paper.full(sweep) for sweep in spoiler.sweeps]
    return {**data, **{name: _changed(data[name], spoiler) for name in names}}


def _changed(tree: xr.DataTree, spoiler: Spoiler) -> xr.DataTree:
    copy = tree.copy(deep=True)
    name = spoiler.observable
    simulated = "simulation" in copy and name in copy["simulation"].data_vars
    side: Any = copy["simulation" if simulated else "theory"]
    values = side.to_dataset()[spoiler.observable]
    changed = spoiler.change(values)
    if isinstance(changed, xr.DataArray):
        changed = changed.transpose(*values.dims)
    kept = side[spoiler.observable].values
    wanted = np.array(changed)  # a copy: a change may be a view of what is overwritten
    kept[...] = wanted
    if kept.dtype.kind in "biu" and np.any(kept != wanted):
        raise ValueError(f"{kept.dtype} {spoiler.observable} cannot hold its spoiler's values")
    return copy
