"""Replica-symmetric saddle points of the perceptron in field space."""

from __future__ import annotations

from functools import lru_cache

from toysim.batch import Batch, Rows
from toysim.models.perceptron.field_space.measure import Branches, FieldSaddle, task_measure
from toysim.models.perceptron.observed import angle
from toysim.models.perceptron.rows import stacked
from toysim.models.perceptron.saddle import NAN
from toysim.models.perceptron.solver_outputs import OK

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
    """The saddle point asked for, and both along ``saddle`` (where there is one only, it stands at
    both places).

    Valid where it is stable; an unstable one keeps its values, with status ``at_unstable``.
    """
    names = ("alpha", "beta", "kl", "ensemble", "target_self_overlap", "branch")
    columns = (batch[name].tolist() for name in names)
    rows = stacked([_row(*values) for values in zip(*columns, strict=True)])
    return {**rows, "valid": rows["solver_status"] == OK}


def _row(
    alpha: float, beta: float, kl: float, ensemble: str, self_overlap: float, branch: str
) -> dict[str, object]:
    if ensemble == "fixed":
        found = task_measure(beta, kl).fixed(alpha, self_overlap)
        both = Branches(found, found)
    else:
        both = branches(alpha, beta, kl)
    chosen = both.chosen(branch)
    return {**_observed(both[chosen]), **branch_outputs(both, chosen)}


def _observed(saddle: FieldSaddle) -> dict[str, object]:
    sign_overlap = saddle.sites.sign_overlap if saddle.sites else NAN
    values = {name: getattr(saddle, name) for name in OF_A_SADDLE}
    return {
        **values,
        "overlap": saddle.overlap,
        "sign_overlap": sign_overlap,
        "error": angle(sign_overlap),
    }


def branch_outputs(both: Branches, chosen: int) -> dict[str, object]:
    """What coexists."""
    return {
        "chosen_branch": chosen,
        "branch_present": list(both.present),
        "branch_overlap": [saddle.overlap for saddle in both],
        "branch_free_entropy": [saddle.free_entropy for saddle in both],
    }
