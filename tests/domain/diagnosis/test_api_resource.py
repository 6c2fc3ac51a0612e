"""A word means the resource that kubectl takes for it."""

import pytest

from groupaccess.domain.diagnosis.api_resource import (
    ApiResource,
    find_resource,
    similar_resources,
)

SERVED = (
    ApiResource("pods", "", "pod", "Pod", short_names=("po",)),
    ApiResource("events", "", "event", "Event", short_names=("ev",)),
    ApiResource("deployments", "apps", "deployment", "Deployment", short_names=("deploy",)),
    ApiResource("events", "events.k8s.io", "event", "Event", short_names=("ev",)),
    ApiResource("ingresses", "networking.k8s.io", "ingress", "Ingress", short_names=("ing",)),
    ApiResource("po", "odd.example.com", "po", "Po"),
    ApiResource("widgets", "dev1.example.com"),
    ApiResource("gadgets", "v1.example.com"),
)


@pytest.mark.parametrize(
    ("typed", "group", "found"),
    [
        ("pods", "", "pods."),
        ("Pod", "", "pods."),
        ("deploy", "", "deployments.apps"),
        ("deploy", "apps", "deployments.apps"),
        ("deployments", "v1.apps", "deployments.apps"),
        ("deployments", "v1beta1.apps", "deployments.apps"),
        ("deployments", "batch", None),
        ("events", "", "events."),
        ("events", "events.k8s.io", "events.events.k8s.io"),
        ("ingress", "networking", "ingresses.networking.k8s.io"),
        ("po", "", "po.odd.example.com"),  # a name is before a short name
        ("pod", "v1", "pods."),
        ("nothing", "", None),
        ("widgets", "dev1.example.com", "widgets.dev1.example.com"),
        ("gadgets", "v1.example.com", "gadgets.v1.example.com"),
    ],
)
def test_a_word_means_what_it_means_to_kubectl(typed: str, group: str, found: str | None) -> None:
    resource = find_resource(typed, group, SERVED)
    assert (resource and f"{resource.plural}.{resource.group}") == found


def test_similar_names_are_suggested() -> None:
    assert similar_resources("pdos", SERVED) == ["pods"]
    assert similar_resources("ingres", SERVED) == ["ingresses"]
    assert similar_resources("zzz", SERVED) == []
