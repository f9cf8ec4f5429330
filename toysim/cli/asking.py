"""toysim landmarks, toysim find: numbers of a theory, by name or by an equation."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from toysim.cli.app import FAILED, OK, app
from toysim.cli.arguments import Json, ModelId, ParameterValues, Yes
from toysim.cli.values import assignments, print_facts, print_json, print_table
from toysim.errors import ToysimError


@app.command(epilog="Example: toysim landmarks perceptron.storage capacity -p margin=0")
def landmarks(
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="Default: all.")] = None,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Default: all.")] = None,
    parameter: ParameterValues = None,
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Named numbers of a model: capacities, thresholds, stability limits."""
    from toysim.asking import landmark, list_landmarks

    given = assignments(parameter or (), "-p")
    if model is not None and name is not None:
        found = [landmark(model, name, yes=yes, **given)]
    else:
        found = list_landmarks(model, yes=yes, **given)
    if as_json:
        print_json([value.as_dict() for value in found])
    elif len(found) == 1:
        print_facts(_facts(found[0]))
    else:
        rows = [(v.model, v.landmark.name, v.parameters, str(v), v.landmark.unit) for v in found]
        print_table(("model", "landmark", "at", "value", "unit"), rows)
    return OK if all(value.valid for value in found) or name is None else FAILED


def _facts(value: Any) -> dict[str, Any]:
    mark = value.landmark
    return {
        "landmark": f"{value.model} {mark.name}",
        "meaning": mark.meaning,
        "at": value.parameters or None,
        "value": str(value) if value.valid else f"none: {value}",
        "unit": mark.unit,
        "right digits": mark.digits,
        "exists": mark.where or None,
        "source": mark.source,
    }


@app.command(
    epilog="Example: toysim find perceptron.storage 'entropy = 0' --along alpha=0.5:1.2 -p margin=0"
)
def find(
    model: ModelId,
    equation: Annotated[
        str,
        typer.Argument(
            metavar="EQUATION",
            help="'OBSERVABLE = VALUE' or 'LEFT = RIGHT' of the theory; NAME[DIM=0], "
            "NAME[PARAMETER=VALUE].",
        ),
    ],
    along: Annotated[
        str, typer.Option("--along", metavar="NAME=LOW:HIGH", help="Parameter and bracket.")
    ],
    parameter: ParameterValues = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", metavar="X", help="Relative, of the place.")
    ] = 1e-12,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Where an equation between numbers of a theory holds along one parameter."""
    from toysim import finding

    given = assignments(parameter or (), "-p")
    bracket = _bracket(along)
    found = finding.find(model, equation, along=bracket, tolerance=tolerance, yes=yes, **given)
    facts = {
        found.along: f"{found.at:.12g}",
        "left": f"{found.left:.12g}",
        "right": f"{found.right:.12g}",
        "theory valid on both sides": found.valid,
        "between": f"{found.bracket[0]:g} and {found.bracket[1]:g}",
    }
    if as_json:
        print_json({"model": model, "equation": equation, **vars(found)})
    else:
        print_facts(facts)


def _bracket(word: str) -> dict[str, tuple[float, float]]:
    name, _, ends = word.partition("=")
    low, _, high = ends.partition(":")
    try:
        return {name.strip(): (float(low), float(high))}
    except ValueError:
        raise ToysimError(
            f"--along {word!r}: write NAME=LOW:HIGH, for example --along alpha=0.5:1.2"
        ) from None
