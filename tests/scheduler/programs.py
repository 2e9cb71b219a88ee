"""Small programs in place of trainers, and the TRAININGS_FILE that names them."""

import sys
from pathlib import Path

_HEAD = """
import json, os, signal, sys, time, urllib.request
from pathlib import Path
folder = Path(os.environ["CLEW_RUN_FOLDER"])
def say(text):
    print(text, flush=True)
def stopped(*_args):
    say("asked to stop")
    sys.exit(130)
def api(path, **body):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    address = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/" + path
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return json.loads(opener.open(request, timeout=20).read())
"""

# `sleeper` lives for so many seconds and ends as requested; with `manners` it stops politely.
SLEEPER = (
    _HEAD
    + """
seconds, code, manners = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
signal.signal(signal.SIGINT, stopped if manners == "polite" else signal.SIG_IGN)
if manners == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if manners == "slow":
    def slowly(*_args):
        for _ in range(25):
            say("exports")
            time.sleep(0.1)
        sys.exit(130)
    signal.signal(signal.SIGINT, slowly)
if manners == "parent":
    import subprocess
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
say(f"began with {sys.argv[4]}")
deadline = time.monotonic() + seconds
while time.monotonic() < deadline:
    time.sleep(0.02)
say("ends")
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
"""
)

# `teller` writes progress and checkpoints as the maze's trainer does, one episode each 20 ms.
TELLER = (
    _HEAD
    + """
signal.signal(signal.SIGINT, stopped)
kept = folder / "checkpoint"
done = max((int(one.name) for one in kept.iterdir()), default=0) if kept.exists() else 0
say(f"goes on from {done}")
for episode in range(done + 1, int(sys.argv[1]) + 1):
    with (folder / "progress.jsonl").open("a") as file:
        told = {"at_ms": time.time_ns() // 10**6, "episode": episode, "episodes": int(sys.argv[1]), "reward": episode / 2}
        file.write(json.dumps(told) + "\\n")
    if episode % 10 == 0:
        (kept / str(episode)).mkdir(parents=True, exist_ok=True)
    time.sleep(0.02)
"""
)

LOGGER = (
    _HEAD
    + """
run_id = os.environ["MLFLOW_RUN_ID"]
for step in range(5):
    metric = {"key": "rollout/ep_rew_mean", "value": step * 1.5, "timestamp": time.time_ns() // 10**6, "step": step * 100}
    api("runs/log-batch", run_id=run_id, metrics=[metric])
time.sleep(float(sys.argv[1]))
"""
)

SPEAKER = (
    _HEAD
    + """
line = "a line of a log that says nothing at all, but says it for long: " + "x" * 40
for number in range(int(sys.argv[1])):
    print(number, line)
print("the needle is here")
print("the environment is", sorted(os.environ))
"""
)

# The ways in which real programs use MLflow, and end their run.
MLFLOW_CLIENT = """
import os, signal, sys
import mlflow
way = sys.argv[1]
if way == "with":
    with mlflow.start_run():
        mlflow.log_metric("reward", 1)
if way == "bare":
    mlflow.log_metric("reward", 1)
if way == "exit-1":
    mlflow.start_run()
    mlflow.log_metric("reward", 1)
    sys.exit(1)
if way == "raise":
    with mlflow.start_run():
        raise ValueError("the loss is NaN")
if way == "second":
    with mlflow.start_run():
        pass
    with mlflow.start_run():
        mlflow.log_metric("reward", 1)
if way == "own-client":
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name("tests-mlflow-client").experiment_id
    run = client.create_run(experiment)
    client.log_metric(run.info.run_id, "reward", 1)
if way.endswith("-experiment"):
    mlflow.set_experiment("tests-mlflow-client" if way.startswith("own") else "tests-elsewhere")
    with mlflow.start_run():
        mlflow.log_metric("reward", 1)
if way == "sigterm":
    mlflow.start_run()
    os.kill(os.getpid(), signal.SIGTERM)
"""

_TOML = """
[[trainers]]
name = "sleeper"
command = ["$python", "sleeper.py", "{seconds}", "{code}", "{manners}", "{word}"]
experiment = "tests-{word}"
fields = [
    {kind = "float", name = "seconds", default = 0.0, least = 0.0, most = 600.0},
    {kind = "integer", name = "code", default = 0, least = -64, most = 255},
    {kind = "choice", name = "manners", options = ["polite", "stubborn", "slow", "parent"], default = "polite"},
    {kind = "text", name = "word", default = "nothing"},
]

[[trainers]]
name = "teller"
command = ["$python", "teller.py", "{episodes}", "{seed}"]
fields = [
    {kind = "integer", name = "episodes", default = 50, least = 1, most = 100000},
    {kind = "seeds", name = "seed"},
]

[[trainers]]
name = "logger"
command = ["$python", "logger.py", "{seconds}"]
fields = [{kind = "float", name = "seconds", default = 0.0}]

[[trainers]]
name = "speaker"
command = ["$python", "speaker.py", "{lines}"]
fields = [{kind = "integer", name = "lines", default = 100}]

[[trainers]]
name = "mlflow-client"
command = ["$python", "mlflow_client.py", "{way}"]
experiment = "tests-mlflow-client"
fields = [{kind = "choice", name = "way", options = ["with", "exit-1", "raise", "bare", "second", "own-client", "other-experiment", "own-experiment", "sigterm"]}]

[[trainers]]
name = "hungry"
command = ["$python", "-c", "x = bytearray(int(1e9)); print(len(x))"]

[[trainers]]
name = "missing"
command = ["/no/such/program", "{word}"]
fields = [{kind = "text", name = "word", default = "nothing"}]

[[trainers]]
name = "two-gpus"
gpus = 2
command = ["$python", "-c", "import os, time; print(os.environ['CUDA_VISIBLE_DEVICES'], flush=True); time.sleep(10)", "{word}"]
fields = [{kind = "text", name = "word", default = "nothing"}]
"""


def write_trainers(folder: Path) -> Path:
    """Puts the programs and the file that names them into a folder; returns that file."""
    for name, text in {
        "sleeper": SLEEPER,
        "teller": TELLER,
        "logger": LOGGER,
        "speaker": SPEAKER,
        "mlflow_client": MLFLOW_CLIENT,
    }.items():
        (folder / f"{name}.py").write_text(text)
    path = folder / "trainings.toml"
    path.write_text(_TOML.replace("$python", sys.executable))
    return path
