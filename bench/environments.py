"""How quick environments are, and what they take: `python -m bench.environments`.

Environments alone, without policies, sockets or browsers: what is left for those. A viewer steps and draws at 30 frames
a second at most, 480 pixels wide; with `--unpaced` as fast as it goes.
"""

import argparse
import os
import threading
import time
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from domain.environments.source import EnvironmentSource
from domain.environments.spaces import DiscreteSpace
from environments.gymnasium_process import GymnasiumProcess
from environments.known import KnownEnvironments
from environments.many import ManyEnvironments
from environments.pool import EnvironmentPool

NAMES: Final = ("CartPole-v1", "Acrobot-v1", "LunarLander-v3", "MiniGrid-Empty-8x8-v0", "ALE/Pong-v5")
SIDE: Final = 480
RATE: Final = 30.0


class Watched(NamedTuple):
    """The result of one viewer."""

    name: str
    frames_per_second: float
    kilobytes: float
    step_ms: float
    render_ms: float
    memory_mb: float


def first_frame(name: str, known: KnownEnvironments) -> float:
    """Returns the seconds from the start until there is a frame."""
    began = time.perf_counter()
    environment = GymnasiumProcess(EnvironmentSource(env_id=name), known)
    environment.reset(0)
    environment.render(SIDE)
    took = time.perf_counter() - began
    environment.close()
    return took


def watch(name: str, known: KnownEnvironments, seconds: float, rate: float, found: list[Watched]) -> None:
    """Plays and draws for so long."""
    environment = GymnasiumProcess(EnvironmentSource(env_id=name), known)
    environment.reset(0)
    space = environment.facts.action_space
    assert isinstance(space, DiscreteSpace)
    frames, size, stepping, drawing = 0, 0, 0.0, 0.0
    began = time.perf_counter()
    while (now := time.perf_counter()) < began + seconds:
        outcome = environment.step(space.start + frames % space.n)
        stepped = time.perf_counter()
        frame = environment.render(SIDE)
        drawing += time.perf_counter() - stepped
        stepping += stepped - now
        assert frame is not None
        frames, size = frames + 1, size + len(frame.webp)
        if outcome.done:
            environment.reset(frames)
        time.sleep(max(0.0, began + frames / rate - time.perf_counter()))
    took = time.perf_counter() - began
    memory = memory_mb(environment.pid)
    found.append(
        Watched(name, frames / took, size / frames / 1000, 1e3 * stepping / frames, 1e3 * drawing / frames, memory)
    )
    environment.close()


def memory_mb(pid: int | None) -> float:
    """Returns a process's own memory in MB; NaN if the system does not report it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return float("nan")
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1000


def viewers(names: list[str], known: KnownEnvironments, seconds: float, rate: float) -> list[Watched]:
    """Returns one thread for each name."""
    found: list[Watched] = []
    threads = [threading.Thread(target=watch, args=(name, known, seconds, rate, found)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def hundred_episodes(known: KnownEnvironments) -> tuple[float, int]:
    """Returns seconds for, and steps of, 100 episodes of CartPole by a hand-made policy that balances to the end."""
    began, steps = time.perf_counter(), 0
    many = ManyEnvironments(EnvironmentSource(env_id="CartPole-v1"), known, copies=20)
    observation = many.reset(range(20))["observation"].copy()
    seeds, playing = list(range(20, 100)), np.arange(20)
    while len(playing):
        position, speed, angle, turn = observation[playing].T
        actions = (0.1 * position + 0.3 * speed + 3 * angle + turn > 0).astype(int)
        after = many.step(actions, playing.tolist())
        observation[playing] = after.observation["observation"]
        steps += len(playing)
        over = playing[after.done]
        again, over = over[: len(seeds)], over[len(seeds) :]
        if len(again):
            new = many.reset([seeds.pop() for _ in again], again.tolist())
            observation[again] = new["observation"]
        playing = playing[~np.isin(playing, over)]
    many.close()
    return time.perf_counter() - began, steps


def seconds_until_released(known: KnownEnvironments) -> float:
    """Returns seconds after a viewer has left until its environment's process is gone."""
    pool = EnvironmentPool(known, most=10)
    environment = pool.take(EnvironmentSource(env_id="CartPole-v1"))
    environment.reset(0)
    pid = environment.own.pid
    environment.close()
    began = time.perf_counter()
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.1)
    return time.perf_counter() - began


def print_line(text: str) -> None:
    """Prints a line of the result."""
    print(text, flush=True)  # noqa: T201


def table(title: str, found: list[Watched]) -> None:
    """Prints the viewers' results."""
    print_line(f"\n| {title} | frames/s | kB a frame | step | draw | own memory |\n|---|---|---|---|---|---|")
    for one in found:
        print_line(
            f"| {one.name} | {one.frames_per_second:.1f} | {one.kilobytes:.1f} | {one.step_ms:.1f} ms "
            f"| {one.render_ms:.1f} ms | {one.memory_mb:.0f} MB |"
        )


def main() -> None:
    """Measures, and prints tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--unpaced", action="store_true")
    options = parser.parse_args()
    rate = 1e6 if options.unpaced else RATE
    print_line(f"load average {os.getloadavg()[0]:.1f} before, {os.cpu_count()} cores")
    for name in NAMES:
        known = KnownEnvironments()
        cold = first_frame(name, known)
        time.sleep(4)  # the process that forks imports what it expects to need
        print_line(f"first frame of {name}: {cold:.2f} s with nothing running, {first_frame(name, known):.2f} s warm")
        known.close()
    known = KnownEnvironments()
    first_frame(NAMES[0], known)
    time.sleep(4)
    table("one viewer", [viewers([name], known, options.seconds, rate)[0] for name in NAMES])
    table("ten viewers at once", viewers([*NAMES, *NAMES], known, options.seconds, rate))
    took, steps = hundred_episodes(known)
    print_line(f"\n100 episodes of CartPole, {steps:,} steps: {took:.1f} s")
    print_line(f"an environment that was given back is gone after {seconds_until_released(known):.0f} s")
    print_line(f"load average {os.getloadavg()[0]:.1f} after")
    known.close()


if __name__ == "__main__":
    main()
