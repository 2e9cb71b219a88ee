"""The conversation with one viewer: commands in, steps out, in the viewer's own thread."""

import time
from typing import Final

from pydantic import ValidationError

from domain.errors import BadInput, ClewError
from domain.errors.misfits import misfit_of
from domain.errors.walks import CommandBinary, CommandMisfit
from domain.inference.messages import DEFAULT_SPEED, Command, InferenceStep, Verb
from inference.engine import Engine
from inference.failures import trouble_of, waiting_for
from inference.waiting import Waiting
from inference.walk import Walk
from sockets.connections import Connection
from sockets.message_sender import MessageSender

_MOST_MISFITS: Final = 20
_POLICY_VIOLATION: Final = 1008


class Viewing:
    """One viewer. Between two steps it listens, so a command takes effect before the next step."""

    def __init__(self, engine: Engine, connection: Connection) -> None:
        self._engine = engine
        self._connection = connection
        self._sender = MessageSender(connection)
        self._asked = Command(command=Verb.RESET)
        self._walk: Walk | None = None
        self._waiting: Waiting | None = None
        self._speed = DEFAULT_SPEED
        self._running = False
        self._last = 0.0
        self._due = 0.0
        self._misfits = 0

    def serve(self) -> None:
        """Goes on until the connection ends, by ConnectionClosed or OSError."""
        while self._misfits < _MOST_MISFITS:
            message = self._connection.receive(self._until_next())
            if message is None:
                self._go_on()
            elif not self._connection.server.connected:  # nobody waits for what it sent last
                return
            else:
                self._handle(message)
        self._connection.server.close(_POLICY_VIOLATION, "Too many messages that are no commands.")

    def _until_next(self) -> float | None:
        """In so many seconds there is something to do but to listen; None where there is not."""
        due = self._waiting.try_at if self._waiting else self._due if self._running else None
        return None if due is None else max(0.0, due - time.monotonic())

    def _go_on(self) -> None:
        if self._waiting:
            self._begin()
        else:
            self._step()

    def _handle(self, message: str | bytes) -> None:
        try:
            command = _command(message)
        except BadInput as error:
            self._misfits += 1
            self._sender.send(trouble_of(error).model_dump_json())
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
        if self._waiting:
            return
        if self._walk is None or self._walk.is_over:
            self._reset(running=True)
        self._last = time.monotonic()
        self._due = self._last + 1 / self._speed

    def _reset(self, *, running: bool) -> None:
        self._running, self._waiting = running, None
        self._begin()

    def _begin(self) -> None:
        """The episode begins, or it is waited for what it needs."""
        try:
            self._walk = self._engine.walk(self._asked, self._connection.person)
            self._send_step(self._walk.begin(running=self._running))
            self._waiting = None
            self._last = time.monotonic()
            self._due = self._last + 1 / self._speed
        except ClewError as error:
            waiting = self._waiting or Waiting()
            if not waiting.goes_on(error):
                self._fail(error)
                return
            self._waiting, self._walk = waiting, None
            self._sender.send(waiting_for(error, waiting.waited_seconds).model_dump_json())

    def _step(self) -> None:
        now = time.monotonic()
        # By the schedule, so that the steps' own time does not add up; but what was missed is not made up for.
        self._last = self._due if now - self._due < 1 / self._speed else now
        self._due = self._last + 1 / self._speed
        assert self._walk is not None
        try:
            self._send_step(self._walk.advance())
        except ClewError as error:
            self._fail(error)

    def _send_step(self, step: InferenceStep) -> None:
        self._running = bool(step.running)
        self._sender.send(step.model_dump_json(exclude={"maze"} if step.maze is None else None))

    def _fail(self, error: ClewError) -> None:
        """The episode is over; the next start or reset begins another."""
        self._running, self._walk, self._waiting = False, None, None
        self._sender.send(trouble_of(error).model_dump_json())


def _command(message: str | bytes) -> Command:
    if isinstance(message, bytes | bytearray):
        raise CommandBinary
    try:
        return Command.model_validate_json(message)
    except ValidationError as error:
        field, misfit = misfit_of(error)
        raise CommandMisfit("message" if field == "body" else field[:40], misfit) from error
