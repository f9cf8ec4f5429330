"""The engine's test families, made visible as a third-party distribution, here and in every
subprocess.
"""

import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

FAMILIES = Path(__file__).parent / "families"
METADATA = "Metadata-Version: 2.1\nName: toysim-walk\nVersion: 1.0\n"
ENTRY_POINTS = "[toysim.models]\nwalk = toysim_walk\nscheduled = toysim_scheduled\n"
MEMORY = 8 << 30  # bytes of a process: what would eat the machine fails alone, as a MemoryError
PACKAGES = {"toysim_walk": "toysim_walk", "toysim_scheduled": "scheduled"}


def pytest_configure(config):
    """Before collection: an importable folder with package and metadata, as pip would leave it."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    folder = tempfile.TemporaryDirectory(prefix="toysim-tests-")
    config.add_cleanup(folder.cleanup)
    site = Path(folder.name)
    for package, family in PACKAGES.items():
        (site / package).symlink_to(FAMILIES / family)
    info = site / "toysim_walk-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    sys.path.insert(0, str(site))
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(site), os.environ.get("PYTHONPATH", "")])
    )


@pytest.fixture(scope="session", autouse=True)
def _one_blas_thread():
    """As in a sweep: two threads change bits, and spin on small matrices."""
    from toysim.runner.work import one_blas_thread

    with one_blas_thread():
        yield


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    """Where a reproduction is run once for all tests."""
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="session")
def reproduced(results):
    import toysim

    return toysim.reproduce("critical_periods", preset="ci", results=results)


@pytest.fixture(scope="session")
def reproduced_data(reproduced):
    """The data of its sweeps, as figures and claims see them."""
    from toysim.store.dataset import read_tree

    return {name: read_tree(path) for name, path in reproduced.stores.items()}


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(0))


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser():
    """The browser of this machine, or playwright's own, without a window; a skip where there is
    none, but a failure where TOYSIM_BROWSER is ``required``.
    """
    driver = pytest.importorskip("playwright.sync_api")
    with driver.sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)  # where its own would be
    found = next(filter(None, map(shutil.which, BROWSERS)), own if own.is_file() else None)
    if found is None:
        told = f"no browser: none of {', '.join(BROWSERS)} is installed"
        (pytest.fail if os.environ.get("TOYSIM_BROWSER") == "required" else pytest.skip)(told)
    with driver.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()
