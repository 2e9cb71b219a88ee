"""The web page of a commit, by the team's setting COMMIT_URL.

The commit is an untrusted tag: only valid hashes become part of an address.
"""

import re
from typing import Annotated, Final
from urllib.parse import quote

from pydantic import AfterValidator, BeforeValidator

from domain.addresses import credentials_in, is_sound

PLACE: Final = "{commit}"
_SAMPLE: Final = "0" * 40
# From git's shortest form to SHA-256.
_COMMIT: Final = re.compile(r"[0-9a-fA-F]{7,64}")
_WRITTEN: Final = re.compile(r"[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%\[\]]+")
_ONE_COMMIT: Final = re.compile(r"/commit/\{commit\}$")


def _being_a_template(url: str | None) -> str | None:
    if url is None:
        return None
    if url.count(PLACE) != 1 or not _is_address(url.replace(PLACE, _SAMPLE)):
        raise ValueError(
            "should be an address with {commit} in it, such as https://git.example/team/repo/commit/{commit}"
        )
    if credentials_in(url):
        raise ValueError("should be an address without a password: every reader's browser gets it")
    return url


def _is_address(url: str) -> bool:
    host, _, path = url.partition("://")[2].partition("/")
    # Not in the host name: there, a tag would choose the site that a link opens.
    is_behind = _SAMPLE in path and _SAMPLE not in host
    return is_behind and is_sound(url, ("http", "https")) and _WRITTEN.fullmatch(url) is not None


CommitUrl = Annotated[str | None, BeforeValidator(lambda url: url or None), AfterValidator(_being_a_template)]


def commit_link(template: str | None, commit: str | None) -> str | None:
    """Returns the address of a commit; None without a template, and for an invalid hash."""
    if template is None or commit is None or not _COMMIT.fullmatch(commit):
        return None
    return template.replace(PLACE, quote(commit, safe=""))


def compare_link(template: str | None, before: str | None, after: str | None) -> str | None:
    """Returns the address of the comparison of two commits, if the template has the usual form.

    GitHub, GitLab, Gitea and Forgejo all have `…/compare/a...b` next to `…/commit/a`.
    """
    if template is None or before is None or after is None or not _ONE_COMMIT.search(template):
        return None
    if not (_COMMIT.fullmatch(before) and _COMMIT.fullmatch(after)):
        return None
    return _ONE_COMMIT.sub(f"/compare/{before}...{after}", template)
