"""Runs the copies of one environment on request, in a process of its own."""

import socket
import struct
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import WHOLE, DictSpace, DiscreteSpace, Space, TupleSpace
from environments import wire
from environments.arrays import Arrays
from environments.child.animation import Animation
from environments.child.conversation import ParentChannel
from environments.child.copies import EnvironmentCopy, info_after, pair
from environments.child.facts_of import facts_of
from environments.child.frames import FrameEncoder
from environments.child.guards import allow_cpu, limit
from environments.child.making import make
from environments.child.spaces_of import ObservationReader
from environments.child.success import OWN_FIELDS, rule_of
from environments.child.trouble import FAILED, Trouble, reported_as, shortened
from environments.plan import CreationPlan

_REPLAY_SECONDS: Final = 60.0
_FRAMES_PER_SECOND: Final = 30.0


class Player:
    """Answers requests about the copies."""

    def __init__(self, plan: CreationPlan, channel: ParentChannel) -> None:
        self._plan = plan
        self.facts, self._copies = self._made(channel)
        self._observations = Arrays(self.facts.observation_space)
        self._actions = Arrays(self.facts.action_space)
        self._painter = FrameEncoder()
        self._answers: dict[int, tuple[str, Callable[[bytes], bytes]]] = {
            wire.RESET: ("reset", self._reset),
            wire.STEP: ("step", self._step),
            wire.RENDER: ("render", self._render),
            wire.EPISODE: ("render", self._episode),
        }

    def _made(self, channel: ParentChannel) -> tuple[EnvironmentFacts, list[EnvironmentCopy]]:
        with self._reported(channel, "make"):
            env = make(self._plan)
        rule = self._plan.success if self._plan.known_success else self._rule(env, channel)
        with self._reported(channel, "make"):
            facts = facts_of(env, self._plan, rule)
            reader = ObservationReader(facts.observation_space)
            others = [make(self._plan) for _ in range(self._plan.copies - 1)]
        return facts, [EnvironmentCopy(one, reader, rule) for one in (env, *others)]

    def _rule(self, env: Any, channel: ParentChannel) -> str | None:
        """Returns the rule of success: some environments show it from the start, others only with a step."""
        if self._plan.described.success is not None:
            return self._plan.described.success
        with self._reported(channel, "reset"):
            info = pair(env.reset(seed=0))[1]
        if not set(OWN_FIELDS) & set(info):
            with self._reported(channel, "step"):
                env.action_space.seed(0)
                info = info_after(env.step(env.action_space.sample()))
        return rule_of(self._plan, env.spec.reward_threshold, info)

    def _reported(self, channel: ParentChannel, call: str) -> Any:
        channel.send_phase(call)
        return reported_as(call, self._plan.described.memory_mib)

    def answer(self, kind: int, content: bytes) -> bytes:
        """Returns the answer to a request; raises Trouble."""
        call, answer = self._answers[kind]
        allow_cpu(self._plan.described.call_seconds if kind != wire.EPISODE else _REPLAY_SECONDS)
        with reported_as(call, self._plan.described.memory_mib):
            return answer(content)

    def _reset(self, content: bytes) -> bytes:
        started = [
            self._copies[copy].reset(None if seed < 0 else seed) for copy, seed in wire.RESET_ITEM.iter_unpack(content)
        ]
        return self._observations.packed(started)

    def _step(self, content: bytes) -> bytes:
        (count,) = struct.unpack_from("=I", content)
        which = struct.unpack_from(f"={count}I", content, 4)
        actions = self._actions.unpacked(content[4 + 4 * count :], count)
        stepped = [
            self._copies[copy].step(_action(self.facts.action_space, actions, at)) for at, copy in enumerate(which)
        ]
        pays = b"".join(wire.PAY.pack(reward, flags) for reward, flags, _ in stepped)
        return pays + self._observations.packed([observation for *_, observation in stepped])

    def _render(self, content: bytes) -> bytes:
        copy, longest_side = struct.unpack("=II", content)
        if not self.facts.can_render:
            return b""
        return self._painter.encoded(self._copies[copy].env.render(), longest_side)

    def _episode(self, content: bytes) -> bytes:
        """Plays the whole episode in the first copy, and draws it."""
        seed, count, longest_side, form = wire.REPLAY.unpack_from(content)
        actions = self._actions.unpacked(content[wire.REPLAY.size :], count)
        copy, total = self._copies[0], 0.0
        animation = Animation(count, longest_side, self.facts.render_fps or _FRAMES_PER_SECOND)
        copy.reset(seed)
        animation.add(copy.env.render())
        for at in range(count):
            total += copy.step(_action(self.facts.action_space, actions, at))[0]
            if animation.wants(at + 1):
                animation.add(copy.env.render())
        return wire.RETURN.pack(total) + animation.encoded(wire.FORMATS[form])


def _action(space: Space, arrays: dict[str, Any], at: int, path: str = "") -> Any:
    """Returns an action in Gymnasium's format."""
    if isinstance(space, DictSpace):
        return {name: _action(one, arrays, at, _below(path, name)) for name, one in space.spaces.items()}
    if isinstance(space, TupleSpace):
        return tuple(_action(one, arrays, at, _below(path, str(i))) for i, one in enumerate(space.spaces))
    value = arrays[path or WHOLE][at]
    # A copy: arrays from a message are read-only, but some environments write to them.
    return np.int64(value) if isinstance(space, DiscreteSpace) else np.array(value)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def play(connection: socket.socket) -> None:
    """Reads the plan, creates the environment, and answers until the connection closes."""
    channel = ParentChannel(connection)
    try:
        plan = CreationPlan.model_validate_json(channel.receive()[1])
        limit(plan)
        allow_cpu(plan.described.make_seconds)
        player = Player(plan, channel)
        channel.send(player.facts.model_dump_json().encode())
        while True:
            channel.send(player.answer(*channel.receive()))
    except Trouble as trouble:
        channel.send_trouble(trouble)
    except MemoryError as error:
        channel.send_trouble(Trouble(FAILED, shortened(error)))
    except (EOFError, OSError):
        return
