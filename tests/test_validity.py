"""Theory that says valid is right over the whole allowed range: drawn, not chosen.

Draws that differ, break, or are slow are faults; planted ones must be found.
"""

import dataclasses

import numpy as np
import pytest

from toysim.batch import Batch
from toysim.checking.draws import draw
from toysim.checking.probe import Word, probe
from toysim.checking.tally import hunt
from toysim.registry import all_models, load_model

MODELS = sorted(name for name, model in all_models().items() if model.theory)
FAST, SLOW = 30, 300
FAST_SECONDS, SLOW_SECONDS = 60 / len(MODELS), 300 / len(MODELS)


def check(name, draws, seconds):
    tally = hunt(load_model(name), draws, seconds)
    told = [f"{p.word}: {dict(p.values)}: {p.seen}" for p in tally.faults]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("name", MODELS)
def test_valid_is_right(name):
    check(name, FAST, FAST_SECONDS)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_valid_is_right_in_many_draws(name):
    check(name, SLOW, SLOW_SECONDS)


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
