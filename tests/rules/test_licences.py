"""docs/licences.md names what is locked and what is shipped, no more and no less, each with a licence."""

import re

from tests.rules.licences import FILE, assets, locked

ROWS = [re.split(r" ?\| ?", line.strip("| ")) for line in FILE.read_text().splitlines() if line.startswith("| ")]


def test_every_locked_package_is_listed_with_its_version() -> None:
    wanted = [(package.name, package.version) for package in locked()]
    listed = [(row[0], row[1]) for row in ROWS[2 + len(list(assets())) :]]
    assert listed == wanted, "run: make licences"


def test_every_third_party_file_in_assets_is_listed_with_its_notice() -> None:
    shipped = list(assets())
    assert len(shipped) >= 2
    for asset, row in zip(shipped, ROWS[1:], strict=False):
        assert row == [asset.name, asset.version, asset.licence, asset.copyright, f"`{asset.file}`"], (
            "run: make licences"
        )
        assert asset.version in asset.file
        # The text at the end of the page is this licence's.
        assert asset.licence == "MIT"


def test_each_has_a_licence() -> None:
    assert [row[0] for row in ROWS if len(row) < 3 or not row[2]] == []
