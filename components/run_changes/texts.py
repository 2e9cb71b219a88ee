"""The texts of assets/run_edits*.js in the reader's language; {…} are filled in there."""

from components.texts.language import _


def texts() -> dict[str, str]:
    """Returns the texts for one run and for many."""
    return _of_toasts() | _of_page() | _of_many() | _of_trash()


def _of_toasts() -> dict[str, str]:
    return {
        "header": _("Runs"),
        "working": _("Changing run {name}…"),
        "lost": _("Clew does not answer: it is not known whether this was done. Check the run when it is back."),
        "status": _("Clew answered HTTP {status}, so nothing was done. Reload the page and check the run."),
    }


def _of_page() -> dict[str, str]:
    return {
        "title": _("Note and changes"),
        "rename": _("Rename"),
        "name": _("Name"),
        "edit_note": _("Edit the note"),
        "add_note": _("Add a note"),
        "note": _("Note (Markdown)"),
        "edit_tags": _("Edit tags"),
        "tag": _("Tag"),
        "value": _("Value"),
        "add": _("Add"),
        "remove": _("Remove"),
        "save": _("Save"),
        "cancel": _("Cancel"),
        "baseline": _("Mark as baseline"),
        "no_baseline": _("No longer baseline"),
        "archive": _("Archive"),
        "no_archive": _("Unarchive"),
        "delete": _("Delete"),
        "restore": _("Restore"),
        "in_trash": _("This run is in the trash."),
        "history": _("Changes"),
        "no_history": _("This run has not been changed here."),
        "conflict": _("Current content, saved elsewhere:"),
        "again": _("Save again to replace it with yours."),
        "unreachable": _("The run's note and changes cannot be read now."),
        "retry": _("Retry"),
    }


def _of_many() -> dict[str, str]:
    return {
        "many_title": _("Change the selected runs ({n})"),
        "many_hint": _("Empty fields stay unchanged."),
        "many_apply": _("Apply"),
        "take_note": _("Remove the notes"),
        "take_tag": _("Remove this tag"),
        "many_working": _("Runs that are done: {done} of {n}…"),
        "many_stop": _("Stop"),
        "many_done": _("All are done ({n})."),
        "many_stopped": _("Stopped: {done} of {n} are done."),
        "many_failed": _("{done} of {n} are done. Not done: {failed}"),
        "many_delete": _("Delete the selected runs ({n})?"),
        "many_delete_hint": _(
            "They are moved to the trash, each with its child runs, and can be restored. Runs from which an active"
            " model came are kept."
        ),
        "and_more": _("and {n} more"),
    }


def _of_trash() -> dict[str, str]:
    return {
        "trash_empty": _("The trash is empty."),
        "trash_none": _("No run in the trash has this in its name, experiment or user."),
        "trash_cut": _("Only the newest {n} are listed."),
        "trash_unreachable": _("The trash cannot be read now: {cause}"),
        "deleted": _("Deleted"),
        "experiment": _("Experiment"),
        "by": _("By"),
        "models": _("Models made from it"),
        "with_parent": _("went with its parent"),
        "being_purged": _("being removed for good"),
        "restore_named": _("Restore {name}"),
        "tick_named": _("Select {name}"),
        "tick_all": _("Select all found ({n})"),
        "restore_ticked": _("Restore the selected ones ({n})"),
        "loading": _("Loading…"),
    }
