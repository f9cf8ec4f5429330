"""Parameters of online learning rules."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.records import Recorded, recording

RULES = ("hebb", "perceptron", "margin", "adatron", "optimal", "annealed")
HEBB, PERCEPTRON, MARGIN, ADATRON, OPTIMAL, ANNEALED = range(len(RULES))  # their codes
TUNED = ("optimal", "annealed")  # rules that know R and set their own rate
MOST_RATE = 3.0  # of the Adatron: at it the angle no longer shrinks
MOST_WEIGHTS = 10**6  # of the explicit form


def codes(rule: Any) -> Any:
    """Rules as whole numbers, in the order of RULES."""
    import numpy as np

    names = np.array(RULES)
    return np.argmax(np.asarray(rule)[:, None] == names, axis=1).astype(np.int64)


class OnlineRulesParameters(Recorded):
    """The rule, its rate, and how long it sees examples."""

    size: int = parameter(1000, symbol="N", meaning="inputs", ge=4, le=10**9)
    rule: Literal["hebb", "perceptron", "margin", "adatron", "optimal", "annealed"] = parameter(
        "perceptron", symbol="rule", meaning="how a weight answers to an example"
    )
    learning_rate: float = parameter(
        1.0,
        symbol="eta",
        meaning="factor of an update; below 3 for the Adatron, unused by the tuned rules",
        gt=0,
        le=1000,
    )
    margin: float = parameter(
        1.0, symbol="kappa", meaning="rule margin: update where y h is below it", ge=0, le=100
    )
    flip: float = parameter(
        0.0, symbol="p", meaning="share of labels that are flipped, below a half", ge=0, lt=0.5
    )
    start_power: float = parameter(
        1.0, symbol="q_0", meaning="variance of a weight at the start", gt=0, le=1e6
    )
    start_cosine: float = parameter(
        0.0,
        symbol="R_0",
        meaning="cosine with the teacher given to the start, before its random part; the tuned "
        "rules take its size",
        ge=-0.99,
        le=0.99,
    )
    duration: float = parameter(
        20.0, symbol="T", unit="N examples", meaning="examples per input", gt=0, le=1e9
    )
    n_records: int = recording(41)
    method: Literal["overlaps", "weights"] = parameter(
        "overlaps",
        symbol="method",
        meaning="the chain of overlaps, of the same law at any N, or the weights themselves",
        stream=False,
    )

    @model_validator(mode="after")
    def _fits(self) -> OnlineRulesParameters:
        if self.rule == "adatron" and self.learning_rate >= MOST_RATE:
            raise ValueError(
                f"learning_rate = {self.learning_rate:g} with rule = adatron: "
                "must be below 3 (the angle no longer shrinks)"
            )
        if self.rule in TUNED and self.flip > 0.0:
            raise ValueError(f"flip = {self.flip:g} with rule = {self.rule}: it is noise-free")
        if self.rule == "margin" and self.flip > 0.0:
            raise ValueError(f"flip = {self.flip:g} with rule = margin: it takes clean labels")
        if self.method == "weights" and self.size > MOST_WEIGHTS:
            raise ValueError(
                f"size = {self.size} with method = weights: at most {MOST_WEIGHTS}; "
                "use method = overlaps"
            )
        return self
