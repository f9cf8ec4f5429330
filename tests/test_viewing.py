"""The explorer: what its pages draw, what a click shows, who is let in, and what is refused."""

import csv
import html
import http.client
import io
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import replace

import numpy as np
import pytest

import toysim
from toysim.errors import ToysimError
from toysim.registry import all_models, load_model

pytest.importorskip("bokeh")
from bokeh.document import Document
from bokeh.events import Tap
from bokeh.models import Div

from toysim.viewing import needed
from toysim.viewing.contents import Map, map_of, marks, series
from toysim.viewing.downloads import written
from toysim.viewing.drawing import draw_map, edges, new_figure
from toysim.viewing.knobs import STEPS, knob, place_on, reach
from toysim.viewing.model_page import ModelPage
from toysim.viewing.pages import of_store
from toysim.viewing.server import started
from toysim.viewing.store_page import NONE, StorePage


@pytest.fixture(scope="module")
def data():
    return toysim.sweep(
        "walk.gaussian",
        drift=np.linspace(0.5, 2, 9),
        n_rounds=np.arange(4, 13),
        noise=[0.1, 0.2],
        replicas=5,
        n_records=4,
    )


@pytest.fixture
def page(data):
    return StorePage(data, "data", "walk")


def control(page, title):
    return next(c for c in page.controls.children if str(getattr(c, "title", "")).startswith(title))


def sources(axes):
    return [r.data_source.data for r in axes.renderers if {"e", "n"} <= set(r.data_source.data)]


def line_of(page):
    return html.unescape(re.sub("<[^<>]*>", "", page.python.text))


def test_it_draws_the_means_that_the_data_have(data, page):
    control(page, "along x").value = "drift"
    control(page, "by colour").value = "noise"
    rounds = page.choice.fixed["n_rounds"]
    drawn = sources(page.axes)
    for k in range(2):
        mean = data.toysim.mean()[page.choice.y[0]].isel(noise=k, n_rounds=rounds)
        error = data.toysim.sem()[page.choice.y[0]].isel(noise=k, n_rounds=rounds)
        np.testing.assert_allclose(drawn[k]["y"], mean)
        np.testing.assert_allclose(drawn[k]["e"], error)
        assert drawn[k]["n"] == ["5 of 5"] * 9


def test_a_slider_moves_the_slice_and_python_says_the_same(data, page):
    control(page, "by colour").value = "noise"
    slider = control(page, "n_rounds =")
    before = sources(page.axes)[0]["y"]
    slider.value = 8
    assert slider.title == "n_rounds = 12"
    assert not np.allclose(sources(page.axes)[0]["y"], before)
    figure = eval(line_of(page), {"toysim": toysim, "data": data})
    assert figure.axes[0].get_title() == "n_rounds = 12"
    points = figure.axes[0].containers[0][0].get_ydata(orig=False)
    np.testing.assert_allclose(points, sources(page.axes)[0]["y"])


def test_what_does_not_fit_another_observable_is_chosen_anew(data, page):
    course = next(o.name for o in load_model("walk.gaussian").observables if "record" in o.dims)
    control(page, "observable").value = course
    control(page, "along x").value = "record"
    assert page.choice.x == "record"
    single = next(o.name for o in load_model("walk.gaussian").observables if not o.dims)
    control(page, "observable").value = single
    assert page.choice.x != "record"
    control(page, "by colour").value = NONE
    assert page.choice.hue is None
    assert len(sources(page.axes)) == 1


def test_a_map_has_every_cell_in_its_place(data, page):
    control(page, "by colour").value = "n_rounds"
    control(page, "along x").value = "drift"
    control(page, "by colour").value = "n_rounds"
    page._as_map(True)
    drawn = page.axes.renderers[0].data_source.data
    name, noise = page.choice.y[0], page.choice.fixed["noise"]
    mean = data.toysim.mean()[name].isel(noise=noise).transpose("n_rounds", "drift")
    np.testing.assert_allclose(drawn["value"].reshape(9, 9), mean)
    np.testing.assert_allclose(drawn["x"].reshape(9, 9)[0], data["simulation"]["drift"])
    assert (drawn["left"] < drawn["x"]).all()
    assert (drawn["x"] < drawn["right"]).all()
    theory = map_of(data, page.choice).theory
    law = data["theory"][name].isel(noise=noise, missing_dims="ignore")
    np.testing.assert_allclose(theory.shape, law.transpose("n_rounds", "drift").shape)


