"""What the code and the dated files of the docs know of papers: models, pictures, verdicts."""

import json
import tomllib
from functools import cache
from pathlib import Path

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
    key = f"{paper.name}.{claim.name}"
    return [str(claim.expected("ci").verdict), verdict_at_quick(key), verdict_at_paper(key)]


@cache
def at_quick():
    return json.loads((DOCS / "quick_verdicts.json").read_text())


def verdict_at_quick(key):
    found = at_quick().get(key)
    return f"{found['verdict']} ({found['date']})" if found else "not run"


def verdict_at_paper(key):
    found = at_paper_size().get(key)
    if found is None:
        return "no larger size"
    return f"{found['paper']} ({found['date']})" if "paper" in found else "not run"


@cache
def _pictures():
    """Kept pictures by the full names of their figures."""
    named = json.loads((DOCS / "pictures.json").read_text())
    return {figure: file for file, figure in named.items() if file.endswith(".png")}


def pictures_of(family):
    """(paper, figure, file) with a kept picture, of papers whose sweeps are of the family."""
    return [
        (paper, figure, file)
        for paper in papers()
        for figure in paper.figures
        if (file := _pictures().get(f"{paper.name}.{figure.name}"))
        and family in map(family_of, models_of(paper, figure.sweeps))
    ]
