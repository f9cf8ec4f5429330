"""Data for other tools: flat tables, files of them, and what physics asks of replicas."""

import json

import numpy as np
import pytest
import xarray as xr

import toysim
from toysim.errors import ToysimError
from toysim.registry import all_models
from toysim.store.moments import binder, crossings, extrapolated, susceptibility

AXES = {"drift": [1.0, 2.0], "n_rounds": [4, 9]}


@pytest.fixture(scope="module")
def data():
    return toysim.sweep("walk.gaussian", **AXES, noise=0.1, n_records=3, replicas=20)


def test_a_sweep_is_a_flat_table(data):
    table = data.toysim.to_dataframe()
    assert len(table) == 2 * 2 * 20
    assert {"drift", "n_rounds", "replica", "position", "position_theory", "status"} <= {*table}
    one = table.query("drift == 2 and n_rounds == 9 and replica == 3")
    there = data["simulation"]["position"].sel(drift=2.0, n_rounds=9, replica=3)
    assert one["position"].item() == there.item()
    assert table.attrs["columns"]["position"]["units"] == "m"
    assert table.attrs["fixed"]["noise"] == 0.1


def test_a_course_is_a_table_by_record_and_time(data):
    table = data.toysim.to_dataframe("course")
    assert len(table) == 2 * 2 * 20 * 3
    assert table.query("n_rounds == 9 and record == 2")["round"].unique().tolist() == [9.0]
    with pytest.raises(ToysimError, match=r"position \(one number\), course \(record\)"):
        data.toysim.to_dataframe("position", "course")
    with pytest.raises(ToysimError, match="did you mean 'position'"):
        data.toysim.to_dataframe("positon")


def test_rows_that_nobody_asked_for_are_left_out(tmp_path):
    store = tmp_path / "walk.zarr"
    toysim.sweep("walk.gaussian", drift=[1.0, 2.0], store=store, replicas=2)
    grown = toysim.sweep("walk.gaussian", drift=[1.0, 2.0, 3.0], store=store, replicas=2)
    assert len(grown.toysim.to_dataframe()) == 6


def test_the_tree_has_what_its_simulation_has(data):
    ours = data.toysim.mean()["position"]
    xr.testing.assert_equal(ours, data["simulation"].to_dataset().toysim.mean()["position"])


