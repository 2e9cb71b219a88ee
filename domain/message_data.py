"""Messages in JSON from another process or a cache, validated."""

import contextlib
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError, model_validator

from domain.errors.catalogue import TEMPLATES
from domain.messages import SLOT, Reason, as_json, in_english

_LONGEST_CODE = 80
_MAX_PARAMS = 20


class MessageData(BaseModel):
    """`{"code", "params"}`, or another program's `{"text"}`; a plain string is read as such a text."""

    model_config = ConfigDict(frozen=True)

    code: str | None = Field(None, max_length=_LONGEST_CODE)
    params: dict[str, JsonValue] = Field({}, max_length=_MAX_PARAMS)
    text: str | None = None

    @model_validator(mode="after")
    def _has_template(self) -> Self:
        if self.text is None and not _is_message(self.json_value):
            raise ValueError("no message of this version: an unknown code, or parameters that do not fill its template")
        return self

    @classmethod
    def of(cls, message: Reason | str) -> Self:
        """Returns the data of a message, or of another program's text."""
        return cls.model_validate(_as_data(message))

    @property
    def json_value(self) -> Any:
        """The message as `domain.messages.as_json` returns it."""
        return {"text": self.text or ""} if self.code is None else {"code": self.code, "params": self.params}

    def without(self, param: str) -> "MessageData":
        """Returns the same message without one parameter."""
        return self.model_copy(update={"params": {key: one for key, one in self.params.items() if key != param}})

    def __str__(self) -> str:
        return in_english(self.json_value)


def _is_message(value: Any) -> bool:
    """Returns whether each code is known and has the parameters of its template, so that it can be translated."""
    if isinstance(value, list):
        return all(map(_is_message, value))
    if not isinstance(value, Mapping):
        return True
    code, params = value.get("code"), value.get("params", {})
    if not isinstance(code, str):  # another program's text, or values by the names of fields
        return all(map(_is_message, value.values()))
    is_filled = isinstance(params, Mapping) and set(SLOT.findall(TEMPLATES.get(code, "{}"))) <= set(params)
    return code in TEMPLATES and is_filled and all(map(_is_message, params.values()))


def _as_data(value: Any) -> Any:
    value = as_json(value)
    return {"text": value} if isinstance(value, str) else value


# A field of a model that accepts a message in any of its forms.
MessageField = Annotated[MessageData, BeforeValidator(_as_data)]


class Coded(BaseModel):
    """The code and parameters of an English sentence in the same JSON, for translation."""

    model_config = ConfigDict(frozen=True)

    code: str | None = Field(None, description="a code of the message, for programs and translations")
    params: dict[str, JsonValue] = Field({}, description="the parameters of the message, by name")


class Failed(Coded):
    """The body of every error response: a sentence, its code, and for invalid fields the reason of each."""

    error: str
    details: dict[str, str] = Field({})


def coded(message: Reason, sentence: str) -> dict[str, Any]:
    """Returns the fields of `Coded` for a message, and its English in the field named `sentence`."""
    data = MessageData.of(message)
    return {sentence: str(message), "code": data.code, "params": data.params}


def message_in(answer: object, sentence: str) -> MessageData:
    """Returns the message of a JSON answer by its `code` and `params`; without a valid code, `sentence` as text."""
    if isinstance(answer, Mapping) and isinstance(answer.get("code"), str):
        with contextlib.suppress(ValidationError):
            return MessageData.model_validate({"code": answer["code"], "params": answer.get("params", {})})
    return MessageData(text=sentence)
