"""The tag `policy_signature`: what cannot be read from the policy file. docs/policies.md documents its form.

A bare word is the meaning of the only possible action output: `q_values`. Otherwise it is JSON: `inputs` and `outputs`
by name, and `state` (input: output).
"""

import re
from typing import Annotated, Any, Self

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from domain.errors import PolicyRefused
from domain.errors.misfits import misfit_of
from domain.errors.policy_checks.signatures import SignatureNamesNothing, SignatureTooLong, SignatureUnreadable
from domain.inference.policies import PolicyGraph, short, tensors_text
from domain.inference.signatures import LONGEST_SIGNATURE, Layout, Meaning, Role
from domain.messages import Text

_WORD = re.compile(r"[a-z_]{1,40}")


class InputHint(BaseModel):
    """The hints about one input."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role | None = None
    part: str | None = Field(None, max_length=200)
    layout: Layout | None = None
    scale: float | None = Field(None, allow_inf_nan=False)


def _input_hint(value: Any) -> Any:
    """Reads a hint: a word is a role, or else the name of a part of the observation."""
    if not isinstance(value, str):
        return value
    is_role = value in [role.value for role in Role if role is not Role.OBSERVATION]
    return {"role": value} if is_role else {"part": value}


class SignatureHints(BaseModel):
    """All hints about a file; `only` is the meaning of its output where the tag is a bare word."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: dict[str, Annotated[InputHint, BeforeValidator(_input_hint)]] = Field({}, max_length=50)
    outputs: dict[str, Meaning] = Field({}, max_length=50)
    state: dict[str, str] = Field({}, max_length=50)
    only: Meaning | None = None

    def with_input(self, name: str, **values: object) -> Self:
        """Returns a copy with more hints about one input."""
        hint = self.inputs.get(name, InputHint()).model_copy(update=values)
        return self.model_copy(update={"inputs": self.inputs | {name: hint}})

    def with_output(self, name: str, meaning: Meaning) -> Self:
        """Returns a copy with the meaning of one output."""
        return self.model_copy(update={"outputs": self.outputs | {name: meaning}, "only": None})

    @property
    def tag(self) -> str:
        """The content of the tag."""
        return orjson.dumps(self.model_dump(mode="json", exclude_defaults=True)).decode()


def read_hints(tag: str | None, graph: PolicyGraph) -> SignatureHints:
    """Reads the tag; raises PolicyRefused where it is malformed, or names tensors that do not exist."""
    if tag is None or not tag.strip():
        return SignatureHints()
    if len(tag) > LONGEST_SIGNATURE:
        raise PolicyRefused(SignatureTooLong(LONGEST_SIGNATURE))
    hints = _parsed(tag.strip())
    inputs, outputs = ({tensor.name for tensor in side} for side in (graph.inputs, graph.outputs))
    for names, known, tensors in (
        ([*hints.inputs, *hints.state], inputs, graph.inputs),
        ([*hints.outputs, *hints.state.values()], outputs, graph.outputs),
    ):
        if unknown := next((name for name in names if name not in known), None):
            raise PolicyRefused(SignatureNamesNothing(short(unknown), tensors_text(tensors)))
    return hints


def _parsed(tag: str) -> SignatureHints:
    try:
        value = {"only": tag} if _WORD.fullmatch(tag) else orjson.loads(tag)
        return SignatureHints.model_validate(value)
    except orjson.JSONDecodeError as error:
        raise PolicyRefused(SignatureUnreadable("JSON", Text(error))) from error
    except ValidationError as error:
        field, misfit = misfit_of(error)
        raise PolicyRefused(SignatureUnreadable(str(field), misfit)) from error