@pytest.mark.parametrize("log", [False, True])
def test_edges_of_cells_meet_between_their_middles(log):
    values = np.geomspace(0.1, 10.0, 5)
    low, high = edges(values, log)
    np.testing.assert_allclose(low[1:], high[:-1])
    assert ((low < values) & (values < high)).all()


def test_a_click_shows_the_course_of_that_cell(data, page):
    control(page, "by colour").value = "n_rounds"
    page._as_map(True)
    along, up = page.choice.x, page.choice.hue
    page._click_map(2, 6)
    cell = {along: 6, up: 2, "noise": page.choice.fixed["noise"]}
    told, *figures = page.below.children
    assert f"{up} = {data['simulation'][up].values[2]:g}" in told.text
    name = figures[0].yaxis[0].axis_label.split(" ")[0]
    here = data["simulation"][name].isel(cell).mean("replica")
    np.testing.assert_allclose(sources(figures[0])[0]["y"], here)


def test_a_fine_map_is_one_image_and_a_click_finds_its_cell():
    """Rectangles below a pixel would leave seams, and take seconds to draw."""
    x, y = np.linspace(0.0, 1.0, 300), np.linspace(1.0, 2.0, 100)
    values = np.arange(30000.0).reshape(100, 300)
    clicks = []
    axes = new_figure("", "x", "y", (False, False))
    draw_map(axes, Map(x, y, values, None, []), "z", lambda *cell: clicks.append(cell))
    (image,) = axes.renderers
    np.testing.assert_array_equal(image.data_source.data["image"][0], values)
    half = 0.5 / 299
    assert image.glyph.x == pytest.approx(-half)
    assert image.glyph.dw == pytest.approx(1.0 + 2.0 * half)
    axes._trigger_event(Tap(axes, x=x[7] + 0.9 * half, y=2.5))
    assert clicks == [(99, 7)]


def test_a_map_with_uneven_axes_keeps_rectangles():
    x, y = np.linspace(0.0, 1.0, 300) ** 2, np.linspace(1.0, 2.0, 100)
    axes = new_figure("", "x", "y", (False, False))
    draw_map(axes, Map(x, y, np.zeros((100, 300)), None, []), "z")
    assert len(axes.renderers[0].data_source.data["left"]) == 30000


def test_landmarks_stand_on_curves_along_their_parameter():
    data = toysim.sweep("memory.hopfield", alpha=[0.03, 0.1, 0.2], size=[50, 100], n_sweeps=5)
    choice = replace(StorePage(data, "data", "load").choice, x="alpha", hue="size", map=False)
    capacity = toysim.landmark("memory.hopfield", "capacity").value
    assert ("capacity", pytest.approx(capacity), None) in marks(data, choice)
    assert marks(data, replace(choice, x="size", hue="alpha")) == []


def test_a_model_whose_theory_lacks_the_observable_opens():
    page = ModelPage(toysim.load_model("memory.hopfield"), Document())
    assert "simulation follows" in page.picture.children[0].text


def test_a_sweep_without_courses_says_so():
    data = toysim.sweep("walk.gaussian", drift=[0.5, 1.0, 2.0], n_records=0)
    page = StorePage(data, "data", "walk")
    page._click_curve(0, 1)
    assert "recorded over time" in page.below.children[-1].text


