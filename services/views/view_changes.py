"""Users' changes of views: saved, overwritten, renamed, deleted, made the default of an experiment.

MLflow does not compare before it writes. So the revision that a page knew is compared just before a write, and the view
is read just after it: if two users change one view at the same moment, the one who was overwritten is notified.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from domain.errors import ClewError
from domain.errors.connections import OutcomeUnknown
from domain.errors.views.records import (
    AddressTooLong,
    NoSuchView,
    ViewChangedMeanwhile,
    ViewDeletedMeanwhile,
    ViewNameTaken,
    ViewOverwritten,
    ViewsFull,
)
from domain.views.addresses import MAX_CHARACTERS, normalised
from domain.views.changes import ViewOutcome, ViewRequest, ViewResult, ViewVerb
from domain.views.views import MAX_VIEWS, StoredDefault, StoredView, View, ViewList, experiment_of
from mlflow_api.views import MAX_CHARACTERS as MAX_IN_A_TAG
from mlflow_api.views import MlflowViews
from services.sharing.version_token import VersionToken
from services.views.address_store import AddressStore
from services.views.view_tags import VIEW_TAG, default_key_of, key_of, text_of, view_in, views_in

log = logging.getLogger(__name__)
_Done: Final = ViewOutcome.DONE


class _Stored(NamedTuple):
    """MLflow's tags, and the views in them."""

    tags: dict[str, str]
    views: ViewList

    @property
    def how_many(self) -> int:
        """The number of views, including those that cannot be read."""
        return sum(1 for key in self.tags if key.startswith(VIEW_TAG))


class ViewChanges:
    """Changes the views of one MLflow; `token` notifies the workers of this host."""

    def __init__(
        self,
        mlflow: MlflowViews,
        addresses: AddressStore,
        token: VersionToken,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._mlflow = mlflow
        self._addresses = addresses
        self._token = token
        self._now = now

    def make(self, request: ViewRequest, by: str | None) -> ViewResult:
        """Executes a request in the name of `by`; every failure of MLflow and every refusal is a result."""
        try:
            return self._made(request, by)
        except OutcomeUnknown as error:
            log.warning("whether a view was changed is not known", extra={"cause": str(error)})
            return ViewResult(outcome=ViewOutcome.NOT_KNOWN, cause=error)
        except ClewError as error:
            log.info("a view was not changed", extra={"cause": str(error)})
            return ViewResult(outcome=ViewOutcome.REFUSED, cause=error)
        finally:
            self._token.renew()

    def _made(self, request: ViewRequest, by: str | None) -> ViewResult:
        stored = _stored(self._mlflow.tags())
        match request.verb:
            case ViewVerb.SAVE:
                return self._saved(request, by, stored)
            case ViewVerb.REPLACE | ViewVerb.RENAME:
                return self._changed(request, by, stored)
            case ViewVerb.DELETE:
                return self._deleted(request, stored)
            case ViewVerb.SET_DEFAULT | ViewVerb.UNSET_DEFAULT:
                return self._default(request, by, stored)

    def _saved(self, request: ViewRequest, by: str | None, stored: _Stored) -> ViewResult:
        name, query = str(request.name), normalised(request.query or "")
        there = stored.views.get(request.id)
        if there is not None:  # the request was repeated
            return ViewResult(outcome=_Done, view=there)
        same = stored.views.named(name)
        if same is not None:
            return ViewResult(outcome=ViewOutcome.ASKED, view=same)
        if stored.how_many >= MAX_VIEWS:
            raise ViewsFull(MAX_VIEWS)
        view = StoredView(name=name, query=query, by=by, at=self._now(), experiment=experiment_of(query))
        return self._written(request.id, view)

    def _changed(self, request: ViewRequest, by: str | None, stored: _Stored) -> ViewResult:
        """Changes the name or the query; other fields, also of later versions, are kept."""
        view = _as_known(request, stored)
        change: dict[str, object] = {"by": by, "at": self._now()}
        if request.verb is ViewVerb.RENAME:
            same = stored.views.named(str(request.name))
            if same is not None and same.id != view.id:
                raise ViewNameTaken(same.name)
            change = {"name": request.name}
        else:
            query = normalised(request.query or "")
            change |= {"query": query, "link": None, "experiment": experiment_of(query)}
        return self._written(view.id, view.model_copy(update=change))

    def _written(self, view_id: str, view: StoredView) -> ViewResult:
        """Writes the view, and checks that it is what is stored then."""
        text = text_of(self._fitting(view))
        self._mlflow.tag(key_of(view_id), text)
        there = self._mlflow.tags().get(key_of(view_id))
        if there is None:
            raise ViewDeletedMeanwhile
        if there != text:
            raise ViewOverwritten
        return ViewResult(outcome=_Done, view=view_in(key_of(view_id), text))

    def _fitting(self, view: StoredView) -> StoredView:
        """Replaces a query that is too long for a tag by a short form."""
        if view.query is not None and len(view.query) > MAX_CHARACTERS:
            raise AddressTooLong(MAX_CHARACTERS)
        if view.query is None or len(text_of(view)) <= MAX_IN_A_TAG:
            return view
        return view.model_copy(update={"query": None, "link": self._addresses.keep(view.query)})

    def _deleted(self, request: ViewRequest, stored: _Stored) -> ViewResult:
        if stored.views.get(request.id) is None and key_of(request.id) not in stored.tags:
            return ViewResult(outcome=_Done)  # by another user, or by this request before: it is deleted
        view = _as_known(request, stored)
        if not request.is_confirmed:
            return ViewResult(outcome=ViewOutcome.ASKED, view=view)
        for experiment in stored.views.opens(view.id):
            self._mlflow.untag(default_key_of(experiment))
        self._mlflow.untag(key_of(view.id))
        return ViewResult(outcome=_Done, view=view)

    def _default(self, request: ViewRequest, by: str | None, stored: _Stored) -> ViewResult:
        view = stored.views.get(request.id)
        if view is None:
            raise NoSuchView
        experiment = str(request.experiment)
        if request.verb is ViewVerb.SET_DEFAULT:
            default = StoredDefault(experiment=experiment, view=view.id, by=by, at=self._now())
            self._mlflow.tag(default_key_of(experiment), text_of(default))
        elif stored.views.defaults.get(experiment) == view.id:  # another view may be the default by now
            self._mlflow.untag(default_key_of(experiment))
        return ViewResult(outcome=_Done, view=view)


def _stored(tags: dict[str, str]) -> _Stored:
    return _Stored(tags, views_in(tags))


def _as_known(request: ViewRequest, stored: _Stored) -> View:
    """Returns the requested view, if its revision is the one the page knew."""
    view = stored.views.get(request.id)
    if view is None:
        raise ViewDeletedMeanwhile
    if view.revision != request.revision:
        raise ViewChangedMeanwhile
    return view
