"""A scheduler's contract over HTTP and a WebSocket, without any training: the test sets what happens."""

import threading
import time
import uuid
from typing import Any

from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_sock import Sock
from simple_websocket import ConnectionClosed
from werkzeug.serving import make_server

from domain.errors.trainings.requests import TrainingRefused
from domain.message_data import coded
from domain.trainings.answers import LOG_ENDS, LOG_SIZE
from domain.trainings.checking import checked
from domain.trainings.maze.form import maze_trainer
from domain.trainings.trainer import Trainer
from domain.trainings.trainers_file import read_trainers
from domain.trainings.training import ACTIONS, LogPart, Training, TrainingMessage, TrainingState

OWN = """
[[trainers]]
name = "cartpole"
title = "CartPole"
command = ["python", "train.py", "--algo", "{algo}", "--seed", "{seed}", "--rate", "{rate}"]
fields = [
  { kind = "choice", name = "algo", label = "Algorithm", options = ["ppo", "a2c"], default = "ppo" },
  { kind = "float", name = "rate", label = "Rate", help = "Of learning.", above = 0, most = 1, default = 0.1 },
  { kind = "seeds", name = "seed", label = "Seeds" },
]
"""


class SchedulerServer:
    """Serves while it is entered; `trainings` are answered as they are, and `received` holds the writes that came."""

    def __init__(self) -> None:
        self.trainings: dict[str, Training] = {}
        self.received: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.odd: list[Any] = []
        self.log: list[str] = ["first line", "second line"]
        self.pieces = 0
        self.curves: list[Any] = []
        self.news_seconds = 0.3
        self.trainers: list[Trainer] = [maze_trainer(), *read_trainers(OWN)]
        self._ids: dict[str, list[str]] = {}
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "SchedulerServer":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_failed: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, **values: Any) -> Training:
        """Adds a training; by default it waits."""
        run_id = values.pop("run_id", uuid.uuid4().hex)
        state = values.setdefault("state", TrainingState.QUEUED)
        given = {
            "run_id": run_id,
            "name": "PPO, seed 1",
            "trainer": "maze",
            "experiment": "maze-10x10-PPO",
            "values": {"algorithm": "PPO", "episodes": 1000, "seed": 1},
            "actions": ACTIONS[state],
            "host": "here",
            "asked_ms": round(time.time() * 1000),
        }
        self.trainings[run_id] = Training.model_validate(given | values)
        return self.trainings[run_id]

    def change(self, run_id: str, **values: Any) -> None:
        """Changes fields of a training from now on."""
        state = values.get("state", self.trainings[run_id].state)
        known = self.trainings[run_id].model_dump(mode="json")
        self.trainings[run_id] = Training.model_validate(known | {"actions": ACTIONS[state]} | values)

    def _app(self) -> Flask:
        app = Flask("scheduler")
        sock = Sock(app)

        @app.get("/health")
        def health() -> ResponseReturnValue:
            return {"status": "healthy"}

        @app.get("/api/training/trainers")
        def trainers() -> ResponseReturnValue:
            hidden = {"command", "environment", "directory"}
            listed = [one.model_dump(mode="json", exclude=hidden) | {"is_installed": True} for one in self.trainers]
            return {"trainers": listed}

        @app.get("/api/training/runs")
        def runs() -> ResponseReturnValue:
            listed = [*(one.model_dump(mode="json") for one in self.trainings.values()), *self.odd]
            return {"trainings": listed, "slots": 1, "busy": 0, "scheduler": "this", "host": "here"}

        @app.get("/api/training/runs/<run_id>")
        def one(run_id: str) -> ResponseReturnValue:
            found = self.trainings.get(run_id)
            return ({"error": "none", "details": {}}, 404) if found is None else found.model_dump(mode="json")

        @app.get("/api/training/runs/<run_id>/log")
        def log(run_id: str) -> ResponseReturnValue:
            if run_id not in self.trainings:
                return {"error": "none", "details": {}}, 404
            if "q" in request.args:
                lines = [{"at": 0, "line": line} for line in self.log if request.args["q"] in line]
                return {"lines": lines, "searched_to": 0, "size": self._log().size}
            return self._log().model_dump()

        @app.get("/api/training/runs/<run_id>/log.txt")
        def piece(run_id: str) -> ResponseReturnValue:
            if run_id not in self.trainings:
                return {"error": "none", "details": {}}, 404
            self.pieces += 1
            whole, begins = "".join(f"{line}\n" for line in self.log).encode(), int(request.args["from"])
            ends = min(len(whole), begins + 10_000)
            return whole[begins:ends], 200, {LOG_ENDS: str(ends), LOG_SIZE: str(len(whole))}

        @app.post("/api/training/<verb>")
        def write(verb: str) -> ResponseReturnValue:
            body = request.get_json()
            self.received.append((verb, body, dict(request.headers)))
            if verb in ("start", "fork"):
                return self._start(dict(body))
            run_id = body.get("run_id")
            if run_id not in self.trainings:
                return {"error": "none", "details": {}}, 404
            if verb == "stop":
                self.change(run_id, state="stopping")
                return {"run_id": run_id, "status": "stopping"}
            return self._move(verb, body)

        @sock.route("/ws/training/<run_id>")
        def watch(line: Any, run_id: str) -> None:
            try:
                while True:
                    news = TrainingMessage(training=self.trainings[run_id], curves=self.curves, log=self._log())
                    line.send(news.model_dump_json())
                    time.sleep(self.news_seconds)
            except ConnectionClosed:
                return

        return app

    def _start(self, body: dict[str, Any]) -> ResponseReturnValue:
        request_id = body.pop("request_id", None) or uuid.uuid4().hex
        name = body.pop("trainer", "maze")
        trainer = next((one for one in self.trainers if one.name == name), None)
        if trainer is None:
            return {"error": f"There is no trainer {name}.", "details": {}}, 400
        body.pop("run_id", None)
        try:
            runs = checked(trainer, body)
        except TrainingRefused as error:
            return {**coded(error, "error"), "details": error.details}, 422
        if request_id not in self._ids:
            made = [self.add(trainer=trainer.name, values=values, seed=trainer.seed_of(values)) for values in runs]
            self._ids[request_id] = [one.run_id for one in made]
        ids = self._ids[request_id]
        listed = [{"run_id": run_id, "seed": self.trainings[run_id].seed, "status": "queued"} for run_id in ids]
        return {"run_id": ids[0], "status": "queued", "runs": listed}

    def _move(self, verb: str, body: dict[str, Any]) -> ResponseReturnValue:
        run_id = body["run_id"]
        if verb == "continue":
            self.change(run_id, state="queued", attempt=2)
            return {"run_id": run_id, "status": "queued", "runs": []}
        states = {"hold": "held", "release": "queued", "cancel": "killed"}
        self.change(run_id, state=states.get(body["action"], self.trainings[run_id].state))
        training = self.trainings[run_id]
        return {"run_id": run_id, "state": training.state, "place": training.place}

    def _log(self) -> LogPart:
        size = sum(len(line) + 1 for line in self.log)
        tail = self.log[-200:]
        return LogPart(begins=size - sum(len(line) + 1 for line in tail), ends=size, size=size, lines=tail)
