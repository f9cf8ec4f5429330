"""Once compiled, a theory at default sizes answers within two seconds of the processor, and a
landmark within one, at values that were not asked for before.
"""

import time

import pytest

import toysim
from toysim.errors import ToysimError
from toysim.registry import all_models

SHIPPED = [m for m in all_models().values() if m.simulate.startswith("toysim.models.")]
THEORIES = [m for m in SHIPPED if m.theory]
LANDMARKS = [(m, mark) for m in SHIPPED for mark in m.landmarks]

pytestmark = pytest.mark.slow


def moved(model, names):
    """Numbers a thousandth off their defaults, where the model takes them together."""
    values = {}
    for name in names:
        p = model.parameters[name]
        if p.kind == "float" and not p.ndim and p.default:
            tried = {**values, name: 0.999 * p.default}
            try:
                model.validate(tried)
            except ToysimError:
                continue
            values = tried
    return values


def seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start


@pytest.mark.parametrize("model", THEORIES, ids=[m.id for m in THEORIES])
def test_theories(model):
    names = [name for name in model.parameters if name not in model.theory_ignores]
    toysim.theory(model.id)
    assert seconds(lambda: toysim.theory(model.id, **moved(model, names))) < 2.0


@pytest.mark.parametrize(
    ("model", "mark"), LANDMARKS, ids=[f"{m.id}-{k.name}" for m, k in LANDMARKS]
)
def test_landmarks(model, mark):
    toysim.landmark(model.id, mark.name)
    values = moved(model, mark.parameters)
    assert seconds(lambda: toysim.landmark(model.id, mark.name, **values)) < 1.0
