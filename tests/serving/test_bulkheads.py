"""Work that waits for other services has its own threads: pages, callbacks and /health are answered meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import requests

from tests.serving.sample_server import answers, wait_until


def test_slow_reads_and_files_leave_threads_free_and_are_refused_beyond_a_limit(port: int) -> None:
    """Four threads: two hold a read, one a file; of the others some wait, and the rest get a Retry-After."""
    address = f"http://127.0.0.1:{port}"
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=100))
    with ThreadPoolExecutor(80) as clients:
        reads = [clients.submit(session.get, f"{address}/api/hold", timeout=90) for _ in range(50)]
        files = [clients.submit(session.get, f"{address}/api/models/1/policy", timeout=90) for _ in range(16)]
        wait_until(lambda: sum(one.done() for one in files) == 14)
        for _ in range(10):
            assert answers(port)
            assert requests.post(f"{address}/echo", data=b"x", timeout=60).ok
        refused = [one.result() for one in (*reads, *files) if one.done()]
        wait_until(lambda: answers(port, "/api/health") and all(one.done() for one in (*reads, *files)))
    assert [one.result().status_code for one in files].count(200) == 2
    assert [one.result().status_code for one in reads].count(200) == 2 + 32
    for answer in refused:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["code"] == "too-many-at-once"


def test_a_slow_callback_leaves_threads_free_for_other_requests(port: int) -> None:
    address = f"http://127.0.0.1:{port}"

    def call(output: str) -> str:
        body = {"output": output, "inputs": []}
        return requests.post(f"{address}/_dash-update-component", json=body, timeout=90).text

    with ThreadPoolExecutor(20) as clients:
        slow = [clients.submit(call, "slow.children") for _ in range(16)]
        for _ in range(10):
            assert call("other.children") == "quick"
            assert answers(port)
        assert not any(one.done() for one in slow)
        wait_until(lambda: answers(port, "/api/health") and all(one.done() for one in slow))
    assert {one.result() for one in slow} == {"held"}
