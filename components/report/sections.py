"""The sections of the report besides charts: header, tables, parameters, pictures."""

import base64
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from dash import html

from components.badges import status_badge
from components.links import run_href
from components.report.html_text import html_text, moment_text, text
from components.run_facts.changes.change_tables import MAX_HELD_AGAINST, TableOptions, change_tables
from components.texts import words
from components.texts.language import _
from components.texts.translate import translate
from domain.errors import ClewError
from domain.run_facts.run_changes import changes_between
from domain.tracking.runs import Run
from domain.tracking.vocabulary import Vocabulary

_MAX_CHANGES: Final = 200
_MAX_CELLS: Final = 20_000
_LONGEST: Final = 1_000


class ReportOrigin(NamedTuple):
    """The origin of the report: number of runs, address, author (None if unknown) and time."""

    runs: int
    address: str
    by: str | None
    at: datetime


def opening(about: ReportOrigin) -> str:
    """Returns the title and the origin of the report, since the file may be passed on."""
    facts: list[tuple[str, Any]] = [
        (_("Address"), html.A(about.address, href=about.address)),
        (_("Made at"), moment_text(about.at.astimezone(UTC).timestamp() * 1000)),
    ]
    if about.by is not None:
        facts.append((_("Made by"), about.by))
    listed = html.Dl([part for name, value in facts for part in (html.Dt(name), html.Dd(value))], className="about")
    return html_text([html.H1(title(about.runs)), listed], about.address)


def title(runs: int) -> str:
    """Returns the file's title."""
    return _("Comparison of %(n)s runs", n=words.count(runs))


def unread_runs(run_ids: Sequence[str], why: ClewError) -> str:
    """Returns the sentence that runs may exist, but could not be read."""
    text = _("These runs could not be read, so they are missing here: %(ids)s.", ids=", ".join(run_ids))
    return f"{text} {translate(why)}"


def notes(sentences: Sequence[Any]) -> str:
    """Returns sentences about what the file lacks, since it cannot be fetched later."""
    if not sentences:
        return ""
    return html_text(html.Div([html.P(sentence) for sentence in sentences], className="notes"), "")


def section(heading: str, content: Any, base: str) -> str:
    """Returns a section of the file with its heading; empty without content."""
    return html_text([html.H2(heading), content], base) + "\n" if content else ""


def run_list(runs: Sequence[Run], base: str) -> str:
    """Returns the runs with their ids, experiments and times."""
    heads = [_("Run"), _("Run id"), _("Experiment"), _("Status"), _("Started"), _("Ended")]
    rows = [
        [
            html.A(run.name or words.MISSING, href=run_href(run.run_id)),
            html.Code(run.run_id),
            run.experiment,
            status_badge(run.status),
            _moment(run.started_at),
            _moment(run.ended_at),
        ]
        for run in runs
    ]
    return section(_("Runs"), _table(heads, rows), base)


def changed(runs: Sequence[Run], vocabulary: Vocabulary, commit_url: str | None, base: str) -> str:
    """Returns what changed between the runs, for the first ones if there are many."""
    if len(runs) < 2:
        return ""
    found = changes_between(runs[:MAX_HELD_AGAINST], vocabulary)
    tables = change_tables(found, TableOptions("", _MAX_CHANGES, commit_url))
    if len(runs) > MAX_HELD_AGAINST:
        tables.insert(0, html.P(first_of(MAX_HELD_AGAINST, len(runs))))
    return section(_("What changed"), tables, base)


def first_of(shown: int, requested: int) -> str:
    """Returns the sentence that only the first runs are shown."""
    return _("The first %(n)s of %(all)s runs are shown.", n=words.count(shown), all=words.count(requested))


def parameters(runs: Sequence[Run], base: str) -> Iterator[str]:
    """Yields the table of all parameters, a column per run, row by row: a hundred runs may have a thousand of them."""
    keys = sorted({key for run in runs for key in run.params})
    most = _MAX_CELLS // len(runs)
    if not keys:
        return
    heads = [html.Th(run.name or run.run_id[:8], scope="col") for run in runs]
    head = html_text(html.Thead(html.Tr([html.Th(""), *heads])), base)
    yield html_text(html.H2(_("Parameters")), base) + f'<div class="table-responsive"><table>{head}<tbody>\n'
    for key in keys[:most]:
        cells = [html.Td(_logged(run.params.get(key))) for run in runs]
        yield html_text(html.Tr([html.Th(html.Code(key), scope="row"), *cells]), base) + "\n"
    yield "</tbody></table></div>\n"
    if len(keys) > most:
        yield html_text(html.P(_("and %(n)s more", n=words.count(len(keys) - most))), base)


def picture(content: bytes, media_type: str, caption: str) -> Iterator[str]:
    """Yields a picture that is embedded in the file."""
    yield f'<figure><img alt="{text(caption)}" src="data:{media_type};base64,'
    yield base64.b64encode(content).decode()
    yield f'"><figcaption>{text(caption)}</figcaption></figure>\n'


def caption_only(caption: str, address: str, base: str) -> str:
    """Returns the caption and link of a video, or of a picture that is not embedded."""
    return f"<figure><figcaption>{html_text(html.A(caption, href=address), base)}</figcaption></figure>\n"


def _logged(value: str | None) -> Any:
    if value is None:
        return words.MISSING
    if len(value) <= _LONGEST:
        return html.Code(value)
    return [html.Code(value[:_LONGEST] + "…"), " ", _("%(n)s characters", n=words.count(len(value)))]


def _moment(moment: datetime | None) -> str:
    return words.MISSING if moment is None else moment_text(moment.timestamp() * 1000)


def _table(heads: Sequence[Any], rows: Sequence[Sequence[Any]]) -> html.Div:
    head = html.Thead(html.Tr([html.Th(name, scope="col") for name in heads]))
    body = html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows])
    return html.Div(html.Table([head, body]), className="table-responsive")
