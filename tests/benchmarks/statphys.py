"""Theory beside StatPhysMLSimPlayground: ``python tests/benchmarks --statphys [CHECKOUT]``.

Without a checkout its values are those kept in ``statphys.toml``; with one they are made anew, and
both sides are timed. Nothing of ours needs it.
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


@dataclass(frozen=True)
class Line:
    """One quantity at one place: theirs, ours, and seconds of a call where both were timed."""

    row: dict[str, Any]
    at: float
    theirs: float
    ours: float
    seconds: tuple[float, float] | None = None

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
        if run:
            ours(row, at)  # compiles
            anew, slow = _timed(partial(call, row, at))
            mine, quick = _timed(partial(ours, row, at))
            yield Line(row, at, anew, mine, (slow, quick))
        else:
            yield Line(row, at, theirs, ours(row, at))


def _timed(job: Callable[[], float]) -> tuple[float, float]:
    start = time.process_time()
    value = job()
    return value, time.process_time() - start


def call(row: dict[str, Any], at: float) -> float:
    """Their theory of a row's quantity, by their classes."""
    given, name = dict(row["given"]), row["call"]
    return _flow(name, given) if "duration" in given else _saddle(name, given, at)


def _saddle(name: str, given: dict[str, Any], alpha: float) -> float:
    """Of ridge and lasso a call of the equations is their solution; of the others a round."""
    from statphys.theory import replica

    equations = getattr(replica, f"GaussianLinear{name.title()}Equations")(**given)
    if name in ("ridge", "lasso"):
        m, q = equations(0.5, 0.5, alpha, **given)
    else:
        solver = replica.SaddlePointSolver(equations=equations, order_params=["m", "q"])
        params = solver.solve([alpha], **given).order_params
        m, q = (float(params[name][0]) for name in ("m", "q"))
    return float(equations.generalization_error(m, q, **given))


def _flow(name: str, given: dict[str, Any]) -> float:
    from statphys.theory import online

    start, duration = given.pop("start"), given.pop("duration")
    equations = getattr(online, f"GaussianLinear{name.title()}Equations")(**given)
    solver = online.ODESolver(equations=equations, order_params=["m", "q"])
    found = solver.solve((0.0, duration), init_values=tuple(start), n_points=2, **given)
    m, q = (float(found.order_params[name][-1]) for name in ("m", "q"))
    return math.acos(m / math.sqrt(q)) / math.pi


def page(found: Sequence[Line]) -> str:
    """Values, times where there are any, and equations, as a page of the docs."""
    told, timed = kept(), any(line.seconds for line in found)
    head = ["quantity", "at", "theirs", "toysim", "equal to 1e-4"]
    head += ["theirs [s]", "toysim [s]"] if timed else []
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
        cells += ["yes" if line.agree else "no", *(f"{t:.2g}" for t in line.seconds or ())]
        text.append(f"| {' | '.join(cells)} |")
    text += ["", "## Equations of toysim", ""]
    text += [f"* {row['quantity']}: `{row['equation']}`" for row in told["rows"]]
    return "\n".join([*text, ""])
