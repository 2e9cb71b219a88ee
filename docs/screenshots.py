"""Takes the README's pictures: `python -m docs.screenshots [NAME...]` in the tree's root, some minutes.

A Clew of its own plays the sample data and the example session of GPUs, and trains, in a folder that is deleted
afterwards; a second one has GPUs that kept a day, which an example session does not. It needs the libraries of
`make test` and `make train-deps`, and Chromium with its driver.
"""

import sys
from pathlib import Path

from selenium import webdriver

from docs.example_clew import clew, sample_runs, train
from docs.picture_list import Picture, pictures, pictures_of_kept
from docs.window import browser, captured, show

FOLDER = Path(__file__).parent / "screenshots"
MAX_BYTES = 60_000
# The first of them that is light enough: a page full of letters is shown smaller.
SCALES_AND_QUALITIES = tuple((scale, quality) for scale in (1, 0.75, 0.6) for quality in (80, 68, 56))


def take(driver: webdriver.Chrome, address: str, picture: Picture) -> None:
    """Saves a picture once its page is complete; raises SystemExit where it never is, or is too heavy."""
    show(driver, address, picture)
    for scale, quality in SCALES_AND_QUALITIES:
        content = captured(driver, picture, scale=scale, format="webp", quality=quality)
        if len(content) <= MAX_BYTES:
            (FOLDER / f"{picture.name}.webp").write_bytes(content)
            return
    raise SystemExit(f"{picture.name} has {len(content):,} bytes, more than {MAX_BYTES:,}.")


def main() -> None:
    """Takes all of them, or those whose names are on the command line."""
    only = sys.argv[1:]
    FOLDER.mkdir(exist_ok=True)
    with clew() as address, browser() as driver:
        for picture in pictures(sample_runs(address), train(address)):
            if not only or picture.name in only:
                take(driver, address, picture)
    kept = [picture for picture in pictures_of_kept() if not only or picture.name in only]
    if kept:
        with clew(kept=True) as address, browser() as driver:
            for picture in kept:
                take(driver, address, picture)


if __name__ == "__main__":
    main()
