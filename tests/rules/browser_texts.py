"""Writes `tests/javascript/texts.d.ts`, the types of the texts that Python writes into pages for the scripts: a script
that reads a text under another name fails `tsc`. `python -m tests.rules.browser_constants` calls this."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from components.artifacts import artifact_section, console_box, media_section
from components.chart_grid.grid_texts import grid_texts
from components.chart_grid.metric_table import metric_texts
from components.front import front_gpus
from components.gpus import gpu_texts, gpus
from components.inference import inference
from components.models import model_change, model_list
from components.relations import relations
from components.run_changes import texts as run_changes
from components.run_facts import parts
from components.run_facts.changes import places
from components.runs import run_list
from components.trainings import training_form, training_log, training_outcomes, training_page
from components.views import menu

FILE = Path(__file__).parents[1] / "javascript" / "texts.d.ts"
_HEAD: Final = """\
/* The texts that Python writes into pages. `python -m tests.rules.browser_constants` writes this file; a test holds it to Python. */
"""


def texts() -> Mapping[str, Mapping[str, Any]]:
    """Returns the texts of each group of scripts, by the name of their type."""
    return {
        "ArtifactTexts": artifact_section.texts(),
        "ChangeTexts": model_change.texts(),
        "ChartGridTexts": grid_texts(),
        "ConsoleTexts": console_box.texts(),
        "FrontGpuTexts": front_gpus.texts(),
        "GpuTexts": gpu_texts.page_texts(gpus.chart_layout()),
        "HostTexts": gpu_texts.host_texts(),
        "InferenceTexts": inference.texts(),
        "LiveTrainingTexts": training_page.texts(),
        "MediaTexts": media_section.texts(),
        "MetricTableTexts": metric_texts(),
        "ModelTexts": model_list.texts(),
        "RelationsTexts": relations.texts(),
        "RunChangesTexts": places.texts(),
        "RunEditTexts": run_changes.texts(),
        "RunListTexts": run_list.texts(),
        "RunPartTexts": parts.texts(),
        "TrainingLogTexts": training_log.texts(),
        "TrainingTexts": training_form.texts() | {"questions": training_outcomes.questions()},
        "ViewTexts": menu.texts(),
    }


def text() -> str:
    """Returns the file as it has to be."""
    return "\n".join([_HEAD, *(_interface(name, group) for name, group in texts().items())])


def _interface(name: str, group: Mapping[str, Any]) -> str:
    fields = (f"  {field}: {_type_of(value)};" for field, value in sorted(group.items()))
    return "\n".join([f"interface {name} {{", *fields, "}", ""])


def _type_of(value: Any) -> str:
    match value:
        case str():
            return "string"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case None:  # a text that only some pages have, such as why a reader may not change anything
            return "string | null"
        case Mapping():
            return _type_of_mapping(value)
        case Sequence():
            (kind,) = {_type_of(one) for one in value} or {"never"}
            return f"{kind}[]"
    raise TypeError(value)


def _type_of_mapping(value: Mapping[Any, Any]) -> str:
    """Returns the type of a group of texts by id: scripts read one by an id that they have from elsewhere. Numbers are
    read by their names."""
    if "xaxis" in value:
        return "PlotlyLayout"
    kinds = {_type_of(one) for one in value.values()}
    if len(kinds) == 1 and kinds != {"number"}:
        return f"Record<string, {kinds.pop()}>"
    return "{ " + "; ".join(f"{name}: {_type_of(one)}" for name, one in sorted(value.items())) + " }"