def test_replicas_as_points_and_as_a_band(page):
    control(page, "by colour").value = "noise"
    n = len(page.axes.renderers)
    page._show_replicas(1)
    assert len(page.axes.renderers) == n + 2
    curve = next(series(page.tree, page.choice))
    low, high = curve.band
    inside = (curve.draws >= low[:, None]) & (curve.draws <= high[:, None])
    assert (inside.sum(axis=1) >= 3).all()
    assert (inside.sum(axis=1) < 5).all()


def test_files_to_take_away(data, page):
    assert written("png", data, page.choice).startswith(b"\x89PNG")
    assert b"<svg" in written("svg", data, page.choice)
    table = list(csv.DictReader(io.StringIO(written("csv", data, page.choice).decode())))
    assert len(table) == 9 * 9 * 2 * 5


# The server


@pytest.fixture(scope="module")
def served(data, tmp_path_factory):
    """The address of a store's page, as the command tells it."""
    store = tmp_path_factory.mktemp("viewing") / "walk.zarr"
    toysim.sweep("walk.gaussian", drift=[0.5, 1.0, 2.0], n_records=3, store=store)
    command = [sys.executable, "-m", "toysim", "view", str(store), "--no-browser"]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, **quiet) as running:
        yield running.stdout.readline().split()[-1]
        running.kill()


def asked(address, **headers):
    try:
        request = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_the_page_is_there_below_its_token_alone(served):
    code, text = asked(served)
    assert code == 200
    assert "bokeh" in text
    start, token, _ = served.rsplit("/", 2)
    assert len(token) >= 32
    for other in ("", "/view", "/static/js/bokeh.min.js", f"/{token[:-1]}x/view"):
        assert asked(start + other)[0] == 404, other
    assert asked(f"{start}/{token}/static/js/bokeh.min.js")[0] == 200


def test_all_that_a_page_loads_comes_from_its_own_server(served):
    _, text = asked(served)
    assert 'src="http' not in text
    assert 'href="http' not in text


def test_a_page_of_another_origin_gets_no_connection(served):
    where = urllib.parse.urlsplit(served)
    for origin, answer in ((f"http://{where.netloc}", 101), ("http://elsewhere.example", 403)):
        connection = http.client.HTTPConnection(where.netloc, timeout=30)
        handshake = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol": f"bokeh, {token_of(served)}",
            "Origin": origin,
        }
        connection.request("GET", f"{where.path}/ws", headers=handshake)
        assert connection.getresponse().status == answer
        connection.close()


def token_of(address):
    """The session that the page itself would open."""
    return re.search(r'"token":"([^"]+)"', asked(address)[1])[1]


def test_only_this_machine_is_listened_to():
    server, address = started(lambda document: None)
    assert address.startswith("http://127.0.0.1:")
    hosts = {s.getsockname()[0] for s in server._http._sockets.values()}
    server.stop()
    assert hosts == {"127.0.0.1"}


def test_a_port_that_is_taken_is_refused_in_one_line():
    server, address = started(lambda document: None)
    port = int(address.split(":")[2].split("/")[0])
    with pytest.raises(ToysimError, match=f"--port {port}: .*take another"):
        started(lambda document: None, port)
    server.stop()


def test_a_growing_store_is_drawn_as_it_grows(tmp_path):
    store = tmp_path / "growing.zarr"
    given = {"drift": np.linspace(0.5, 2, 6), "replicas": 2, "store": store, "block": 2}
    toysim.sweep("walk.gaussian", create_only=True, **given)
    document = Document()
    of_store(store)(document)
    (look,) = [c.callback for c in document.session_callbacks]
    drawn = document.roots[0].children[1].children[0]
    look()
    assert any("run: none" in told.text for told in document.select({"type": Div}))
    before = drawn.children[0]
    toysim.sweep("walk.gaussian", **given)
    time.sleep(0.1)
    for _ in range(50):
        look()
        if not document.session_callbacks:
            break
        time.sleep(0.1)
    assert document.session_callbacks == []
    assert drawn.children[0] is not before
    assert drawn.children[0].x_range is before.x_range


# A model's page


