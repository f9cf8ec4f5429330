"""Replica-symmetric saddle points of the perceptron in field space (arXiv:2212.02846, derived)."""

from __future__ import annotations

from functools import lru_cache

from toysim.batch import Batch, Rows, stacked
from toysim.models.perceptron.field_space.measure import Branches, FieldSaddle, task_measure
from toysim.models.perceptron.field_space.parameters import FieldSpaceParameters
from toysim.models.perceptron.given import drawn
from toysim.models.perceptron.measures import angle
from toysim.models.perceptron.replica.saddle import NAN
from toysim.models.perceptron.replica.solver_outputs import OK

OF_A_SADDLE = (
    "replica_overlap",
    "self_overlap",
    "loss",
    "free_entropy",
    "residual",
    "iterations",
    "stability",
    "solver_status",
)

SHARED = 1024  # solutions kept for rows that ask for the same


@lru_cache(maxsize=SHARED)
def branches(alpha: float, beta: float, kl: float) -> Branches:
    """Both saddle points of one task; rows that ask for either share them."""
    return task_measure(beta, kl).branches(alpha)


def predict(batch: Batch) -> Rows:
    """The saddle point asked for, and both along ``saddle``, one twice where there is one only.

    Valid where it is stable, for random patterns; an unstable one keeps its values, with status
    ``at_unstable``.
    """
    rows = stacked([_row(row.p) for row in batch.rows()])
    return rows | {"valid": (rows["solver_status"] == OK) & drawn(batch, "patterns")}


def _row(p: FieldSpaceParameters) -> dict[str, object]:
    both = _branches(p)
    return _observed(both.shown(p.branch)) | branch_outputs(both, p.branch)


def _branches(p: FieldSpaceParameters) -> Branches:
    if p.ensemble == "free":
        return branches(p.alpha, p.beta, p.kl)
    return task_measure(p.beta, p.kl).fixed_branches(p.alpha, p.target_self_overlap)


def _observed(saddle: FieldSaddle) -> dict[str, object]:
    sign_overlap = saddle.sites.sign_overlap if saddle.sites else NAN
    return {
        **{name: getattr(saddle, name) for name in OF_A_SADDLE},
        "overlap": saddle.overlap,
        "sign_overlap": sign_overlap,
        "error": angle(sign_overlap),
    }


def branch_outputs(both: Branches, branch: str) -> dict[str, object]:
    """Conjugates of the branch shown, and what coexists."""
    q_hat, r_hat, self_hat = both.shown(branch).conjugates
    return {
        "q_hat": q_hat,
        "r_hat": r_hat,
        "self_hat": self_hat,
        "chosen_branch": both.chosen(branch),
        "branch_present": list(both.present),
        "branch_overlap": [saddle.overlap for saddle in both],
        "branch_self_overlap": [saddle.self_overlap for saddle in both],
        "branch_replica_overlap": [saddle.replica_overlap for saddle in both],
        "branch_free_entropy": [saddle.free_entropy for saddle in both],
    }
