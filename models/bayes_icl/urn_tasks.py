"""Parameters of the urn models' tasks."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from toysim.model import Parameters, Vector, parameter


class UrnTasks(Parameters):
    """Urns of coloured balls, and the sequences drawn from one of them."""

    n_tasks: int = parameter(16, symbol="D", meaning="urns seen in training", ge=1, le=2**20)
    context_length: int = parameter(
        32, symbol="C", meaning="balls of a sequence, with replacement", ge=1, le=4096
    )
    concentration: float = parameter(
        1.0, symbol="a", meaning="urns are drawn from Dirichlet(a, ..., a)", ge=0.01, le=100
    )
    urn_shares: Vector = parameter(
        (), symbol="p", meaning="chances of the first colour, one an urn, given instead of drawn"
    )

    @model_validator(mode="after")
    def _shares_fit(self) -> UrnTasks:
        if not self.urn_shares:
            return self
        n_colours = getattr(self, "n_colours", 2)
        if n_colours != 2:
            raise ValueError(
                f"urn_shares are of two colours, n_colours = {n_colours}: give n_colours = 2"
            )
        if len(self.urn_shares) != self.n_tasks:
            raise ValueError(
                f"urn_shares has {len(self.urn_shares)} urns, n_tasks = {self.n_tasks}: give as "
                "many"
            )
        if not all(0.0 < share < 1.0 for share in self.urn_shares):
            raise ValueError("urn_shares are chances: give each above 0 and below 1")
        return self


class TwoColours(UrnTasks):
    """Urns of two colours, the same in all replicas."""

    n_colours: ClassVar[int] = 2
    urn_set: int = parameter(1, symbol="set", meaning="number of the set of urns", ge=1)