@pytest.fixture
def model_page():
    page = ModelPage(load_model("walk.gaussian"), Document())
    yield page
    page.worker.shutdown()


def arrive(page):
    page.worker.submit(lambda: None).result(60)
    for callback in list(page.document.session_callbacks):
        page.document.remove_next_tick_callback(callback)
        callback.callback()


def test_theory_answers_at_once_and_simulation_follows(model_page):
    model_page.y.value = "position"
    model_page.along.value = "drift"
    assert "simulation" not in model_page.trees
    arrive(model_page)
    drawn = sources(model_page.picture.children[0])[0]
    x, y = drawn["x"], drawn["y"]
    data = toysim.sweep("walk.gaussian", drift=list(x), replicas=4)
    np.testing.assert_allclose(y, data.toysim.mean()["position"])


def test_an_answer_to_what_is_not_asked_any_more_is_dropped(model_page):
    model_page.y.value = "position"
    model_page._turned("noise", 0.3)
    asked = model_page.asked
    model_page._turned("noise", 0.7)
    arrive(model_page)
    assert model_page.asked == asked + 1
    assert model_page.trees["simulation"].attrs["fixed"].count("0.7") == 1


def test_a_value_that_is_not_allowed_is_said_on_the_page(model_page):
    before = model_page.picture.children
    model_page._turned("n_rounds", -3)
    assert "n_rounds" in model_page.state.text
    assert model_page.picture.children == before


def test_the_line_of_python_makes_the_same_picture(model_page):
    model_page.y.value = "position"
    model_page.along.value = "drift"
    line = line_of(model_page)
    figure = eval(line, {"toysim": toysim, "np": np})
    assert figure.axes[0].get_xlabel().startswith("drift")


@pytest.mark.parametrize("name", sorted(all_models()))
def test_every_parameter_has_a_control_within_its_range(name):
    for p in load_model(name).parameters.values():
        turned = []
        made = knob(p, list(p.default) if p.ndim else p.default, turned.append)
        if p.ndim or p.kind not in ("int", "float"):
            continue
        low, high = reach(p)
        assert p.range[0] <= low <= p.default <= high <= p.range[1], p.name
        box, slider = made.children
        slider.value = STEPS if slider.value < STEPS else 0
        assert turned[-1] == box.value
        assert p.range[0] <= box.value <= p.range[1] * (1 + 1e-3), p.name
        assert len(turned) == 1


def test_a_slider_stands_where_the_number_is():
    assert place_on(1.0, 0.01, 100.0, True) == STEPS // 2
    assert place_on(0.5, 0.0, 1.0, False) == STEPS // 2
    assert place_on(7.0, 0.0, 1.0, False) == STEPS
    assert place_on(1.0, 1.0, 1.0, False) == 0


# Refused


def test_without_bokeh_it_says_what_to_install(monkeypatch, data):
    monkeypatch.setattr(needed, "find_spec", lambda name: None)
    with pytest.raises(ToysimError, match=r'pip install "toysim\[view\]"'):
        data.toysim.explore()


def test_a_value_that_an_axis_lacks_is_refused_in_one_line(data):
    with pytest.raises(ToysimError, match=r"at: noise = 0.3 is none of its values: 0.1, 0.2"):
        toysim.plot(data, at={"noise": 0.3})
    with pytest.raises(ToysimError, match="different dimensions"):
        toysim.plot(data, x="drift", at={"drift": 0.5})


@pytest.mark.slow
def test_a_notebook_shows_it_below_the_cell():
    formats, client = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    cell = (
        "import toysim\n"
        "toysim.sweep('oscillation.catapult', start_eta_kernel=[1.0, 2.5]).toysim.explore()"
    )
    notebook = formats.v4.new_notebook(cells=[formats.v4.new_code_cell(cell)])
    client.NotebookClient(notebook, timeout=120).execute()
    shown = [set(o.data) for o in notebook.cells[0].outputs if o.output_type == "display_data"]
    assert any("application/vnd.bokehjs_exec.v0+json" in kinds for kinds in shown)
