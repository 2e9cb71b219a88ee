"""References to columns: one text form for addresses, the API, filters, groups and axes."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict

from domain.errors.run_lists.columns import ColumnKeyMissing, ColumnTooLong, ColumnUnknown

KeyedKind = Literal["param", "tag", "metric", "least", "greatest"]
ColumnKind = Literal["built_in", "param", "tag", "metric", "least", "greatest"]
KEYED_KINDS: Final[tuple[KeyedKind, ...]] = get_args(KeyedKind)
BUILT_IN: Final[tuple[str, ...]] = (
    *("name", "run_id", "experiment", "algorithm", "environment", "seed", "started", "success_percent", "episodes"),
    *("status", "final_reward", "final_loss", "episode_length", "duration_minutes", "silent_minutes", "nested"),
    *("remarks", "sample", "marks", "user", "source", "commit", "ended", "diverged"),
    *("read_as", "throughput", "learning_rate", "entropy", "kl", "policy_loss", "value_loss", "exploration_rate"),
    "gradient_norm",
)
"""The columns that every list of runs has, by id."""
DECIMALS: Final[Mapping[str, int]] = {
    **{"seed": 0, "episodes": 0, "silent_minutes": 0},
    **{"success_percent": 1, "episode_length": 1, "duration_minutes": 1},
}
"""The number of decimals of columns where it is fixed."""
# MLflow's keys have 250 characters at most; the kind precedes them.
MAX_CHARACTERS: Final = 300


class ColumnRef(BaseModel):
    """A column: a built-in one by its id, or that of a parameter, tag or metric by its key.

    `metric` is the last value that was logged, `least` and `greatest` are over all points.
    """

    model_config = ConfigDict(frozen=True)

    kind: ColumnKind
    key: str

    @classmethod
    def parse(cls, text: str) -> "ColumnRef":
        """Parses the text form: `name`, `param:lr`, `least:train/loss`; raises BadInput for others.

        Everything after the first colon is the key, unchanged.
        """
        if len(text) > MAX_CHARACTERS:
            raise ColumnTooLong(MAX_CHARACTERS)
        if text in BUILT_IN:
            return cls(kind="built_in", key=text)
        kind, colon, key = text.partition(":")
        found = next((known for known in KEYED_KINDS if known == kind), None)
        if found is None or not colon:
            raise ColumnUnknown(text)
        if not key:
            raise ColumnKeyMissing(text)
        return cls(kind=found, key=key)

    def __str__(self) -> str:
        return self.key if self.kind == "built_in" else f"{self.kind}:{self.key}"
