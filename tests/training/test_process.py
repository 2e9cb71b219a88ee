"""What distinguishes a training process from every other."""

from pathlib import Path

import pytest

from training.tracking.process import process_tags, start_ticks


def test_start_ticks_survive_a_program_name_with_spaces_and_parentheses() -> None:
    stat = "77 (a (b) c) S " + " ".join(str(field) for field in range(4, 53))
    assert start_ticks(stat) == "22"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")
def test_the_process_tags_identify_this_process() -> None:
    tags = process_tags()
    assert set(tags) == {"clew.host", "clew.pid", "clew.boot_id", "clew.start_ticks"}
    assert Path(f"/proc/{tags['clew.pid']}/stat").read_text().split()[21] == tags["clew.start_ticks"]
