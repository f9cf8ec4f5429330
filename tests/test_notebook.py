"""What a notebook and a prompt show: models, comparisons, figures and errors in short."""

import pytest

import toysim
from toysim.errors import ToysimError
from toysim.papers.drawing import new_figure


@pytest.fixture(scope="module")
def data():
    return toysim.sweep("walk.gaussian", drift=[1.0, 2.0], noise=0.1, replicas=60)


def test_a_model_shows_what_toysim_show_says():
    model = toysim.load_model("oscillation.catapult")
    assert repr(model).startswith("oscillation.catapult (version")
    for name in (*model.parameters, "catapult_begins", "arXiv:2003.02218"):
        assert name in repr(model)
    assert max(map(len, repr(model).splitlines())) <= 100
    assert "<td style='text-align:left'>start_eta_kernel</td>" in model._repr_html_()


def test_a_comparison_is_a_table_and_found_by_name(data):
    found = toysim.compare(data)
    assert found["position"].verdict == "agrees"
    assert found["position"] is found[0]
    table = found.to_dataframe()
    assert table.loc["position", "decided"] == 2
    assert "<table" in found._repr_html_()
    with pytest.raises(ToysimError, match="did you mean 'position'"):
        found["positon"]


def test_a_figure_shows_itself_without_pyplot():
    figure = new_figure(2, 2)
    figure.subplots().plot([1, 2])
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_an_error_is_one_line_in_a_notebook():
    with pytest.raises(ToysimError) as caught:
        toysim.run("walk.gaussian", drfit=1)
    (line,) = caught.value._render_traceback_()
    assert line.startswith("ToysimError: unknown parameter 'drfit'")


def test_a_long_call_speaks_where_somebody_watches(capsys, monkeypatch):
    monkeypatch.setattr("toysim.progress.SECONDS_BETWEEN_LINES", 0.0)
    asked = {"x": [0.0, 1.0, 2.0], "rest": 0.02, "block": 1, "workers": 1}
    toysim.sweep("walk.trouble", **asked)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("toysim.api.PATIENCE", 0.01)
    toysim.sweep("walk.trouble", **asked, progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("walk.trouble: 3 of 3 blocks, 0.")
    monkeypatch.setattr("toysim.api.PATIENCE", 1000.0)
    toysim.sweep("walk.trouble", **asked, progress=True)
    assert capsys.readouterr().err == ""


BOOK = """
import toysim, toysim.api
toysim.api.PATIENCE = 0.01
data = toysim.sweep("walk.trouble", x=[0.0, 1.0, 2.0], rest=0.2, block=1, workers=1)
"""


@pytest.mark.slow
def test_progress_in_a_notebook_is_one_bar():
    formats, client = pytest.importorskip("nbformat.v4"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    book = formats.new_notebook(cells=[formats.new_code_cell(BOOK)])
    client.NotebookClient(book, timeout=300).execute()
    (shown,) = [o for o in book.cells[0].outputs if o.output_type == "display_data"]
    assert shown.data["text/plain"].startswith("walk.trouble: 3 of 3 blocks, ")
    assert shown.data["text/html"].startswith('<progress value="3" max="3"')
    assert not [o for o in book.cells[0].outputs if "blocks" in str(o.get("text"))]


def interrupting(event):
    if event["event"] == "block":
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("store", "told"),
    [
        ("walk.zarr", r"[123] of 3 blocks are in .*walk.zarr; the same call again does the rest"),
        (None, "a sweep in memory keeps nothing; with store="),
    ],
)
def test_an_interrupt_says_what_is_kept(store, told, tmp_path):
    place = store and tmp_path / store
    asked = {"x": [0.0, 1.0, 2.0], "block": 1, "workers": 1, "store": place}
    with pytest.raises(KeyboardInterrupt, match=told) as caught:
        toysim.sweep("walk.trouble", **asked, progress=interrupting)
    assert caught.value._render_traceback_() == [f"interrupted: {caught.value}"]
    assert toysim.sweep("walk.trouble", **asked)["simulation"]["y"].notnull().all()
