"""One test for every model: the promises of the contract, and theory against simulation with power.

For each declared check the comparison must agree; and it must fail for a theory that is 3 % off in
any one observable, and for a theory that is one update off.
"""

import dataclasses

import numpy as np
import pytest

import toysim
from toysim.comparison.realised import realised
from toysim.comparison.verdicts import RESOLUTION, compare_sides
from toysim.model import RESERVED
from toysim.plan import build_sweep
from toysim.registry import all_models
from toysim.runner.work import compute, compute_unit, refine
from toysim.store.layout import refined
from toysim.store.sides import Refined, Sides

WITH_THEORY = [m for m in sorted(all_models()) if all_models()[m].theory]
CHECKS = [(m, i) for m in WITH_THEORY for i in range(len(all_models()[m].checks))]


@pytest.fixture(params=sorted(all_models()))
def model(request):
    return all_models()[request.param]


def test_declares_itself(model):
    assert model.id.count(".") == 1
    assert model.title
    assert model.observables
    names = [o.name for o in model.outputs("simulation")] + [d.name for d in model.dims]
    assert len(set(names)) == len(names)
    assert not RESERVED & set(model.parameters)
    assert not {o.name for o in model.observables} & set(model.parameters)
    dims = {d.name for d in model.dims}
    for o in model.observables:
        assert o.long_name, o.name
        assert o.unit, o.name
        assert set(o.dims) <= dims
    for p in model.parameters.values():
        assert p.meaning, p.name
        assert p.symbol, p.name
        assert p.unit, p.name
    assert set(model.theory_ignores) <= set(model.parameters)
    assert set(model.theory_omits) <= {o.name for o in model.observables}


def test_defaults_run_and_are_labelled(model):
    ds = toysim.run(model.id)
    assert int(ds["status"]) == 0
    for variable in ds.variables.values():
        assert {"units", "long_name"} <= set(variable.attrs)


def test_every_model_with_theory_declares_checks():
    assert {m for m, _ in CHECKS} == set(WITH_THEORY)


def test_rows_do_not_depend_on_their_neighbours(model):
    """A batch, its rows one by one, and its rows in another order give the same bits."""
    sweep = build_sweep(model.id, model, *_first_check(model), replicas=3, seed=11)
    batch = sweep.batch(np.arange(min(sweep.n_cells, 4)), 3)
    whole = compute(model, "simulation", batch, sweep.parameters).rows
    order = np.random.default_rng(0).permutation(len(batch))
    mixed = compute(model, "simulation", batch.take(order), sweep.parameters).rows
    for i in (0, len(batch) - 1):
        alone = compute(model, "simulation", batch.take(np.array([i])), sweep.parameters).rows
        for name, values in whole.items():
            np.testing.assert_array_equal(alone[name][0], values[i], err_msg=name)
    for name, values in whole.items():
        np.testing.assert_array_equal(mixed[name], values[order], err_msg=name)


def _first_check(model):
    return (model.checks[0].fixed, model.checks[0].axes) if model.checks else ({}, {})


