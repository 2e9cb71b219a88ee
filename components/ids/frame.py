"""The ids of what every page has: the frame, changes of models, named views, tables."""

# Frame: on every page
ERRORS = "frame-errors"
# Changes of models: what came of each, and the dialog that asks first
CHANGES = "changes"
CHANGE_DIALOG = "change-dialog"
CHANGE_TITLE = "change-title"
CHANGE_QUESTION = "change-question"
CHANGE_CANCEL = "change-cancel"
CHANGE_CONFIRM = "change-confirm"

# Named views: what the address led to, and the menu
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
    """Returns the id of how many rows a table's filters leave."""
    return f"{table}-shown"


def filter_misfits(table: str) -> str:
    """Returns the id of what a table's filters do not understand."""
    return f"{table}-misfits"
