"""Messages with a code: what failed, in which service, and what to do about it, as values for any language.

A `Message` subclass is one code with typed fields and one English template. It is sent as `{"code", "params"}` in JSON,
over sockets and between processes, and becomes a sentence in the user's language only where it is displayed.

Free of pydantic: the processes that confine untrusted policies import this and little else.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final, Protocol, dataclass_transform

SLOT: Final = re.compile(r"\{(\w+)\}")
SERVICE: Final = "service"
"""The field with the name of the failed service, which is put before the sentence, with a colon."""

TEMPLATES: Final[dict[str, str]] = {}
"""The English template of each code."""


def template(text: str) -> str:
    """Marks an English template, with {name} in the place of each field, for translation: Babel extracts this call."""
    return text


class Reason(Protocol):
    """A part of a sentence: a message, another program's text, or either one as received in JSON."""

    @property
    def json_value(self) -> Any:
        """`{"code", "params"}`, or `{"text"}`."""


@dataclass_transform(eq_default=False)
class Message:
    """A text with a code: `text` of a subclass is its English template, and its annotations are its typed fields.

    The code is the subclass's name in kebab case. A field may hold a message, or a `Text` of another program.
    """

    code: ClassVar[str] = ""
    text: ClassVar[str] = ""
    hidden: ClassVar[frozenset[str]] = frozenset()
    """Fields that are not part of the sentence."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclass(eq=False, repr=False)(cls)
        if "text" in vars(cls):
            cls.code = re.sub(r"(?<=.)(?=[A-Z])", "-", cls.__name__).lower()
            assert cls.code not in TEMPLATES, f"two messages have the code {cls.code}"
            TEMPLATES[cls.code] = cls.text

    @property
    def params(self) -> dict[str, Any]:
        """The fields by name, as JSON values."""
        names = (field.name for field in fields(self) if field.name not in self.hidden)  # type: ignore[arg-type]
        return {name: as_json(getattr(self, name)) for name in names}

    @property
    def json_value(self) -> Any:
        """The message as JSON: `{"code", "params"}`."""
        return {"code": self.code, "params": self.params}

    def __str__(self) -> str:
        return in_english(self.json_value)


class Text:
    """Another program's text, shown as it is, without translation."""

    def __init__(self, text: object) -> None:
        self.text = str(text)

    @property
    def json_value(self) -> Any:
        """The text as JSON: `{"text"}`."""
        return {"text": self.text}

    def __str__(self) -> str:
        return self.text


def as_json(value: object) -> Any:
    """Converts a reason or a plain value to JSON: `{"code", "params"}`, `{"text"}`, or itself."""
    if hasattr(
        type(value), "json_value"
    ):  # checked on the type, since checking the value would compute the property twice
        return value.json_value  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return {name: as_json(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_json(one) for one in value]
    return value


def in_english(value: Any) -> str:
    """Returns the English sentence for JSON from `as_json`."""
    return rendered(value, TEMPLATES.get)


def rendered(value: Any, template_of: Callable[[str], str | None]) -> str:
    """Returns the sentence for JSON from `as_json`, by one language's templates; an unknown code is shown itself."""
    if isinstance(value, Mapping):
        code, given = value.get("code"), value.get("params")
        if not isinstance(code, str):
            text = value.get("text")
            return text if isinstance(text, str) else ""
        params = {name: rendered(one, template_of) for name, one in given.items()} if isinstance(given, Mapping) else {}
        pattern = template_of(code) or code
        sentence = SLOT.sub(lambda slot: _in_place(params.get(slot[1], slot[0]), pattern, slot), pattern)
        return f"{params[SERVICE]}: {sentence}" if SERVICE in params else sentence
    if isinstance(value, list):
        return ", ".join(rendered(one, template_of) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # 10, not 10.0, as in the browser
    return "" if value is None else str(value)


def _in_place(value: str, pattern: str, slot: re.Match[str]) -> str:
    """Returns a value in a sentence; a value that is a sentence loses its full stop unless it is at the end."""
    return value if slot.end() == len(pattern) else value.rstrip(".。")
