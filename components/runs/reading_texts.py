"""What a page says of runs that are still being read, or that do not come by the way that the operator opened."""

from typing import Any

from components.texts import words
from components.texts.language import _, ngettext
from components.texts.translate import translate
from domain.run_table.table import RunTable
from domain.run_table.table_facts import Progress


def so_far(progress: Progress) -> list[Any]:
    """Returns how many runs of a first reading have come, of how many, where that is known."""
    read = words.count(progress.read)
    if progress.about is None:
        return [ngettext("%(count)s run read so far…", "%(count)s runs read so far…", progress.read, count=read)]
    return [_("%(read)s of about %(about)s runs read…", read=read, about=words.count(progress.about))]


def over_rest(table: RunTable) -> list[Any]:
    """Returns why the runs come over REST, and so more slowly, though MLflow's database was named."""
    cause = table.facts.over_rest
    return [] if cause is None else [" · ", _("over REST, for MLflow's database %(cause)s", cause=translate(cause))]
