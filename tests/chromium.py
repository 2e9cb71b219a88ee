"""The browser of the tests and figures: the one that this machine has, found without asking anybody."""

import os
import shutil


def use_the_installed_driver() -> None:
    """Names the machine's chromedriver to selenium, which else asks the network for one, and counts its users."""
    if driver := shutil.which("chromedriver"):
        os.environ.setdefault("SE_CHROMEDRIVER", driver)
    os.environ.setdefault("SE_AVOID_STATS", "true")
