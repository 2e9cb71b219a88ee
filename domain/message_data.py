"""Messages as they arrive in JSON from another process, or wait in a cache: checked, and then as good as our own."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from domain.errors.catalogue import TEMPLATES
from domain.messages import SERVICE, Reason, as_json, in_english

_LONGEST_CODE = 80
_MOST_PARAMS = 20


class MessageData(BaseModel):
    """`{"code", "params"}`, or another program's `{"text"}`; a plain string counts as such a text."""

    model_config = ConfigDict(frozen=True)

    code: str | None = Field(None, max_length=_LONGEST_CODE)
    params: dict[str, JsonValue] = Field({}, max_length=_MOST_PARAMS)
    text: str | None = None

    @classmethod
    def of(cls, message: Reason | str) -> Self:
        """The data of a message of ours, or of another program's text."""
        return cls.model_validate(_as_data(message))

    @property
    def json_value(self) -> Any:
        """As `domain.messages.as_json` has it."""
        return {"text": self.text or ""} if self.code is None else {"code": self.code, "params": self.params}

    def without(self, param: str) -> "MessageData":
        """The same message without one parameter."""
        return self.model_copy(update={"params": {key: one for key, one in self.params.items() if key != param}})

    @property
    def service(self) -> "MessageData | None":
        """Who failed, where the message says so."""
        return None if SERVICE not in self.params else MessageData.model_validate(_as_data(self.params[SERVICE]))

    def __str__(self) -> str:
        return in_english(self.json_value)


def _as_data(value: Any) -> Any:
    value = as_json(value)
    return {"text": value} if isinstance(value, str) else value


# A field of a model that takes a message in any of its forms.
MessageField = Annotated[MessageData, BeforeValidator(_as_data)]


class Coded(BaseModel):
    """What stands beside an English sentence in JSON: its code and its parameters, from which any language is made."""

    model_config = ConfigDict(frozen=True)

    code: str | None = Field(None, description="what happened, for programs and for translations")
    params: dict[str, JsonValue] = Field({}, description="the values of the sentence, by name")


def coded(message: Reason, sentence: str) -> dict[str, Any]:
    """The fields of `Coded` for a message, and its English in the field named `sentence`."""
    data = MessageData.of(message)
    return {sentence: str(message), "code": data.code, "params": data.params}


def message_in(answer: object, sentence: str) -> MessageData:
    """The message in a JSON answer that may have `code` and `params` beside its sentence; else that sentence."""
    if isinstance(answer, Mapping) and isinstance(answer.get("code"), str):
        try:
            found = MessageData.model_validate({"code": answer["code"], "params": answer.get("params", {})})
        except ValidationError:
            found = None
        if found is not None and found.code in TEMPLATES:
            return found
    return MessageData(text=sentence)
