"""Saddle points of a second task under KL to a sample of the first (arXiv:2212.02846, derived)."""

from __future__ import annotations

from functools import lru_cache

from toysim.batch import Batch, Rows, stacked
from toysim.models.perceptron.continual.parameters import ContinualParameters
from toysim.models.perceptron.continual.reference import reference_density
from toysim.models.perceptron.field_space.magnetisation import legendre
from toysim.models.perceptron.field_space.measure import (
    Branches,
    FieldSaddle,
    Measure,
    measure_of,
)
from toysim.models.perceptron.field_space.sites import Reference
from toysim.models.perceptron.field_space.theory import (
    OF_A_SADDLE,
    SHARED,
    branch_outputs,
    branches,
)
from toysim.models.perceptron.given import drawn
from toysim.models.perceptron.measures import angle
from toysim.models.perceptron.replica.saddle import NAN
from toysim.models.perceptron.replica.solver_outputs import OK

OF_SITES = ("overlap_1", "sign_overlap_1", "cross_overlap")


def reference_of(
    first: FieldSaddle, beta: float, kl: float = 0.0, fineness: float = 1.0
) -> Reference:
    """The magnetisations that learned the first task, at a saddle point of it."""
    return Reference(*reference_density(*first.conjugates, kl * beta, legendre(fineness), fineness))


def second_measure(
    reference: Reference, beta: float, gamma: float, task_overlap: float, fineness: float = 1.0
) -> Measure:
    """The measure of the second task; ``field_space.transitions`` take it as any other."""
    return measure_of(beta, gamma * beta, reference, task_overlap, fineness)


@lru_cache(maxsize=SHARED)
def first_task(alpha: float, beta: float, kl: float, branch: str) -> tuple[FieldSaddle, Reference]:
    """Saddle point of task 1 and the reference it leaves; rows of the same task share them."""
    both = branches(alpha, beta, kl)
    saddle = both.shown(branch)
    return saddle, reference_of(saddle, beta, kl)


@lru_cache(maxsize=SHARED)
def second_task(
    first: tuple[float, float, float, str],
    alpha: float,
    beta: float,
    gamma: float,
    task_overlap: float,
) -> Branches:
    """Both saddle points of task 2; rows that ask for either share them.

    ``first`` are the arguments of ``first_task``.
    """
    _, reference = first_task(*first)
    return second_measure(reference, beta, gamma, task_overlap).branches(alpha)


def predict(batch: Batch) -> Rows:
    """The saddle point asked for, and both along ``saddle``; valid if stable in both tasks, for
    random patterns.
    """
    rows = stacked([_row(row.p) for row in batch.rows()])
    return rows | {"valid": rows["valid"] & drawn(batch, "patterns_1", "patterns_2")}


def _row(p: ContinualParameters) -> dict[str, object]:
    of_first = (p.alpha_1, p.beta_1, p.kl, p.branch_1)
    first, _ = first_task(*of_first)
    both = second_task(of_first, p.alpha_2, p.beta_2, p.gamma, p.task_overlap)
    saddle = both.shown(p.branch)
    sites = {name: getattr(saddle.sites, name, NAN) for name in ("sign_overlap", *OF_SITES)}
    return {
        **{name: getattr(saddle, name) for name in OF_A_SADDLE},
        **{name: sites[name] for name in OF_SITES},
        "overlap_2": saddle.overlap,
        "sign_overlap_2": sites["sign_overlap"],
        "error_1": angle(sites["sign_overlap_1"]),
        "error_2": angle(sites["sign_overlap"]),
        **branch_outputs(both, p.branch),
        "valid": saddle.solver_status == OK and first.solver_status == OK,
    }
