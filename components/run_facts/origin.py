"""The origin of a run, among its facts: user, source, commit."""

from typing import Any

from dash import html

from components.run_facts.logged_values import value_text
from components.texts import words
from components.texts.language import _
from domain.run_facts.commit_url import commit_link
from domain.run_facts.provenance import Provenance

_SHORT_COMMIT = 12
_LONGEST = 100


def origin_facts(came: Provenance, commit_url: str | None) -> list[tuple[str, Any]]:
    """Returns names and values of what is known; many tools log none of it."""
    facts: list[tuple[str, Any]] = []
    if came.user:
        facts.append((_("User"), _name(came.user)))
    if came.source or came.entry_point:
        facts.append((_("Source"), _source(came)))
    if came.commit or came.branch:
        facts.append((_("Commit"), _commit(came, commit_url)))
    return facts


def _source(came: Provenance) -> list[Any]:
    content: list[Any] = [words.MISSING if came.source is None else value_text(came.source)]
    if came.entry_point:
        content += [" ", html.Span(_("entry point %(name)s", name=_short(came.entry_point)), className="key")]
    if came.source_type:
        content += [" ", html.Span(_short(came.source_type), className="key")]
    return content


def _commit(came: Provenance, commit_url: str | None) -> list[Any]:
    content = [] if came.commit is None else [commit_text(came.commit, commit_url)]
    if came.branch:
        content += [" ", html.Span(_("on %(branch)s", branch=_short(came.branch)), className="key", title=came.branch)]
    if came.is_dirty:
        content += [" ", html.Span(_("with changes that were not committed"), className="key")]
    return content


def _name(text: str) -> html.Span:
    return html.Span(_short(text), className="run-name", title=text)


def _short(text: str) -> str:
    """Shortens a tag, which may hold thousands of characters, to a line."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def commit_text(commit: str, commit_url: str | None) -> html.A | html.Code:
    """Returns a shortened commit, with its link if there is one; text that cannot be a commit stays as it is."""
    link = commit_link(commit_url, commit)
    short = html.Code(commit[:_SHORT_COMMIT] if link else commit[:64], title=commit[:200])
    return short if link is None else html.A(short, href=link, target="_blank", rel="noopener noreferrer")
