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


# A gap that only many draws find.
RARE = {
    "deep_linear.modes": "descent that leaps over 0 has no invariant, theory has one; and steps of "
    "a third of a time constant do not show their order over tens of constants",
    "continual.task_pool": "losses that fall by orders of magnitude have means that rare sequences "
    "rule: a few replicas see less",
    "deep_linear.concepts": "class weights of 500 and starts of 6e-5: theory 5e-7 off",
    "deep_linear.information_plane": "gaps of 1e-5 within a tenth of a time constant, 3e-4 off",
    "deep_linear.structured_start": "rank 1: alignments of the kernel 1e-5 off at small rates",
    "curriculum.angles": "runs that overflow at rates of 4 to 1000 warn",
    "memory.activation_codes": "equal draws whose mean is rounded are not seen to be equal",
    "memory.willshaw": "the same",
    "bayes_icl.strategies": "the same, of urns with hardly a second colour",
    "scheduled_sgd.optimal": "a checkpoint left at a rate of 5e4 under additive noise",
    "drift.scale_invariant": "a rate of 1e4 over two units of time: theory takes 0.15 s",
    "rugged.random_potential": "long fractional landscapes: a row takes 0.2 s, declared 3 ms",
}


def but_for(known, names):
    """The models, those with a gap that is known marked as such."""
    gap = {name: pytest.mark.xfail(reason=reason, strict=False) for name, reason in known.items()}
    return [pytest.param(name, marks=gap.get(name, ())) for name in names]


def check(name, draws, seconds):
    tally = hunt(load_model(name), draws, seconds)
    told = [f"{p.word}: {dict(p.values)}: {p.seen}" for p in tally.faults]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("name", MODELS)
def test_valid_is_right(name):
    check(name, FAST, FAST_SECONDS)


@pytest.mark.slow
@pytest.mark.parametrize("name", but_for(RARE, MODELS))
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