def labels(values, tmp_path):
    """What xarray writes into a picture of a curve, and whether all of it lies inside."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    values.plot(ax=axes, x=values.dims[0])
    figure.canvas.draw()
    texts = [axes.xaxis.label, axes.yaxis.label, axes.title]
    inside = [
        figure.bbox.contains(*corner) for t in texts for corner in t.get_window_extent().corners()
    ]
    plt.close(figure)
    return [text.get_text() for text in texts], inside


def test_xarray_draws_a_sweep_without_clutter(data, tmp_path):
    one = data["simulation"]["position"].sel(drift=1.0, replica=0)
    texts, inside = labels(one, tmp_path)
    assert texts == ["n rounds", "position [m]", "drift = 1.0 [m], replica = 0"]
    assert all(inside)
    assert data["simulation"].attrs["noise"] == 0.1
    assert "noise" not in data["simulation"].coords
    assert toysim.run("walk.gaussian", noise=0.1).attrs["noise"] == 0.1


def test_every_label_of_every_model_fits_on_an_axis():
    """xarray breaks lines after 30 letters, and a second line lies outside of the picture."""
    for model in all_models().values():
        for named in (*model.parameters.values(), *model.observables, *model.diagnostics):
            unit = "" if named.unit == "1" else f" [{named.unit}]"
            assert len(named.name + unit) <= 30, f"{model.id} {named.name}"


def test_a_table_is_written_with_its_units_beside_it(tmp_path):
    import pandas as pd

    store, file = tmp_path / "walk.zarr", tmp_path / "walk.csv"
    toysim.sweep("walk.gaussian", **AXES, store=store, replicas=3)
    assert toysim.export(store, file, "position") == file
    written = pd.read_csv(file)
    ours = toysim.open_store(store).toysim.to_dataframe("position")
    pd.testing.assert_frame_equal(written, ours, check_dtype=False)
    told = json.loads((tmp_path / "walk.csv.json").read_text())
    assert told["columns"]["position_theory"]["units"] == "m"
    assert told["fixed"]["noise"] == 1.0


def test_a_table_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("toysim.store.export.find_spec", lambda name: None)
    store = tmp_path / "walk.zarr"
    toysim.sweep("walk.gaussian", **AXES, store=store)
    with pytest.raises(ToysimError, match=r"pip install 'toysim\[parquet\]'"):
        toysim.export(store, tmp_path / "walk.parquet")


def drawn(values, n=4000, seed=0):
    rng = np.random.default_rng(seed)
    return xr.DataArray(values(rng, (3, n)), dims=("x", "replica"))


def within(found, value):
    off = abs(found["value"] - value) / found["error"]
    assert (off < 5).all()
    assert (found["error"] > 0).all()


def test_binder_of_normal_numbers_is_0_and_of_two_values_two_thirds():
    within(binder(drawn(lambda rng, shape: rng.standard_normal(shape))), 0.0)
    two = binder(drawn(lambda rng, shape: rng.choice([-1.0, 1.0], shape)))
    np.testing.assert_allclose(two["value"], 2 / 3)
    with pytest.raises(ToysimError, match="10 replicas at least, 9 are there"):
        binder(drawn(lambda rng, shape: rng.standard_normal(shape), 9))


def test_susceptibility_is_size_times_variance_and_its_jackknife_error_is_right():
    draws = drawn(lambda rng, shape: 0.5 * rng.standard_normal(shape))
    found = susceptibility(draws, 8.0)
    within(found, 2.0)
    np.testing.assert_allclose(found["value"], 8.0 * draws.var("replica", ddof=1))
    # of a variance s^2 of normal numbers: s^2 sqrt(2 / (n - 1))
    np.testing.assert_allclose(found["error"], 2.0 * np.sqrt(2 / 3999), rtol=0.1)
    assert (found["count"] == 4000).all()


def test_replicas_that_are_missing_are_left_out():
    draws = drawn(lambda rng, shape: rng.standard_normal(shape), 50)
    holes = draws.where(draws["replica"] < 40) if "replica" in draws.coords else draws.copy()
    holes[:, 40:] = np.nan
    whole = binder(draws.isel(replica=slice(40)))
    xr.testing.assert_allclose(binder(holes), whole)


def test_extrapolation_finds_the_limit():
    sizes = xr.DataArray([10.0, 20.0, 40.0, 80.0], dims="size", name="size")
    mean = (0.3 + 2.0 / sizes).assign_coords(size=sizes)
    found = extrapolated(mean, xr.full_like(mean, 0.01), "size", 1.0)
    np.testing.assert_allclose([found["value"], found["slope"]], [0.3, 2.0])
    assert found["freedom"] == 2
    with pytest.raises(ToysimError, match="three values of size"):
        extrapolated(mean[:2], mean[:2], "size", 1.0)


def test_curves_of_sizes_cross_where_they_do():
    x = np.linspace(0.0, 1.0, 11)
    curves = np.array([n * (x - 0.42) for n in (1.0, 2.0, 4.0)])
    mean = xr.DataArray(curves, dims=("size", "x"), coords={"size": [1, 2, 4], "x": x})
    found = crossings(mean, xr.full_like(mean, 0.01), "x", "size")
    np.testing.assert_allclose(found["at"], 0.42)
    assert found["size_2"].tolist() == [2, 4]
    assert (found["error"] < 0.02).all()
    with pytest.raises(ToysimError, match="curves over x and size"):
        crossings(mean.expand_dims("more"), mean, "x", "size")


def test_moments_of_a_sweep_by_name(data):
    found = data.toysim.susceptibility("position", size="n_rounds")
    ok = data["simulation"]["position"].var("replica", ddof=1) * data["simulation"]["n_rounds"]
    np.testing.assert_allclose(found["value"], ok)
    assert data.toysim.binder("position")["value"].sizes == {"drift": 2, "n_rounds": 2}
    alone = toysim.sweep("walk.gaussian", drift=[1.0, 2.0], n_rounds=4, replicas=20)
    np.testing.assert_allclose(
        alone.toysim.susceptibility("position", size="n_rounds")["value"],
        4 * alone["simulation"]["position"].var("replica", ddof=1),
    )
    with pytest.raises(ToysimError, match="did you mean 'n_rounds'"):
        data.toysim.susceptibility("position", size="n_round")
