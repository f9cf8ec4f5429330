"""One page a family: models with equations, parameters and observables, papers and claims."""

from importlib import import_module

from making import known
from making.text import equations, plain, prose, section, symbol, table, words
from toysim.describing import describe
from toysim.outcomes import Verdict
from toysim.shown import shown

N_PICTURES = 3
LINES = "`toysim show {id}` prints the same; `toysim run {id}` runs a cell."


def page(family, models):
    module = import_module(f"toysim.models.{family}")
    return section(
        f"(family-{family})=\n# {family}",
        prose(module.__doc__),
        table(("model", "what it is"), [(link(m.id), words(m.title)) for m in models]),
        *(picture(*found) for found in known.pictures_of(family)[:N_PICTURES]),
        *(of_model(model) for model in models),
        of_claims(family),
    )


def link(model):
    return f"[`{model}`](#model-{model.replace('.', '-')})"


def picture(paper, figure, file):
    return (
        f":::{{figure}} ../images/{file}\n:alt: {figure.title}\n\n"
        f"{words(figure.title)} From `toysim reproduce {paper.name}` ({plain(figure.source)}).\n:::"
    )


def of_model(model):
    known_of = describe(model)
    return section(
        f"(model-{model.id.replace('.', '-')})=\n## {model.id}",
        prose(import_module(folder(model)).__doc__),
        LINES.format(id=model.id),
        f"**Equations** ({plain(', '.join(model.sources))})\n\n{equations(model.equations)}",
        f"**Parameters**\n\n{parameters(known_of)}",
        f"**Observables**\n\n{observables(known_of)}",
        diagnostics(known_of),
        *sides(model),
        landmarks(known_of),
    )


def folder(model):
    """The package that the model's parts stand in."""
    return model.simulate.partition(":")[0].rpartition(".")[0]


def parameters(of):
    head = ("parameter", "symbol", "default", "allowed", "unit", "meaning")
    rows = [
        (
            f"`{p['name']}`",
            symbol(p["symbol"]) if p["symbol"] != p["name"] else "",
            f"`{default(p['default'])}`",
            plain(p["allowed"].replace(">=", "≥").replace("<=", "≤")),
            plain(p["unit"]),
            words(p["meaning"]),
        )
        for p in of["parameters"]
    ]
    return table(head, rows)


def default(value):
    text = str(value).lower() if isinstance(value, bool) else shown(value)
    return text or "-"


def observables(of):
    head = ("observable", "unit", "dimensions", "in theory", "meaning")
    rows = [
        (
            f"`{o['name']}`",
            plain(o["unit"]),
            plain(", ".join(o["dims"])),
            "yes" if o["theory"] else "no",
            words(o["meaning"]),
        )
        for o in of["observables"]
    ]
    return table(head, rows)


def diagnostics(of):
    """What theory tells beside the observables."""
    if not of["diagnostics"]:
        return ""
    rows = [
        (
            f"`{o['name']}`",
            plain(o["unit"]),
            plain(", ".join(o["dims"])),
            words(o["meaning"]),
        )
        for o in of["diagnostics"]
    ]
    head = ("of theory alone", "unit", "dimensions", "meaning")
    return f"**Diagnostics**\n\n{table(head, rows)}"


def sides(model):
    """What theory is, where it is valid, and how the two sides are compared."""
    if model.theory is None:
        return ["No theory."]
    function = model.load("theory")
    told = prose(import_module(function.__module__).__doc__), prose(function.__doc__)
    return ["**Theory and its validity**", *told, compared(model)]


def compared(model):
    if model.paired:
        told = "Theory takes the run's own draws, and is compared replica by replica."
    elif model.stochastic:
        told = "Theory is compared with means over replicas, within their errors."
    else:
        told = "A run draws nothing, and is compared with theory as it is."
    if step := model.discretisation:
        told += (
            f" Where the error is of order {step.order} in `{step.parameter}`, it is taken out by"
            " runs at half and a quarter of it."
        )
    return told


def landmarks(of):
    if not of["landmarks"]:
        return ""
    head = ("landmark", "of", "unit", "meaning", "source")
    rows = [
        (
            f"`{mark['name']}`",
            plain(", ".join(mark["of"])),
            plain(mark["unit"]),
            words(mark["meaning"]),
            plain(mark["source"]),
        )
        for mark in of["landmarks"]
    ]
    return f"**Landmarks**\n\n{table(head, rows)}"


VERDICTS = """\
Verdicts at three sizes. The tests hold those at `ci` at every run. Those at `quick` and at
`paper` ([at the papers' sizes](../paper_sizes.md)) carry the day on which they were judged, or say
that they were not."""


def of_claims(family):
    found = known.claims_of(family)
    if not found:
        return ""
    rows = [row(paper, claim) for paper, claim in found]
    head = ("paper", "claim", "`ci`", "`quick`", "`paper`")
    return section(
        "## Papers and claims", VERDICTS, table(head, rows), disagreements(family, found)
    )


def row(paper, claim):
    name = f"[{paper.name}](papers.md#paper-{paper.name.replace('_', '-')})"
    return (name, words(claim.sentence), *known.verdicts(paper, claim))


def disagreements(family, found):
    """Claims that hold within limits or not at all, and sweeps that leave the theory on purpose."""
    told = [told_of(claim) for _, claim in found if claim.expected_verdict != Verdict.REPRODUCED]
    told += [
        f"* Sweep `{paper.full(sweep)}` differs from theory on purpose: {words(reason)}."
        for paper in known.papers()
        for sweep, reason in paper.beyond_theory.items()
        if known.family_of(known.model_of(paper.full(sweep))) == family
    ]
    return "## Known limits and disagreements\n\n" + "\n".join(told) if told else ""


def told_of(claim):
    verdict = claim.expected_verdict.capitalize()
    where = f" Where: {words(claim.limits)}." if claim.limits else ""
    return f"* *{words(claim.sentence)}* **{verdict}.**{where} ({plain(claim.source)})"
