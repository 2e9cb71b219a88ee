"""A real HTTP server that answers as Ray's does, and runs jobs: for what happens too rarely on a real cluster."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, bytes]
TRACEBACK = 'Traceback (most recent call last):\n  File "job_manager.py", line 553, in submit_job\n{words}\n.\n'


class FakeJob:
    """Holds a submission, and its process once it runs."""

    def __init__(self, body: dict[str, Any], log: Path) -> None:
        self.body, self.log = body, log
        self.status, self.error_type, self.exit_code, self.end_time = "PENDING", None, None, None
        self.message = "Job has not started yet. It may be waiting for resources (CPUs, GPUs) to become available."
        self.start_time = _now_ms()
        self.is_stopping = False
        self.process: subprocess.Popen[bytes] | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "type": "SUBMISSION",
            "job_id": None,
            "submission_id": self.body["submission_id"],
            "status": self.status,
            "entrypoint": self.body["entrypoint"],
            "message": self.message,
            "error_type": self.error_type,
            "start_time": self.start_time,
            "end_time": self.end_time,
            "driver_exit_code": self.exit_code,
        }

    def start(self) -> None:
        self.status, self.message = "RUNNING", "Job is currently running."
        self.log.write_text(f"Running entrypoint for job {self.body['submission_id']}\n")
        # As Ray does: $NAME is replaced, and an unknown one dropped.
        given = self.body["runtime_env"]["env_vars"].items()
        added = {name: re.sub(r"\$\{[A-Z0-9_]+\}", "", os.path.expandvars(text)) for name, text in given}
        with self.log.open("ab") as file:
            self.process = subprocess.Popen(
                self.body["entrypoint"],
                shell=True,
                start_new_session=True,
                # If the tests run in the background of a shell they ignore it, and would pass that on.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
                stdout=file,
                stderr=file,
                env={**os.environ, **added},
            )

    def step(self) -> None:
        """Ends the job once its process has exited."""
        if self.process is None or self.status != "RUNNING":
            return
        code = self.process.poll()
        if code is None:
            return
        if self.is_stopping:
            self.end("STOPPED", "Job was intentionally stopped.")
        elif code == 0:
            self.end("SUCCEEDED", "Job finished successfully.", code)
        else:
            self.error_type = "JOB_ENTRYPOINT_COMMAND_ERROR"
            self.end("FAILED", f"Job entrypoint command failed with exit code {code}", code)

    def end(self, status: str, message: str, code: int | None = None, error_type: str | None = None) -> None:
        self.exit_code, self.message, self.end_time = code, message, _now_ms()
        self.error_type = error_type or self.error_type
        self.status = status

    def stop(self) -> None:
        """Stops it once: Ray sets an event, and setting it again has no effect."""
        was_stopping, self.is_stopping = self.is_stopping, True
        if self.process is not None and not was_stopping:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class FakeRay:
    """Answers as Ray's job API does, with `cpus`. `instead` replaces an answer before the request takes effect, `after`
    does so afterwards; neither if it returns None."""

    def __init__(self, folder: Path, cpus: int = 4, port: int = 0) -> None:
        self.folder, self.cpus = folder, cpus
        self.jobs: dict[str, FakeJob] = {}
        self.received: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.submitted: list[dict[str, Any]] = []
        self.instead: Callable[[str, str], Answer | None] = lambda method, path: None
        self.after: Callable[[str, str], Answer | None] = lambda method, path: None
        self.frozen = threading.Event()
        self._ended, self._lock = threading.Event(), threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "FakeRay":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        threading.Thread(target=self._schedule, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.frozen.clear()
        self._server.shutdown()
        self._server.server_close()
        self.forget_all()

    def forget_all(self) -> None:
        """Restarts: running jobs end, and the records of all are lost."""
        with self._lock:
            for job in self.jobs.values():
                job.kill()
            self.jobs.clear()

    def times(self, method: str, ending: str) -> int:
        """Returns the number of requests of this method whose path has this ending."""
        return sum(how == method and what.endswith(ending) for how, what in self.received)

    def _schedule(self) -> None:
        while not self._ended.wait(0.02):
            with self._lock:
                for job in list(self.jobs.values()):
                    job.step()
                    if job.status == "PENDING" and self._busy() + job.body["entrypoint_num_cpus"] <= self.cpus:
                        job.is_stopping = False  # as observed: the stop of a waiting job is forgotten
                        job.start()

    def _busy(self) -> int:
        return sum(job.body["entrypoint_num_cpus"] for job in self.jobs.values() if job.status == "RUNNING")

    def _answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Answer:
        with self._lock:
            if path == "/api/version":
                return _json({"version": "4", "ray_version": "2.60.0"})
            if (method, path) == ("POST", "/api/jobs/"):
                return self._submit(json.loads(body))
            if path == "/api/v0/logs/file":
                return self._log(query["submission_id"][0])
            name, _, action = path.removeprefix("/api/jobs/").partition("/")
            if (job := self.jobs.get(name)) is None:
                return 404, f"Job {name} does not exist".encode()
            return self._act(method, name, action, job)

    def _act(self, method: str, name: str, action: str, job: FakeJob) -> Answer:
        if action == "stop":
            is_over = job.status not in ("PENDING", "RUNNING")
            job.stop()
            return _json({"stopped": not is_over})
        if method == "DELETE":
            if job.status in ("PENDING", "RUNNING"):
                return 500, TRACEBACK.format(words="RuntimeError: it is in a non-terminal state").encode()
            del self.jobs[name]
            return _json({"deleted": True})
        return _json(job.as_json())

    def _submit(self, body: dict[str, Any]) -> Answer:
        name = body["submission_id"]
        if name in self.jobs:
            words = f"ValueError: Job with submission_id {name} already exists. Please use a different submission_id."
            return 500, TRACEBACK.format(words=words).encode()
        self.submitted.append(body)
        self.jobs[name] = FakeJob(body, self.folder / f"job-driver-{name}.log")
        return _json({"job_id": name, "submission_id": name})

    def _log(self, name: str) -> Answer:
        job = self.jobs.get(name)
        if job is None or job.process is None:
            return 500, b"500 Internal Server Error\n\nServer got itself in trouble"
        return 200, job.log.read_bytes()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ray = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = urlsplit(self.path)
                ray.received.append((self.command, parts.path))
                ray.headers.append({name.lower(): text for name, text in self.headers.items()})
                while ray.frozen.is_set() and not ray._ended.is_set():
                    time.sleep(0.02)
                answer = ray.instead(self.command, parts.path)
                if answer is None:
                    real = ray._answer(self.command, parts.path, parse_qs(parts.query), body)
                    answer = ray.after(self.command, parts.path) or real
                with suppress(OSError):  # the client has disconnected
                    self._send(*answer)

            def _send(self, status: int, content: bytes) -> None:
                if status == 0:  # the connection is cut
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = _serve

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing: the tests check `received`."""

        return Handler


def _json(value: object) -> Answer:
    return 200, json.dumps(value).encode()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
