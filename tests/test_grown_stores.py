"""A paper reads of a store what its preset asks for, though the store has grown since."""

from toysim.papers.presets import read_asked
from toysim.runner.execute import Options, execute
from toysim.store.dataset import read_tree
from toysim.sweep_file import load_sweep

SWEEP = """
model = "walk.gaussian"
replicas = 3
[axes]
drift = [0.5, 1.0]
[presets.large]
replicas = 5
axes = { drift = [0.25, 0.5, 0.75, 1.0] }
"""


def test_the_smaller_sweep_is_read_as_if_it_stood_alone(tmp_path):
    file = tmp_path / "grown.toml"
    file.write_text(SWEEP)
    small, large = load_sweep(str(file)), load_sweep(str(file), "large")
    assert small.store_name == large.store_name
    alone, grown = tmp_path / "alone.zarr", tmp_path / "grown.zarr"
    execute(small, alone, Options(workers=1), lambda event: None)
    before = read_asked(small, alone)
    for spec in (small, large):
        execute(spec, grown, Options(workers=1), lambda event: None)
    after = read_asked(small, grown)
    assert read_tree(grown)["simulation"].sizes["replica"] == 5
    for side in before.children:
        assert before[side].to_dataset().equals(after[side].to_dataset())
