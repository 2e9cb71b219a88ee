"""Views as tags: their keys, values, and the handling of invalid ones."""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from domain.errors.misfits import misfit_of
from domain.tracking.runs import BadRow
from domain.views.views import StoredDefault, StoredView, View, ViewList, in_order

VIEW_TAG: Final = "clew.view."
DEFAULT_TAG: Final = "clew.view-default."
_ID: Final = re.compile(r"[0-9a-f]{16}")
_LONGEST_SHOWN: Final = 40


def key_of(view_id: str) -> str:
    """Returns the key of a view's tag."""
    return f"{VIEW_TAG}{view_id}"


def default_key_of(experiment: str) -> str:
    """Returns the key of the tag with an experiment's default view; hashed, since its name may be longer than a key."""
    return f"{DEFAULT_TAG}{hashlib.sha256(experiment.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def revision_of(text: str) -> str:
    """Returns a revision that changes with the content of a tag."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def text_of(stored: StoredView | StoredDefault) -> str:
    """Returns the tag's value, without missing fields."""
    return stored.model_dump_json(exclude_none=True, exclude={"id", "revision"})


def view_in(key: str, text: str) -> View:
    """Returns the view in a tag; raises pydantic's `ValidationError`."""
    stored = StoredView.model_validate_json(text).model_dump()
    return View.model_validate({**stored, "id": key.removeprefix(VIEW_TAG), "revision": revision_of(text)})


def views_in(tags: Mapping[str, str]) -> ViewList:
    """Returns the views in these tags; invalid ones are listed among the bad rows."""
    views: dict[str, View] = {}
    defaults: dict[str, str] = {}
    bad: list[BadRow] = []
    for key, text in sorted(tags.items()):
        try:
            if key.startswith(VIEW_TAG):
                view = view_in(key, text)
                views[view.id] = view
            elif key.startswith(DEFAULT_TAG):
                default = StoredDefault.model_validate_json(text)
                defaults[default.experiment] = default.view
        except ValidationError as error:
            field, cause = misfit_of(error)
            bad.append(BadRow(row=key[:_LONGEST_SHOWN], field=field[:_LONGEST_SHOWN], cause=cause))
    kept = {experiment: view for experiment, view in defaults.items() if view in views}
    return ViewList(views=in_order(views), defaults=kept, bad_rows=bad)
