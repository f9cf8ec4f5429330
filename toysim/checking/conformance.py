"""What every model promises, checked: labels, rows that stand alone, theory against simulation.

For each declared check the comparison must agree; and it must fail for a theory that is 3 % off in
any one observable, and for a theory that is one update off.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from toysim.checking.case import Case, computed
from toysim.checking.findings import Fault, Finding, Findings, NotTried, Outcome
from toysim.checking.hunting import valid_is_right
from toysim.checking.neighbours import (
    rows_of_cells,
    rows_of_different_sizes,
    rows_of_drawn_values,
)
from toysim.checking.power import to_decide, to_tell
from toysim.comparison.verdicts import RESOLUTION, ObservableVerdict
from toysim.model import RESERVED, Model
from toysim.outcomes import Agreement, Status, word
from toysim.plan import build_sweep
from toysim.registry import load_model
from toysim.runner.work import one_blas_thread
from toysim.shown import shown
from toysim.store.dataset import one_cell

DRAWS = 30


def check(model: str | Model, *, draws: int = DRAWS) -> Findings:
    """Hold a model, an id or a ``Model``, to the contract; each failure with cause and mend.

    Declaration and labels; rows that do not depend on their neighbours; at every declared
    ``Check``, theory agrees with simulation and a wrong theory (3 % off in any observable, one
    update off) does not; theory that says valid is right at ``draws`` values from the whole allowed
    range. What cannot be tried, without a theory, a clock, a declared shift, is *not run*.

    The result is a list of findings with ``ok``; it prints as a report. Raises ToysimError on an
    unknown name.
    """
    found = load_model(model)
    with one_blas_thread():
        return Findings(_all(found, draws))


def _all(model: Model, draws: int) -> Iterator[Finding]:
    for of_model in OF_MODEL:
        yield tried(of_model, model)
    for k in range(len(model.checks) if model.theory else 0):
        case = functools.cache(functools.partial(Case, model, model.checks[k]))
        for of_case in OF_CASE:
            yield tried_at(of_case, model, k, case)
    yield tried(functools.partial(valid_is_right, draws=draws), model, valid_is_right.__name__)


def tried(of_model: Callable[..., Iterator[Fault]], model: Model, name: str = "") -> Finding:
    """A check of a model, whatever its code does."""
    return _finding(model, name or of_model.__name__, "", lambda: of_model(model))


def tried_at(
    of_case: Callable[[Case], Iterator[Fault]], model: Model, k: int, case: Callable[[], Case]
) -> Finding:
    """A check at the model's declared check ``k``, whose case is made when it is first needed."""
    at = f"check {k + 1}" if len(model.checks) > 1 else ""
    return _finding(model, of_case.__name__, at, lambda: of_case(case()))


def _finding(model: Model, name: str, at: str, faults: Callable[[], Iterator[Fault]]) -> Finding:
    name = name.replace("_", " ")
    try:
        found = tuple(faults())
    except NotTried as reason:
        return Finding(model.id, name, at, Outcome.NOT_RUN, str(reason))
    except Exception as error:
        found = (_raised(error),)
    return Finding(model.id, name, at, Outcome.FAILED if found else Outcome.PASSED, "", found)


def _raised(error: Exception) -> Fault:
    return Fault(
        f"{type(error).__name__}: {error}",
        "the model's own code, or its declaration, does not get along with these parameters",
        "toysim --debug run with the same values shows the trace",
    )


# Of a model


def declares_itself(model: Model) -> Iterator[Fault]:
    """Names, meanings, symbols and units of all that goes in and comes out."""
    for seen in _undeclared(model):
        yield Fault(seen, "the declaration is not complete", "mend it where MODELS declares it")


