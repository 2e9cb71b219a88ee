"""How the process that forks environments is spoken to; environments/child/serving.py tells what the words mean."""

import struct
from typing import Final

START: Final = 1
END: Final = 2
KILL: Final = 3
UNKNOWN: Final = 2**30
WORD: Final = struct.Struct("=Bi")
