"""Theory that says valid is right over the whole allowed range: drawn, not chosen.

Draws that differ, break, or are slow are faults; planted ones must be found.
"""

import dataclasses
import json

import numpy as np
import pytest
import validity

from toysim.batch import Batch
from toysim.checking.draws import draw
from toysim.checking.probe import Word, probe
from toysim.checking.tally import hunt
from toysim.registry import all_models, load_model

MODELS = sorted(name for name, model in all_models().items() if model.theory)
FAST, SLOW = 30, 300
FAST_SECONDS, SLOW_SECONDS = 60 / len(MODELS), 300 / len(MODELS)


def check(name, draws, seconds, lists=False):
    tally = hunt(load_model(name), draws, seconds, lists=lists)
    told = [f"{p.word}: {dict(p.values)}: {p.seen}" for p in tally.faults]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("name", MODELS)
def test_valid_is_right(name):
    check(name, FAST, FAST_SECONDS)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_valid_is_right_in_many_draws(name):
    check(name, SLOW, SLOW_SECONDS)


# Hunted with lists too, 300 draws each, and without a fault; the others have not been.
LISTS = (
    "bayes_icl.strategies",
    "continual.fast_slow_memory",
    "continual.fresh_tasks",
    "continual.stability_gap",
    "continual.task_pool",
    "curriculum.spectral",
    "deep_linear.concepts",
    "oscillation.catapult",
    "oscillation.diagonal_linear",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", LISTS)
def test_valid_is_right_with_lists_drawn(name):
    check(name, SLOW, SLOW_SECONDS, lists=True)


# Draws that were faults, with the seed where it mattered.
FOUND = {
    "a sum that never passes time": (
        "deep_linear.modes",
        {
            "depth": 3,
            "start_noise": 79.01467186884898,
            "singular_value": 2.766507228989132e-05,
            "n_pathways": 6,
            "layer_offset": 7.068426909658303e-06,
        },
        0,
        Word.NOT_VALID,
    ),
    "drift of rounding alone": (
        "deep_linear.modes",
        {
            "singular_value": 0.00011999806643589475,
            "depth": 16,
            "start_imbalance": -1.7308341025046792e-06,
            "keep_layers": True,
        },
        0,
        Word.AGREES,
    ),
    "an end short of the tolerance": (
        "deep_linear.structured_start",
        {"n_records": 4, "n_inputs": 14, "learning_rate": 0.0006691902131032457, "rank": 1},
        94,
        Word.AGREES,
    ),
    "inputs next to a line": (
        "deep_linear.concepts",
        {
            "class_weights": (0.0, 1.8666153826053356e-05, 505.27435565373344, 0.0),
            "orientation": "random",
            "duration": 1000.0,
            "mask": 7.178016858257333e-12,
            "start_strength": 5.749133346293629e-05,
            "n_records": 1,
        },
        5,
        Word.AGREES,
    ),
    "determinants that lose a small information": (
        "deep_linear.information_plane",
        {
            "reading_noise": 37.67466071392018,
            "n_records": 1,
            "label_noise": 1e-06,
            "duration": 0.1,
            "learning_rate": 0.0005358882120879631,
        },
        0,
        Word.AGREES,
    ),
    "counts that are equal": (
        "memory.willshaw",
        {"n_active_outputs": 38, "n_active": 46},
        0,
        Word.UNDECIDED,
    ),
    "losses over orders of magnitude": (
        "continual.task_pool",
        {"dimension": 8},
        0,
        Word.AGREES,
    ),
    "a checkpoint that one update takes back": (
        "scheduled_sgd.optimal",
        {
            "n_modes": 16,
            "capacity_exponent": 0.3,
            "n_steps": 263,
            "n_records": 4,
            "batch_size": 207,
            "checkpoint_steps": 10,
            "checkpoint_rate": 51447.07954129379,
            "label_noise": 3.753676343616983e-07,
            "noise": "additive",
        },
        0,
        Word.AGREES,
    ),
}


@pytest.mark.parametrize("fault", FOUND)
def test_what_was_found_stays_mended(fault):
    name, values, seed, word = FOUND[fault]
    assert probe(load_model(name), values, seed, SLOW_SECONDS / SLOW).word == word


@pytest.mark.parametrize("name", MODELS)
def test_draws_reach_the_ends_of_ranges(name):
    """Of a parameter that theory reads, both ends or values a thousand times apart are drawn."""
    model, rng = load_model(name), np.random.default_rng(0)
    drawn = [draw(model, rng, 0.02).values for _ in range(300)]
    for key, p in model.parameters.items():
        values = np.array([v[key] for v in drawn if key in v], object)
        if p.kind != "float" or p.ndim or key in model.theory_ignores:
            continue
        sizes = np.abs(values.astype(float))
        if np.count_nonzero(sizes) < 30:
            continue
        low, high = p.range
        both = {low, high} <= set(values)
        assert both or sizes.max() >= 1e3 * sizes[sizes > 0].min(), key


def planted(theory, wrong_where, how):
    """A theory with a fault in part of its range."""

    def predict(batch: Batch):
        rows = dict(theory(batch))
        bad = wrong_where(batch)
        if how == "raise" and bad.any():
            raise FloatingPointError("planted")
        rows["final_output"] = np.where(bad, how(rows["final_output"]), rows["final_output"])
        return rows

    return predict


FAULTS = {
    "one per cent off at narrow networks": (
        lambda b: b["width"] <= 2,
        lambda x: 1.01 * x,
    ),
    "the sign lost at small steps": (lambda b: b["start_eta_kernel"] < 1e-3, lambda x: -x),
    "an exception without an update": (lambda b: b["n_steps"] == 1, "raise"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_found_by_the_default_draws(fault, monkeypatch):
    model = load_model("oscillation.catapult")
    wrong = planted(model.load("theory"), *FAULTS[fault])
    monkeypatch.setitem(globals(), "predict", wrong)
    broken = dataclasses.replace(model, dims=(), theory=f"{__name__}:predict")
    assert hunt(broken, FAST, FAST_SECONDS).faults
    assert not hunt(model, FAST, FAST_SECONDS).faults


def test_the_page_of_long_hunts_is_that_of_the_data():
    found = json.loads(validity.PAGE.with_suffix(".json").read_text())
    assert validity.PAGE.read_text() == validity.page(found)


def test_a_model_without_theory_is_refused(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["validity.py", "perceptron.learner"])
    with pytest.raises(SystemExit):
        validity.main()
    assert "perceptron.learner is no model with a theory" in capsys.readouterr().err


def test_draws_start_where_theory_holds():
    """The head's theory is the limit of large D, its defaults are not: a declared check is."""
    model = load_model("induction_head.head")
    assert probe(model, {}).word == Word.NOT_VALID
    assert hunt(model, FAST, FAST_SECONDS).words[Word.AGREES] > 0


def test_words():
    """What one draw can show."""
    model = load_model("oscillation.catapult")
    assert probe(model, {"start_eta_kernel": 3.0, "width": 100}).word == Word.AGREES
    assert probe(model, {"start_eta_kernel": 1e6}).word == Word.NOT_VALID
