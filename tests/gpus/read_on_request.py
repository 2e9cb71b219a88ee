"""`python -m tests.gpus.read_on_request`: reads the GPUs once for each line on stdin, without a schedule.

A process of its own, since the loader searches the LD_LIBRARY_PATH that a process started with.
"""

import os
import sys
from pathlib import Path

from gpu_monitor.driver.gpu_host import GpuHost

host = GpuHost(extended=True, sys=Path(os.environ["GPU_SYS_PATH"]))
for _ in sys.stdin:
    sys.stdout.write(host.read(0.5).model_dump_json() + "\n")
    sys.stdout.flush()
