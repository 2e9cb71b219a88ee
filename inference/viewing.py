"""The conversation with one viewer: commands in, steps out, in the viewer's own thread."""

import time
from typing import Final

from pydantic import ValidationError

from domain.errors import BadInput, ClewError
from domain.errors.misfits import misfit_of
from domain.errors.walks import CommandBinary, CommandMisfit
from domain.inference.messages import DEFAULT_SPEED, Command, InferenceStep, Verb
from inference.engine import Engine
from inference.failures import trouble_of
from inference.walk import Walk
from sockets.guests import Viewer
from sockets.line import Line

_MOST_NONSENSE: Final = 20
_POLICY_VIOLATION: Final = 1008


class Viewing:
    """One viewer. Between two steps it listens, so a command takes effect before the next step."""

    def __init__(self, engine: Engine, viewer: Viewer) -> None:
        self._engine = engine
        self._viewer = viewer
        self._line = Line(viewer)
        self._asked = Command(command=Verb.RESET)
        self._walk: Walk | None = None
        self._speed = DEFAULT_SPEED
        self._running = False
        self._last = 0.0
        self._due = 0.0
        self._nonsense = 0

    def serve(self) -> None:
        """Goes on until the connection ends, by ConnectionClosed or OSError."""
        while self._nonsense < _MOST_NONSENSE:
            wait = max(0.0, self._due - time.monotonic()) if self._running else None
            said = self._viewer.listen(wait)
            if said is None:
                self._step()
            elif not self._viewer.server.connected:  # what it said last, nobody waits for any more
                return
            else:
                self._listen(said)
        self._viewer.server.close(_POLICY_VIOLATION, "Too many messages that are no commands.")

    def _listen(self, said: str | bytes) -> None:
        try:
            command = _command(said)
        except BadInput as error:
            self._nonsense += 1
            self._line.say(trouble_of(error).model_dump_json())
            return
        if command.speed is not None:
            self._set_speed(command.speed)
        match command.command:
            case Verb.START:
                self._start()
            case Verb.STOP:
                self._running = False
            case Verb.RESET:
                self._asked = command
                self._reset(running=False)

    def _set_speed(self, speed: float) -> None:
        self._speed = speed
        if self._running:
            self._due = self._last + 1 / speed

    def _start(self) -> None:
        if self._running:
            return
        self._running = True
        if self._walk is None or self._walk.is_over:
            self._reset(running=True)
        self._last = time.monotonic()
        self._due = self._last + 1 / self._speed

    def _reset(self, *, running: bool) -> None:
        self._running = running
        try:
            self._walk = self._engine.walk(self._asked)
            self._tell(self._walk.begin(running=running))
        except ClewError as error:
            self._fail(error)

    def _step(self) -> None:
        now = time.monotonic()
        # By the schedule, so that the steps' own time does not add up; but what was missed is not made up for.
        self._last = self._due if now - self._due < 1 / self._speed else now
        self._due = self._last + 1 / self._speed
        assert self._walk is not None
        try:
            self._tell(self._walk.advance())
        except ClewError as error:
            self._fail(error)

    def _tell(self, step: InferenceStep) -> None:
        self._running = bool(step.running)
        self._line.say(step.model_dump_json(exclude={"maze"} if step.maze is None else None))

    def _fail(self, error: ClewError) -> None:
        """The episode is over; the next start or reset begins another."""
        self._running, self._walk = False, None
        self._line.say(trouble_of(error).model_dump_json())


def _command(said: str | bytes) -> Command:
    if isinstance(said, bytes | bytearray):
        raise CommandBinary
    try:
        return Command.model_validate_json(said)
    except ValidationError as error:
        field, misfit = misfit_of(error)
        raise CommandMisfit("message" if field == "body" else field[:40], misfit) from error
