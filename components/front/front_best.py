"""The tile of the best run of each algorithm, per environment."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dash import html

from components.front.front import MAX_ROWS, and_more, figure, run_name, tile_list
from components.texts import words
from components.texts.language import _, around, ngettext
from domain.run_facts.run_summary import RunSummary
from domain.tracking.best_runs import BestOfEnvironment, BestRuns


def best_runs(best: BestRuns) -> list[Any]:
    """Returns the best run of each algorithm, below the name of its environment."""
    left_out = _left_out(best)
    if not best.environments:
        nothing = _("No run has finished with a success rate or a reward yet.")
        return [html.P(nothing, className="mb-0"), *left_out]
    text = _("Of the runs that ended in the last 7 days.")
    if not best.are_recent:
        text = _("No run ended in the last 7 days: shown for all runs.")
    return [
        html.P(text, className="small text-body-secondary mb-1"),
        *(part for environment in _first_rows(best.environments) for part in _environment(environment)),
        and_more(sum(len(environment.runs) for environment in best.environments)),
        *left_out,
    ]


def _first_rows(environments: Sequence[BestOfEnvironment]) -> list[BestOfEnvironment]:
    """Takes as many rows as a tile shows: the best of each environment before the second best of any."""
    places = [(rank, index) for index, one in enumerate(environments) for rank in range(len(one.runs))]
    kept = Counter(index for _rank, index in sorted(places)[:MAX_ROWS])
    return [
        one.model_copy(update={"runs": one.runs[: kept[index]]})
        for index, one in enumerate(environments)
        if kept[index]
    ]


def _environment(best: BestOfEnvironment) -> list[Any]:
    name = html.Span(best.environment or best.experiment, className="tile-name")
    heading = [name] if best.environment is not None else around(_("{name} (environment not logged)"), name=name)
    return [html.H3(heading, className="h6 mt-2 mb-0"), tile_list(_run(run) for run in best.runs)]


def _run(run: RunSummary) -> list[Any]:
    reward = _("final reward %(reward)s", reward=words.number(run.final_reward))
    key = run.keys.get("final_reward")
    return [
        html.Strong(run.algorithm or words.MISSING),
        run_name(run),
        figure(_("Success rate"), words.percent(run.success_rate), "ms-auto text-end"),
        html.Span(
            [reward, *([] if key is None else [" ", html.Code(key, className="key")])],
            className="small text-body-secondary w-100",
        ),
    ]


def _left_out(best: BestRuns) -> list[Any]:
    """Returns the runs that are excluded from the ranking, and why."""
    sentences = []
    if best.diverged:
        sentences.append(
            ngettext(
                "%(num)s run that diverged is left out.", "%(num)s runs that diverged are left out.", best.diverged
            )
        )
    if best.out_of_range:
        sentences.append(
            ngettext(
                "%(num)s run with a success rate out of range is left out.",
                "%(num)s runs with a success rate out of range are left out.",
                best.out_of_range,
            )
        )
    return [html.P(" ".join(sentences), className="small text-body-secondary mb-0 mt-2")] if sentences else []
