"""/healthz, /readyz and /metrics, and what is counted under which name."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from aiohttp.test_utils import unused_port
from prometheus_client import CollectorRegistry, generate_latest

from fakes.answers import take_in
from fakes.clock import BEGIN
from fakes.values import access, binding, directory, key, mapping, snapshot
from groupaccess.adapters.http_endpoint import HttpEndpoint
from groupaccess.adapters.prometheus import PrometheusMetrics, StoreCollector
from groupaccess.adapters.prometheus_self_check import SelfCheckCollector
from groupaccess.application.runtime.self_check import SelfCheckResult
from groupaccess.application.state.store import Store
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.condition import PreviousStatus


class Probes:
    """An endpoint that is served, and whether it is ready."""

    def __init__(self) -> None:
        self.ready, self.alive = False, True
        self.registry = CollectorRegistry()
        self.url = f"http://127.0.0.1:{unused_port()}"
        port = int(self.url.rpartition(":")[2])
        self.endpoint = HttpEndpoint(
            "127.0.0.1", port, self.registry, ready=lambda: self.ready, alive=lambda: self.alive
        )

    async def get(self, path: str) -> tuple[int, str]:
        """Return status and text of an answer."""
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def probes() -> AsyncIterator[Probes]:
    made = Probes()
    run = asyncio.create_task(made.endpoint.run())
    async with asyncio.timeout(10):
        while not await serves(made):  # noqa: ASYNC110 -- it tells nobody that it serves
            await asyncio.sleep(0.01)
    yield made
    run.cancel()
    await asyncio.wait({run})


async def serves(probes: Probes) -> bool:
    try:
        await probes.get("/healthz")
    except aiohttp.ClientConnectionError:
        return False
    return True


async def test_it_lives_before_it_is_ready(probes: Probes) -> None:
    assert await probes.get("/healthz") == (200, "ok\n")
    assert await probes.get("/readyz") == (503, "the caches are not synced yet\n")
    probes.ready = True
    assert await probes.get("/readyz") == (200, "ok\n")


async def test_it_asks_for_a_restart_when_only_that_helps(probes: Probes) -> None:
    probes.alive = False
    assert await probes.get("/healthz") == (503, "a reconcile does not end\n")
    probes.alive = True
    assert await probes.get("/healthz") == (200, "ok\n")


async def test_what_the_operator_sees_of_itself_is_a_metric(probes: Probes) -> None:
    seen = SelfCheckResult(3.0, 2.0, 1.0, {"namespaces": 9.0}, 4.0, 5, 6)
    probes.registry.register(SelfCheckCollector(lambda: seen))
    _, text = await probes.get("/metrics")
    assert {line for line in text.splitlines() if not line.startswith("#")} == {
        "groupaccess_workqueue_unfinished_work_seconds 3.0",
        "groupaccess_workqueue_longest_running_processor_seconds 2.0",
        "groupaccess_workqueue_oldest_waiting_seconds 1.0",
        'groupaccess_watch_silent_seconds{resource="namespaces"} 9.0',
        "groupaccess_leader_election_lease_age_seconds 4.0",
        "groupaccess_events_dropped_total 5.0",
        "groupaccess_overdue_revocations 6.0",
    }


async def test_metrics_are_what_prometheus_reads(probes: Probes) -> None:
    PrometheusMetrics(probes.registry, "1.2.3")
    code, text = await probes.get("/metrics")
    assert code == 200
    assert 'groupaccess_build_info{version="1.2.3"} 1.0' in text


async def test_metrics_come_in_the_form_that_is_asked_for(probes: Probes) -> None:
    asked = {"Accept": "application/openmetrics-text", "Accept-Encoding": "gzip"}
    url = f"{probes.url}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url, headers=asked) as answer:
        assert answer.content_type == "application/openmetrics-text"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert (await answer.text()).endswith("# EOF\n")


async def test_there_is_nothing_else(probes: Probes) -> None:
    assert (await probes.get("/"))[0] == 404


async def test_nobody_learns_a_name_or_a_secret_without_logging_in(probes: Probes) -> None:
    metrics, store = PrometheusMetrics(probes.registry, "1"), Store()
    probes.registry.register(StoreCollector(store))
    store.put_directory(directory(issuer="https://hush.example/realms/hush"))
    store.put_access(access("hush-access", mapping("hush-mapping", "/hush/group", "hush-role")))
    take_in(store, snapshot("/hush/group", identity="hush-account"), BEGIN)
    store.put_binding(binding(BindingKey("hush-namespace", "groupaccess:hush-access:m:r")))
    metrics.directory_read("default", "LoginFailed", 1)
    pages = [await probes.get(path) for path in ("/healthz", "/readyz", "/metrics", "/none")]
    text = "\n".join(page for _, page in pages)
    assert 'directory="default",reason="LoginFailed"' in text  # which alerts need
    assert "groupaccess_managed_bindings 1.0" in text
    assert "hush" not in text


def samples(registry: CollectorRegistry) -> dict[str, str]:
    """Return each sample with its value, without the buckets and creation times."""
    lines = generate_latest(registry).decode().splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {k: v for k, v in found.items() if "_bucket" not in k and "_created" not in k}


def test_names_have_controller_runtimes_shapes() -> None:
    registry = CollectorRegistry()
    metrics = PrometheusMetrics(registry, "1")
    metrics.queue_added()
    metrics.queue_retried()
    metrics.queue_depth(3)
    metrics.queue_duration(0.5)
    metrics.reconcile_finished("success", 0.25)
    metrics.reconcile_finished("error", 0.25)
    metrics.drift_corrected()
    metrics.audit_differences(2)
    metrics.leader_status(yes=True)
    metrics.clock_difference(-0.5)
    metrics.directory_read("default", "", 2)
    metrics.directory_read("default", "LoginFailed", 1)
    assert samples(registry) == {
        'groupaccess_build_info{version="1"}': "1.0",
        "groupaccess_workqueue_depth": "3.0",
        "groupaccess_workqueue_adds_total": "1.0",
        "groupaccess_workqueue_retries_total": "1.0",
        "groupaccess_workqueue_queue_duration_seconds_count": "1.0",
        "groupaccess_workqueue_queue_duration_seconds_sum": "0.5",
        'groupaccess_reconcile_total{result="success"}': "1.0",
        'groupaccess_reconcile_total{result="error"}': "1.0",
        "groupaccess_reconcile_errors_total": "1.0",
        "groupaccess_reconcile_time_seconds_count": "2.0",
        "groupaccess_reconcile_time_seconds_sum": "0.5",
        "groupaccess_drift_corrected_total": "1.0",
        "groupaccess_audit_differences_total": "2.0",
        "groupaccess_leader_election_master_status": "1.0",
        "groupaccess_clock_difference_seconds": "-0.5",
        'groupaccess_directory_reads_total{directory="default",reason=""}': "1.0",
        'groupaccess_directory_reads_total{directory="default",reason="LoginFailed"}': "1.0",
        'groupaccess_directory_read_seconds_count{directory="default"}': "2.0",
        'groupaccess_directory_read_seconds_sum{directory="default"}': "3.0",
    }


def test_objects_are_counted_by_readiness_and_bindings_by_name() -> None:
    registry, store = CollectorRegistry(), Store()
    registry.register(StoreCollector(store))
    store.put_access(access("new"))
    store.put_access(access("ready"))
    observed = store.accesses["ready"].state
    store.put_status(
        replace(observed, previous_status=PreviousStatus(1, {"Ready": ("True", BEGIN)}))
    )
    store.put_binding(binding(key()))
    store.put_binding(binding(BindingKey("", "by-hand")))
    assert samples(registry) == {
        'groupaccess_objects{ready="True"}': "1.0",
        'groupaccess_objects{ready="False"}': "0.0",
        'groupaccess_objects{ready="Unknown"}': "1.0",
        "groupaccess_managed_bindings": "1.0",
    }
