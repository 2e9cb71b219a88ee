"""A watcher as a real process, over a real MLflow."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.misbehaving import eventually
from watcher.settings import WatcherSettings

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9"


class Watching:
    """Runs `python -m watcher` in a folder of its own, which can be killed and started again."""

    def __init__(self, folder: Path, mlflow: str, rules: str, **more: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "alerts.toml"
        file.write_text(rules)
        ours = {name.upper() for name in WatcherSettings.model_fields}
        bare = {name: value for name, value in os.environ.items() if name not in ours}
        self.environment = bare | {
            "PYTHONPATH": str(ROOT),
            "MLFLOW_TRACKING_URI": mlflow,
            "ALERTS_FILE": str(file),
            "STATE_DIR": str(folder / "var"),
            "CACHE_DIR": str(folder / "cache"),
            "WATCHER_ROUND_SECONDS": "1",
            "CLEW_PUBLIC_URL": "https://clew.example.com",
            "GPU_MONITOR_URLS": f"nowhere={NOWHERE}",
            "SCHEDULER_URL": NOWHERE,
            "INFERENCE_WS_URL": "ws://127.0.0.1:9/ws",
        }
        self.environment |= more
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, works: bool = True) -> "Watching":
        """Starts it; waits until it works."""
        seen = self.log().count("This watcher is active now")
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "watcher"]
            self.process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        if works:
            eventually(lambda: self.log().count("This watcher is active now") > seen or self._must_live())
        return self

    def _must_live(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()[-3000:]
        return False

    def kill(self) -> None:
        """Ends it by SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(60)

    def end(self) -> int:
        """Stops it; returns its exit status."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)

    def __enter__(self) -> "Watching":
        return self

    def __exit__(self, *error: object) -> None:
        """Stops it, so that the next test's watcher need not wait for its lease to expire."""
        if self.process is not None and self.process.poll() is None:
            self.end()

    def note(self, name: str) -> str:
        """Returns the record on its disk."""
        file = self.folder / "var" / "watcher" / "notes" / f"{name}.json"
        return file.read_text() if file.exists() else ""

    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text() if file.exists() else ""
