"""The kernel of CONTRIBUTING.md's "Rows side by side" as it stands there."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

HEADER = "import math\nimport numpy as np\nfrom toysim.jit import kernel\n"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()
    section = text.split("## Rows side by side")[1]
    path = tmp_path_factory.mktemp("lanes") / "lanes_template.py"
    path.write_text(HEADER + re.search(r"```python\n(.*?)```", section, flags=re.DOTALL)[1])
    spec = importlib.util.spec_from_file_location("lanes_template", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def given(n):
    rng = np.random.default_rng(0)
    return rng.normal(size=n) * 1.5, rng.uniform(0.01, 0.9, n), rng.integers(1, 200, n)


def by_lanes(template, x, rate, n_steps):
    x, below_at, failed_at = x.copy(), np.full(len(x), -1), np.full(len(x), -1)
    order = np.argsort(n_steps, kind="stable")
    with np.errstate(over="ignore", invalid="ignore"):
        template.descend_rows(x, rate, n_steps, order, below_at, failed_at)
    return x, below_at, failed_at


def one_by_one(x, rate, n_steps):
    ends = []
    for now, eta, end in zip(x.tolist(), rate.tolist(), n_steps.tolist(), strict=True):
        below_at = failed_at = -1
        for n in range(1, end + 1):
            now -= eta * (now * now * now)
            if not np.isfinite(now):
                now, failed_at = 0.0, n
                break
            if below_at < 0 and abs(now) < 0.1:
                below_at = n
        ends.append((now, below_at, failed_at))
    return [np.array(column) for column in zip(*ends, strict=True)]


def test_lanes_compute_what_one_row_alone_does(template):
    rows = given(3 * template.LANES // 2 + 1)
    found, expected = by_lanes(template, *rows), one_by_one(*rows)
    assert (expected[1] >= 0).any()
    assert (expected[2] >= 0).any()
    for ours, alone in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, alone)


def test_lanes_do_not_depend_on_their_neighbours(template):
    rows = given(2 * template.LANES)
    together = by_lanes(template, *rows)
    some = np.arange(5, len(rows[0]), 7)
    for ours, alone in zip(together, by_lanes(template, *(r[some] for r in rows)), strict=True):
        np.testing.assert_array_equal(ours[some], alone)
