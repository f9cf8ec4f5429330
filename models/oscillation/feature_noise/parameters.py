"""Parameters of the two-layer network: data, width, protocol."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, parameter
from toysim.records import Recorded

MAX_NUMBERS = 2**27  # float64 a single run may hold: 1 GiB
MAX_VISITS = 2**27


class FeatureNoiseParameters(Recorded):
    """Data, network and protocol; lengths in units of the strong feature's, |u| = 1."""

    gamma_u: float = parameter(
        1.3,
        symbol="gamma_u",
        meaning="step in units of the strong feature's curvature, 4 kappa eta |u|^2 / m",
        gt=0,
        le=1e6,
    )
    strong_fraction: float = parameter(
        0.875,
        symbol="rho",
        meaning="fraction of the samples that carry the strong feature, at even n_samples the same "
        "for each label",
        gt=0,
        lt=1,
    )
    n_samples: int = parameter(
        16, symbol="n", meaning="training samples, labels alternating", ge=4, le=100_000
    )
    dimension: int = parameter(64, symbol="d", meaning="length of a patch", ge=3)
    n_filters: int = parameter(8, symbol="m", meaning="filters of each sign", ge=1, le=1_000_000)
    weak_norm: float = parameter(
        0.1, symbol="|v|", unit="|u|", meaning="length of the weak feature", gt=0, le=1
    )
    noise_norm: float = parameter(
        0.2,
        symbol="|xi|",
        unit="|u|",
        meaning="root mean square length of a noise patch, sigma_p sqrt(d), before projection",
        ge=0,
        le=1e6,
    )
    noise: Literal["projected", "unprojected", "orthogonalised"] = parameter(
        "projected",
        symbol="noise",
        meaning="Gaussian noise orthogonal to the features; without projection; patches "
        "orthogonal to each other too",
    )
    start_scale: float = parameter(
        0.02,
        symbol="sigma_0",
        unit="1/|u|",
        meaning="standard deviation of a filter's weights at the start",
        gt=0,
        le=1e6,
    )
    patches: Matrix = parameter(
        (),
        symbol="xi",
        unit="|u|",
        meaning="noise patch of every sample, in place of drawn ones; the first two axes are those "
        "of u and v",
    )
    filters: Matrix = parameter(
        (),
        symbol="w0",
        unit="1/|u|",
        meaning="weights of every filter at the start, sign + first, in place of drawn ones",
    )
    start_groups: Matrix = parameter(
        (),
        symbol="A B C",
        meaning="sums of squares at the start, in place of filters: a row for sign +, a row for -, "
        "each A of positive and of negative overlaps with u, B of those with v, C of every sample",
    )
    labels: tuple[int, ...] = parameter(
        (), symbol="y", meaning="label of every sample, 1 or -1, in place of alternating ones"
    )
    strong_samples: tuple[int, ...] = parameter(
        (),
        symbol="s",
        meaning="1 for every sample with the strong feature, 0 for one without, in place of "
        "strong_fraction and weak samples first",
    )
    order: Literal["reshuffled", "cyclic", "with_replacement"] = parameter(
        "reshuffled",
        symbol="order",
        meaning="how samples are visited: permuted anew each epoch, in turn, or drawn",
    )
    batch_size: int = parameter(
        1,
        symbol="b",
        meaning="samples in an update, which takes the mean over them; n_samples for full batch",
        ge=1,
    )
    n_steps: int = parameter(20_000, symbol="T", meaning="updates", ge=1, le=2**31, stream=False)
    n_test: int = parameter(
        400,
        symbol="N",
        meaning="fresh test points of each kind, labels alternating",
        ge=2,
        le=10**6,
        stream=False,
    )
    loss_scale: float = parameter(
        1.0,
        symbol="kappa",
        meaning="loss of a sample is kappa (f - y)^2; at fixed gamma_u it sets eta and the loss",
        gt=0,
        stream=False,
    )
    kernel: Literal["gram", "weights"] = parameter(
        "gram",
        symbol="kernel",
        meaning="descend on the filters' overlaps with all patches, at a cost free of d, or on "
        "the weights themselves",
        stream=False,
    )

    @property
    def n_weak(self) -> int:
        """Training samples without the strong feature, both labels together."""
        if self.strong_samples:
            return self.n_samples - sum(self.strong_samples)
        share = 1.0 - self.strong_fraction
        if self.n_samples % 2 or self.labels:
            return round(share * self.n_samples)
        return 2 * round(share * self.n_samples / 2)

    @property
    def sides(self) -> list[int]:
        """0 for every sample of label +1, 1 for -1."""
        return [(1 - y) // 2 for y in self.labels] or [i % 2 for i in range(self.n_samples)]

    @property
    def kinds(self) -> list[int]:
        """0 for every sample with the strong feature, 1 for one without."""
        n_weak = self.n_weak
        return [1 - s for s in self.strong_samples] or [
            int(i < n_weak) for i in range(self.n_samples)
        ]

    @model_validator(mode="after")
    def _samples_fit(self) -> FeatureNoiseParameters:
        if self.labels or self.strong_samples or self.n_samples % 2:
            self._uneven_samples_fit()
        else:
            self._even_samples_fit()
        if self.n_samples % self.batch_size:
            raise ValueError(
                f"batch_size = {self.batch_size} does not divide n_samples = {self.n_samples}; "
                "give one of its divisors"
            )
        return self

    def _uneven_samples_fit(self) -> None:
        """Both labels occur, and both kinds; a fraction makes a whole number of samples."""
        for name, allowed in (("labels", (-1, 1)), ("strong_samples", (0, 1))):
            given = getattr(self, name)
            if given and (len(given) != self.n_samples or set(given) != set(allowed)):
                raise ValueError(
                    f"{name} has {len(given)} values {sorted(set(given))}; give {self.n_samples} "
                    f"(n_samples), {allowed[0]} and {allowed[1]} among them"
                )
        n_weak = (1.0 - self.strong_fraction) * self.n_samples
        whole = abs(n_weak - round(n_weak)) < 1e-6 and 0 < round(n_weak) < self.n_samples
        if not whole and not self.strong_samples:
            k = min(max(round(n_weak), 1), self.n_samples - 1)
            raise ValueError(
                f"strong_fraction = {self.strong_fraction:g} of n_samples = {self.n_samples} "
                f"leaves {n_weak:.4g} weak samples; it must be a whole number of both kinds: "
                f"strong_fraction = {1 - k / self.n_samples:.6g} gives {k}"
            )

    def _even_samples_fit(self) -> None:
        """A whole number of weak and of strong samples for each label."""
        per_label = (1.0 - self.strong_fraction) * self.n_samples / 2
        if (
            abs(per_label - round(per_label)) > 1e-6
            or not 1 <= round(per_label) < self.n_samples // 2
        ):
            k = min(max(round(per_label), 1), self.n_samples // 2 - 1)
            raise ValueError(
                f"strong_fraction = {self.strong_fraction:g} of n_samples = {self.n_samples} "
                f"leaves {per_label:.4g} weak samples a label; it must be a whole number, with "
                "weak and strong samples of each label: "
                f"strong_fraction = {1 - 2 * k / self.n_samples:.6g} gives {k}"
            )

    @model_validator(mode="after")
    def _groups_fit(self) -> FeatureNoiseParameters:
        given, n = self.start_groups, 4 + self.n_samples
        if not given:
            return self
        if [len(row) for row in given] != [n, n] or any(x < 0 for row in given for x in row):
            raise ValueError(
                f"start_groups: give two rows (sign +, sign -) of {n} numbers from 0 on: two A, "
                "two B, and C of each of n_samples"
            )
        if self.filters:
            raise ValueError("start_groups and filters both say the start; give one")
        if self.dimension < self.n_samples + 2 or (self.n_filters < 2 and _two_signs(given)):
            raise ValueError(
                f"start_groups: {self.n_filters} filters of length {self.dimension} do not make "
                f"them; give dimension >= {self.n_samples + 2} and n_filters >= 2"
            )
        return self

    @model_validator(mode="after")
    def _given_fit(self) -> FeatureNoiseParameters:
        wanted = (("patches", self.n_samples, "n_samples"), ("filters", 2 * self.n_filters, "2 m"))
        for name, n, called in wanted:
            given = getattr(self, name)
            if given and [len(row) for row in given] != [self.dimension] * n:
                raise ValueError(
                    f"{name} has {len(given)} rows of {sorted({len(row) for row in given})} "
                    f"values; give {n} rows ({called}) of {self.dimension} (dimension)"
                )
        if self.noise != "unprojected" and any(any(row[:2]) for row in self.patches):
            raise ValueError(
                "patches: some lie along u or v, the first two axes; set those to 0, or give "
                "noise = unprojected"
            )
        return self

    @model_validator(mode="after")
    def _sizes_fit(self) -> FeatureNoiseParameters:
        n, d, filters = self.n_samples, self.dimension, 2 * self.n_filters
        if self.noise == "orthogonalised" and d < n + 2:
            raise ValueError(
                f"dimension = {d} has no room for {n} orthogonal noise patches beside two "
                f"features; give dimension >= {n + 2}, fewer samples, or noise = projected"
            )
        numbers = (
            (n + 2 + 2 * filters) * d + (n + 2) * (n + 2 + 3 * filters) + self.n_test * filters
        )
        if numbers > MAX_NUMBERS:
            raise ValueError(
                f"n_samples = {n}, dimension = {d}, n_filters = {self.n_filters}, n_test = "
                f"{self.n_test}: a run would hold {numbers:.2g} numbers "
                f"({8 * numbers / 2**30:.1f} GiB), at most {MAX_NUMBERS}; lower one"
            )
        if self.n_steps * self.batch_size > MAX_VISITS:
            raise ValueError(
                f"n_steps * batch_size = {self.n_steps * self.batch_size:.2g} visits, the limit "
                f"is {MAX_VISITS}; lower n_steps or batch_size"
            )
        if self.n_records > self.n_steps + 1:
            raise ValueError(
                f"n_records = {self.n_records} is more than one for each of n_steps = "
                f"{self.n_steps} updates and the start; give at most n_steps + 1"
            )
        return self


def _two_signs(groups: Matrix) -> bool:
    """Whether a sign has filters of either sign of an overlap."""
    return any(row[1] > 0 or row[3] > 0 for row in groups)
