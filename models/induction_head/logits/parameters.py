"""Parameters of the nested logits: task, mobilities, start, time."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.induction_head.parameters import start
from toysim.records import Recorded


def _mobility(symbol: str, of: str) -> float:
    value: float = parameter(
        1.0, symbol=symbol, meaning=f"learning rate of {of}; 0 keeps it as it is", ge=0, le=1e6
    )
    return value


class LogitsParameters(Recorded):
    """Context of N item-label pairs, L labels in all; a flow over ``duration`` in units of the
    mobilities.
    """

    form: Literal["three", "four"] = parameter(
        "three",
        symbol="form",
        meaning="beta1, alpha, xi; or beta2 too, with items that compete for attention",
    )
    n_pairs: int = parameter(
        8, symbol="N", meaning="item-label pairs in the context", ge=2, le=10**6
    )
    n_labels: int = parameter(32, symbol="L", meaning="labels in all", ge=2, le=10**9)
    competitors: float = parameter(
        0.0,
        symbol="m",
        meaning="tokens that compete in layer 1; 0 stands for N, their mean number",
        ge=0,
        le=1e9,
    )
    beta1_mobility: float = _mobility("mu_b", "beta1")
    alpha_mobility: float = _mobility("mu_alpha", "alpha")
    beta2_mobility: float = _mobility("mu_2", "beta2, in form four")
    xi_mobility: float = _mobility("mu_xi", "xi")
    beta1_start: float = start("beta1", "previous-token logit of layer 1")
    alpha_start: float = start("alpha", "matching strength of layer 2")
    beta2_start: float = start("beta2", "label logit of layer 2, in form four,")
    xi_start: float = start("xi", "classifier's excess on the right label")
    duration: float = parameter(
        100.0, symbol="T", unit="t", meaning="time of the flow", ge=0, le=1e9
    )

    @model_validator(mode="after")
    def _labels_suffice(self) -> LogitsParameters:
        if self.n_labels < self.n_pairs:
            raise ValueError(
                f"n_labels = {self.n_labels} is less than n_pairs = {self.n_pairs}, but a context "
                "shows N distinct labels; raise n_labels or lower n_pairs"
            )
        return self
