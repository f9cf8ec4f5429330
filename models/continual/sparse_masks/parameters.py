"""Parameters of random subnetworks."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Parameters, Vector, parameter


class SparseMasksParameters(Parameters):
    """Tasks, masks and layers."""

    n_tasks: int = parameter(6, symbol="T", meaning="tasks, one mask each", ge=2, le=100)
    dimension: int = parameter(
        200, symbol="d", meaning="weights, where layer_sizes is not given", ge=1, le=10**6
    )
    density: float = parameter(
        0.2,
        symbol="rho",
        meaning="share of the weights in a mask; in a layer, its number is rounded",
        ge=0,
        le=1,
    )
    distance: float = parameter(
        2.0,
        symbol="D",
        meaning="mean squared distance of two teachers of mean squared length 1",
        ge=0,
        le=4,
    )
    rule: Literal["overwrite", "freeze"] = parameter(
        "overwrite",
        symbol="rule",
        meaning="a task sets all weights of its mask, or those alone that no task before has",
    )
    layer_sizes: tuple[int, ...] = parameter(
        (), symbol="n_l", meaning="weights of the layers; none is one layer"
    )
    layer_energies: Vector = parameter(
        (),
        symbol="s_l",
        meaning="teachers' variance a weight, by layer, up to a factor; none is equal",
    )
    allocation: Literal["uniform", "erdos_renyi"] = parameter(
        "uniform",
        symbol="allocation",
        meaning="density of the layers at equal total: equal, or as n_l^-1/2, at most 1",
    )

    @model_validator(mode="after")
    def _layers_fit(self) -> SparseMasksParameters:
        sizes, energies = self.layer_sizes, self.layer_energies
        if any(not 1 <= n <= 10**6 for n in sizes) or len(sizes) > 100:
            raise ValueError("layer_sizes: give up to 100 sizes of 1 to 10^6 weights")
        if energies and len(energies) != max(len(sizes), 1):
            raise ValueError(
                f"layer_energies has {len(energies)} values; give one of each of "
                f"{max(len(sizes), 1)} layers"
            )
        if any(not 1e-6 <= s <= 1e6 for s in energies):
            raise ValueError("layer_energies: give values in 1e-6..1e6; a factor is of no effect")
        numbers = self.n_tasks * sum(self.sizes)
        if numbers > 10**7:
            raise ValueError(f"n_tasks times weights = {numbers} do not fit; at most 10^7")
        return self

    @model_validator(mode="after")
    def _distance_fits(self) -> SparseMasksParameters:
        most = 2.0 * self.n_tasks / (self.n_tasks - 1)
        if self.distance > most:
            raise ValueError(
                f"distance = {self.distance:g}: {self.n_tasks} teachers are at most 2T/(T-1) = "
                f"{most:.6g} apart"
            )
        return self

    @property
    def sizes(self) -> tuple[int, ...]:
        """Weights of the layers."""
        return self.layer_sizes or (self.dimension,)
