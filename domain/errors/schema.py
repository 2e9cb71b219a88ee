"""What about a socket's message does not fit, as the browser finds it: assets/schema.js says these codes."""

from domain.messages import Message, template


class SchemaMisfit(Message):
    """A field of a message does not fit its schema."""


class SchemaMissing(SchemaMisfit):
    """A required field is not there."""

    text = template("is missing")


class SchemaNot(SchemaMisfit):
    """It is another value than the only one that may be."""

    text = template("is not {value}")
    value: str


class SchemaNoneOf(SchemaMisfit):
    """It is none of the values that may be."""

    text = template("is none of {values}")
    values: str


class SchemaNo(SchemaMisfit):
    """It is of another type."""

    text = template("is no {kind}")
    kind: str


class SchemaLess(SchemaMisfit):
    """It is below its minimum."""

    text = template("is less than {limit}")
    limit: float


class SchemaNotMore(SchemaMisfit):
    """It is not above its exclusive minimum."""

    text = template("is not more than {limit}")
    limit: float


class SchemaMore(SchemaMisfit):
    """It is above its maximum."""

    text = template("is more than {limit}")
    limit: float


class SchemaFewItems(SchemaMisfit):
    """The list is too short."""

    text = template("has less than {number} items")
    number: int


class SchemaManyItems(SchemaMisfit):
    """The list is too long."""

    text = template("has more than {number} items")
    number: int
