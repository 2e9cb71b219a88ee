"""`python -m watcher`: notifies the team of events, until SIGTERM or Ctrl-C.

Exit status: 0 when stopped, 1 when it cannot run, 2 when a setting or the file of alerts is wrong.
"""

import logging
import signal
import sys
import threading
from types import FrameType

from domain.errors import BadInput
from domain.logs import configure_logging
from watcher.identity import AlreadyWatching, take_identity
from watcher.settings import read_settings
from watcher.watcher import Watcher


def main() -> int:
    """Runs the watcher in the foreground."""
    try:
        settings = read_settings()
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings.log_level, settings.all_secrets)
    try:
        identity = take_identity(settings.watcher_folder)
    except AlreadyWatching as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"STATE_DIR={settings.state_dir} cannot be written ({error.strerror}); set another.\n")
        return 1
    stop = threading.Event()

    def stop_on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_on_signal)
    logging.getLogger(__name__).info("The watcher starts", extra={"receivers": len(settings.rules.receivers)})
    Watcher(settings, identity.id, stop).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
