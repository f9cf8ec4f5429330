"""Everything a paper starts from comes from files beside a sweep too: the numbers and the identity
of the array in Python; another array is another store, with other streams where it moves them.
"""

import numpy as np
import pytest

import toysim
from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.plan import build_sweep
from toysim.registry import load_model
from toysim.sweep_file import load_sweep

RNG = np.random.default_rng(0)
SIGNS = RNG.integers(0, 2, (12, 11)) * 2.0 - 1.0
NORMAL = RNG.standard_normal((40, 40))
TEACHERS = np.array([[1.0] * 11, [-1.0] * 3 + [1.0] * 8])  # of overlap 5/11
TWO = {"size": 11, "alpha_1": 6 / 11, "alpha_2": 4 / 11, "task_overlap": 5 / 11}
PATTERNS = {"patterns_1": SIGNS[:6], "patterns_2": SIGNS[6:10], "teachers": TEACHERS}
CHAIN = {"n_sweeps": 20, "n_discard": 10}
ONE = {"size": 11, "alpha": 6 / 11}
STEPS = {"n_steps": 6}
RATES = {"rates": np.linspace(0.1, 0.01, 6)}
HEAD = {"n_pairs": 3, "n_labels": 4, "dimension": 5, "batch_size": 6, "n_test": 20, "n_steps": 4}
SEQUENCES = {
    "items": RNG.standard_normal((6, 4, 5)),
    "labels": np.array([[0, 1, 2, 0]] * 6),
    "label_vectors": NORMAL[:4, :5],
}
TINY_NET = {"levels": 2, "width": 5, "depth": 3, "duration": 0.1}
UP, DOWN = [[0.1, 0.2], [0.3, 0.1]], [[0.2, 0.1], [0.1, 0.2]]
NOISE = {"n_samples": 4, "strong_fraction": 0.5, "dimension": 8, "n_filters": 2, "n_steps": 10}

# model, what fits the arrays, the arrays
STARTS = {
    "weights of a deep network": (
        "deep_linear.network",
        TINY_NET,
        {"start_weights": np.linspace(-1.0, 1.0, 160)},
    ),
    "strengths by mode and pathway": (
        "deep_linear.network",
        TINY_NET,
        {"start_strengths": 0.1 + 0.01 * np.arange(8.0).reshape(2, 4)},
    ),
    "layers of modes": (
        "deep_linear.modes",
        {"depth": 2, "n_pathways": 2},
        {"layer_starts": np.array(UP), "windows": np.array([[0, 0.1, 0.3]])},
    ),
    "layers and observed entries of completion": (
        "deep_linear.completion",
        {
            "size": 3,
            "depth": 2,
            "rank": 1,
            "rank_before": 1,
            "n_observed": 6,
            "n_observed_before": 4,
            "n_singular_values": 2,
            "n_blocks": 3,
            "switch_times": [0.0, 1.0],
            "duration_after": 1.0,
        },
        {
            "start_layers": 0.1 * np.arange(18.0).reshape(2, 3, 3),
            "target": np.outer([1.0, 2.0, 3.0], [1.0, 0.5, 0.2]),
            "observed": np.array([[1, 1, 0], [0, 1, 1], [1, 0, 0]]),
        },
    ),
    "patches, filters and labels": (
        "oscillation.feature_noise",
        NOISE,
        {
            "patches": np.pad(0.3 * np.eye(4), ((0, 0), (2, 2))),
            "filters": 0.1 * NORMAL[:4, :8],
            "labels": np.array([1, 1, -1, -1]),
        },
    ),
    "output and kernel": ("oscillation.catapult", STEPS, {"start": np.array([0.5, 1.0])}),
    "data in turn": (
        "oscillation.diagonal_linear",
        {"n_samples": 3, "n_features": 4, "n_nonzero": 2, "n_steps": 6},
        {"inputs": NORMAL[:3, :4], "labels": NORMAL[0, :3]},
    ),
    "curvatures, noises, starts and rates": (
        "oscillation.noisy_quadratic",
        {"n_modes": 3, **STEPS},
        {
            "curvatures": np.array([1.0, 0.5, 0.1]),
            "noises": np.array([0.1, 0.2, 0.3]),
            "starts": np.array([1.0, -1.0, 2.0]),
            **RATES,
        },
    ),
    "rates of a valley": ("oscillation.river_valley", {**STEPS, "decay_steps": 2}, RATES),
    "patterns to store": (
        "perceptron.storage",
        {**ONE, "sampler": "enumeration"},
        {"patterns": SIGNS[:6], "reference": SIGNS[11]},
    ),
    "patterns and teacher": (
        "perceptron.teacher_student",
        {**ONE, "sampler": "message_passing"},
        {"patterns": SIGNS[:6], "teacher": SIGNS[11]},
    ),
    "patterns of a potential": (
        "perceptron.franz_parisi",
        {**ONE, "reference": "planted", "given": "field"},
        {"patterns": SIGNS[:6], "teacher": SIGNS[11]},
    ),
    "patterns of a chain": ("perceptron.field_space", {**ONE, **CHAIN}, {"patterns": SIGNS[:6]}),
    "two tasks": ("perceptron.continual_binary", {**TWO, "sampler": "enumeration"}, PATTERNS),
    "two tasks of a chain": ("perceptron.continual", {**TWO, **CHAIN}, PATTERNS),
    "two tasks of a learner": (
        "perceptron.learner",
        {**TWO, "epochs_1": 5, "epochs_2": 5},
        {**PATTERNS, "start_fields": NORMAL[0, :11]},
    ),
    "data of a layered learner": (
        "perceptron.layered_learner",
        {"n_inputs": 11, "n_train": 8, "n_test": 4, "width": 6, "epochs": 1},
        {"patterns": SIGNS, "classes": np.arange(12) % 5},
    ),
    "sequences and weights of a head": (
        "induction_head.head",
        HEAD,
        {**SEQUENCES, "start_weights": 0.3 * NORMAL.ravel()[:40]},
    ),
    "sequences of a network": ("induction_head.network", HEAD, SEQUENCES),
}


