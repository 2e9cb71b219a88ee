"""What runs can be grouped by, as written in addresses: `param:lr`, `tag:team`, `experiment`, `name:<regex>`."""

from functools import lru_cache
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict

from domain.errors.grouping.group_refs import GroupRefUnknown
from domain.grouping.name_pattern import name_pattern
from domain.tracking.runs import Run
from domain.tracking.vocabulary import ParameterWord, Vocabulary

Kind = Literal["built_in", "param", "tag", "name"]
ALL_RUNS: Final = "all"
"""The grouping that puts all runs into one group."""
_OF_A_TAG: Final = {"user": "mlflow.user", "source": "mlflow.source.name", "commit": "mlflow.source.git.commit"}
_OF_A_WORD: Final[dict[str, ParameterWord]] = {"algorithm": "algorithm", "environment": "environment"}
BUILT_IN: Final = ("experiment", *_OF_A_WORD, *_OF_A_TAG, ALL_RUNS)


class GroupRef(BaseModel):
    """An attribute to group by: a parameter, a tag, a pattern in the name, or one of `BUILT_IN`, given by `key`."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    key: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parses a ref; raises GroupRefUnknown, NamePatternInvalid, NamePatternTooLong."""
        kind, colon, key = text.partition(":")
        if text in BUILT_IN:
            return cls(kind="built_in", key=text)
        if not colon or kind not in ("param", "tag", "name") or not key:
            raise GroupRefUnknown(ref=text)
        if kind == "name":
            name_pattern(key)
        return cls(kind=kind, key=key)

    def __str__(self) -> str:
        return self.key if self.kind == "built_in" else f"{self.kind}:{self.key}"

    def value(self, run: Run, vocabulary: Vocabulary) -> str | None:
        """Returns the run's value, as logged; None if it has none, which forms a group, too."""
        if self.kind == "param":
            return run.params.get(self.key)
        if self.kind == "tag":
            return run.tags.get(self.key)
        if self.kind == "name":
            return name_pattern(self.key).value(run.name)
        return self._built_in(run, vocabulary)

    def _built_in(self, run: Run, vocabulary: Vocabulary) -> str | None:
        if self.key in _OF_A_WORD:
            return run.parameter(_OF_A_WORD[self.key], vocabulary)
        if self.key in _OF_A_TAG:
            return run.tags.get(_OF_A_TAG[self.key])
        return run.experiment if self.key == "experiment" else None

    def is_self_explanatory(self, vocabulary: Vocabulary) -> bool:
        """Returns whether a value is clear without its key: `ppo`, not `0.1`."""
        if self.kind == "param":
            return any(self.key in vocabulary.parameters[word] for word in _OF_A_WORD.values())
        return self.kind == "name" or self.key in ("experiment", *_OF_A_WORD)


@lru_cache(4096)
def group_ref(text: str) -> GroupRef:
    """Parses a ref, cached; raises as GroupRef.parse does."""
    return GroupRef.parse(text)
