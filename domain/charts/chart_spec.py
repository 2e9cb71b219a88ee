"""What a chart is of: one metric or several, each by a word that tools name differently, or by its key as logged."""

import json
from collections.abc import Container
from functools import cached_property, lru_cache
from typing import Annotated, Any, Final, Literal, NamedTuple, Self, cast, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from domain.errors.charts.specs import ChartUnreadable, NoSuchWord
from domain.tracking.vocabulary import MetricWord, Vocabulary

# More lines of different meaning on one chart nobody tells apart.
MOST_SUBJECTS: Final = 20
LONGEST_TEXT: Final = 8_000
WORD_SIGN: Final = "@"
_WORDS: Final = frozenset(get_args(MetricWord))


class Subject(NamedTuple):
    """A metric: what each run's tool calls the `word`, or, where that is None, what was logged as `key`."""

    word: MetricWord | None
    key: str = ""

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """Reads `@reward` as a word, `@@reward` as the key that begins with the sign; raises BadInput."""
        if not text:
            raise ChartUnreadable
        if not text.startswith(WORD_SIGN):
            return cls(None, text)
        named = text.removeprefix(WORD_SIGN)
        if named.startswith(WORD_SIGN):
            return cls(None, named)
        if named not in _WORDS:
            raise NoSuchWord(named)
        return cls(cast(MetricWord, named))

    def __str__(self) -> str:
        """Returns the text that `parse` reads."""
        if self.word is not None:
            return WORD_SIGN + self.word
        return WORD_SIGN + self.key if self.key.startswith(WORD_SIGN) else self.key

    def key_in(self, logged: Container[str], vocabulary: Vocabulary) -> str | None:
        """Returns the key under which a run that `logged` these has it; None where it has not."""
        if self.word is not None:
            return vocabulary.metric_key(self.word, logged)
        return self.key if self.key in logged else None

    def scale(self, key: str, vocabulary: Vocabulary) -> float | None:
        """Returns what a rate of 1 is logged as under `key`.

        None for no rate, and for a key, which is drawn as logged.
        """
        return None if self.word is None else vocabulary.scale(key)

    def factor(self, key: str, vocabulary: Vocabulary) -> float:
        """Returns what the metric `key` is multiplied by to be drawn; 1 for a key, which is drawn as logged."""
        return 1.0 if self.word is None else vocabulary.factor(key)


def _readable(subjects: Any) -> Any:
    for subject in subjects if isinstance(subjects, list | tuple) else ():
        if isinstance(subject, str):
            Subject.parse(subject)
    return subjects


Subjects = Annotated[tuple[str, ...], BeforeValidator(_readable), Field(min_length=1, max_length=MOST_SUBJECTS)]


class ChartSpec(BaseModel):
    """A chart of some subjects, with a y scale and a range of its own; None is what the page or the values say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subjects: Subjects
    scale: Literal["linear", "log"] | None = None
    y_from: FiniteFloat | None = None
    y_to: FiniteFloat | None = None
    size: Literal["small", "wide"] = "small"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if len(set(self.subjects)) < len(self.subjects):
            raise ValueError("a subject is named twice")
        if self.y_from is not None and self.y_to is not None and self.y_from >= self.y_to:
            raise ValueError("the range of y is empty")
        return self

    @cached_property
    def of(self) -> tuple[Subject, ...]:
        """The subjects as they were meant."""
        return tuple(map(Subject.parse, self.subjects))

    @classmethod
    def of_word(cls, word: MetricWord) -> "ChartSpec":
        """Returns the chart of one word, as a preset has it."""
        return cls(subjects=(str(Subject(word)),))

    @classmethod
    def parse(cls, text: str) -> "ChartSpec":
        """Reads what `str` writes: a subject alone, or JSON; raises BadInput."""
        return _parsed(text)

    def __str__(self) -> str:
        """Returns the shortest text that `parse` reads as this chart."""
        [first, *others] = self.subjects
        is_plain = not others and self == ChartSpec(subjects=self.subjects)
        if is_plain and not first.startswith("{"):
            return first
        query: dict[str, Any] = {"m": list(self.subjects)}
        if self.scale is not None:
            query["log"] = self.scale == "log"
        if (self.y_from, self.y_to) != (None, None):
            query["y"] = [self.y_from, self.y_to]
        if self.size == "wide":
            query["wide"] = True
        return json.dumps(query, ensure_ascii=False, separators=(",", ":"))


class _Written(BaseModel):
    """The JSON form."""

    model_config = ConfigDict(extra="forbid", strict=True)

    m: list[str]
    log: bool | None = None
    y: tuple[float | None, float | None] = (None, None)
    wide: bool = False


@lru_cache(maxsize=4_096)  # a page of three hundred charts asks with the same texts over and over
def _parsed(text: str) -> ChartSpec:
    if len(text) > LONGEST_TEXT:
        raise ChartUnreadable
    if not text.startswith("{"):
        return ChartSpec(subjects=(text,))
    try:
        written = _Written.model_validate_json(text)
        return ChartSpec(
            subjects=tuple(written.m),
            scale=None if written.log is None else "log" if written.log else "linear",
            y_from=written.y[0],
            y_to=written.y[1],
            size="wide" if written.wide else "small",
        )
    except ValidationError as error:
        raise ChartUnreadable from error