class Case:
    """A declared check, run once; theories are put in its place."""

    def __init__(self, model, check):
        self.model, self.check, self.again = model, check, {}
        self.sweep = build_sweep(
            model.id, model, check.fixed, check.axes, replicas=check.replicas, seed=12
        )
        self.batch = self.sweep.batch(np.arange(self.sweep.n_cells), check.replicas)
        simulated = compute(model, "simulation", self.batch, self.sweep.parameters)
        assert not simulated.errors
        self.simulation = simulated.rows
        self.theory = self.solve(self.theory_batch())

    def theory_batch(self):
        rows = np.arange(0, len(self.batch), 1 if self.model.paired else self.check.replicas)
        return realised(self.batch.take(rows))[0]

    def solve(self, batch):
        solved = compute_unit(self.model, "theory", batch, self.sweep.parameters)
        assert not solved.errors
        return solved.rows

    def compare(self, theory):
        grid = {d.name: len(d) for d in self.sweep.dimensions}
        sides = Sides.in_memory(self.batch, grid, self.check.replicas, self.simulation, theory)
        sides.refined = self.refined(sides.chosen.refine)
        return {v.observable: v.verdict for v in compare_sides(sides)}

    def refined(self, rows):
        """Rows run again at smaller steps, once for all theories that are tried."""
        key, parameters = tuple(rows.tolist()), self.sweep.parameters
        if key and key not in self.again:
            outputs = refined(self.model, parameters)
            few = self.batch.take(rows)
            self.again[key] = refine(self.model, few, outputs, parameters).rows
        return Refined(rows, self.again.get(key, {}))

    def shifted_theory(self):
        """Theory of the same draws with parameters one update off."""
        batch = self.theory_batch()
        shifted = [self.check.shifted(batch.values(i)) for i in range(len(batch))]
        first = batch.values(0)
        moved = {n for row in shifted for n, v in row.items() if v != first.get(n)}
        columns = {n: np.array([row[n] for row in shifted]) for n in moved | set(batch.columns)}
        wrong = batch.replacing(**columns)
        return compute(self.model, "theory", wrong, self.sweep.parameters).rows


@pytest.fixture(scope="module")
def cases():
    made = {}

    def case(key):
        if key not in made:
            model = all_models()[key[0]]
            made[key] = Case(model, model.checks[key[1]])
        return made[key]

    return case


@pytest.mark.parametrize("key", CHECKS, ids=str)
def test_theory_agrees_with_simulation(cases, key):
    case = cases(key)
    verdicts = case.compare(case.theory)
    predicted = {n for n in verdicts if np.isfinite(case.theory[n][case.theory["valid"]]).any()}
    assert predicted
    assert {n: verdicts[n] for n in predicted} == dict.fromkeys(predicted, "agrees")


@pytest.mark.parametrize("key", CHECKS, ids=str)
def test_theory_three_percent_off_in_any_observable_differs(cases, key):
    case = cases(key)
    scales = {o.name: o.scale for o in case.model.observables}
    seen = {}
    for name, verdict in case.compare(case.theory).items():
        if verdict != "outside validity":
            values = case.theory[name]
            tiny = (
                np.nanmax(np.abs(values)) < scales[name]
            )  # a conserved quantity: 3 % of its natural size
            off = values + RESOLUTION * scales[name] if tiny else values * (1 + RESOLUTION)
            seen[name] = case.compare({**case.theory, name: off})[name]
    assert seen == dict.fromkeys(seen, "differs")


@pytest.mark.parametrize(
    "key", [(m, i) for m, i in CHECKS if all_models()[m].checks[i].shifted is not None], ids=str
)
def test_theory_one_update_off_differs(cases, key):
    case = cases(key)
    assert "differs" in case.compare(case.shifted_theory()).values()


@pytest.mark.parametrize("key", CHECKS, ids=str)
def test_time_courses_one_update_late_differ(cases, key):
    """Theory's courses moved by one step of time: seen wherever a model has courses and a step."""
    case = cases(key)
    rule, clock = case.model.discretisation, case.model.clock
    courses = [o.name for o in case.model.observables if o.dims[-1:] == ("record",)]
    if rule is None or clock is None or clock.whole or case.batch.record_at.shape[-1] < 3:
        return
    every = 1 if case.model.paired else case.check.replicas
    step, time = case.batch[rule.parameter][::every], case.batch.record_at[::every]
    for name in [name for name in courses if name in case.theory]:
        rows = zip(case.theory[name], step, time, strict=True)
        late = np.array([v + h * np.gradient(v, t, axis=-1) for v, h, t in rows])
        assert case.compare({**case.theory, name: late})[name] == "differs", name


def test_checks_are_seen_by_a_model_without_power():
    """The harness itself can fail: a check whose replicas are too few to see 3 % is undecided, not
    agreed.
    """
    walk = all_models()["walk.gaussian"]
    weak = dataclasses.replace(walk.checks[0], replicas=4, fixed={"noise": 3.0, "n_records": 1})
    case = Case(walk, weak)
    assert set(case.compare(case.theory).values()) == {"undecided"}
