"""`python -I -S keeper.py FOLDER`: starts one training's program, waits for it, and writes down how it ended.

It holds the folder's lock, which the scheduler handed it: locked means alive, whatever was killed. Free of all that is
not Python's own, as are the files beside it that it imports: it starts in less than 0.1 s, and outlives the scheduler
that started it.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[2]))
    from scheduler.local.keeping import main

    main()
