"""The origin of a run: what its tags state about it, and which commits have a link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.run_facts.commit_url import CommitUrl, commit_link, compare_link
from domain.run_facts.provenance import Provenance

TEMPLATE = "https://git.example/team/repo/commit/{commit}"
_URL: TypeAdapter[str | None] = TypeAdapter(CommitUrl)


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example/team/repo",
        "https://{commit}.example/x",
        "https://git.example/{commit}/{commit}",
        "javascript:alert('{commit}')",
        "data:text/html,/{commit}",
        "https:///{commit}",
        "https://user:secret@git.example/{commit}",
        "https://git.example/ {commit}",
        'https://git.example/"onclick=x/{commit}',
        "{commit}",
    ],
)
def test_a_template_that_could_lead_elsewhere_stops_the_start(url: str) -> None:
    with pytest.raises(ValidationError):
        _URL.validate_python(url)


def test_a_template_may_be_missing_or_end_in_a_query() -> None:
    assert _URL.validate_python("") is None
    assert _URL.validate_python("http://git:8080/r?id={commit}#top") == "http://git:8080/r?id={commit}#top"


@given(st.text(max_size=80))
def test_only_hexadecimal_commits_are_linked(commit: str) -> None:
    link = commit_link(TEMPLATE, commit)
    is_commit = 7 <= len(commit) <= 64 and set(commit) <= set("0123456789abcdefABCDEF")
    assert link == (f"https://git.example/team/repo/commit/{commit}" if is_commit else None)


def test_a_comparison_of_commits_is_linked_if_the_template_allows_it() -> None:
    before, after = "a" * 40, "b" * 40
    assert compare_link(TEMPLATE, before, after) == f"https://git.example/team/repo/compare/{before}...{after}"
    assert compare_link("https://git.example/?c={commit}", before, after) is None
    assert compare_link(TEMPLATE, before, "main\nhttps://evil") is None


def test_empty_provenance_tags_are_treated_as_missing() -> None:
    tags = {"mlflow.user": " ", "mlflow.source.git.commit": "abc1234", "mlflow.source.git.dirty": "True"}
    assert Provenance.of(tags) == Provenance(commit="abc1234", is_dirty=True)
