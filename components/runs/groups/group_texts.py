"""Texts of grouping keys."""

from components.charts.names import shortened
from components.texts.language import _
from domain.grouping.group_ref import ALL_RUNS, GroupRef
from domain.grouping.run_specific import RunSpecific
from domain.grouping.suggestions import NAME_WITHOUT_NUMBER


def ref_name(ref: GroupRef) -> str:
    """Returns the displayed name of a grouping key."""
    if ref.kind == "name":
        return _("the name") if ref.key == NAME_WITHOUT_NUMBER else _("the name by %(pattern)s", pattern=ref.key)
    if ref.kind == "tag":
        return _("tag %(name)s", name=shortened(ref.key))
    known = {
        "experiment": _("Experiment"),
        "algorithm": _("Algorithm"),
        "environment": _("Environment"),
        "user": _("User"),
        "source": _("Source"),
        "commit": _("Commit"),
        ALL_RUNS: _("all runs"),
    }
    return known[ref.key] if ref.kind == "built_in" else shortened(ref.key)


def run_specific_text(reason: RunSpecific) -> str:
    """Returns why a parameter is ignored."""
    return {
        RunSpecific.SEED: _("seeds"),
        RunSpecific.PATH: _("paths"),
        RunSpecific.ID: _("ids"),
        RunSpecific.TIME: _("times"),
        RunSpecific.OWN: _("each run has its own"),
    }[reason]
