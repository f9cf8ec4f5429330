"""The documentation: ``sphinx-build -W docs build/docs`` builds it without a network.

Cells of the tutorial and of the questions run while it is built. Pages of families, papers,
commands and the API are made from the code (``making``), into ``docs/generated``, which is not kept
in git.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from making import access, arxiv, docstrings, mathml, pages, streams  # noqa: E402

import toysim  # noqa: E402
from toysim.places import VARIABLE  # noqa: E402

project = "toysim"
copyright = "the toysim project"
version = release = toysim.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx_copybutton"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "substitution"]
myst_substitutions = {"version": toysim.__version__}
myst_heading_anchors = 4
exclude_patterns = ["making", "images", "gallery"]

# Cells run in a folder of their own; one that fails fails the build.
nb_execution_mode = "auto"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 600  # seconds of a cell on a machine that does much else
nb_merge_streams = True
# What a cell's terminal lines need: this environment's toysim, one thread, no colours.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH")))
)
os.environ.pop(VARIABLE, None)  # the shipped models, not those of a project besides
os.environ |= {"NO_COLOR": "1", "COLUMNS": "100"}

autodoc_member_order = "bysource"
autodoc_typehints = "none"
add_module_names = False
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = "toysim"
html_static_path = ["static"]
html_css_files = ["toysim.css"]
html_math_renderer = "mathml"
html_show_sphinx = False
html_copy_source = False


def setup(app):
    access.setup(app)
    mathml.setup(app)
    arxiv.setup(app)
    docstrings.setup(app)
    pages.setup(app)
    streams.setup(app)
