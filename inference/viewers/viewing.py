"""The dialogue with one viewer: commands in, steps out, in the viewer's own thread."""

import time
from typing import Final

from pydantic import BaseModel

from domain.errors import BadInput, ClewError
from domain.errors.walks import NotAnsweredYet
from domain.inference.commands import Command, Verb
from domain.messages import Reason
from inference.engine import Engine
from inference.failures import trouble_of, waiting_for
from inference.viewers.command_parsing import parsed_command
from inference.viewers.screen import Screen
from inference.viewers.walks import Rate, Walk
from inference.waiting import Waiting
from sockets.connections import Connection
from sockets.frames import unsent
from sockets.message_sender import MessageSender

_MAX_MISFITS: Final = 20
_POLICY_VIOLATION: Final = 1008
_RELEASE_SECONDS: Final = 25.0  # for how long a paused episode keeps its environment


class ViewerSession:
    """Serves one viewer. It checks for commands between steps, so they take effect before the next one."""

    def __init__(self, engine: Engine, connection: Connection) -> None:
        self._engine = engine
        self._connection = connection
        self._sender = MessageSender(connection)
        self._screen = Screen(lambda: unsent(connection.sock))
        self._command = Command(command=Verb.RESET)
        self._walk: Walk | None = None
        self._waiting: Waiting | None = None
        self._waits_for: Reason = NotAnsweredYet()
        self._call = engine.long_calls.of(self._report_call)
        self._rate = Rate()
        self._running = False
        self._is_unsent = False
        self._last = 0.0
        self._due = 0.0
        self._release_at: float | None = None
        self._misfits = 0

    def serve(self) -> None:
        """Runs until the connection ends, by ConnectionClosed or OSError."""
        try:
            while self._misfits < _MAX_MISFITS:
                message = self._connection.receive(self._until_next())
                if message is not None and not self._connection.server.connected:  # closed, so no viewer is waiting
                    return
                self._call.begin()
                if message is None:
                    self._do_what_is_due()
                else:
                    self._handle(message)
                self._call.end()
            self._connection.server.close(_POLICY_VIOLATION, "Too many messages that are no commands.")
        finally:
            self._call.end()
            if self._walk is not None:
                self._walk.close()

    def _send(self, message: BaseModel) -> None:
        """Sends what the viewer waits for, after the last report that it is still to come."""
        self._call.end()
        self._sender.send(message.model_dump_json())

    def _report_call(self, seconds: float) -> None:
        """Sends that a call still runs, from another thread, which `_send` waits for."""
        waiting = self._waiting  # may be replaced meanwhile
        waited = seconds if waiting is None else waiting.waited_seconds
        self._sender.send(waiting_for(self._waits_for, waited).model_dump_json())

    def _until_next(self) -> float | None:
        """Returns the seconds until the next action is due; None if only commands can cause one."""
        due = self._waiting.try_at if self._waiting else self._due if self._running else self._release_at
        return None if due is None else max(0.0, due - time.monotonic())

    def _do_what_is_due(self) -> None:
        if self._waiting:
            self._begin()
        elif self._running:
            self._step()
        else:
            self._release()

    def _handle(self, message: str | bytes) -> None:
        try:
            command = parsed_command(message)
        except BadInput as error:
            self._misfits += 1
            self._send(trouble_of(error))
            return
        self._screen.apply(command)
        self._set_rate(command)
        match command.command:
            case Verb.START:
                self._start()
            case Verb.STOP:
                self._stop()
            case Verb.STEP:
                self._step_once()
            case Verb.RESET:
                self._command = command
                self._reset(running=False)
            case _:
                self._show_what_is_missing()

    def _set_rate(self, command: Command) -> None:
        self._rate = Rate(command.speed or self._rate.speed, command.pace or self._rate.pace)
        if self._running:
            self._due = self._last + self._seconds_a_step()

    def _seconds_a_step(self) -> float:
        return 0.0 if self._walk is None else self._walk.seconds_a_step(self._rate)

    def _schedule(self) -> None:
        self._last = time.monotonic()
        self._due = self._last + self._seconds_a_step()

    def _start(self) -> None:
        if self._running:
            return
        self._running = True
        if self._waiting:
            return
        if self._walk is None or self._walk.is_over:
            self._reset(running=True)
        self._schedule()

    def _stop(self) -> None:
        self._running = False
        self._release_at = time.monotonic() + _RELEASE_SECONDS
        if self._is_unsent:
            self._send_step()

    def _step_once(self) -> None:
        """Makes one step of a paused episode; without an episode, starts one."""
        if self._running or self._waiting:
            return
        if self._walk is None or self._walk.is_over:
            self._reset(running=False)
        else:
            self._advance()

    def _release(self) -> None:
        self._release_at = None
        if self._walk is not None:
            self._walk.release()

    def _reset(self, *, running: bool) -> None:
        self._running, self._waiting, self._waits_for = running, None, NotAnsweredYet()
        self._begin()

    def _begin(self) -> None:
        """Starts the episode, or waits for what it needs."""
        try:
            self._walk = self._engine.walk(self._command, self._connection.person, self._walk)
            self._walk.begin()
            self._send_step()
            self._waiting, self._waits_for = None, NotAnsweredYet()
            self._schedule()
        except ClewError as error:
            waiting = self._waiting or Waiting()
            if not waiting.should_retry(error):
                self._fail(error)
                return
            self._close_walk()
            self._waiting, self._waits_for = waiting, error
            self._send(waiting_for(error, waiting.waited_seconds))

    def _step(self) -> None:
        now, pause = time.monotonic(), self._seconds_a_step()
        is_late = now - self._due > pause
        # By the schedule, so that the duration of steps does not accumulate; missed steps are not made up for.
        self._last = self._due if now - self._due < pause else now
        self._due = self._last + pause
        self._advance(is_late=is_late)

    def _advance(self, *, is_late: bool = False) -> None:
        assert self._walk is not None
        try:
            self._walk.advance()
            if (
                not self._running
                or self._walk.is_over
                or self._walk.reports_each_step
                or self._screen.wants(is_late=is_late)
            ):
                self._send_step()
            else:
                self._is_unsent = True
        except ClewError as error:
            self._fail(error)

    def _show_what_is_missing(self) -> None:
        """Sends the frame that was left out to a viewer who has caught up, unless one follows anyway."""
        if self._walk is None or self._walk.reports_each_step or self._running or not self._screen.lacks_frame:
            return
        try:
            self._send_step()
        except ClewError as error:
            self._fail(error)

    def _send_step(self) -> None:
        assert self._walk is not None
        self._running = self._running and not self._walk.is_over
        message = self._walk.message(self._screen.view(), running=self._running)
        self._is_unsent = False
        if not self._running:
            self._release_at = time.monotonic() + _RELEASE_SECONDS
        self._send(message)

    def _fail(self, error: ClewError) -> None:
        """Ends the episode; the next start or reset creates another."""
        self._close_walk()
        self._running, self._waiting, self._waits_for = False, None, NotAnsweredYet()
        self._send(trouble_of(error))

    def _close_walk(self) -> None:
        walk, self._walk, self._is_unsent = self._walk, None, False
        if walk is not None:
            walk.close()
