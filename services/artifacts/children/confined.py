"""Runs a child process on a file, with limits of its time and output."""

import subprocess
from typing import IO, Final

from policies.confinement import command, environment

SECONDS: Final = 12.0
_MAX_BYTES: Final = 2**24


def read_confined(module: str, file: IO[bytes], *arguments: str) -> bytes:
    """Returns the output of the child for the file.

    Raises OSError or subprocess.SubprocessError if the child fails.
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
    if len(done.stdout) > _MAX_BYTES:
        raise subprocess.SubprocessError
    return done.stdout
