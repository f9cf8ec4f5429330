"""Starts handed in: what a model drew, given back to it, runs alike; what does not fit is told."""

import numpy as np
import pytest
from reference.induction_head import head_loss
from reference.induction_network import loss_and_gradients, one_hot_tokens

import toysim
from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.perceptron.layered_learner.tasks import tasks_of
from toysim.models.perceptron.samplers.instances import flipped, signs, teachers
from toysim.registry import load_model


def row_of(model, **fixed):
    """One row, as a simulation sees it; what is handed in leaves its streams alone."""
    model = load_model(model)
    model.validate(fixed)
    batch = Batch(model, {}, fixed, np.arange(1), 0, common_random_numbers=True)
    return next(batch.rows())


def simulated(model, **fixed):
    """Observables of one row."""
    row = row_of(model, **fixed)
    return row.batch.model.load("simulate")(row.batch)


def flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


NETWORK = {"levels": 2, "width": 5, "depth": 3, "duration": 2.0, "n_records": 3}


@pytest.mark.parametrize("nonlinearity", ["linear", "tanh"])
def test_weights_of_a_deep_network(nonlinearity):
    from toysim.models.deep_linear.network.problem import start_weights

    fixed = {**NETWORK, "nonlinearity": nonlinearity, "start": "gaussian", "start_strength": 0.3}
    row = row_of("deep_linear.network", **fixed)
    weights = flat(W for layers in start_weights(row, row.p.task) for W in layers)
    drawn = simulated("deep_linear.network", **fixed)
    given = simulated("deep_linear.network", **{**fixed, "start_weights": weights})
    for name, values in drawn.items():
        np.testing.assert_array_equal(given[name], values, err_msg=name)


LEVELS = {"n_pathways": 2, "start_strength": 0.05, "start_imbalance": 0.1, "duration": 12.0}


@pytest.mark.parametrize("integrator", ["gradient_descent", "reduced_euler", "flow"])
@pytest.mark.parametrize("level", [0.1, 0.9])
def test_time_to_any_strength(integrator, level):
    """Both sides against the time at which the strengths recorded finely pass the level."""
    fixed = {**LEVELS, "depth": 3, "level": level, "integrator": integrator, "step": 1e-3}
    fixed |= {"n_records": 12001, "deficit_length": 0.3, "deficit_start": 0.2}
    found = toysim.theory("deep_linear.modes", **fixed)
    total = found.mode_strength.sum("pathway").values.ravel()
    times = np.linspace(0.0, 12.0, 12001)
    k = np.argmax(total >= 2.0 * level)
    by_hand = np.interp(2.0 * level, total[k - 1 : k + 1], times[k - 1 : k + 1])
    exact = found.half_learning_time.item()
    assert exact == pytest.approx(by_hand, abs=1e-5)
    run = simulated("deep_linear.modes", **{**fixed, "n_records": 0})["half_learning_time"].item()
    assert run == pytest.approx(exact, abs=1e-9 if integrator == "flow" else 5e-3)
    if integrator == "gradient_descent":
        finer = simulated("deep_linear.modes", **{**fixed, "n_records": 0, "step": 5e-4})
        half = finer["half_learning_time"].item()
        assert 2.0 * half - run == pytest.approx(exact, abs=1e-4)


def test_levels_of_networks():
    """Aligned networks reach it mode by mode, balanced ones at their own orientation."""
    fixed = {"levels": 1, "width": 2, "depth": 2, "n_pathways": 1, "level": 0.8, "step": 1e-3}
    for start in ("aligned", "balanced"):
        given = {**fixed, "start": start, "start_strength": 0.1, "duration": 6.0}
        theory = load_model("deep_linear.network").load("theory")
        exact = theory(row_of("deep_linear.network", **given).batch)["half_learning_time"]
        found = simulated("deep_linear.network", **given)["half_learning_time"]
        np.testing.assert_allclose(found, exact, rtol=2e-3)


