"""The columns that every list of runs can have, with their headings."""

from components.tables import Column
from components.texts import words
from components.texts.language import _
from domain.run_table.column_refs import DECIMALS
from domain.tracking.vocabulary import MetricWord

# Shown only if there are any.
REMARKS = "remarks"
# The default columns of a list.
USUAL = (
    *("name", "run_id", "experiment", "algorithm", "environment", "seed", "started"),
    *("success_percent", "episodes", "status"),
)


# Metric words that have a column of their own.
WORDS: tuple[MetricWord, ...] = (
    *("throughput", "learning_rate", "entropy", "kl", "policy_loss", "value_loss", "exploration_rate", "gradient_norm"),
)


def columns() -> list[Column]:
    """Returns the columns of the run list in their order, with headings in the reader's language."""
    return [
        Column("details", _("Open"), "link"),
        Column("name", _("Name")),
        Column("sample", _("Origin")),
        Column("marks", _("Marks")),
        Column("run_id", _("Run id")),
        Column("experiment", _("Experiment")),
        Column("algorithm", _("Algorithm")),
        Column("environment", _("Environment")),
        Column("seed", _("Seed"), "numeric", DECIMALS["seed"], grouped=False),
        Column("started", _("Started"), "datetime"),
        Column("success_percent", _("Success rate (%)"), "numeric", DECIMALS["success_percent"]),
        Column("episodes", _("Episodes"), "numeric", DECIMALS["episodes"]),
        Column("status", _("Status")),
        Column("final_reward", _("Final reward"), "numeric"),
        Column("final_loss", _("Final loss"), "numeric"),
        Column("episode_length", _("Final episode length"), "numeric", DECIMALS["episode_length"]),
        Column("duration_minutes", _("Duration (min)"), "numeric", DECIMALS["duration_minutes"]),
        Column("silent_minutes", _("No metric for (min)"), "numeric", DECIMALS["silent_minutes"]),
        Column("nested", _("Nested")),
        Column(REMARKS, _("Remarks")),
        Column("user", _("User")),
        Column("source", _("Source")),
        Column("commit", _("Commit")),
        Column("ended", _("Ended"), "datetime"),
        Column("diverged", _("Diverged")),
        Column("read_as", _("Read as")),
        *(Column(word, words.metric_name(word), "numeric") for word in WORDS),
    ]
