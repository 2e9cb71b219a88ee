"""What the buttons of the models' pages do, once everything has been asked, and what the toast then says of it."""

from collections.abc import Callable

import flask

from components.models import model_change
from components.models.model_change import Outcome, Undo
from components.texts.language import _
from components.texts.translate import translate
from domain.errors import ClewError
from domain.errors.connections import OutcomeUnknown
from services.connect import Services
from services.identity import writing_person


def activate(services: Services, model_id: str) -> Outcome:
    """Makes a model active, in the name of who asks."""
    by = _who_may(services)
    return model_change.activated(services.models.activate(model_id, by=by))


def undo(services: Services, what: Undo) -> Outcome:
    """Makes the former model active again, unless somebody has made another choice since."""
    _who_may(services)  # who may not is told that, and nothing of what is active
    active = services.models.active()
    if active is None or active.id != what.active_id:
        return model_change.not_undone(None if active is None else active.id)
    return activate(services, what.former_id)


def bring_back(services: Services, model_id: str) -> Outcome:
    """Restores a deleted model."""
    _who_may(services)
    return model_change.restored(services.models.restore(model_id).id)


def delete(services: Services, model_id: str) -> Outcome:
    """Deletes a model."""
    _who_may(services)
    services.models.delete(model_id)
    return model_change.deleted(model_id)


def _who_may(services: Services) -> str | None:
    return writing_person(flask.request.headers, flask.request.remote_addr, services.settings)


def outcome_of(work: Callable[[], Outcome]) -> Outcome:
    """What the toast says of the work, whose refusal or failure is an outcome, too."""
    try:
        return work()
    except OutcomeUnknown as error:
        return model_change.refused(
            _("%(cause)s. The list was read again: look there.", cause=translate(error).rstrip(".。"))
        )
    except ClewError as error:
        flask.current_app.logger.info("a model was not changed", extra={"cause": str(error)})
        return model_change.refused(translate(error))