@pytest.mark.parametrize("side", ["simulation", "theory"])
def test_a_target_in_pieces(side):
    """Layers kept at the end start the next piece: with the same S two pieces are one run."""
    fixed = {**LEVELS, "depth": 3, "integrator": "flow", "keep_layers": True}
    call = toysim.run if side == "simulation" else toysim.theory
    first = call("deep_linear.modes", **{**fixed, "duration": 2.0}).final_layers.values
    rest = {**fixed, "duration": 3.0, "layer_starts": first.reshape(2, 3)}
    second = call("deep_linear.modes", **rest).final_strength.values
    whole = call("deep_linear.modes", **{**fixed, "duration": 5.0}).final_strength.values
    np.testing.assert_allclose(second, whole, rtol=1e-9)


def test_theory_of_a_deep_network_knows_no_given_weights():
    weights = np.full(2 * (5 * 4 + 5 * 5 + 7 * 5), 0.1)
    assert not toysim.theory("deep_linear.network", **NETWORK, start_weights=weights).valid


def test_a_sweep_file_reads_weights(tmp_path):
    """From a file beside it; the digest is part of the store's identity."""
    np.save(tmp_path / "start.npy", np.linspace(-1.0, 1.0, 2 * (5 * 4 + 5 * 5 + 7 * 5)))
    lines = [f"{name} = {value}" for name, value in NETWORK.items()]
    text = ['model = "deep_linear.network"', "[fixed]", 'start_weights = { npy = "start.npy" }']
    sweep = tmp_path / "given.toml"
    sweep.write_text("\n".join([*text, *lines, "[axes]", "step = [0.01, 0.02]"]))
    data = toysim.sweep(str(sweep), store=str(tmp_path / "given.zarr"))
    given = toysim.run("deep_linear.network", **NETWORK, step=0.01, start_weights=weights_in(sweep))
    first = data["simulation"].final_loss.sel(step=0.01)
    assert first.values.item() == given.final_loss.values.item()


def weights_in(sweep):
    return np.load(sweep.parent / "start.npy")


SIZE, LOAD = 11, 6 / 11
ONE_TASK = {
    "perceptron.storage": {"alpha": LOAD, "sampler": "enumeration"},
    "perceptron.teacher_student": {"alpha": LOAD, "sampler": "message_passing"},
    "perceptron.franz_parisi": {"alpha": LOAD, "reference": "planted", "given": "field"},
    "perceptron.field_space": {"alpha": LOAD, "n_sweeps": 20, "n_discard": 10},
}
TWO = {"alpha_1": LOAD, "alpha_2": 4 / 11, "task_overlap": 5 / 11}
PERCEPTRONS = {
    **ONE_TASK,
    "perceptron.continual_binary": {**TWO, "sampler": "enumeration"},
    "perceptron.continual": {**TWO, "n_sweeps": 20, "n_discard": 10},
    "perceptron.learner": {**TWO, "epochs_1": 20, "epochs_2": 20, "n_records": 3},
}
RNG = np.random.default_rng(0)
SIGNS = RNG.integers(0, 2, (14, SIZE)) * 2.0 - 1.0


def handed_back(row):
    """Patterns, teachers and starts of a perceptron's row, as its simulation draws them."""
    p, model = row.p, row.batch.model.id
    if model in ONE_TASK:
        n, mark = round(p.alpha * p.size), "reference" if "storage" in model else "teacher"
        drawn = signs(row.generator("patterns"), p.size, n).T
        return {"patterns": drawn, mark: signs(row.generator(mark), p.size)}
    loads = [round(load * p.size) for load in (p.alpha_1, p.alpha_2)]
    if model == "perceptron.learner":
        first = signs(row.generator("teacher"), p.size)
        both = first, flipped(row.generator("flips"), first, p.task_overlap)
        drawn = [signs(row.generator(f"patterns_{k + 1}"), n, p.size) for k, n in enumerate(loads)]
        more = {"start_fields": row.normal("theta", p.size)}
    else:
        both, more = teachers(row.generator("tasks"), p.size, p.task_overlap), {}
        named = zip(("first patterns", "second patterns"), loads, strict=True)
        drawn = [signs(row.generator(name), p.size, n).T for name, n in named]
    return {"patterns_1": drawn[0], "patterns_2": drawn[1], "teachers": np.array(both), **more}


