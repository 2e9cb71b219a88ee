"""Resolves an address: a short form, a named view or an experiment's default is replaced by its query."""

from typing import NamedTuple

from domain.errors import ClewError
from domain.errors.views.records import NoSuchView
from domain.messages import Reason
from domain.views.addresses import (
    EXPERIMENT,
    NO_PART_OF_A_VIEW,
    NO_VIEW,
    OF_THE_READER,
    SHORT,
    VIEW,
    Query,
    first,
    parsed,
    with_own,
)
from domain.views.opening import ResolvedQuery
from domain.views.views import View
from services.views.address_store import AddressStore
from services.views.view_store import ViewStore


class _SplitQuery(NamedTuple):
    """A query, split into its own parameters, the user's own ones, and the names of other addresses."""

    own: Query
    readers: Query
    short: str | None
    view_id: str | None

    @classmethod
    def of(cls, query: Query) -> "_SplitQuery":
        own = {name: value for name, value in query.items() if name not in NO_PART_OF_A_VIEW}
        readers = {name: value for name, value in query.items() if name in OF_THE_READER}
        view_id = first(query, VIEW)
        return cls(own, readers, first(query, SHORT), None if view_id == NO_VIEW else view_id)

    def opened(self, base: str, own: Query, view: View | None = None, default_of: str | None = None) -> ResolvedQuery:
        """Returns the query `base`, in which the address's own parameters replace those of the same names."""
        return ResolvedQuery({**parsed(base), **own, **self.readers}, with_own(base, own), view, False, default_of)

    def not_opened(self, failure: Reason) -> ResolvedQuery:
        """Returns the address's own parameters, with the failure."""
        return ResolvedQuery({**self.own, **self.readers}, failure=failure)


class ViewOpener:
    """Opens the addresses of one MLflow; a page waits at most `patience_seconds` for a view that is not known yet."""

    def __init__(self, views: ViewStore, addresses: AddressStore, patience_seconds: float) -> None:
        self._views = views
        self._addresses = addresses
        self._patience_seconds = patience_seconds

    def open(self, query: Query, defaults: bool) -> ResolvedQuery:
        """Resolves a query; with `defaults`, also to an experiment's default view."""
        split = _SplitQuery.of(query)
        try:
            if split.short is not None:
                return self._original_view(split, split.opened(self._addresses.expand(split.short), split.own))
            if split.view_id is not None:
                return self._named(split, split.view_id)
        except ClewError as error:
            return split.not_opened(error)
        if defaults and set(split.own) == {EXPERIMENT} and VIEW not in query:
            return self._default(split)
        return ResolvedQuery({**split.own, **split.readers})

    def _named(self, split: _SplitQuery, view_id: str) -> ResolvedQuery:
        if split.own:  # the view was changed, and the address contains the complete state
            return self._original_view(split, ResolvedQuery({**split.own, **split.readers}))
        view = self._views.find(view_id, self._patience_seconds)
        if view is None:
            failure = self._views.view().failure
            return split.not_opened(NoSuchView() if failure is None else failure.whole)
        return split.opened(self._views.query_of(view), {}, view)

    def _original_view(self, split: _SplitQuery, opened: ResolvedQuery) -> ResolvedQuery:
        """Returns the original view before its changes, if it is known."""
        views = None if split.view_id is None else self._views.view().views
        view = None if views is None else views.get(split.view_id or "")
        return opened._replace(view=view, is_changed=view is not None)

    def _default(self, split: _SplitQuery) -> ResolvedQuery:
        experiment = first(split.own, EXPERIMENT) or ""
        views = self._views.view(self._patience_seconds).views
        view = None if views is None else views.default_of(experiment)
        if view is None:
            return ResolvedQuery({**split.own, **split.readers})
        try:
            return split.opened(self._views.query_of(view), split.own, view, experiment)
        except ClewError as error:
            return split.not_opened(error)
