"""One test for every model: the checks that ``toysim check`` ships, which stand in
``toysim.checking.conformance``.
"""

import dataclasses
import functools

import pytest

from toysim.checking.case import Case
from toysim.checking.conformance import OF_CASE, OF_MODEL, tried, tried_at
from toysim.checking.findings import Outcome
from toysim.checking.neighbours import rows_of_drawn_values
from toysim.registry import all_models

MODELS = sorted(all_models())
CHECKS = [
    (m, i) for m in MODELS if all_models()[m].theory for i in range(len(all_models()[m].checks))
]


def judge(finding):
    assert finding.outcome != Outcome.FAILED, finding.text()
    if finding.outcome == Outcome.NOT_RUN:
        pytest.skip(finding.reason)


@pytest.mark.parametrize("of_model", OF_MODEL, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", MODELS)
def test_model(name, of_model):
    if of_model is rows_of_drawn_values and name == "walk.trouble":
        pytest.skip("drawn, it hangs or kills this process, as it is made to")
    judge(tried(of_model, all_models()[name]))


@functools.cache
def case(name, k):
    model = all_models()[name]
    return Case(model, model.checks[k])


@pytest.mark.parametrize("of_case", OF_CASE, ids=lambda f: f.__name__)
@pytest.mark.parametrize(("name", "k"), CHECKS)
def test_declared_check(name, k, of_case):
    judge(tried_at(of_case, all_models()[name], k, functools.partial(case, name, k)))


def test_checks_are_seen_by_a_model_without_power():
    """The harness itself can fail: a check whose replicas are too few to see 3 % is undecided, not
    agreed.
    """
    walk = all_models()["walk.gaussian"]
    weak = dataclasses.replace(walk.checks[0], replicas=4, fixed={"noise": 3.0, "n_records": 1})
    few = Case(walk, weak)
    assert {v.verdict for v in few.compare(few.theory)} == {"undecided"}
