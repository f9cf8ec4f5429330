"""What every mean-field solution says of itself; light, as models are listed with it."""

from toysim.model import Dim, Observable

# What the solver says of a saddle point, by index.
OK, MAX_ITER, FROZEN, AT_UNSTABLE, BOUNDARY, ELSEWHERE = range(6)
SOLVER_STATUSES = (
    "ok",
    "max_iter: not converged",
    "frozen: no saddle point below overlap 1, or an entropy below zero",
    "at_unstable: replica symmetry is broken",
    "boundary: overlap 1, the reference itself",
    "elsewhere: frozen into another configuration; whether it outweighs the reference is not known",
)
LOW, HIGH = 0, 1

SADDLE = Dim("saddle", "coexisting saddle point: 0 low overlap, 1 high overlap", lambda p: 2)


def conjugates(**of: str) -> tuple[Observable, ...]:
    """Conjugate order parameters as diagnostics, by name and what they are the conjugates of."""
    where = "missing where it is infinite"
    return tuple(Observable(name, f"conjugate of the {what}; {where}") for name, what in of.items())


STUDENT_HATS = conjugates(q_hat="self-overlap", r_hat="overlap with the teacher")
SOLVER_OUTPUTS = (
    Observable("residual", "largest change of an overlap by one more undamped iteration"),
    Observable("iterations", "evaluations of the saddle-point equations"),
    Observable("stability", "replicon (AT) value of the saddle point: stable below 1"),
    Observable(
        "solver_status",
        "; ".join(f"{i} {word}" for i, word in enumerate(SOLVER_STATUSES)),
        dtype="int8",
    ),
)
BRANCH_OUTPUTS = (
    Observable("chosen_branch", "branch shown: 0 low overlap, 1 high overlap", dtype="int8"),
    Observable("branch_present", "the saddle point exists", dims=("saddle",), dtype="bool"),
    Observable("branch_overlap", "overlap with the teacher at each saddle point", dims=("saddle",)),
    Observable("branch_self_overlap", "self-overlap at each saddle point", dims=("saddle",)),
    Observable(
        "branch_free_entropy",
        "free entropy of each saddle point; the larger wins",
        dims=("saddle",),
    ),
)
# Magnetisations have a free entropy by theory alone: chains do not count configurations.
FIELD_OUTPUTS = (
    Observable("free_entropy", "ln of the partition function, per weight", "nat"),
    *conjugates(
        q_hat="overlap of two replicas",
        r_hat="overlap with the teacher of the last task",
        self_hat="self-overlap",
    ),
    *SOLVER_OUTPUTS,
    *BRANCH_OUTPUTS,
    Observable("branch_replica_overlap", "overlap of two replicas there", dims=("saddle",)),
)
