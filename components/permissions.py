"""What the reader of this request may not do, and buttons that explain it.

Each app stores the permissions in `flask.g`.
"""

from collections.abc import Mapping
from typing import Any, Final

import flask
from dash import html

from components.texts.translate import translate
from domain.access.rules import Access
from domain.errors import ClewError

_IN_A_ROW: Final = "d-flex flex-wrap gap-2"


def refusal_of(access: Access) -> ClewError | None:
    """Returns why the reader would be refused; None if allowed, or outside a request."""
    noted: Mapping[Access, ClewError | None] = flask.g.get("refusals", {}) if flask.has_request_context() else {}
    return noted.get(access)


def disabled_unless_allowed(
    access: Access, buttons: list[Any], note: str, class_name: str | None = _IN_A_ROW
) -> html.Fieldset:
    """Disables all of these buttons if the reader would be refused; `note` is the id of `reason`.

    The enclosing fieldset disables them no matter what callbacks set on each button.
    """
    error = refusal_of(access)
    if error is None:
        return html.Fieldset(buttons, className=class_name)
    return html.Fieldset(
        buttons, disabled=True, title=translate(error), className=class_name, **{"aria-describedby": note}
    )


def reason(access: Access, note: str) -> html.P | None:
    """Returns why those buttons are disabled; None if they are not."""
    error = refusal_of(access)
    return None if error is None else html.P(translate(error), id=note, className="small text-body-secondary mt-1 mb-2")
