"""The browser of the tests and benchmarks: the one installed on this machine, found without network access."""

import os
import shutil


def use_the_installed_driver() -> None:
    """Names the machine's chromedriver to selenium, which otherwise queries the network for one and reports its
    use."""
    if driver := shutil.which("chromedriver"):
        os.environ.setdefault("SE_CHROMEDRIVER", driver)
    os.environ.setdefault("SE_AVOID_STATS", "true")
