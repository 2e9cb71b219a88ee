"""What an address led to before the page read it."""

from collections.abc import Callable
from typing import NamedTuple

from domain.messages import Reason
from domain.views.addresses import Query
from domain.views.views import View


class Opened(NamedTuple):
    """A page's query, with what it names in its place; `full` is it as text where that is another than the address's.

    `view` is the view that it shows, or began from where `is_changed`; `default_of` the experiment whose default that
    is; `failure` says why what the address names is not shown.
    """

    query: Query
    full: str | None = None
    view: View | None = None
    is_changed: bool = False
    default_of: str | None = None
    failure: Reason | None = None


Open = Callable[[Query, bool], Opened]
"""Opens a query; with True, also an experiment's default view."""


def as_it_is(query: Query, _defaults: bool) -> Opened:
    """Opens nothing: where an app has no views."""
    return Opened(query)