def _undeclared(model: Model) -> Iterator[str]:
    names = [o.name for o in model.outputs("simulation")] + [d.name for d in model.dims]
    observables, dims = {o.name for o in model.observables}, {d.name for d in model.dims}
    parameters = set(model.parameters)
    if model.id.count(".") != 1:
        yield f"id {model.id!r} is not FAMILY.NAME"
    if not model.title:
        yield "title is empty"
    if not model.observables:
        yield "no observables"
    yield from (f"{name} stands twice among outputs and dims" for name in _doubled(names))
    yield from (f"{n} is an observable and a parameter" for n in observables & parameters)
    yield from (f"{n} is a word of the engine" for n in RESERVED & parameters)
    for o in model.observables:
        yield from (f"observable {o.name}: no {k}" for k in _missing(o, "long_name", "unit"))
        yield from (f"observable {o.name}: no dim {d!r}" for d in sorted(set(o.dims) - dims))
    for p in model.parameters.values():
        yield from (f"parameter {p.name}: no {k}" for k in _missing(p, "meaning", "symbol", "unit"))
    for name in set(model.theory_ignores) - parameters:
        yield f"theory_ignores {name!r}, which is no parameter"
    for name in set(model.theory_omits) - observables:
        yield f"theory_omits {name!r}, which is no observable"


