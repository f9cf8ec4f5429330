"""Parameters of the online perceptron with irrelevant inputs."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator, model_validator

from toysim.model import Vector, parameter
from toysim.records import Recorded, recording

MOST_UPDATES = 10**7
Order = Literal[
    "easy_first",
    "hard_first",
    "mixed",
    "hard",
    "easy",
    "ramp",
    "cyclic",
    "cyclical_size",
    "profile",
    "optimal",
]


class RelevanceParameters(Recorded):
    """Inputs, rate, difficulties and the order in which they are shown."""

    n_relevant: int = parameter(
        200, symbol="n_r", meaning="inputs that the teacher reads", ge=2, le=10**6
    )
    n_irrelevant: int = parameter(
        800, symbol="n_i", meaning="inputs that it does not read", ge=2, le=10**6
    )
    learning_rate: float = parameter(
        0.5,
        symbol="eta",
        meaning="learning rate; an error e of the field moves w by eta e x/sqrt d",
        gt=0,
        le=10,
    )
    examples_per_dimension: float = parameter(
        4.0, symbol="alpha", meaning="T = floor(alpha d) updates", gt=0, le=1000
    )
    easy_variance: float = parameter(
        0.0, symbol="Delta_e", meaning="irrelevant variance of an easy example", ge=0, le=100
    )
    hard_variance: float = parameter(
        1.0, symbol="Delta_h", meaning="irrelevant variance of a hard example", ge=0, le=100
    )
    test_variance: float = parameter(
        1.0,
        symbol="Delta_t",
        meaning="irrelevant variance of error_test, which the order optimal lowers",
        ge=0,
        le=100,
    )
    hard_share: float = parameter(
        0.5,
        symbol="H",
        meaning="share of hard examples over the run; hard, easy, ramp, profile have their own",
        ge=0,
        le=1,
    )
    order: Order = parameter(
        "easy_first", symbol="order", meaning="course of the share h of hard examples"
    )
    n_cycles: int = parameter(
        4, symbol="n", meaning="cycles of cyclic, each easy then hard", ge=1, le=10**6
    )
    profile: Vector = parameter(
        (), symbol="h", meaning="shares of hard examples of profile, one for each of equal segments"
    )
    start_relevant: float = parameter(
        0.0,
        symbol="Q_r(0)",
        meaning="squared relevant start weights per dimension, orthogonal to the teacher",
        ge=0,
        le=1e6,
    )
    start_irrelevant: float = parameter(
        0.0,
        symbol="Q_i(0)",
        meaning="squared irrelevant start weights per dimension",
        ge=0,
        le=1e6,
    )
    size_start: float = parameter(
        0.25, symbol="sp", meaning="smallest epoch of cyclical_size, in full passes", ge=0.01, le=1
    )
    size_end: float = parameter(
        1.0, symbol="ep", meaning="largest epoch of cyclical_size, in full passes", ge=0.01, le=1
    )
    size_factor: float = parameter(
        0.5, symbol="a", meaning="epochs grow by 1/a and shrink by a", gt=0, lt=1
    )
    n_epochs: float = parameter(
        24.0, symbol="E", meaning="sum of the epochs' sizes, in full passes", gt=0, le=1000
    )
    n_records: int = recording(41)

    @property
    def dimension(self) -> int:
        """d = n_r + n_i."""
        return self.n_relevant + self.n_irrelevant

    @property
    def n_updates(self) -> int:
        """T = floor(alpha d), up to rounding of alpha d."""
        return int(self.examples_per_dimension * self.dimension * (1.0 + 1e-12))

    @field_validator("n_relevant", "n_irrelevant", mode="before")
    @classmethod
    def _chain_has_inputs(cls, value: object, info: object) -> object:
        name = str(getattr(info, "field_name", ""))
        if value == 1:
            raise ValueError(f"the reduced chain needs at least 2 {name.removeprefix('n_')} inputs")
        return value

    @field_validator("size_factor", mode="before")
    @classmethod
    def _sizes_grow(cls, value: object) -> object:
        if isinstance(value, float | int) and value >= 1:
            raise ValueError("sizes grow by 1/size_factor, allowed 0 < size_factor < 1")
        return value

    @model_validator(mode="after")
    def _difficulties_rise(self) -> RelevanceParameters:
        easy, hard = self.easy_variance, self.hard_variance
        if easy > hard:
            raise ValueError(
                f"easy_variance = {easy:g} exceeds hard_variance = {hard:g}: swap them"
            )
        if self.size_start > self.size_end:
            raise ValueError(
                f"size_start = {self.size_start:g} exceeds size_end = {self.size_end:g}: swap them"
            )
        return self

    @model_validator(mode="after")
    def _profile_is_one(self) -> RelevanceParameters:
        if self.order == "profile" and not self.profile:
            raise ValueError(
                "profile is empty: give shares between 0 and 1, one a segment, or choose another "
                "order"
            )
        wrong = [h for h in self.profile if not 0.0 <= h <= 1.0]
        if wrong:
            raise ValueError(f"profile has {wrong[0]:g}: shares are allowed from 0 to 1")
        return self

    @model_validator(mode="after")
    def _run_is_finite(self) -> RelevanceParameters:
        if self.n_updates > MOST_UPDATES:
            raise ValueError(
                f"examples_per_dimension = {self.examples_per_dimension:g} of "
                f"{self.dimension} inputs are {self.n_updates} updates, allowed up to "
                f"{MOST_UPDATES}; give fewer"
            )
        return self
