"""Data for other tools: flat tables, files of them, and what physics asks of replicas."""

import json

import numpy as np
import pytest
import xarray as xr

import toysim
from toysim.errors import ToysimError
from toysim.registry import all_models
from toysim.store.collapse import collapse
from toysim.store.moments import binder, crossings, extrapolated, means, susceptibility

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


def test_parameters_named_as_a_result_keep_apart():
    draws = xr.DataArray(
        np.arange(6.0).reshape(2, 3), {"count": [5, 9], "error": 0.3}, ("count", "replica")
    )
    found = means(draws)
    assert found["value"]["parameter_count"].values.tolist() == [5, 9]
    assert found["count"].values.tolist() == [3, 3]


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


def curve(mean):
    error, count = xr.full_like(mean, 0.01), xr.full_like(mean, 7, int)
    return xr.Dataset({"value": mean, "error": error, "count": count})


def test_extrapolation_finds_the_limit():
    sizes = xr.DataArray([10.0, 20.0, 40.0, 80.0], dims="size", name="size")
    mean = (0.3 + 2.0 / sizes).assign_coords(size=sizes)
    found = extrapolated(curve(mean), "size", 1.0)
    np.testing.assert_allclose([found["value"], found["slope"]], [0.3, 2.0])
    assert (found["freedom"], found["count"]) == (2, 28)
    with pytest.raises(ToysimError, match="three values of size"):
        extrapolated(curve(mean[:2]), "size", 1.0)


def test_curves_of_sizes_cross_where_they_do():
    x = np.linspace(0.0, 1.0, 11)
    curves = np.array([n * (x - 0.42) for n in (1.0, 2.0, 4.0)])
    mean = xr.DataArray(curves, dims=("size", "x"), coords={"size": [1, 2, 4], "x": x})
    found = crossings(curve(mean), "x", "size")
    np.testing.assert_allclose(found["at"], 0.42)
    assert found["size_2"].tolist() == [2, 4]
    assert found["count"].tolist() == [7, 7]
    assert (found["error"] < 0.02).all()
    with pytest.raises(ToysimError, match="curves over x and size"):
        crossings(curve(mean.expand_dims("more")), "x", "size")


X, SIZES = np.linspace(0.5, 1.5, 21), [10, 20, 40, 80]


def scaling(critical, width, height, n=400, seed=0, sizes=SIZES):
    """Draws of mean N^-height (2 + tanh(4 (x - critical) (N / 80)^width)), errors 0.01. Between
    points 0.05 apart a straight line is off by 0.77 * 4^2 * 0.05^2 / 8 = 0.004 at most.
    """
    rng = np.random.default_rng(seed)
    size = np.array(sizes)[:, None] / 80.0
    mean = (size * 8.0) ** -height * (2.0 + np.tanh(4.0 * (X - critical) * size**width))
    values = mean[..., None] + 0.2 * rng.standard_normal((*mean.shape, n))
    coords = {"size": sizes, "x": X}
    return xr.DataArray(values, dims=("size", "x", "replica"), coords=coords)


def fitted(draws, **given):
    found = collapse(draws, means, "x", "size", given)
    pairs = zip(found["value"].values, found["error"].values, strict=True)
    return found, dict(zip(("critical", "width", "height"), pairs, strict=True))


@pytest.mark.parametrize("truth", [(0.95, 0.5, 0.125), (1.1, 1.0, 0.25)])
def test_a_collapse_finds_the_exponents_that_made_the_curves(truth):
    found, numbers = fitted(scaling(*truth))
    for (value, error), right in zip(numbers.values(), truth, strict=True):
        assert abs(value - right) < 5 * error
        assert 0 < error < 0.1
    assert 0.3 < found["chi2"] < 3
    assert found["count"] == 400
    assert found["scaled_y"].dims == ("size", "x")


def test_errors_of_a_collapse_are_its_spread():
    fits = [fitted(scaling(1.0, 0.5, 0.0, 100, seed), height=0.0)[1] for seed in range(6)]
    for name in ("critical", "width"):
        values, errors = np.array([fit[name] for fit in fits]).T
        # the ratio of two estimated spreads with 5 and 114 degrees of freedom: F > 16 once in 1e11
        assert 0.1 < values.std(ddof=1) / np.sqrt(np.mean(errors**2)) < 4
        assert abs(values.mean() - {"critical": 1.0, "width": 0.5}[name]) < 5 * errors.mean()
    assert fits[0]["height"] == (0.0, 0.0)


def test_curves_that_are_not_one_say_so():
    wrong, _ = fitted(scaling(1.0, 1.0, 0.0), width=0.25, height=0.0)
    right, _ = fitted(scaling(1.0, 1.0, 0.0), width=1.0, height=0.0)
    assert wrong["chi2"] > 10 * right["chi2"]


def test_a_collapse_without_enough_data_is_refused():
    for draws, told in (
        (scaling(1.0, 0.5, 0.0, sizes=[10, 20]), "3 values of size at least, 2 are there"),
        (scaling(1.0, 0.5, 0.0, 9), "10 replicas at least, 9 are there"),
        (scaling(1.0, 0.5, 0.0).expand_dims(more=2), "curves over x and size; there are: more"),
        (scaling(1.7, 0.5, 0.0), "no collapse between 0.5 and 1.5"),
    ):
        with pytest.raises(ToysimError, match=told):
            collapse(draws, means, "x", "size", {"height": 0.0})


def test_moments_of_a_sweep_by_name(data):
    found = data.toysim.susceptibility("position", size="n_rounds")
    ok = data["simulation"]["position"].var("replica", ddof=1) * data["simulation"]["n_rounds"]
    np.testing.assert_allclose(found["value"], ok)
    assert data.toysim.binder("position")["value"].sizes == {"drift": 2, "n_rounds": 2}
    with pytest.raises(ToysimError, match="a collapse wants 3 values of n_rounds"):
        data.toysim.collapse("position", along="drift", size="n_rounds", height=0.0)
    with pytest.raises(ToysimError, match="did you mean 'width'"):
        data.toysim.collapse("position", along="drift", size="n_rounds", widht=0.5)
    with pytest.raises(ToysimError, match="did you mean 'binder'"):
        data.toysim.crossings("position", along="drift", size="n_rounds", of="bindre")
    alone = toysim.sweep("walk.gaussian", drift=[1.0, 2.0], n_rounds=4, replicas=20)
    np.testing.assert_allclose(
        alone.toysim.susceptibility("position", size="n_rounds")["value"],
        4 * alone["simulation"]["position"].var("replica", ddof=1),
    )
    with pytest.raises(ToysimError, match="did you mean 'n_rounds'"):
        data.toysim.susceptibility("position", size="n_round")
