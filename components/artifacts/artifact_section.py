"""The files of a run on its page: a tree of folders, and next to it a preview of the chosen file.

assets/artifact_*.js fill it; nothing is fetched before it comes near the viewport.
"""

import json

from dash import html

from components import ids
from components.texts.language import _


def artifact_section() -> html.Section:
    """Returns the empty section for a run's files."""
    return html.Section(
        id=ids.RUN_ARTIFACTS, className="artifacts", **{"aria-label": _("Artifacts"), "data-texts": json.dumps(texts())}
    )


def texts() -> dict[str, str]:
    """Returns headings and sentences; the browser fills in `{…}`."""
    return _of_tree() | _of_file() | _of_text() | _of_kinds()


def _of_tree() -> dict[str, str]:
    return {
        "title": _("Artifacts"),
        "find": _("Find in the open folders"),
        "name": _("Name"),
        "size": _("Size"),
        "none": _("This run has no artifacts."),
        "none_at": _(
            "This run has no artifacts that MLflow can see. It keeps them at {root}: if that is a folder of the"
            " machine that trained, they exist only there."
        ),
        "count": _("{n} files and folders"),
        "found": _("{n} of {all} files and folders"),
        "reading": _("Reading…"),
        "empty_folder": _("There is nothing in this folder."),
        "refresh": _("Refresh"),
        "retry": _("Retry"),
        "no_answer": _("Clew does not answer."),
        "folder": _("Folder {name}"),
        "file": _("File {name}, {size}"),
        "choose": _("Choose a file to see it here."),
    }


def _of_file() -> dict[str, str]:
    return {
        "download": _("Download"),
        "copy_link": _("Copy link"),
        "copied": _("Link copied."),
        "not_copied": _("The browser did not allow copying the link; copy it from the address bar."),
        "preview": _("Preview of {name}"),
        "not_played": _("Your browser cannot show this file: it is damaged, or not what its name says. Download it."),
    }


def _of_text() -> dict[str, str]:
    return {
        "first": _("First lines"),
        "last": _("Last lines"),
        "follow": _("Follow"),
        "earlier": _("Earlier lines"),
        "later": _("Later lines"),
        "search": _("Search in the file"),
        "search_back": _("Search from the end"),
        "search_forth": _("Search from the beginning"),
        "search_on": _("Search on"),
        "search_regex": _("Regular expression"),
        "searching": _("Searching… byte {at} of {size}"),
        "stop": _("Stop"),
        "at_byte": _("at {share} of the file"),
        "found_lines": _("{n} lines found."),
        "found_one": _("1 line found."),
        "found_none": _("Nothing found."),
        "searched": _("Searched from byte {from} to byte {to} of {size}."),
        "where": _("Bytes {begins}–{ends} of {size}"),
        "begun_anew": _("The file became shorter and is read again."),
        "lines_of": _("Lines of {name}"),
    }


def _of_kinds() -> dict[str, str]:
    return {
        "no_scripts": _("Scripts in it do not run here. Download it to see what they draw."),
        "pixels": _("{width} × {height} pixels"),
        "figure_of": _("Figure of {name}"),
        "left_out": _("Not drawn here: {kinds}. Download the file to see them."),
        "not_drawn": _("This figure cannot be drawn: it is damaged. Download it."),
        "drawn": _("Drawn from the numbers in the file, without its pictures, links and buttons."),
        "table_of": _("Table of {name}"),
        "rows": _("The first {n} rows."),
        "open_picture": _("Open picture {name}"),
        "rows_of": _("{n} of {all} rows."),
        "columns_of": _("{n} of {all} columns."),
        "inputs": _("Inputs"),
        "outputs": _("Outputs"),
        "weights": _("Stored tensors"),
        "weights_of": _("{n} of {all} stored tensors"),
        "tensor": _("Tensor"),
        "type": _("Type"),
        "shape": _("Shape"),
        "nodes": _("{n} operations, made by {producer}"),
    }
