"""Why a policy file's signature is unknown: how its inputs are fed, or what its outputs mean."""

from collections.abc import Sequence

from domain.errors import PolicyRefused
from domain.messages import Message, Reason, template


class SignatureUnclear(PolicyRefused):
    """The file has several readings: each of `choices` has a `text`, and the `signature` that selects it."""

    text = template("It is not known {reason}. Choose one, or set the tag policy_signature.")
    choices: Sequence[object] = ()


class WhatOutputMeans(Message):
    """The unclear part is an output."""

    text = template("what the policy's output {output} means for {environment}: {readings}")
    output: str
    environment: str
    readings: Sequence[Message]


class HowInputIsFed(Message):
    """It is unclear how an input of the policy takes the observation."""

    text = template("how the policy's input {input} takes the observations of {environment}: {readings}")
    input: str
    environment: str
    readings: Sequence[Message]


class MeansQValues(Message):
    """A reading of an output."""

    text = template("Q values")


class MeansProbabilities(Message):
    """A reading of an output."""

    text = template("probabilities")


class MeansLogits(Message):
    """A reading of an output."""

    text = template("logits")


class MeansActions(Message):
    """A reading of an output."""

    text = template("the action itself")


class MeansScaledActions(Message):
    """A reading of an output."""

    text = template("the action from -1 to 1, to be stretched to its bounds")


class TakesPixels(Message):
    """A reading of an input."""

    text = template("pixels from 0 to 255")


class TakesFractions(Message):
    """A reading of an input."""

    text = template("pixels from 0 to 1")


class TakesLayout(Message):
    """A reading of an input; `layout` as the tag has it."""

    text = template("in the layout {layout}")
    layout: str


class TakesPart(Message):
    """A reading of an input."""

    text = template("the part {part}")
    part: str


class SignatureUnreadable(Message):
    """The tag is not JSON of the documented form."""

    text = template("The tag policy_signature is invalid at {field}: {misfit}.")
    field: str | Message
    misfit: Reason


class SignatureTooLong(Message):
    """The tag is too long."""

    text = template("The tag policy_signature has more than {most} characters.")
    most: int


class SignatureNamesNothing(Message):
    """The tag names a tensor that the policy does not have."""

    text = template("The tag policy_signature names {name}, but the policy has only {found}.")
    name: str
    found: str | Message


class SignaturePartUnknown(Message):
    """The tag names a part that the observation does not have."""

    text = template("The tag policy_signature names the part {part}, but {environment} has only {found}.")
    part: str
    environment: str
    found: str


class InputUnfit(Message):
    """An input fits no part of the environment's observation."""

    text = template("The policy's input is {found}, which matches none of the observations of {environment}: {shown}.")
    found: str
    environment: str
    shown: str


class InputNotNumbers(Message):
    """An input does not take numbers of a type that Clew can provide."""

    text = template("The policy's input is {found}, which is not an array of numbers that Clew supports.")
    found: str


class NoObservationTaken(Message):
    """No input takes an observation."""

    text = template("The policy takes none of the observations of {environment}: {shown}.")
    environment: str
    shown: str


class StateUnpaired(Message):
    """A recurrent policy has a state input without a matching output."""

    text = template("The policy takes the state {input}, but none of its outputs returns the next state.")
    input: str


class OutputUnfit(Message):
    """The declared meaning does not fit the output."""

    text = template(
        "The policy's output is {found}, which cannot be {meaning} for {environment}, whose actions are {wanted}."
    )
    found: str
    meaning: str
    environment: str
    wanted: str


class NoActionGiven(Message):
    """No output fits the environment's actions."""

    text = template(
        "The policy's output is {found}, which does not select among the actions of {environment}: {wanted}."
    )
    found: str | Message
    environment: str
    wanted: str


class ActionsOfParts(Message):
    """An action space with several parts, which no policy file can serve."""

    text = template(
        "An action of {environment} has several parts ({wanted}); policies with such actions are not supported."
    )
    environment: str
    wanted: str
