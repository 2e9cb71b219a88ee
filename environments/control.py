"""The messages to the process that forks environments; environments/child/serving.py explains them."""

import struct
from typing import Final

START: Final = 1
END: Final = 2
KILL: Final = 3
UNKNOWN: Final = 2**30
WORD: Final = struct.Struct("=Bi")
