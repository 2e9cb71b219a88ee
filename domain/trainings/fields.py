"""The fields of a form that starts a training: their labels, types and limits.

Built-in trainers derive them from their requests' pydantic types (`fields_of`), a team's own come from TRAININGS_FILE.
`model_of` builds the type that validates the values, for the form and for the scheduler.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from domain.errors import BadInput
from domain.errors.trainings.requests import TooManySeeds
from domain.trainings.seeds import read_seeds

# Pydantic's texts for these validators' errors; domain/errors/misfits.py has the translations, by type.
SEEDS_UNREADABLE: Final = "contains no seeds; enter 7, or 1-5, or 1, 3, 10-12"
TOO_MANY_SEEDS: Final = "has more than {most} seeds, the maximum at a time"
LIKE_AN_OPTION: Final = "should not begin with “-”: a program would take it for an option"
NOT_PRINTABLE: Final = "should have no line breaks and no control characters"
LIKE_A_PATH: Final = "should not be a path: “/”, “\\” and “..” are not allowed"

Value = str | int | float | bool
Values = Mapping[str, Value]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
RESERVED: Final = frozenset({"trainer", "request_id"})
"""Fields of a request besides the form's, whose names a form's field cannot have."""


class _FormField(BaseModel):
    """Common to all fields. `shown_for` names another field, and its values for which this one is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: FieldName
    label: str = Field("", max_length=80)
    help: str = Field("", max_length=500)
    unit: str = Field("", max_length=20)
    section: str = Field("", max_length=80)
    shown_for: dict[str, tuple[str, ...]] = {}

    def is_for(self, values: Mapping[str, object]) -> bool:
        """Returns whether a request with these values has this field."""
        return all(values.get(name) in wanted for name, wanted in self.shown_for.items())


class ChoiceField(_FormField):
    """One of several texts."""

    kind: Literal["choice"] = "choice"
    options: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(min_length=1, max_length=200)
    default: str | None = None

    @property
    def type(self) -> Any:
        """The type by which pydantic validates a value."""
        return Literal[self.options]


class IntegerField(_FormField):
    """An integer."""

    kind: Literal["integer"] = "integer"
    default: int | None = None
    least: int = -(2**53)
    most: int = 2**53

    @property
    def type(self) -> Any:
        """The type by which pydantic validates a value."""
        return Annotated[int, BeforeValidator(_no_switch), Field(ge=self.least, le=self.most)]


class FloatField(_FormField):
    """A number; above `above` or from `least` on, below `below` or up to `most`."""

    kind: Literal["float"] = "float"
    default: float | None = None
    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None

    @property
    def type(self) -> Any:
        """The type by which pydantic validates a value."""
        number = Annotated[float, BeforeValidator(_no_switch)]
        return Annotated[number, Field(ge=self.least, le=self.most, gt=self.above, lt=self.below, allow_inf_nan=False)]


class SwitchField(_FormField):
    """Yes or no."""

    kind: Literal["switch"] = "switch"
    default: bool = False
    type: Any = Field(bool, exclude=True, repr=False)


class TextField(_FormField):
    """A text that cannot be an option of a program or, unless `may_be_path`, a path; not limited to `suggestions`."""

    kind: Literal["text"] = "text"
    default: str | None = None
    pattern: str | None = None
    longest: int = Field(200, ge=1, le=2000)
    may_be_path: bool = False
    suggestions: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field((), max_length=2000)

    @model_validator(mode="after")
    def _has_a_pattern(self) -> Self:
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            raise ValueError(f"pattern: {error}") from error
        return self

    @property
    def type(self) -> Any:
        """The type by which pydantic validates a value."""
        whole = None if self.pattern is None else f"^(?:{self.pattern})$"
        checked = Annotated[
            str, Field(min_length=1, max_length=self.longest, pattern=whole), AfterValidator(_no_option)
        ]
        return checked if self.may_be_path else Annotated[checked, AfterValidator(_no_path)]


class SeedsField(_FormField):
    """Several seeds, "1-5": each makes a separate run, whose program gets one number."""

    kind: Literal["seeds"] = "seeds"
    default: str | None = "0"

    @property
    def type(self) -> Any:
        """The type by which pydantic validates a value."""
        return Annotated[str, BeforeValidator(_as_text), AfterValidator(_seeds)]


FormField = Annotated[
    ChoiceField | IntegerField | FloatField | SwitchField | TextField | SeedsField, Field(discriminator="kind")
]


def model_of(fields: Sequence[FormField], values: Mapping[str, object]) -> type[BaseModel]:
    """Builds the pydantic type of a request from the fields that are shown for `values`; it refuses others."""
    shown = (field for field in fields if field.is_for(values))
    definitions: dict[str, Any] = {
        field.name: (field.type, ... if field.default is None else field.default) for field in shown
    }
    return create_model("Filled", __config__=ConfigDict(extra="forbid", frozen=True), **definitions)


def defaults_of(fields: Sequence[FormField], values: Values) -> dict[str, Value]:
    """Returns the defaults of the fields that are shown for `values`."""
    return {field.name: field.default for field in fields if field.default is not None and field.is_for(values)}


def _no_switch(value: object) -> object:
    """Refuses true, which pydantic accepts as 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


def _as_text(value: object) -> object:
    """Converts a single seed, which may be a number, to text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _seeds(text: str) -> str:
    try:
        read_seeds(text)
    except TooManySeeds as error:
        raise PydanticCustomError("too_many_seeds", TOO_MANY_SEEDS, {"most": error.most}) from error
    except BadInput as error:
        raise PydanticCustomError("seeds_unreadable", SEEDS_UNREADABLE) from error
    return text


def _no_option(text: str) -> str:
    if text.startswith("-"):
        raise PydanticCustomError("like_an_option", LIKE_AN_OPTION)
    if not text.isprintable():
        raise PydanticCustomError("not_printable", NOT_PRINTABLE)
    return text


def _no_path(text: str) -> str:
    if "/" in text or "\\" in text or ".." in text:
        raise PydanticCustomError("like_a_path", LIKE_A_PATH)
    return text