@pytest.mark.parametrize("model", PERCEPTRONS)
def test_an_instance_of_a_perceptron(model):
    fixed = {"size": SIZE, **PERCEPTRONS[model]}
    given = handed_back(row_of(model, **fixed))
    drawn, again = simulated(model, **fixed), simulated(model, **fixed, **given)
    for name, values in drawn.items():
        np.testing.assert_array_equal(again[name], values, err_msg=name)


@pytest.mark.parametrize("model", [m for m in PERCEPTRONS if load_model(m).theory])
def test_theory_speaks_of_random_patterns(model):
    fixed = {"size": SIZE, **PERCEPTRONS[model]}
    given = handed_back(row_of(model, **fixed))
    patterns = {name: x for name, x in given.items() if name.startswith("patterns")}
    teacher = {name: x for name, x in given.items() if name.startswith("teacher")}
    assert toysim.theory(model, **fixed, **teacher).valid
    assert not toysim.theory(model, **fixed, **patterns).valid


LAYERED = {"n_inputs": 9, "n_train": 12, "n_test": 8, "width": 6, "epochs": 2, "batch_size": 4}


def test_data_of_a_layered_learner():
    row = row_of("perceptron.layered_learner", **LAYERED)
    task = tasks_of(row.p, row.generator("tasks"))[0]
    given = {"patterns": np.concatenate([task.train, task.test])}
    given["classes"] = np.concatenate([task.train_class, task.test_class])
    drawn = simulated("perceptron.layered_learner", **LAYERED)
    again = simulated("perceptron.layered_learner", **LAYERED, **given)
    for name, values in drawn.items():
        np.testing.assert_array_equal(again[name], values, err_msg=name)


HEAD = {"n_pairs": 3, "n_labels": 4, "dimension": 5, "batch_size": 6, "n_test": 20, "n_steps": 4}
CLASSIFIERS = ({}, {"n_hidden": 1, "weight_scale": 1.0, "classifier_input": "sum"})


def sequences_handed_in(rng, **sizes):
    """Items, labels, label vectors: the target copies an item of its context."""
    S, N, D = sizes["batch_size"], sizes["n_pairs"], sizes["dimension"]
    items = rng.standard_normal((S, N + 1, D))
    labels = np.array([rng.permutation(sizes["n_labels"])[: N + 1] for _ in range(S)])
    items[:, -1], labels[:, -1] = items[:, 0], labels[:, 0]
    vectors = rng.standard_normal((sizes["n_labels"], D))
    return {"items": items, "labels": labels, "label_vectors": vectors}


@pytest.mark.parametrize("more", CLASSIFIERS)
def test_gradient_of_a_head_on_given_sequences(more):
    """By differences of the loss written out."""
    rng = np.random.default_rng(1)
    fixed = {**HEAD, **more, **sequences_handed_in(rng, **HEAD), "keep_gradient": True}
    fixed |= {"beta1_start": 0.4, "alpha_start": 0.3, "beta2_start": -0.2}
    shapes = load_model("induction_head.head").validate(fixed).shapes
    weights = [0.3 * rng.standard_normal(shape) for shape in shapes]
    found = simulated("induction_head.head", **fixed, start_weights=flat(weights))
    contents = np.zeros((6, 7, 5))
    contents[:, ::2], labels = fixed["items"], fixed["labels"]
    contents[:, 1::2] = fixed["label_vectors"][labels[:, :-1]]
    values = np.concatenate([[0.4, 0.3, -0.2], flat(weights)])

    def loss(values):
        layers, at = [], 3
        for shape in shapes:
            layers.append(values[at : at + np.prod(shape)].reshape(shape))
            at += np.prod(shape)
        z = more.get("classifier_input", "concat")
        return head_loss(contents, labels[:, -1], values[:3], layers, z)

    assert found["loss"][0, 0] == pytest.approx(loss(values), rel=1e-6)
    got = np.concatenate([found["score_gradient"][0], found["gradient"][0]])
    for k, by in enumerate(got):
        h = 1e-5 * np.eye(len(values))[k]
        slope = (loss(values + h) - loss(values - h)) / 2e-5
        assert by == pytest.approx(slope, abs=2e-6)


