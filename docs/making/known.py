"""What the code and the dated files of the docs know of papers: models, pictures, verdicts."""

import json
import tomllib
from functools import cache
from pathlib import Path

from toysim.paper import DEFAULT_PRESET
from toysim.registry import all_models, all_sweeps, load_reproduction, reproduction_names

DOCS = Path(__file__).resolve().parents[1]


@cache
def papers():
    return [load_reproduction(name) for name in reproduction_names()]


@cache
def model_of(sweep):
    return tomllib.loads(all_sweeps()[sweep].read_text())["model"]


def families():
    """Models by family, those of this repository."""
    found = {}
    for model in all_models().values():
        if (DOCS.parent / "models" / family_of(model.id)).is_dir():
            found.setdefault(family_of(model.id), []).append(model)
    return found


def family_of(model):
    return model.partition(".")[0]


def models_of(paper, names=None):
    """Ids of the models whose sweeps are named, by default by anything in the paper."""
    sweeps = paper.sweeps if names is None else map(paper.full, names)
    return list(dict.fromkeys(map(model_of, sweeps)))


def claims_of(family):
    """(paper, claim) where the claim's sweeps are of the family."""
    return [
        (paper, claim)
        for paper in papers()
        for claim in paper.claims
        if family in map(family_of, models_of(paper, claim.sweeps))
    ]


@cache
def at_paper_size():
    return json.loads((DOCS / "paper_sizes.json").read_text())["claims"]


def verdicts(paper, claim):
    """The words at ``ci``, ``quick`` and ``paper``; what was not run says so."""
    small = [str(claim.expected(preset).verdict) for preset in ("ci", DEFAULT_PRESET)]
    return [*small, verdict_at_paper(f"{paper.name}.{claim.name}")]


def verdict_at_paper(key):
    found = at_paper_size().get(key)
    if found is None:
        return "no larger size"
    return f"{found['paper']} ({found['date']})" if "paper" in found else "not run"


@cache
def _pictures():
    """Full names of figures whose picture is kept, under a name that no other paper has."""
    kept = {path.stem for path in (DOCS / "images").glob("*.png")}
    return {
        f"{paper.name}.{figure.name}"
        for paper in papers()
        for figure in paper.figures
        if figure.name in kept and sum(figure.name in names(other) for other in papers()) == 1
    }


def names(paper):
    return [figure.name for figure in paper.figures]


def pictures_of(family):
    """(paper, figure) with a kept picture, of papers whose sweeps are of the family."""
    return [
        (paper, figure)
        for paper in papers()
        for figure in paper.figures
        if f"{paper.name}.{figure.name}" in _pictures()
        and family in map(family_of, models_of(paper, figure.sweeps))
    ]
