"""The resolved address of a page: named views and short forms are replaced by their queries."""

from collections.abc import Callable
from typing import NamedTuple

from domain.messages import Reason
from domain.views.addresses import Query
from domain.views.views import View


class ResolvedQuery(NamedTuple):
    """A page's query after resolution; `full` is its text, if that differs from the address.

    `view` is the view that is shown, or, if `is_changed`, from which the page was changed; `default_of` is the
    experiment whose default it is; `failure` is why the address could not be resolved.
    """

    query: Query
    full: str | None = None
    view: View | None = None
    is_changed: bool = False
    default_of: str | None = None
    failure: Reason | None = None


Open = Callable[[Query, bool], ResolvedQuery]
"""Resolves a query; with True, also to an experiment's default view."""


def as_it_is(query: Query, _defaults: bool) -> ResolvedQuery:
    """Returns the query unchanged, for an app without views."""
    return ResolvedQuery(query)
