"""Replica-symmetric saddle points of a second task in field space, under KL to a sample of the
first.
"""

from __future__ import annotations

from functools import lru_cache

from toysim.batch import Batch, Rows
from toysim.models.perceptron.continual.sites import Reference, coupled_sites, reference_density
from toysim.models.perceptron.field_space.measure import (
    Branches,
    FieldSaddle,
    Measure,
    SiteAverages,
)
from toysim.models.perceptron.field_space.sites import legendre
from toysim.models.perceptron.field_space.theory import (
    OF_A_SADDLE,
    SHARED,
    branch_outputs,
    branches,
)
from toysim.models.perceptron.observed import angle
from toysim.models.perceptron.rows import stacked
from toysim.models.perceptron.saddle import NAN
from toysim.models.perceptron.solver_outputs import OK

OF_SITES = ("overlap_1", "sign_overlap_1", "cross_overlap")


def reference_of(
    first: FieldSaddle, beta: float, kl: float = 0.0, fineness: float = 1.0
) -> Reference:
    """The magnetisations that learned the first task, at a saddle point of it."""
    return Reference(*reference_density(*first.conjugates, kl * beta, legendre(fineness), fineness))


def second_measure(
    reference: Reference, beta: float, gamma: float, task_overlap: float, fineness: float = 1.0
) -> Measure:
    """The measure of the second task (arXiv:2212.02846); ``field_space.transitions`` take it as any
    other.
    """
    rule = legendre(fineness)

    def sites(square: float, cross: float, self_square: float) -> SiteAverages:
        return coupled_sites(
            square, cross, self_square, gamma * beta, task_overlap, reference, rule, fineness
        )

    return Measure(beta, sites, fineness)


@lru_cache(maxsize=SHARED)
def first_task(alpha: float, beta: float, kl: float, branch: str) -> tuple[FieldSaddle, Reference]:
    """Saddle point of the first task and the reference it leaves; rows of the same first task share
    them.
    """
    both = branches(alpha, beta, kl)
    saddle = both[both.chosen(branch)]
    return saddle, reference_of(saddle, beta, kl)


@lru_cache(maxsize=SHARED)
def second_task(
    alpha_1: float,
    beta_1: float,
    kl: float,
    branch_1: str,
    alpha: float,
    beta: float,
    gamma: float,
    task_overlap: float,
) -> Branches:
    """Both saddle points of the second task; rows that ask for either share them."""
    _, reference = first_task(alpha_1, beta_1, kl, branch_1)
    return second_measure(reference, beta, gamma, task_overlap).branches(alpha)


def predict(batch: Batch) -> Rows:
    """The saddle point asked for, and both along ``saddle``; valid where it and that of task 1 are
    stable.
    """
    names = (
        "alpha_1",
        "beta_1",
        "kl",
        "branch_1",
        "alpha_2",
        "beta_2",
        "gamma",
        "task_overlap",
        "branch",
    )
    columns = (batch[name].tolist() for name in names)
    return stacked([_row(*values) for values in zip(*columns, strict=True)])


def _row(
    alpha_1: float,
    beta_1: float,
    kl: float,
    branch_1: str,
    alpha_2: float,
    beta_2: float,
    gamma: float,
    task_overlap: float,
    branch: str,
) -> dict[str, object]:
    first, _ = first_task(alpha_1, beta_1, kl, branch_1)
    both = second_task(alpha_1, beta_1, kl, branch_1, alpha_2, beta_2, gamma, task_overlap)
    chosen = both.chosen(branch)
    saddle = both[chosen]
    sites = {name: getattr(saddle.sites, name, NAN) for name in ("sign_overlap", *OF_SITES)}
    return {
        **{name: getattr(saddle, name) for name in OF_A_SADDLE},
        **{name: sites[name] for name in OF_SITES},
        "overlap_2": saddle.overlap,
        "sign_overlap_2": sites["sign_overlap"],
        "error_1": angle(sites["sign_overlap_1"]),
        "error_2": angle(sites["sign_overlap"]),
        **branch_outputs(both, chosen),
        "valid": saddle.solver_status == OK and first.solver_status == OK,
    }