def test_gradient_of_a_network_on_given_sequences():
    """That of the network written out; every update takes the same sequences."""
    rng, sizes = np.random.default_rng(2), {**HEAD, "precision": "double"}
    fixed = {**sizes, **sequences_handed_in(rng, **HEAD), "keep_gradient": True, "n_steps": 2}
    fixed |= {"n_records": 3, "learning_rate": 0.05, "weight_decay": 0.0}
    shapes = load_model("induction_head.network").validate(fixed).shapes
    weights = [0.3 * rng.standard_normal(shape) for shape in shapes]
    found = simulated("induction_head.network", **fixed, start_weights=flat(weights))
    labels = fixed["labels"]
    tokens = one_hot_tokens(
        fixed["items"], fixed["label_vectors"], labels[:, :-1], np.zeros(6, int), 7
    )
    loss, gradient, _ = loss_and_gradients(tokens, labels[:, -1], *weights)
    np.testing.assert_allclose(found["gradient"][0], flat(gradient), rtol=1e-9, atol=1e-12)
    assert found["loss"][0, 0] == pytest.approx(loss, rel=1e-9)
    for k in (1, 2):
        weights = [w - 0.05 * by for w, by in zip(weights, gradient, strict=True)]
        loss, gradient, _ = loss_and_gradients(tokens, labels[:, -1], *weights)
        assert found["loss"][0, k] == pytest.approx(loss, rel=1e-9)


MISFITS = [
    (
        "induction_head.head",
        {**HEAD, "items": np.zeros((6, 4, 4)), "labels": np.zeros((6, 4))},
        "items has shape (6, 4, 4); give (6, 4, 5) (batch_size, n_pairs + 1, dimension)",
    ),
    (
        "induction_head.network",
        {**HEAD, "items": np.zeros((6, 4, 5)), "labels": np.full((6, 4), 4.0)},
        "labels: every one must be in 0..3",
    ),
    (
        "induction_head.head",
        {**HEAD, "start_weights": (1.0,)},
        "start_weights holds 1 numbers; give 40: 4x10",
    ),
    (
        "perceptron.storage",
        {"size": SIZE, "alpha": LOAD, "patterns": SIGNS[:5]},
        "patterns has 5 rows of [11] signs; give 6 (alpha * size) of 11 (size)",
    ),
    (
        "perceptron.teacher_student",
        {"size": SIZE, "alpha": LOAD, "teacher": 0.5 * SIGNS[0]},
        "teacher: every entry must be 1 or -1",
    ),
    (
        "perceptron.continual",
        {"size": SIZE, "teachers": SIGNS[[0, 0]]},
        "teachers have overlap 1, and task_overlap = 0; give their overlap",
    ),
    (
        "perceptron.layered_learner",
        {**LAYERED, "patterns": SIGNS[:5], "classes": (0,) * 20},
        "patterns has 5 rows of [11] signs; give 20 (n_train + n_test) of 9 (n_inputs)",
    ),
    (
        "perceptron.layered_learner",
        {**LAYERED, "patterns": np.tile(SIGNS[:10, :9], (2, 1)), "classes": (0,) * 19 + (5,)},
        "classes: every one must be in 0..4",
    ),
    (
        "perceptron.learner",
        {"size": SIZE, "start_fields": (0.1, 0.2)},
        "start_fields holds 2 numbers; give 11 (size)",
    ),
    (
        "deep_linear.network",
        {**NETWORK, "start_weights": (0.1,) * 3},
        "start_weights holds 3 numbers; give 160: 5x4, 5x5, 7x5, 5x4, 5x5, 7x5",
    ),
]


@pytest.mark.parametrize(("model", "values", "told"), MISFITS)
def test_what_does_not_fit_is_told_in_one_line(model, values, told):
    with pytest.raises(ToysimError) as error:
        load_model(model).validate(values)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