def written(folder, kind, model, fixed, arrays):
    """A sweep file whose arrays stand in files; three dimensions have no rows of commas."""
    lines = [f'model = "{model}"', "[fixed]"]
    lines += [f"{name} = {value!r}".replace("'", '"') for name, value in fixed.items()]
    for name, array in arrays.items():
        ending = kind if np.ndim(array) < 3 else "npy"
        if ending == "csv":
            np.savetxt(folder / f"{name}.csv", array, delimiter=",", fmt="%.17g")
        else:
            np.save(folder / f"{name}.npy", array)
        lines.append(f'{name} = {{ {ending} = "{name}.{ending}" }}')
    path = folder / "start.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("kind", ["npy", "csv"])
@pytest.mark.parametrize("start", STARTS)
def test_from_files_as_from_python(tmp_path, start, kind):
    name, fixed, arrays = STARTS[start]
    found, model = load_sweep(written(tmp_path, kind, name, fixed, arrays)), load_model(name)
    here = build_sweep(found.name, model, {**fixed, **arrays}, {})
    assert found.identity == here.identity
    assert found.parameters == here.parameters
    for moved, array in arrays.items():
        other = {**arrays, moved: np.roll(array, 1, axis=-1)}
        try:
            changed = build_sweep(found.name, model, {**fixed, **other}, {})
        except ToysimError:
            continue  # rolled it is no such array, as two teachers of another overlap
        assert changed.identity != found.identity, moved


@pytest.mark.parametrize("start", STARTS)
def test_both_sides_take_it(start):
    name, fixed, arrays = STARTS[start]
    model = load_model(name)
    run = toysim.run(name, **fixed, **arrays)
    assert int(run.status) >= 0
    if model.theory:
        assert toysim.theory(name, **fixed, **arrays).valid.dtype == bool


@pytest.mark.parametrize("start", STARTS)
def test_one_line_before_anything_runs(start, monkeypatch):
    """An entry too many in any direction; nothing is computed."""
    name, fixed, arrays = STARTS[start]
    monkeypatch.setattr(Batch, "rows", None)
    for moved, array in arrays.items():
        longer = np.concatenate([array, array, array], axis=-1)
        with pytest.raises(ToysimError) as refused:
            toysim.run(name, **fixed, **{**arrays, moved: longer})
        assert "\n" not in str(refused.value)
        assert moved in str(refused.value)


@pytest.mark.parametrize("start", STARTS)
def test_another_array_draws_other_numbers(start):
    """Where the array is part of the row's stream, as a parameter's value is."""
    name, fixed, arrays = STARTS[start]
    model = load_model(name)

    def drawn(values):
        plain = {k: getattr(model.validate(values), k) for k in values}
        return Batch(model, {}, plain, np.arange(1), 0).generator(0, "any").random()

    for moved, array in arrays.items():
        other = {**fixed, **arrays, moved: np.roll(array, 1, axis=-1)}
        try:
            again = drawn(other)
        except ToysimError:
            continue
        streams = model.parameters[moved].stream
        assert (drawn({**fixed, **arrays}) != again) == streams, moved
