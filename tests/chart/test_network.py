"""The NetworkPolicy lets through what the operator needs, and nothing else."""

from typing import Any

from chart.helm import Chart, Object
from chart.objects import of_kind

ON: dict[str, Any] = {"enabled": True}
KEYCLOAK = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "keycloak"}}}]


def policy(objects: list[Object]) -> Object:
    (made,) = of_kind(objects, "NetworkPolicy")
    spec: Object = made["spec"]
    return spec


def test_there_is_none_unless_it_is_asked_for(rendered: list[Object]) -> None:
    assert not of_kind(rendered, "NetworkPolicy")


def test_it_is_about_the_pods_and_both_ways(chart: Chart) -> None:
    objects = chart.render(networkPolicy=ON)
    (deployment,) = of_kind(objects, "Deployment")
    spec = policy(objects)
    assert spec["podSelector"] == deployment["spec"]["selector"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]


def test_by_default_only_ports_are_limited(chart: Chart) -> None:
    spec = policy(chart.render(networkPolicy=ON))
    assert spec["ingress"] == [{"ports": [{"port": "http", "protocol": "TCP"}]}]
    dns, api_server, keycloak = spec["egress"]
    both = [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]
    assert dns == {"ports": both}
    assert [each["port"] for each in api_server["ports"]] == [443, 6443]
    assert [each["port"] for each in keycloak["ports"]] == [443, 8443]
    assert {"to", "from"}.isdisjoint({*dns, *api_server, *keycloak})


def test_peers_and_more_rules_are_as_the_values_say(chart: Chart) -> None:
    proxy = {"to": [{"ipBlock": {"cidr": "192.0.2.2/32"}}], "ports": [{"port": 3128}]}
    scraper = [{"podSelector": {"matchLabels": {"app": "prometheus"}}}]
    more: Object = {"from": [{"podSelector": {}}]}
    egress = {"keycloak": {"to": KEYCLOAK, "ports": [8443]}, "extra": [proxy]}
    ingress = {"from": scraper, "extra": [more]}
    spec = policy(chart.render(networkPolicy={**ON, "egress": egress, "ingress": ingress}))
    assert spec["ingress"][0]["from"] == scraper
    assert spec["ingress"][1:] == [more]
    assert spec["egress"][2] == {"to": KEYCLOAK, "ports": [{"port": 8443, "protocol": "TCP"}]}
    assert spec["egress"][3:] == [proxy]
