"""The removal of Clew's sample runs: the request, its confirmation, and the result."""

import dash
from dash import Input, Output, ctx

from callbacks.access import writer
from callbacks.freshness import RETRY_WAIT_SECONDS
from components import ids
from components.texts.language import _, ngettext
from components.texts.translate import translate
from domain.errors import ClewError, ReadOnly, SignInNeeded
from services.connect import Services


def register(app: dash.Dash, services: Services) -> None:
    """Adds the dialog's callbacks to `app`."""

    @app.callback(
        Output(ids.SAMPLE_DIALOG, "is_open"),
        Input(ids.SAMPLE_REMOVE, "n_clicks"),
        Input(ids.SAMPLE_CANCEL, "n_clicks"),
        prevent_initial_call=True,
    )
    def ask_to_confirm(_remove: int | None, _cancel: int | None) -> bool:
        return bool(ctx.triggered_id == ids.SAMPLE_REMOVE)

    @app.callback(
        Output(ids.SAMPLE_OUTCOME, "children"),
        Input(ids.SAMPLE_CONFIRM, "n_clicks"),
        prevent_initial_call=True,
        running=[(Output(ids.SAMPLE_CONFIRM, "disabled"), True, False)],
    )
    def remove(_confirm: int | None) -> str:
        if not services.settings.embedded:
            return _("This is your own MLflow: Clew removes nothing from it.")
        try:
            writer(services)
            removed = services.samples.remove()
        except (ReadOnly, SignInNeeded) as error:
            return translate(error)
        except ClewError as error:
            return _(
                "Not everything could be removed: %(cause)s. You can try again.", cause=translate(error).rstrip(".。")
            )
        # The reader wants to see the result, which takes a complete reading.
        services.runs.refreshed_view(RETRY_WAIT_SECONDS)
        return ngettext("%(num)s sample run was removed.", "%(num)s sample runs were removed.", removed)
