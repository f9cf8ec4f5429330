"""Sweep files: what they say is what runs; what is wrong with them is said in one line, with file
and line.
"""

import dataclasses
import time

import numpy as np
import pytest

import toysim
from toysim.errors import ToysimError
from toysim.models.perceptron.field_space import theory as field_space_theory
from toysim.plan import build_sweep
from toysim.registry import load_model
from toysim.runner.cost import estimate_cost, plan_sweep, refuse_huge
from toysim.store.layout import _rows_of_a_block, block_shape
from toysim.sweep_file import load_sweep

GOOD = """\
model    = "walk.gaussian"
question = "How far does it get?"
replicas = 3
seed     = 7
[fixed]
noise = 0.5
[axes]
drift    = { linspace = [0.0, 1.0, 5] }
n_rounds = [2, 3]
[presets.paper]
replicas = 50
axes = { n_rounds = [2, 3, 4] }
[presets.quiet]
fixed = { noise = 0.1 }
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return path

    return write


def test_reads_what_is_written(write):
    sweep = load_sweep(write(GOOD))
    assert (sweep.model.id, sweep.replicas, sweep.seed, sweep.shape) == (
        "walk.gaussian",
        3,
        7,
        (5, 2),
    )
    assert sweep.fixed["noise"] == 0.5
    np.testing.assert_array_equal(sweep.columns(np.array([3]))["drift"], [0.25])
    assert sweep.columns(np.arange(10))["n_rounds"].tolist() == [2, 3] * 5


def test_presets_grow_the_store_or_have_their_own(write):
    path = write(GOOD)
    paper, quiet = load_sweep(path, "paper"), load_sweep(path, "quiet")
    assert (paper.replicas, paper.shape, paper.store_name) == (50, (5, 3), "mine")
    assert paper.identity == load_sweep(path).identity
    assert (quiet.fixed["noise"], quiet.store_name) == (0.1, "mine.quiet")


def test_overrides_replace_values_and_axes(write):
    sweep = load_sweep(write(GOOD), overrides={"noise": 0.9, "drift": 0.5, "n_rounds": [4, 5, 6]})
    assert (sweep.fixed["noise"], sweep.shape) == (0.9, (1, 3))


@pytest.mark.parametrize(
    ("axis", "values"),
    [
        ("[0.1, 0.2]", [0.1, 0.2]),
        ("{ linspace = [0.0, 1.0, 3] }", [0.0, 0.5, 1.0]),
        ("{ arange = [0.0, 1.0, 0.25] }", [0.0, 0.25, 0.5, 0.75]),
        ("{ logspace = [-2, 0, 3] }", [0.01, 0.1, 1.0]),
        ("{ geomspace = [0.1, 10.0, 3] }", [0.1, 1.0, 10.0]),
    ],
)
def test_spaced_axes(write, axis, values):
    sweep = load_sweep(write(f'model = "walk.gaussian"\n[axes]\ndrift = {axis}\n'))
    np.testing.assert_allclose(sweep.dimensions[0].values["drift"], values, rtol=1e-14)


@pytest.mark.parametrize("design", ["random", "latin_hypercube", "sobol"])
def test_sampled_axes_depend_on_the_seed_alone(write, design):
    def values(seed):
        text = f'model = "walk.gaussian"\nseed = {seed}\n[axes]\n'
        text += f"drift = {{ {design} = [1.0, 3.0, 16] }}\n"
        return load_sweep(write(text)).dimensions[0].values["drift"]

    np.testing.assert_array_equal(values(1), values(1))
    assert not np.array_equal(values(1), values(2))
    assert ((values(1) >= 1.0) & (values(1) < 3.0)).all()
    if design != "random":  # one point in each of 16 equal strata
        assert sorted(np.floor((values(1) - 1.0) * 8)) == list(range(16))


REFUSED = {
    'model = "walk.gausian"': r"mine.toml:1: unknown model 'walk.gausian': did you mean "
    r"'walk.gaussian'",
    'modle = "walk.gaussian"': r"mine.toml:1: unknown key 'modle' in sweep file: did you mean "
    r"'model'",
    'question = "x"': r"model is missing",
    'model = "walk.gaussian"\n[fixed]\nnoize = 1.0': r"mine.toml:3: unknown parameter 'noize' "
    r".*did you mean 'noise'",
    'model = "walk.gaussian"\n[axes]\ndrif = [1.0]': r"mine.toml:3: unknown parameter 'drif' "
    r".*did you mean 'drift'",
    'model = "walk.gaussian"\n[fixed]\nnoise = "high"': r"noise = 'high' must be .*float, "
    r"allowed: >= 0",
    'model = "walk.gaussian"\n[fixed]\nnoise = -1.0': r"noise = -1.0 is out of range .*"
    r"allowed: >= 0 and <= 100",
    'model = "walk.gaussian"\n[fixed]\nnoise = nan': r"mine.toml:3: noise = nan",
    'model = "walk.gaussian"\n[axes]\ndrift = [0.1, nan]': r"mine.toml:3: axis drift: value nan "
    r"is not a finite number",
    'model = "walk.gaussian"\n[axes]\ndrift = [0.1, 11.0]': r"mine.toml:3: axis drift, value 2: "
    r"drift = 11.0 is out of range .*<= 10",
    'model = "walk.gaussian"\n[axes]\ndrift = ["a"]': r"mine.toml:3: axis drift: drift is "
    r"float.*got 'a'",
    'model = "walk.gaussian"\n[axes]\nn_rounds = [2.5]': r"mine.toml:3: axis n_rounds: n_rounds "
    r"is int.*got 2.5",
    'model = "walk.gaussian"\n[axes]\nlate_option = [1]': r"mine.toml:3: axis late_option: .*got 1",
    'model = "walk.gaussian"\n[axes]\ndrift = []': r"mine.toml:3: axis drift is empty",
    'model = "walk.gaussian"\n[axes]\ndrift = { linspace = [0, 1, 0] }': r"mine.toml:3: axis "
    r"drift is empty",
    'model = "walk.gaussian"\n[axes]\ndrift = { linspac = [0, 1, 2] }': r"'linspac': did you mean "
    r"'linspace'",
    'model = "walk.gaussian"\n[axes]\ndrift = { linspace = [0, 1] }': r"linspace = \[0, 1\] needs "
    r"3 finite numbers",
    'model = "walk.gaussian"\n[axes]\ndrift = 0.5': r"axis drift = 0.5: give a list",
    'model = "walk.gaussian"\n[axes]\ndrift = [0.1, 0.1]': r"values 0.1 and 0.1 are equal or "
    r"closer than 1e-12",
    'model = "walk.gaussian"\n[fixed]\ndrift = 1.0\n[axes]\ndrift = [0.1]': r"toml:3: drift is "
    r"fixed and also an "
    r"axis",
    'model = "walk.gaussian"\n[fixed]\ndrift = [0.1, 0.2]': r"drift is fixed but holds several "
    r"values",
    'model = "walk.gaussian"\nreplicas = 0': r"mine.toml:2: replicas = 0 must be a whole number "
    r"of at least 1",
    'model = "walk.gaussian"\nseed = "a"': r"mine.toml:2: seed = 'a'",
    'model = "walk.gaussian"\n[axes]\ndrift = {values = [1.0], zip = "position"}': r"is the name "
    r"of an output "
    r"of walk",
    'model = "walk.gaussian"\n[axes]\ndrift = {values = [1.0, 2.0], zip = "p"}\nnoise = {values = '
    '[1.0], zip = "p"}': (r"tied by zip = 'p' differ in length: drift has 2, noise has 1"),
    'model = "walk.gaussian"\n[fixed]\nweights = []': r"weights is empty; give at least one weight",
    'model = "walk.gaussian"\n[axes]\nweights = [[1.0], [1.0, 2.0]]': r"axis weights: values "
    r"differ in length",
    'model = "walk.gaussian"\n[axes]\nn_records = [1, 2]': r"at n_records = 2 the dimension "
    r"'record' has length 2",
    'model = "walk.gaussian"\n[presets.paper]\nseed = 3': r"unknown key 'seed' in preset paper",
    "model = ": r"mine.toml: not TOML",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda t: t.replace("\n", ";")[-50:])
def test_refused_in_one_line(write, text):
    with pytest.raises(ToysimError, match=REFUSED[text]) as caught:
        load_sweep(write(text))
    assert "\n" not in str(caught.value)


def test_unknown_sweep_and_preset(write):
    with pytest.raises(ToysimError, match="no sweep file 'nowhere.toml'"):
        load_sweep("nowhere.toml")
    with pytest.raises(ToysimError, match="unknown preset 'papr': did you mean 'paper'"):
        load_sweep(write(GOOD), "papr")


def test_huge_sweeps_need_a_yes_before_anything_is_made():
    axes = {"drift": {"linspace": [0.0, 1.0, 10**6]}, "noise": {"linspace": [0.0, 1.0, 10**6]}}
    sweep = build_sweep("huge", load_model("walk.gaussian"), {}, axes)
    with pytest.raises(ToysimError, match=r"1e\+12 cells"):
        refuse_huge(sweep, yes=False)
    refuse_huge(sweep, yes=True)


def test_plan_counts_by_arithmetic(write):
    sweep = load_sweep(write(GOOD))
    plan, cost = plan_sweep(sweep, block_rows=4), estimate_cost(sweep)
    assert (plan.cells, plan.replicas, plan.rows, plan.block, plan.blocks) == (
        10,
        3,
        40,
        (1, 3),
        20,
    )
    assert plan.bytes == 30 * (8 + 8 + 1 + 8) + 10 * (8 + 8 + 1)
    assert cost.seconds > 0
    assert cost.timed_cells == 8


def test_the_pilot_times_solutions_that_are_new():
    """Theory that keeps what it solved is timed at cells that it has not seen."""
    seen = set()

    def keeping(batch):
        new = [a for a in batch["drift"].tolist() if a not in seen]
        until = time.process_time() + 0.01 * len(new)
        while time.process_time() < until:
            pass
        seen.update(new)
        return walk_theory(batch)

    model = load_model("walk.gaussian")
    walk_theory = model.load("theory")
    kept = dataclasses.replace(model, dims=(), theory=keeping)
    axes = {"drift": {"linspace": [0.0, 1.0, 100]}}
    sweep = build_sweep("kept", kept, {}, axes, simulation=False)
    assert 0.8 < estimate_cost(sweep).seconds < 5.0


def test_a_plan_tells_what_refining_may_add():
    axes = {"drift": {"linspace": [0.0, 1.0, 5]}, "n_rounds": [1, 2, 3]}
    refine = {"along": "drift", "by": "position", "budget": 4}
    plans = [
        plan_sweep(build_sweep("r", load_model("walk.gaussian"), {}, axes, refine=how))
        for how in (None, refine)
    ]
    assert [plan.refined_cells for plan in plans] == [0, 4 * 3]


def test_the_pilot_asks_anew_for_solutions_kept_in_the_family():
    """Once more in the same process: the estimate stays that of a fresh one."""
    axes = {"alpha": [0.3, 0.6, 0.9]}
    sweep = build_sweep("kept", load_model("perceptron.field_space"), {}, axes, simulation=False)
    estimate_cost(sweep)
    solved = field_space_theory.branches.cache_info
    assert solved().currsize == 3
    estimate_cost(sweep)
    assert (solved().misses, solved().currsize) == (3, 3)  # counted from the last emptying


def test_plan_does_not_try_what_takes_long():
    model, axes, weights = load_model("walk.gaussian"), {"n_rounds": [1, 10**6]}, [1.0] * 1000
    sweep = build_sweep("long", model, {"weights": weights}, axes, replicas=3)
    cost = estimate_cost(sweep)
    assert cost.timed_cells == 0
    declared = [
        model.seconds(model.parameters_class(n_rounds=n, weights=weights)) for n in axes["n_rounds"]
    ]
    assert cost.seconds == pytest.approx(3 * sum(declared))


def test_blocks_hold_many_cheap_rows_and_few_dear_ones():
    model = load_model("walk.gaussian")
    cheap = build_sweep("c", model, {"n_rounds": 1}, {"drift": {"linspace": [0.0, 1.0, 10**6]}})
    dear = build_sweep(
        "d", model, {"n_rounds": 10**6}, {"drift": {"linspace": [0.0, 1.0, 1000]}}, replicas=10
    )
    assert block_shape(cheap) == (50_000, 1)
    cells, replicas = block_shape(dear)
    assert cells * replicas * model.seconds(dear.parameters) <= 1.0


@pytest.mark.parametrize(
    ("seconds", "rows", "blocks"),
    [
        (1e-8, 1000, 1),
        (0.022, 40, 2),
        (0.022, 10, 1),
        (0.1, 100, 16),
        (0.1, 1000, 100),
        (5.0, 3, 3),
    ],
)
def test_blocks_take_half_a_second_to_a_second_and_are_even(seconds, rows, blocks):
    size = _rows_of_a_block(seconds, rows)
    assert -(-rows // size) == pytest.approx(blocks, rel=0.1)
    assert seconds * size <= max(1.1, seconds)
    assert rows - size * (-(-rows // size) - 1) >= 0.7 * size or blocks > 15


def write_start(folder, text, **arrays):
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
    path = folder / "start.toml"
    path.write_text(f'model = "deep_linear.modes"\n[fixed]\nn_pathways = 2\ndepth = 3\n{text}\n')
    return path


STARTS = np.array([[0.1, 0.2, 0.3], [0.2, 0.2, 0.1]])


@pytest.mark.parametrize("kind", ["npy", "csv"])
def test_an_array_comes_from_a_file_beside_the_sweep(tmp_path, kind):
    """The same numbers, bits and identity as the array in Python."""
    path = write_start(tmp_path, f'layer_starts = {{ {kind} = "a0.{kind}" }}', a0=STARTS)
    np.savetxt(tmp_path / "a0.csv", STARTS, delimiter=",")
    found = load_sweep(path)
    here = build_sweep(found.name, found.model, {**found.fixed, "layer_starts": STARTS}, {})
    assert found.identity == here.identity
    tree = toysim.sweep("deep_linear.modes", depth=3, layer_starts=STARTS, duration=[1.0])
    again = toysim.sweep(path, store=tmp_path / "start.zarr", duration=1.0)
    assert again["simulation"]["final_strength"].values.ravel().tobytes() == (
        tree["simulation"]["final_strength"].values.ravel().tobytes()
    )


def test_a_file_with_one_dimension_more_is_an_axis(tmp_path):
    text = '[axes]\nlayer_starts = { npy = "a0.npy" }'
    found = load_sweep(write_start(tmp_path, text, a0=np.array([STARTS, 2 * STARTS])))
    assert found.shape == (2,)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ('{ npy = "none.npy" }', "no file none.npy beside the sweep file"),
        ('{ npy = "../a0.npy" }', "outside the sweep file's folder"),
        ('{ npy = "/etc/hostname" }', "outside the sweep file's folder"),
        ('{ npy = "start.toml" }', "not an array of numbers"),
        ('{ csv = "start.toml" }', "not rows of numbers with commas"),
        ('{ npy = "flat.npy" }', r"has shape \(3,\); layer_starts takes 2 dimensions"),
        ('{ npy = "words.npy" }', "holds no numbers"),
        ('{ npy = "pickled.npy" }', "not an array of numbers"),
        ("{ npy = 3 }", "3 is no file name"),
        ('{ npy = "small.npy" }', "give 2 rows"),
    ],
)
def test_files_that_are_no_such_array_are_refused(tmp_path, value, told):
    arrays = {"flat": STARTS[0], "words": np.array([["a"]]), "small": STARTS[:1]}
    path = write_start(tmp_path, f"layer_starts = {value}", **arrays)
    np.save(tmp_path / "pickled.npy", np.array([[None]]), allow_pickle=True)
    (tmp_path.parent / "a0.npy").write_bytes(b"")
    with pytest.raises(ToysimError, match=told) as refused:
        load_sweep(path)
    assert "start.toml:5" in str(refused.value)
    assert "\n" not in str(refused.value)