def _doubled(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _missing(declared: Any, *words: str) -> list[str]:
    return [w for w in words if not getattr(declared, w)]


def defaults_run_and_are_labelled(model: Model) -> Iterator[Fault]:
    """One row at the defaults ends well, and all of it is labelled."""
    sweep = build_sweep(model.id, model, {}, {})
    batch = sweep.batch(np.zeros(1, np.int64))
    rows = computed(model, "simulation", batch, sweep.parameters)
    ds = one_cell(sweep, "simulation", batch, rows, seconds=0.0)
    if int(ds["status"]) != Status.OK:
        yield Fault(
            f"at the defaults the run ends with status {word(Status(int(ds['status'])))}",
            "the defaults lie where the simulation fails",
            "choose defaults that a first toysim run survives",
        )
    for name, variable in ds.variables.items():
        if not variable.attrs.get("long_name"):
            yield Fault(f"{name} has no long_name", "it is not declared", "declare it")


def theory_has_checks(model: Model) -> Iterator[Fault]:
    """A theory nobody holds against simulation is no theory."""
    if not model.theory:
        raise NotTried("there is no theory")
    if not model.checks:
        yield Fault(
            "a theory, and no checks",
            "checks=(...) was left out",
            "declare cells where both sides must agree: checks=(Check({...}, replicas=...),)",
        )


OF_MODEL = (
    declares_itself,
    defaults_run_and_are_labelled,
    rows_of_cells,
    rows_of_different_sizes,
    rows_of_drawn_values,
    theory_has_checks,
)

# Of a declared check


def theory_agrees_with_simulation(case: Case) -> Iterator[Fault]:
    """Every observable that theory speaks of agrees."""
    valid = case.theory["valid"]
    verdicts = [v for v in case.compare(case.theory) if _finite(case.theory[v.observable][valid])]
    if not verdicts:
        yield Fault(
            f"at {case.at} theory says nothing",
            "valid is false everywhere there, or every number is NaN",
            "choose cells for the check where theory holds",
        )
    for v in verdicts:
        if v.verdict == Agreement.DIFFERS:
            yield _differs(v)
        elif v.verdict == Agreement.UNDECIDED:
            yield _undecided(case, v)


def _finite(values: Any) -> bool:
    return bool(np.isfinite(values).any())


def _differs(v: ObservableVerdict) -> Fault:
    cell = ", ".join(f"{k}={shown(x)}" for k, x in v.worst.items())
    value = v.stored if v.extrapolated is None else v.extrapolated
    return Fault(
        f"{v.observable} at {cell or 'the defaults'}: simulation {value:.6g}, theory "
        f"{v.theory:.6g}, {v.share:.3g} times the tolerance {v.tolerance:.2g}",
        "one of the two is wrong there, or theory is an approximation that does not hold there",
        "work this cell out by hand; where theory does not hold it returns valid=False or NaN; a "
        "known error of finite size is declared (FiniteSize)",
    )


def _undecided(case: Case, v: ObservableVerdict) -> Fault:
    return Fault(
        f"{v.observable} is undecided: the tolerance {v.tolerance:.2g} is above {RESOLUTION:.0%} "
        f"of its size",
        "the numbers are too noisy to say that theory is right",
        _more(case, to_decide(case, [v.observable])),
    )


def theory_three_per_cent_off_in_any_observable_differs(case: Case) -> Iterator[Fault]:
    """A check that does not see a theory 3 % off says nothing."""
    for v in case.compare(case.theory):
        if v.verdict == Agreement.OUTSIDE:
            continue
        wrong = {**case.theory, v.observable: _off(case, v.observable)}
        seen = {w.observable: w.verdict for w in case.compare(wrong)}[v.observable]
        if seen != Agreement.DIFFERS:
            yield Fault(
                f"{v.observable} {RESOLUTION:.0%} off: the verdict is {seen}",
                "the tolerance at these cells is wider than that",
                _more(case, to_tell(case, wrong, [v.observable])),
            )


def _off(case: Case, name: str) -> Any:
    """3 % off; next to zero, as a conserved quantity is, 3 % of the natural size."""
    scale = next(o.scale for o in case.model.observables if o.name == name)
    values = case.theory[name]
    tiny = np.nanmax(np.abs(values)) < scale
    return values + RESOLUTION * scale if tiny else values * (1 + RESOLUTION)


def theory_one_update_off_differs(case: Case) -> Iterator[Fault]:
    """Theory of a run one update longer must be told from the right one."""
    if case.check.shifted is None:
        raise NotTried(
            "what one update is has not been declared: Check(..., shifted=CLOCK.one_more) with a "
            "Clock, or a function from parameter values to those of a theory one update off"
        )
    wrong = case.shifted()
    verdicts = case.compare(wrong)
    if Agreement.DIFFERS not in {v.verdict for v in verdicts}:
        share = max(v.share for v in verdicts)
        more = _more(case, to_tell(case, wrong, [v.observable for v in verdicts]))
        yield Fault(
            f"theory one update off is {share:.2g} of the tolerance away at most",
            "one update is too small a part of the run to be seen",
            f"shorter runs, where an update weighs more, or {more}",
        )


def time_courses_one_update_late_differ(case: Case) -> Iterator[Fault]:
    """Theory's courses moved by one step of time are seen."""
    rule, clock = case.model.discretisation, case.model.clock
    if clock is None:
        raise NotTried("no clock is declared, so there are no time courses to move")
    if rule is None or clock.whole:
        raise NotTried("the clock counts updates: that theory one update off differs says it")
    if case.batch.record_at.shape[-1] < 3:
        raise NotTried(f"n_records is below 3 at {case.at}")
    courses = [o.name for o in case.model.observables if o.dims[-1:] == ("record",)]
    step, time = case.batch[rule.parameter][:: case.every], case.batch.record_at[:: case.every]
    for name in [name for name in courses if name in case.theory]:
        rows = zip(case.theory[name], step, time, strict=True)
        late = np.array([v + h * np.gradient(v, t, axis=-1) for v, h, t in rows])
        wrong = {**case.theory, name: late}
        seen = {v.observable: v.verdict for v in case.compare(wrong)}[name]
        if seen != Agreement.DIFFERS:
            yield Fault(
                f"{name} one step of time late: the verdict is {seen}",
                "between records the course changes by less than the tolerance",
                "records where it changes, a larger step, or a shorter run",
            )


def _more(case: Case, needed: int | None) -> str:
    """How many replicas, where these are what lacks."""
    n = case.check.replicas
    if needed is None:
        return "a narrower tolerance: a smaller step, larger sizes, or rtol and atol as they are"
    return f"replicas={needed:_} or so in the check, in place of {n:_}"


OF_CASE = (
    theory_agrees_with_simulation,
    theory_three_per_cent_off_in_any_observable_differs,
    theory_one_update_off_differs,
    time_courses_one_update_late_differ,
)
