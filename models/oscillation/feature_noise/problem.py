"""What a row is given: patches, labels, initial weights and the order of visits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row
from toysim.models.oscillation.feature_noise.parameters import FeatureNoiseParameters

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
U, V, NOISE = 0, 1, 2  # patch directions: strong feature, weak feature, first noise patch


class Task(NamedTuple):
    """Data and protocol of a row as the loops see them; T updates of b visits, n samples.

    rate       float       gamma_u / |u|^2 = 4 kappa eta / m
    side       (n,) int    0 for label +1, 1 for label -1
    kind       (n,) int    0 for a strong, 1 for a weak sample
    square     (n+2,)      squared lengths of the patch directions
    visits     (T, b) int  samples of each update
    late       int         update from which residuals count as late
    record_at  (R+1,) int  number of updates before each record, ascending; the last is T
    """

    rate: float
    side: Ints
    kind: Ints
    square: Array
    visits: Ints
    late: int
    record_at: Ints


@dataclass(frozen=True)
class Problem:
    """One row: ``patches`` (n+2, d) u, v, xi_1..xi_n; ``weights`` (2m, d), sign +1, then -1."""

    parameters: FeatureNoiseParameters
    task: Task
    patches: Array
    weights: Array


def problem_of(row: Row) -> Problem:
    """The draws of a row, or what is given in their place.

    Axes are turned so that u and v are the first two: the Gaussian start and noise look the same
    from there.
    """
    p = row.p
    patches = np.zeros((p.n_samples + NOISE, p.dimension))
    patches[U, 0], patches[V, 1] = 1.0, p.weak_norm
    patches[NOISE:] = p.patches or _drawn(p, row.normal("noise", p.n_samples, p.dimension))
    return Problem(p, _task(row, patches), patches, _weights(row, patches))


def _weights(row: Row, patches: Array) -> Array:
    """Of the filters at the start (2m, d)."""
    p = row.p
    if p.start_groups:
        return filters_of(np.array(p.start_groups), p.n_filters, patches)
    if p.filters:
        return np.array(p.filters)
    return np.asarray(p.start_scale * row.normal("start", 2 * p.n_filters, p.dimension))


def filters_of(groups: Array, m: int, patches: Array) -> Array:
    """The shortest filters (2m, d) with these sums of squares, (2, 4 + n) as in the parameters.

    The first filter of a sign has the positive overlaps sqrt(m A), sqrt(m B) and sqrt(m C_i), the
    second the negative ones with u and v, any further ones are 0.
    """
    z = np.zeros((len(patches), 2 * m))
    root = np.sqrt(m * groups)
    for sign in range(2):
        z[U, sign * m], z[V, sign * m], z[NOISE:, sign * m] = (
            root[sign, 0],
            root[sign, 2],
            root[sign, 4:],
        )
        if m > 1:
            z[U, sign * m + 1], z[V, sign * m + 1] = -root[sign, 1], -root[sign, 3]
    return np.asarray(np.linalg.lstsq(patches, z)[0].T, np.float64)


def _drawn(p: FeatureNoiseParameters, draws: Array) -> Array:
    """Patches xi_1..xi_n; orthogonalised noise keeps each one's length."""
    xi = draws * (p.noise_norm / np.sqrt(p.dimension))
    if p.noise != "unprojected":
        xi[:, :NOISE] = 0.0
    if p.noise == "orthogonalised":
        directions = np.linalg.qr(xi[:, NOISE:].T)[0].T
        xi[:, NOISE:] = directions * np.linalg.norm(xi, axis=1)[:, None]
    return np.asarray(xi)


def _task(row: Row, patches: Array) -> Task:
    """Labels alternate, weak samples come first, unless they are given."""
    p = row.p
    return Task(
        rate=p.gamma_u,
        side=np.array(p.sides),
        kind=np.array(p.kinds),
        square=np.sum(patches**2, axis=1),
        visits=_visits(p, row.generator("order")),
        late=p.n_steps - max(1, p.n_steps // 10),
        record_at=np.append(row.record_at, p.n_steps),
    )


def _visits(p: FeatureNoiseParameters, generator: np.random.Generator) -> Ints:
    """Samples of every update (T, b); a longer run begins with the same visits."""
    n, n_visits = p.n_samples, p.n_steps * p.batch_size
    if p.order == "with_replacement":
        return generator.integers(n, size=(p.n_steps, p.batch_size))
    epochs = np.tile(np.arange(n), (-(-n_visits // n), 1))
    if p.order == "reshuffled":
        generator.permuted(epochs, axis=1, out=epochs)
    return epochs.ravel()[:n_visits].reshape(p.n_steps, p.batch_size)
