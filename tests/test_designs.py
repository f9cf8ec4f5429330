"""Designs beyond products: samples of whole numbers and over decades, tables of parameter sets."""

import numpy as np
import pytest
import xarray as xr

import toysim
from toysim.errors import ToysimError
from toysim.store.status import read_status
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
        ("[sets]\ndrift = [1.0]\n[fixed]\ndrift = 2.0", "", "stands in sets and elsewhere"),
        ("[sets]\ndrift = [1.0, 2.0]\nnoise = [0.1]", "", "differ in length"),
        ("[axes]\nnoise = { log_uniform = [0, 1, 5] }", "", "give 0 < low < high"),
    ],
)
def test_what_does_not_fit_is_one_line(load, text, points, match):
    with pytest.raises(ToysimError, match=match) as caught:
        load(text, points=points)
    assert "\n" not in str(caught.value)


AXES = "[axes]\ndrift = [1.0, 2.0, 3.0]\nn_rounds = [1, 2, 3, 4]\n"


def cells(sweep):
    columns = sweep.columns(np.arange(sweep.n_cells))
    return list(zip(columns["drift"].tolist(), columns["n_rounds"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("n_rounds <= 2 * drift", lambda v, n: n <= 2 * v),
        ("1 < drift <= n_rounds - 1 or n_rounds == 1", lambda v, n: 1 < v <= n - 1 or n == 1),
        ("not (n_rounds % 2 == 0) and drift**2 / 4 > noise", lambda v, n: n % 2 and v**2 / 4 > 1),
        ("-drift // 2 == -1", lambda v, n: -v // 2 == -1),
        ("0 / (drift - 1) == 0 and late_option == False", lambda v, n: v > 1),
    ],
)
def test_where_keeps_the_cells_in_which_it_holds(load, where, holds):
    whole = cells(load(AXES))
    assert cells(load(f'where = "{where}"\n{AXES}')) == [c for c in whole if holds(*c)]


def test_where_that_holds_everywhere_is_the_same_request(load):
    all_of_it = load(f'where = "drift > 0"\n{AXES}')
    assert all_of_it.request_hash == load(AXES).request_hash
    assert load(f'where = "drift > 1"\n{AXES}').request_hash != all_of_it.request_hash


@pytest.mark.parametrize(
    ("where", "match"),
    [
        ("n_round <= 2", "did you mean 'n_rounds'"),
        ("drift > 5", "no cell is left"),
        ("drift >", "no expression"),
        ("drift + 1", "drift \\+ 1 is neither true nor false"),
        ("drift and n_rounds > 1", "drift is neither true nor false"),
        ("__import__('os').system('true')", "is not allowed; allowed are numbers"),
        ("(lambda: 1)() > 0", "is not allowed"),
        ("[d for d in (1, 2)]", "is not allowed"),
        ("drift.real > 0", "drift.real is not allowed"),
        ("weights > 1", "weights is a list"),
        ("drift > 'x'", "cannot be compared"),
        ("drift in (1, 2)", "is not allowed"),
        ("'a' + 'b' == 'ab'", "'a' is no number"),
        ("drift > " + "-" * 490 + "1", "nested too deep|no expression"),
        ("drift > 1" + "0" * 400, "a number too large"),
        ("drift > 0 or " * 60 + "drift > 1", "characters, 500 are allowed"),
        ("drift > 10.0 ** 10 ** 10 ** 10", "no cell is left"),
    ],
)
def test_anything_else_as_where_is_one_line(load, where, match):
    with pytest.raises(ToysimError, match=match) as caught:
        load(f'where = """{where}"""\n{AXES}')
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("mine.toml:2: where = ")


def data(tree):
    return {
        f"{side}/{name}": tree[side][name].values.tobytes()
        for side in ("simulation", "theory")
        for name in tree[side].data_vars
    }


def test_a_constrained_sweep_grows_is_resumed_compared_and_exported(tmp_path):
    store = tmp_path / "walk.zarr"
    asked = {"drift": [1.0, 2.0], "n_rounds": [1, 2, 3], "replicas": 40}
    part = toysim.sweep("walk.gaussian", **asked, where="n_rounds <= drift", store=store)
    there = part["simulation"]["state"].isel(replica=0).values
    assert there.tolist() == [[1, 4], [1, 1]]
    assert read_status(store).finished
    judged = toysim.compare(part)
    assert (judged["position"].undecided, judged["position"].outside, judged.left_out) == (3, 0, 0)
    table = part.toysim.to_dataframe()
    assert len(table) == 120
    assert (table["n_rounds"] <= table["drift"]).all()
    events = []
    toysim.sweep(
        "walk.gaussian", **asked, where="n_rounds <= drift", store=store, progress=events.append
    )
    assert not [e for e in events if e["event"] == "block"]
    whole = toysim.sweep("walk.gaussian", **asked, store=store)
    assert data(whole) == data(toysim.sweep("walk.gaussian", **asked))


def test_sets_and_where_from_python(tmp_path):
    import pandas as pd

    points = pd.DataFrame({"drift": [1.0, 2.0, 0.5], "n_rounds": [4, 9, 4]})
    points.to_csv(tmp_path / "points.csv", index=False)
    found = [
        toysim.sweep("walk.gaussian", sets=sets, noise=[0.1, 0.2], where="n_rounds < 9")
        for sets in (points, points.to_dict("list"), tmp_path / "points.csv")
    ]
    assert found[0]["simulation"].sizes["set"] == 2
    assert data(found[0]) == data(found[1]) == data(found[2])
    with pytest.raises(ToysimError, match="noise stands in sets and elsewhere"):
        toysim.sweep("walk.gaussian", sets={"noise": [1.0]}, noise=0.1)
    with pytest.raises(ToysimError, match="give lists by parameter"):
        toysim.sweep("walk.gaussian", sets=3)


def test_choices_are_drawn_with_numbers_beside_them(load):
    text = (
        "[axes]\nlate_option = { choice = [[true, false], 300], zip = 'd' }\n"
        "n_rounds = { choice = [[1, 2, 5], 300], zip = 'd' }\n"
        "drift = { random = [0.5, 1, 300], zip = 'd' }\n"
    )
    values = load(text).dimensions[0].values
    assert abs(values["late_option"].mean() - 0.5) < 5 * 0.5 / np.sqrt(300)
    assert set(values["n_rounds"].tolist()) == {1, 2, 5}
    with pytest.raises(ToysimError, match="needs values and how many"):
        load("[axes]\nn_rounds = { choice = [1, 2, 5] }")
    with pytest.raises(ToysimError, match="n_rounds is int"):
        load("[axes]\nn_rounds = { choice = [[1, 2.5], 2] }")


@pytest.mark.parametrize("design", ["random", "log_uniform", "sobol"])
@pytest.mark.parametrize("tied", [False, True])
def test_a_longer_design_begins_with_the_shorter_one(load, design, tied):
    def values(n):
        axes = f"[axes]\ndrift = {{ {design} = [0.5, 1, {n}], zip = 'd' }}\n"
        more = f"n_rounds = {{ {design} = [1, 900, {n}], zip = 'd' }}\n" if tied else ""
        return load(axes + more).dimensions[0].values

    for name, short in values(8).items():
        assert values(20)[name][:8].tolist() == short.tolist()


def test_rows_of_a_random_design_differ(load):
    """Six of seven whole numbers, drawn until they are that many."""
    (d,) = load("[axes]\nn_rounds = { random = [1, 7, 6] }").dimensions
    assert len(set(d.values["n_rounds"].tolist())) == 6
    with pytest.raises(ToysimError, match="512 draws gave 7 different rows; ask for fewer than 8"):
        load("[axes]\nn_rounds = { random = [1, 7, 8] }")


def test_a_latin_hypercube_does_not_grow_and_others_do(tmp_path):
    store, design = tmp_path / "latin.zarr", "latin_hypercube"
    toysim.sweep("walk.gaussian", drift={design: [0.0, 1.0, 8]}, store=store)
    with pytest.raises(ToysimError, match="a latin hypercube of another size along drift"):
        toysim.sweep("walk.gaussian", drift={design: [0.0, 1.0, 16]}, store=store)
    toysim.sweep("walk.gaussian", drift={design: [0.0, 1.0, 8]}, replicas=2, store=store)
    store = tmp_path / "random.zarr"
    for n in (8, 16):
        grown = toysim.sweep("walk.gaussian", drift={"random": [0.0, 1.0, n]}, store=store)
        assert grown["simulation"].sizes["drift"] == n


def blocks(store, name):
    return [p.read_bytes() for p in sorted(store.glob(f"*/{name}/c/**/*")) if p.is_file()]


def test_a_fixed_parameter_becomes_an_axis_and_its_cells_stay(tmp_path):
    store = tmp_path / "walk.zarr"
    asked = {"drift": [1.0, 2.0], "replicas": 40, "block": 40}
    toysim.sweep("walk.gaussian", **asked, noise=0.5, store=store)
    before = blocks(store, "position"), blocks(store, "state")
    with pytest.raises(ToysimError, match=r"have noise = 0.5, which is not among the new values"):
        toysim.sweep("walk.gaussian", **asked, noise=[0.1, 0.2], store=store)
    wider = toysim.sweep("walk.gaussian", **asked, noise=[0.1, 0.5], store=store)
    for old, name in zip(before, ("position", "state"), strict=True):
        assert set(old) <= set(blocks(store, name))
    fresh = toysim.sweep("walk.gaussian", **asked, noise=[0.1, 0.5])
    assert data(wider) == data(fresh)
    judged = toysim.compare(wider)["position"]
    assert (judged.verdict, judged.decided + judged.undecided) == ("agrees", 4)
    assert read_status(store).finished
    plain = xr.open_datatree(store, engine="zarr")["simulation"].to_dataset()
    assert plain["noise"].values.tolist() == [0.5, 0.5, 0.1, 0.1]
    assert "noise" in plain.coords
    again = toysim.sweep("walk.gaussian", **asked, noise=[0.1, 0.5, 1.0], store=store)
    assert again["simulation"].sizes["noise"] == 3


def test_an_array_and_a_tied_pair_become_axes_too(tmp_path):
    store = tmp_path / "walk.zarr"
    toysim.sweep("walk.gaussian", drift=[1.0, 2.0], weights=[1.0, 3.0], store=store)
    asked = {"drift": [1.0, 2.0], "weights": [[1.0, 3.0], [2.0, 2.0]], "n_rounds": [4, 9]}
    pair = {"pair": ["weights", "n_rounds"]}
    wider = toysim.sweep("walk.gaussian", **asked, zip=pair, store=store)
    assert data(wider) == data(toysim.sweep("walk.gaussian", **asked, zip=pair))
    assert read_status(store).finished


def test_a_killed_widening_leaves_the_store_as_it_was(tmp_path, monkeypatch):
    store = tmp_path / "walk.zarr"
    toysim.sweep("walk.gaussian", drift=[1.0, 2.0], noise=0.5, store=store)
    root = (store / "zarr.json").read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr("toysim.store.growth.commit_root", lambda *a: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            toysim.sweep("walk.gaussian", drift=[1.0, 2.0], noise=[0.5, 1.0], store=store)
    assert (store / "zarr.json").read_bytes() == root
    toysim.sweep("walk.gaussian", drift=[1.0, 2.0], noise=0.5, store=store, repair=True)
    wider = toysim.sweep("walk.gaussian", drift=[1.0, 2.0], noise=[0.5, 1.0], store=store)
    fresh = toysim.sweep("walk.gaussian", drift=[1.0, 2.0], noise=[0.5, 1.0])
    assert data(wider) == data(fresh)


def test_an_axis_given_over_a_sweep_file_keeps_its_tie(load, tmp_path):
    tied = "[axes]\ndrift = { values = [1.0, 2.0], zip = 'd' }\n"
    load(f"{tied}n_rounds = {{ values = [3, 4], zip = 'd' }}\n[fixed]\nnoise = 0.1\n")
    path = tmp_path / "mine.toml"
    (d,) = load_sweep(path, overrides={"drift": [5.0, 6.0]}).dimensions
    assert list(d.values) == ["drift", "n_rounds"]
    with pytest.raises(ToysimError, match="differ in length"):
        load_sweep(path, overrides={"drift": [5.0]})
    wider = load_sweep(path, overrides={"noise": [0.1, 0.2]})
    assert {d.name: len(d) for d in wider.dimensions} == {"d": 2, "noise": 2}
