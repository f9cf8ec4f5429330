"""Designs beyond products: samples of whole numbers and over decades, tables of parameter sets."""

import numpy as np
import pytest

from toysim.errors import ToysimError
from toysim.sweep_file import load_sweep

HEAD = 'model = "walk.gaussian"\n'


@pytest.fixture
def load(tmp_path):
    def written(text, **files):
        for name, content in files.items():
            (tmp_path / f"{name}.csv").write_text(content)
        (tmp_path / "mine.toml").write_text(HEAD + text)
        return load_sweep(tmp_path / "mine.toml")

    return written


def test_log_uniform_is_even_in_the_logarithm(load):
    (noise,) = load("[axes]\nnoise = { log_uniform = [0.001, 10, 4000] }").dimensions
    share = np.log10(noise.values["noise"] / 0.001) / 4
    assert share.min() >= 0
    assert share.max() <= 1
    assert abs(share.mean() - 0.5) < 5 / np.sqrt(12 * 4000)


@pytest.mark.parametrize("design", ["random", "latin_hypercube", "sobol", "log_uniform"])
def test_whole_numbers_are_drawn_with_both_ends(load, design):
    text = (
        f"[axes]\nn_rounds = {{ {design} = [2, 5, 400], zip = 'd' }}\n"
        f"drift = {{ {design} = [0.5, 1, 400], zip = 'd' }}\n"
    )
    values = load(text).dimensions[0].values["n_rounds"]
    assert values.dtype == np.int64
    counts = np.bincount(values, minlength=6)[2:]
    assert counts.sum() == 400
    assert counts.min() > 40


def test_sets_are_one_dimension_that_multiplies(load):
    points = "drift, n_rounds\n1.0, 4\n2.0, 9\n0.5, 4\n"
    sweep = load('[sets]\ncsv = "points.csv"\n[axes]\nnoise = [0.1, 0.2]', points=points)
    assert {d.name: len(d) for d in sweep.dimensions} == {"set": 3, "noise": 2}
    columns = sweep.columns(np.arange(6))
    assert columns["n_rounds"].tolist() == [4, 4, 9, 9, 4, 4]
    listed = load("[sets]\ndrift = [1.0, 2.0, 0.5]\nn_rounds = [4, 9, 4]\n[axes]\nnoise=[0.1,0.2]")
    assert listed.columns(np.arange(6))["drift"].tolist() == columns["drift"].tolist()


@pytest.mark.parametrize(
    ("text", "points", "match"),
    [
        ('[sets]\ncsv = "points.csv"', "drfit\n1\n", "did you mean 'drift'"),
        ('[sets]\ncsv = "points.csv"', "drift,noise\n1\n", "line 2 of points.csv has 1 entries"),
        ('[sets]\ncsv = "points.csv"', "drift\n1\n1\n", "equal"),
        ('[sets]\ncsv = "../points.csv"', "", "lies outside the sweep file's folder"),
        ('[sets]\ncsv = "point.csv"', "", "no file point.csv"),
        ("[sets]\ndrift = [1.0]\n[fixed]\ndrift = 2.0", "", "stands in .sets. and elsewhere"),
        ("[sets]\ndrift = [1.0, 2.0]\nnoise = [0.1]", "", "differ in length"),
        ("[axes]\nnoise = { log_uniform = [0, 1, 5] }", "", "give 0 < low < high"),
    ],
)
def test_what_does_not_fit_is_one_line(load, text, points, match):
    with pytest.raises(ToysimError, match=match) as caught:
        load(text, points=points)
    assert "\n" not in str(caught.value)
