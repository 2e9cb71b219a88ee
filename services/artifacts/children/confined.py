"""Runs one of this room's children on a file: what it makes of it, unless it takes too long, or says too much."""

import subprocess
from typing import IO, Final

from policies.confinement import command, environment

SECONDS: Final = 12.0
_MOST_BYTES: Final = 2**24


def read_confined(module: str, file: IO[bytes], *arguments: str) -> bytes:
    """Returns what the child says of the file.

    Raises OSError or subprocess.SubprocessError where it says nothing whole.
    """
    done = subprocess.run(
        [*command(module), *arguments],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=environment(),
        timeout=SECONDS,
        check=True,
        start_new_session=True,
    )
    if len(done.stdout) > _MOST_BYTES:
        raise subprocess.SubprocessError
    return done.stdout
