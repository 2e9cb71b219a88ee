"""Extracts a figure or a table from a JSON file or a page, in a child process under limits."""

import json
import os
import sys
from typing import Final

from policies.confinement import allow_cpu, confine

_MEMORY_BYTES: Final = 2**30
_CPU_SECONDS: Final = 6


def main(kind: str) -> None:
    """Reads the file on standard input and writes its figure or table as JSON to standard output; {} without one."""
    confine(_MEMORY_BYTES, 0)
    allow_cpu(_CPU_SECONDS)
    with os.fdopen(0, "rb") as file:
        text = file.read().decode("utf-8-sig", "replace")
    # After the limits are set.
    from services.artifacts.json_facts import facts_in_page, facts_of

    found = facts_in_page(text) if kind == "html" else facts_of(json.loads(text))
    with os.fdopen(1, "wb") as out:
        out.write(json.dumps(found, allow_nan=False).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
