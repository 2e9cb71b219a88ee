"""The ids that every page has: the frame, changes of models, named views, tables."""

# Frame: on every page
ERRORS = "frame-errors"
# Changes of models: the result of each, and the confirmation dialog
CHANGES = "changes"
CHANGE_DIALOG = "change-dialog"
CHANGE_TITLE = "change-title"
CHANGE_QUESTION = "change-question"
CHANGE_CANCEL = "change-cancel"
CHANGE_CONFIRM = "change-confirm"

# Named views: what the address opened, and the menu
OPENED_ADDRESS = "address-opened"
NOT_OPENED = "address-not-opened"
OPENED_VIEW = "view-opened"
VIEWS_BUTTON = "views-button"
VIEWS_PANEL = "views-panel"
VIEWS_TITLE = "views-title"
VIEWS_CLOSE = "views-close"
VIEWS_NOTE = "views-note"
VIEWS_NAME = "views-name"
VIEWS_SAVE = "views-save"
VIEWS_SAVE_CHANGES = "views-save-changes"
VIEWS_SEARCH = "views-search"
VIEWS_LIST = "views-list"


def rows_shown(table: str) -> str:
    """Returns the id of the number of rows that remain after a table's filters."""
    return f"{table}-shown"


def filter_misfits(table: str) -> str:
    """Returns the id of the message about invalid filters of a table."""
    return f"{table}-misfits"
