"""The engine's test families, made visible as a third-party distribution, here and in every subprocess."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session", autouse=True)
def walk_family(tmp_path_factory):
    """An importable folder with the package's metadata and its entry point, as pip would leave it."""
    site = tmp_path_factory.mktemp("site")
    (site / "toysim_walk").symlink_to(HERE / "families" / "toysim_walk")
    info = site / "toysim_walk-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toysim-walk\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[toysim.models]\nwalk = toysim_walk\n")
    sys.path.insert(0, str(site))
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(site), *([before] if before else [])])
    yield site
    sys.path.remove(str(site))
