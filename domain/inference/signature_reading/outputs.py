"""Determines the meaning of a policy's outputs: by the tag, by name, by position, by shape and operator."""

import re
from collections.abc import Sequence
from typing import Final

from domain.environments.facts import EnvironmentFacts
from domain.errors import PolicyRefused
from domain.errors.policy_checks.signatures import (
    ActionsOfParts,
    MeansActions,
    MeansLogits,
    MeansProbabilities,
    MeansQValues,
    MeansScaledActions,
    NoActionGiven,
    OutputUnfit,
    WhatOutputMeans,
)
from domain.inference.policies import PolicyGraph, TensorShape, short, tensors_text
from domain.inference.signature_reading.choices import unclear
from domain.inference.signature_reading.hints import SignatureHints
from domain.inference.signature_reading.output_fits import can_be, likely, possible
from domain.inference.signature_reading.space_shapes import number_of_actions, space_text
from domain.inference.signatures import CHOOSING, Meaning, PolicyOutput

_NAMES: Final = {
    Meaning.Q_VALUES: "q|qs|q_?vals?|q_?values?|action_values",
    Meaning.PROBABILITIES: "probs|probabilities|action_prob(s|abilities)|policy_probs",
    Meaning.LOGITS: "logits|action_logits|policy_logits|action_dist_inputs",
    Meaning.ACTIONS: "actions?|selected_actions?|(deterministic_)?((discrete|continuous)_)?actions?",
    Meaning.SCALED_ACTIONS: "scaled_actions?",
    Meaning.MEAN: "means?|mu|action_means?|mean_actions?",
    Meaning.VALUES: "v|values?|state_values?|vf_preds|value_estimates?",
    Meaning.LOG_PROB: "log_?probs?|action_log_?probs?|action_logp|logp",
}
_BY_NAME: Final = [(meaning, re.compile(names)) for meaning, names in _NAMES.items()]
_READINGS: Final = {
    Meaning.Q_VALUES: MeansQValues,
    Meaning.PROBABILITIES: MeansProbabilities,
    Meaning.LOGITS: MeansLogits,
    Meaning.ACTIONS: MeansActions,
    Meaning.SCALED_ACTIONS: MeansScaledActions,
}


class OutputReading:
    """Reads the outputs of one file that are no state; `algorithm` is the one the model is registered with."""

    def __init__(
        self,
        graph: PolicyGraph,
        facts: EnvironmentFacts,
        hints: SignatureHints,
        states: Sequence[str],
        algorithm: str | None,
    ) -> None:
        self._facts = facts
        self._hints = hints
        self._algorithm = algorithm
        self._outputs = [tensor for tensor in graph.outputs if tensor.name not in states]

    def outputs(self) -> tuple[PolicyOutput, ...]:
        """Returns the outputs' meanings; raises PolicyRefused without an action, SignatureUnclear if there are several
        readings.
        """
        if number_of_actions(self._facts.action_space) is None:
            raise PolicyRefused(ActionsOfParts(self._facts.env_id, space_text(self._facts.action_space)))
        known = {tensor.name: self._known(tensor) for tensor in self._outputs}
        unnamed = [tensor for tensor in self._outputs if known[tensor.name] is None]
        if not any(meaning in CHOOSING for meaning in known.values()):
            known |= self._by_place(unnamed)
        elif len(unnamed) == 1 and _is_value(unnamed[0]) and Meaning.VALUES not in known.values():
            known[unnamed[0].name] = Meaning.VALUES
        if not any(meaning in CHOOSING for meaning in known.values()):
            raise self._nothing()
        return tuple(
            PolicyOutput(name=tensor.name, meaning=known[tensor.name] or Meaning.IGNORED) for tensor in self._outputs
        )

    def _known(self, tensor: TensorShape) -> Meaning | None:
        """Finds the meaning by the tag, or by its name where its shape allows that."""
        hint = self._hints.outputs.get(tensor.name)
        if hint is not None and not can_be(hint, tensor, self._facts.action_space):
            raise PolicyRefused(
                OutputUnfit(str(tensor), hint.value, self._facts.env_id, space_text(self._facts.action_space))
            )
        name = re.sub(r"[_./:]?\d+$", "", tensor.name.lower()) or tensor.name
        named = next((meaning for meaning, names in _BY_NAME if names.fullmatch(name)), None)
        fits = named is not None and can_be(named, tensor, self._facts.action_space)
        return hint or (named if fits else None)

    def _by_place(self, unnamed: Sequence[TensorShape]) -> dict[str, Meaning | None]:
        """Reads outputs in the order of Stable-Baselines3's documented export: actions, values, log_prob.

        Otherwise the first is the action and the second may be a value.
        """
        if not unnamed:
            raise self._nothing()
        first, *others = unnamed
        by_place = len(unnamed) == 3 and _is_value(others[0]) and _is_value(others[1])
        if by_place and self._hints.only is None and can_be(Meaning.ACTIONS, first, self._facts.action_space):
            meanings = (Meaning.ACTIONS, Meaning.VALUES, Meaning.LOG_PROB)
            return {tensor.name: meaning for tensor, meaning in zip(unnamed, meanings, strict=True)}
        found: dict[str, Meaning | None] = {first.name: self._action(first)}
        if others and _is_value(others[0]):
            found[others[0].name] = Meaning.VALUES
        return found

    def _action(self, tensor: TensorShape) -> Meaning:
        """Returns the meaning of the output that must be the action."""
        space = self._facts.action_space
        if self._hints.only is not None and can_be(self._hints.only, tensor, space):
            return self._hints.only
        meanings = likely(tensor, space, self._algorithm) or possible(tensor, space)
        if not meanings:
            raise self._nothing()
        if len(meanings) > 1:
            choices = [(_READINGS[one](), self._hints.with_output(tensor.name, one)) for one in meanings]
            raise unclear(lambda hint: WhatOutputMeans(short(tensor.name), self._facts.env_id, hint), choices)
        return meanings[0]

    def _nothing(self) -> PolicyRefused:
        wanted = space_text(self._facts.action_space)
        return PolicyRefused(NoActionGiven(tensors_text(tuple(self._outputs)), self._facts.env_id, wanted))


def _is_value(tensor: TensorShape) -> bool:
    """Returns whether it has one number per observation."""
    return tensor.dtype.startswith("float") and all(size in (None, 1) or isinstance(size, str) for size in tensor.shape)
