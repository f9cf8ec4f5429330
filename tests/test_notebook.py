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
