"""Theory beside StatPhysMLSimPlayground: ``python tests/benchmarks --statphys [CHECKOUT]``.

Without a checkout its values and times are those kept in ``statphys.toml``; with one they are made
anew. Nothing of ours needs it.
"""

from __future__ import annotations

import importlib
import math
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import toysim

KEPT = Path(__file__).with_name("statphys.toml")
CLOSE = 1e-4  # of a value: the sides agree
ROUNDS = 400  # of theirs at most, some 12 s a start


@dataclass(frozen=True)
class Line:
    """One quantity at one place: theirs, ours, and seconds of a call of both."""

    row: dict[str, Any]
    at: float
    theirs: float
    ours: float
    seconds: tuple[float, float]

    @property
    def agree(self) -> bool:
        return abs(self.theirs - self.ours) <= CLOSE * abs(self.ours)


def kept() -> dict[str, Any]:
    return tomllib.loads(KEPT.read_text())


def ours(row: dict[str, Any], at: float) -> float:
    """Our theory of a row's quantity."""
    found = toysim.theory(row["model"], **row["parameters"], **{row["along"]: at})
    return float(row["factor"] * found[row["observable"]].values.ravel()[-1])


def lines(checkout: Path | None = None) -> list[Line]:
    """Every kept quantity; with a checkout theirs is run."""
    if checkout is not None:
        sys.path.insert(0, str(checkout / "src"))
        importlib.import_module("statphys.theory")
    return [line for row in kept()["rows"] for line in _of(row, checkout is not None)]


def _of(row: dict[str, Any], run: bool) -> Iterator[Line]:
    for at, theirs in zip(row["at"], row["theirs"], strict=True):
        ours(row, at)  # compiles
        mine, quick = _timed(partial(ours, row, at))
        anew, slow = theirs, row["seconds"]
        if run and row["call"]:
            anew, slow = _timed(partial(call, row, at))
        yield Line(row, at, anew, mine, (slow, quick))


def _timed(job: Callable[[], float]) -> tuple[float, float]:
    start = time.process_time()
    value = job()
    return value, time.process_time() - start


def call(row: dict[str, Any], at: float) -> float:
    """Their theory of a row's quantity, by their classes."""
    given, name = dict(row["given"]), row["call"]
    if name == "capacity":
        from statphys.theory import replica

        return float(replica.GaussianLinearHingeEquations().critical_capacity(at))
    if "duration" in given:
        return _flow(name, given)
    return _saddle(name, given, at, row.get("rounds", ROUNDS))


def _saddle(name: str, given: dict[str, Any], alpha: float, rounds: int) -> float:
    """Of ridge and lasso a call of the equations is their solution; of the others a round."""
    from statphys.theory import replica

    equations = getattr(replica, f"GaussianLinear{name.title()}Equations")(**given)
    if name in ("ridge", "lasso"):
        m, q = equations(0.5, 0.5, alpha, **given)
    else:
        solver = replica.SaddlePointSolver(equations, ["m", "q"], max_iter=rounds)
        params = solver.solve([alpha], **given).order_params
        m, q = (float(params[name][0]) for name in ("m", "q"))
    return float(equations.generalization_error(m, q, **given))


def _flow(name: str, given: dict[str, Any]) -> float:
    """Of rules for a sign teacher the share of errors, of regression their own error."""
    from statphys.theory import online

    start, duration = given.pop("start"), given.pop("duration")
    of = "CommitteeMse" if name == "committee" else f"Linear{name.title()}"
    equations = getattr(online, f"Gaussian{of}Equations")(**given)
    solver = online.ODESolver(equations=equations, order_params=["m", "q"])
    found = solver.solve((0.0, duration), init_values=tuple(start), n_points=2, **given)
    m, q = (float(found.order_params[name][-1]) for name in ("m", "q"))
    if name in ("committee", "mse"):
        return float(equations.generalization_error((m, q)))
    return math.acos(m / math.sqrt(q)) / math.pi


def page(found: Sequence[Line]) -> str:
    """Values, times and equations as a page of the docs."""
    told = kept()
    head = ["quantity", "at", "theirs", "toysim", "equal to 1e-4", "theirs [s]", "toysim [s]"]
    text = [
        "# Beside StatPhysMLSimPlayground",
        "",
        f"Theory of [{told['name']}](https://github.com/{told['name']}) at commit",
        f"`{told['commit']}` and of toysim, by",
        "`python tests/benchmarks --statphys CHECKOUT --page docs/statphys.md`. Its values are",
        "kept in `tests/benchmarks/statphys.toml`; a test holds ours against them.",
        "Seconds of one call on one thread, warm, by the processor's clock.",
        "",
        f"| {' | '.join(head)} |",
        "|" + "---|" * len(head),
    ]
    for line in found:
        where = f"{line.row['along']} = {line.at:g}"
        cells = [line.row["quantity"], where, f"{line.theirs:.7g}", f"{line.ours:.7g}"]
        cells += [
            "yes" if line.agree else "no",
            *("" if math.isnan(t) else f"{t:.2g}" for t in line.seconds),
        ]
        text.append(f"| {' | '.join(cells)} |")
    text += ["", "## Equations of toysim", ""]
    text += [f"* {row['quantity']}: `{row['equation']}`" for row in told["rows"]]
    return "\n".join([*text, ""])
