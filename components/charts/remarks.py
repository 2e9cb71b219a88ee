"""What a chart cannot draw of some runs, or draws otherwise than it was logged, in words."""

from collections.abc import Sequence

from components.charts.lines import Known
from components.charts.scales import Scale
from components.charts.subtitle import named
from components.texts import words
from components.texts.language import _, ngettext
from domain.charts.axes import CLOCKS, Axis
from domain.charts.chart_options import ChartOptions
from domain.charts.hindrances import goes_back_ms, is_far, is_stepless, odd_times
from domain.tracking.history import History
from domain.tracking.runs import Run
from domain.tracking.vocabulary import MetricWord


def remarks(word: MetricWord, runs: Sequence[Run], known: Known, options: ChartOptions, scale: Scale) -> list[str]:
    """A sentence each for what keeps histories of `word` from the chosen axis, with the names of their runs."""
    histories = [(run, history) for run in runs if (history := known.history(run, word)) is not None and len(history)]
    if options.axis in CLOCKS:
        return _of_clocks(histories, known)
    if options.axis is Axis.STEP:
        return _of_steps(histories, scale)
    return []


def stepless(words_drawn: Sequence[MetricWord], runs: Sequence[Run], known: Known) -> list[Run]:
    """The runs of which some history has all of its points at one step."""
    found = ((run, known.history(run, word)) for run in runs for word in words_drawn)
    return list({run.run_id: run for run, history in found if history is not None and is_stepless(history)}.values())


def _of_clocks(histories: Sequence[tuple[Run, History]], known: Known) -> list[str]:
    said = []
    odd = {run.run_id: odd_times(history, known.latest) for run, history in histories}
    if out := [run.name for run, history in histories if odd[run.run_id] == len(history)]:
        said.append(_("left out, for their times cannot be right: %(names)s", names=named(out)))
    if some := [run.name for run, history in histories if 0 < odd[run.run_id] < len(history)]:
        points = sum(odd[run.run_id] for run, history in histories if odd[run.run_id] < len(history))
        text = ngettext(
            "%(points)s point left out, for its time cannot be right: %(names)s",
            "%(points)s points left out, for their times cannot be right: %(names)s",
            points,
            points=words.count(points),
            names=named(some),
        )
        said.append(text)
    back = [(goes_back_ms(history, known.latest), run.name) for run, history in histories]
    if turned := [name for milliseconds, name in back if milliseconds]:
        longest = words.duration(max(milliseconds for milliseconds, _name in back) / 1000)
        said.append(
            _(
                "times go back between steps by up to %(time)s: %(names)s",
                time=longest,
                names=named(turned),
            )
        )
    return said


def _of_steps(histories: Sequence[tuple[Run, History]], scale: Scale) -> list[str]:
    said = []
    if without := [run.name for run, history in histories if is_stepless(history)]:
        said.append(_("steps are missing, all points at one: %(names)s", names=named(without)))
    far = [run.name for run, history in histories if is_far(history)]
    if far and len(far) < len(histories):
        said.append(_("left out, for their steps are beyond 2^53: %(names)s", names=named(far)))
    elif far and not scale.base:
        said.append(_("steps are beyond 2^53, too far apart to be told from each other: %(names)s", names=named(far)))
    return said
