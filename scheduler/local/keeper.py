"""`python -I -S keeper.py FOLDER`: starts one training's program, waits for it, and records how it ended.

It holds the folder's lock, which it got from the scheduler: locked means alive, whatever was killed. It and the files
that it imports use only the standard library: it starts in less than 0.1 s, and outlives the scheduler that started
it.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[2]))
    from scheduler.local.keeping import main

    main()
