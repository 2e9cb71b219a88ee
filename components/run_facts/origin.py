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


def origin_facts(provenance: Provenance, commit_url: str | None) -> list[tuple[str, Any]]:
    """Returns names and values of what is known; many tools log none of it."""
    facts: list[tuple[str, Any]] = []
    if provenance.user:
        facts.append((_("User"), _name(provenance.user)))
    if provenance.source or provenance.entry_point:
        facts.append((_("Source"), _source(provenance)))
    if provenance.commit or provenance.branch:
        facts.append((_("Commit"), _commit(provenance, commit_url)))
    return facts


def _source(provenance: Provenance) -> list[Any]:
    content: list[Any] = [words.MISSING if provenance.source is None else value_text(provenance.source)]
    if provenance.entry_point:
        content += [" ", html.Span(_("entry point %(name)s", name=_short(provenance.entry_point)), className="key")]
    if provenance.source_type:
        content += [" ", html.Span(_short(provenance.source_type), className="key")]
    return content


def _commit(provenance: Provenance, commit_url: str | None) -> list[Any]:
    content = [] if provenance.commit is None else [commit_text(provenance.commit, commit_url)]
    if provenance.branch:
        content += [
            " ",
            html.Span(_("on %(branch)s", branch=_short(provenance.branch)), className="key", title=provenance.branch),
        ]
    if provenance.is_dirty:
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
