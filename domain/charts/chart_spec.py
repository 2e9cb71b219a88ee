"""What a chart shows: one metric or several, each by a metric word that tools name differently, or by its key."""

import json
from collections.abc import Container
from functools import cached_property, lru_cache
from typing import Annotated, Any, Final, Literal, NamedTuple, Self, cast, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from domain.errors.charts.specs import ChartUnreadable, NoSuchWord
from domain.tracking.vocabulary import MetricWord, Vocabulary

# Nobody can tell more lines of different meaning apart.
MAX_SUBJECTS: Final = 20
LONGEST_TEXT: Final = 8_000
WORD_SIGN: Final = "@"
_WORDS: Final = frozenset(get_args(MetricWord))


class Subject(NamedTuple):
    """A metric: the key each tool uses for `word`, or the logged `key` where `word` is None."""

    word: MetricWord | None
    key: str = ""

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """Parses `@reward` as a word, `@@reward` as a key that begins with @; raises BadInput."""
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
        """Formats the subject as text that `parse` reads."""
        if self.word is not None:
            return WORD_SIGN + self.word
        return WORD_SIGN + self.key if self.key.startswith(WORD_SIGN) else self.key

    def key_in(self, logged: Container[str], vocabulary: Vocabulary) -> str | None:
        """Returns the key of this metric among the `logged` ones of a run; None where it is not logged."""
        if self.word is not None:
            return vocabulary.metric_key(self.word, logged)
        return self.key if self.key in logged else None

    def scale(self, key: str, vocabulary: Vocabulary) -> float | None:
        """Returns the logged value that equals a rate of 1 under `key`.

        None if it is no rate, and for a subject given by its key, which is drawn as logged.
        """
        return None if self.word is None else vocabulary.scale(key)

    def factor(self, key: str, vocabulary: Vocabulary) -> float:
        """Returns the factor for drawing the metric `key`; 1 for a subject given by its key."""
        return 1.0 if self.word is None else vocabulary.factor(key)


def _readable(subjects: Any) -> Any:
    for subject in subjects if isinstance(subjects, list | tuple) else ():
        if isinstance(subject, str):
            Subject.parse(subject)
    return subjects


Subjects = Annotated[tuple[str, ...], BeforeValidator(_readable), Field(min_length=1, max_length=MAX_SUBJECTS)]


class ChartSpec(BaseModel):
    """A chart of some subjects with its own y scale and range; None uses the page's scale or the data's range."""

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
        """The parsed subjects."""
        return tuple(map(Subject.parse, self.subjects))

    @classmethod
    def of_word(cls, word: MetricWord) -> "ChartSpec":
        """Returns the chart of one word, as presets use it."""
        return cls(subjects=(str(Subject(word)),))

    @classmethod
    def parse(cls, text: str) -> "ChartSpec":
        """Parses the text that `str` writes: a single subject, or JSON; raises BadInput."""
        return _parsed(text)

    def __str__(self) -> str:
        """Formats the chart as the shortest text that `parse` reads."""
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
    """The JSON form of a chart."""

    model_config = ConfigDict(extra="forbid", strict=True)

    m: list[str]
    log: bool | None = None
    y: tuple[float | None, float | None] = (None, None)
    wide: bool = False


@lru_cache(maxsize=4_096)  # a page of three hundred charts parses the same texts repeatedly
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
