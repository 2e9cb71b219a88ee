"""What is wrong with a socket's message, as the browser finds it: assets/schema.js sends these codes."""

from domain.messages import Message, Reason, template


class FieldMisfit(Message):
    """A field, as "gpus.0.utilization", and what is wrong with it."""

    text = "{field}: {misfit}"
    field: str
    misfit: Reason


class ValueMisfit(Message):
    """A field, its value, and what is wrong with it."""

    text = template("{field}: {value} {misfit}")
    field: str
    value: float
    misfit: Reason


class PartsMisfit(Message):
    """The first of several misfits in one message."""

    text = template("{first}; and {number} more")
    first: Reason
    number: int


class MessageTooLong(Message):
    """A message that is too long to be read."""

    text = template("the message has {number} characters; the maximum is {limit}")
    number: int
    limit: int


class SchemaMisfit(Message):
    """What is wrong with a field, by its JSON Schema."""


class SchemaMissing(SchemaMisfit):
    """A required field is missing."""

    text = template("is missing")


class SchemaNot(SchemaMisfit):
    """The value is not the required constant."""

    text = template("is not {value}")
    value: str


class SchemaNoneOf(SchemaMisfit):
    """The value is not one of the allowed ones."""

    text = template("is not one of {values}")
    values: str


class SchemaNo(SchemaMisfit):
    """The value has another type."""

    text = template("is not of the type {kind}")
    kind: str


class SchemaLess(SchemaMisfit):
    """The value is below its minimum."""

    text = template("is less than {limit}")
    limit: float


class SchemaNotMore(SchemaMisfit):
    """The value is not above its exclusive minimum."""

    text = template("is not more than {limit}")
    limit: float


class SchemaMore(SchemaMisfit):
    """The value is above its maximum."""

    text = template("is more than {limit}")
    limit: float


class SchemaLong(SchemaMisfit):
    """The text is too long."""

    text = template("is longer than {number} characters")
    number: int


class SchemaTwice(SchemaMisfit):
    """The value is a duplicate."""

    text = template("occurs twice")


class SchemaFewItems(SchemaMisfit):
    """The list is too short."""

    text = template("has fewer than {number} items")
    number: int


class SchemaManyItems(SchemaMisfit):
    """The list is too long."""

    text = template("has more than {number} items")
    number: int
