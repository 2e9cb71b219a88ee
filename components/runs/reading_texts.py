"""Sentences about runs that are still being read, or that are read over REST although a database is configured."""

from typing import Any

from components.texts import words
from components.texts.language import _, ngettext
from components.texts.translate import translate
from domain.run_table.table import RunTable
from domain.run_table.table_facts import Progress


def so_far(progress: Progress) -> list[Any]:
    """Returns how many runs the first reading has fetched so far, out of how many if that is known."""
    read = words.count(progress.read)
    if progress.about is None:
        return [ngettext("%(count)s run read so far…", "%(count)s runs read so far…", progress.read, count=read)]
    return [_("%(read)s of about %(about)s runs read…", read=read, about=words.count(progress.about))]


def over_rest(table: RunTable) -> list[Any]:
    """Returns why runs are read over REST, which is slower, although MLflow's database is configured."""
    cause = table.facts.over_rest
    return [] if cause is None else [" · ", _("over REST, for MLflow's database %(cause)s", cause=translate(cause))]
