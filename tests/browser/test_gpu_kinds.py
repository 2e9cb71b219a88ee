"""GPUs of other kinds on the page, and the other work of their hosts: in a real browser."""

from collections.abc import Callable
from typing import Any

from dash.testing.browser import Browser

from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.browser.test_odd_gpus import Foreign, gpu, report, watched
from tests.misbehaving import Misbehaving

DISK = {"path": "/data", "used": 1024**2 * 3, "free": 1024**2, "total": 1024**2 * 4}
MACHINE = {"cpu": 37, "cpus": 64, "memory_used": 1024 * 100, "memory_total": 1024 * 256, "disk": DISK}
SILENT = {"path": "/nfs", "code": "disk-silent", "params": {"number": 60}, "error": "The disk has not answered."}


def mixed_report() -> dict[str, Any]:
    part = {"parent_id": 0, "mig": {"gpu_instance": 3, "compute_instance": 0, "profile": "1g.10gb"}, "vendor": "nvidia"}
    gpus = [
        gpu(0, state="mig", utilization=None, vendor="nvidia"),
        gpu(10300, utilization=None, temperature=None, power=None, **part),
        gpu(1, unified=True, name="GB10"),
        gpu(1000, vendor="amd", name="Instinct", owner="mika", is_reserved=True),
    ]
    lacking = {"vendor": "amd", "state": "no_driver", "error": "x", "code": "amd-driver-not-loaded", "params": {}}
    return report(gpus, machine=MACHINE, troubles=[lacking])


def part_of(page: Page, gpu_id: int, name: str) -> str:
    return page.text(f"#gpus-cards [data-gpu='{gpu_id}'] [data-part='{name}']")


def test_cards_show_mig_unified_and_amd_gpus_and_hosts_show_cpu_memory_and_disk(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> None:
    bare = Foreign(lambda: report([], state="no_gpu", machine=MACHINE | {"disk": SILENT, "cpu": None}))
    with watched(dash_br, serve, misbehaving, Foreign(mixed_report), bare) as page:
        page.open("/gpu")
        page.wait(lambda: part_of(page, 10300, "part") == "MIG 1g.10gb")
        assert part_of(page, 10300, "title") == "host-0 · 0 MIG 3 · Foreign 10300"
        assert part_of(page, 0, "state") == "split by MIG"
        assert "text-bg-secondary" in page.find("#gpus-cards [data-gpu='0'] [data-part='state']").get_attribute("class")
        assert part_of(page, 1, "memory-text") == "1.0 / 80.0 GiB (shared with the machine)"
        assert [part_of(page, number, "vendor-text") for number in (0, 1, 1000)] == ["NVIDIA", "", "AMD"]
        assert part_of(page, 1000, "owner-text") == "mika"
        page.wait_for_text("The kernel module amdgpu is not loaded.", "#gpu-notice-0")
        # A host without any GPU is no failure.
        page.wait(lambda: page.text("#gpu-notice-1").startswith("No GPU on this host"))
        assert "alert-info" in page.find("#gpu-notice-1").get_attribute("class")
        page.wait_for_text("CPU 37 %, 64 processors · memory 100.0 / 256.0 GiB · /data: 1024.0 of 4096.0 GiB free")
        page.wait_for_text("memory 100.0 / 256.0 GiB · /nfs: The disk has not answered for 60 s.")
        assert grave_violations(page, "gpu-kinds", part="#main") == []
