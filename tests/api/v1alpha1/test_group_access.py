"""A GroupAccess is read whole, and what could grant too much is not read at all."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from groupaccess.api.v1alpha1 import (
    Condition,
    GroupAccess,
    GroupAccessSpec,
    GroupAccessStatus,
    GroupMapping,
    LabelExpression,
    LabelSelector,
    Namespaces,
    ObjectMeta,
)

EXAMPLE = Path(__file__).parents[3] / "examples" / "groupaccess.yaml"
PART = {"name": "sre", "group": "SRE", "clusterRole": "cluster-admin"}
SRE = {**PART, "clusterWide": True}
NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
LABELS = st.dictionaries(NAMES, NAMES, min_size=1, max_size=3)
WHEN = st.datetimes(datetime(2026, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- it adds UTC


def body(*mappings: dict[str, Any], **more: Any) -> dict[str, Any]:
    metadata = {"name": "platform", "uid": "u", "generation": 2, "managedFields": []}
    return {"metadata": metadata, "spec": {"mappings": list(mappings)}, **more}


def mapping(**fields: Any) -> GroupMapping:
    where = PART if "namespaces" in fields else SRE
    return GroupMapping.model_validate({**where, **fields})


expressions = st.one_of(
    st.builds(
        LabelExpression,
        key=NAMES,
        operator=st.sampled_from(["In", "NotIn"]),
        values=st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    ),
    st.builds(LabelExpression, key=NAMES, operator=st.sampled_from(["Exists", "DoesNotExist"])),
)
selectors = st.one_of(
    st.builds(LabelSelector, match_labels=LABELS),
    st.builds(
        LabelSelector,
        match_labels=LABELS,
        match_expressions=st.lists(expressions, max_size=2).map(tuple),
    ),
)
places = st.one_of(
    st.builds(Namespaces, names=st.lists(NAMES, min_size=1, unique=True, max_size=4).map(tuple)),
    st.builds(Namespaces, selector=selectors),
)
mappings = st.builds(
    lambda where, **fields: GroupMapping(**fields, **where),
    st.just({"cluster_wide": True}) | st.fixed_dictionaries({"namespaces": places}),
    name=NAMES,
    group=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1),
    cluster_role=NAMES,
) | st.fixed_dictionaries(
    {
        "name": NAMES,
        "group": NAMES,
        "group_id": st.uuids().map(str),
        "cluster_role": NAMES,
        "namespaces": places,
        "expires_at": WHEN,
    }
).map(GroupMapping.model_validate)
objects = st.builds(
    GroupAccess,
    metadata=st.builds(ObjectMeta, name=NAMES),
    spec=st.builds(
        GroupAccessSpec,
        suspend=st.booleans(),
        mappings=st.lists(mappings, min_size=1, max_size=4, unique_by=lambda found: found.name).map(
            tuple
        ),
    ),
)


@given(objects)
def test_what_is_written_is_read_back(written: GroupAccess) -> None:
    assert GroupAccess.read(written.to_kubernetes()) == written


def test_example_is_the_story() -> None:
    found = GroupAccess.read(yaml.safe_load(EXAMPLE.read_text()))
    assert [(mapping.group, mapping.cluster_role) for mapping in found.spec.mappings] == [
        ("SRE", "cluster-admin"),
        ("Developer", "edit"),
        ("headlamp-viewers", "view"),
    ]


def test_absent_means_what_the_documentation_says() -> None:
    found = GroupAccess.read(body(SRE))
    assert found.spec.directory_ref.name == "default"
    assert found.spec.suspend is False
    assert found.status.observed_generation == -1
    [only] = found.spec.mappings
    assert (only.group_id, only.namespaces, only.expires_at) == (None, None, None)


@pytest.mark.parametrize(
    "where",
    [{}, {"clusterWide": False}, {"clusterWide": True, "namespaces": {"names": ["shop"]}}],
)
def test_a_place_that_was_lost_is_never_the_whole_cluster(where: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="exactly one of namespaces"):
        GroupMapping.model_validate({**PART, **where})


@pytest.mark.parametrize("key", ["clusterWide", "namespaces", "expiresAt", "groupId", "unheardOf"])
def test_an_empty_key_is_refused_and_named(key: str) -> None:
    with pytest.raises(ValidationError, match=rf"a key is left empty.*\(empty: {key}\)"):
        GroupMapping.model_validate({**SRE, key: None})


def test_what_nobody_set_is_not_written() -> None:
    written = GroupAccess(
        metadata=ObjectMeta(name="platform"),
        spec=GroupAccessSpec(
            mappings=(
                GroupMapping(name="sre", group="SRE", cluster_role="view", cluster_wide=True),
            )
        ),
    ).to_kubernetes()
    assert written == {
        "apiVersion": "groupaccess.io/v1alpha1",
        "kind": "GroupAccess",
        "metadata": {"name": "platform"},
        "spec": {
            "mappings": [
                {"name": "sre", "group": "SRE", "clusterRole": "view", "clusterWide": True}
            ]
        },
    }


def test_fields_of_a_newer_version_are_refused() -> None:
    newer = body({**PART, "onlyOnCall": True, "namespaces": {"names": ["a"], "except": ["b"]}})
    newer["spec"]["until"] = "noon"
    with pytest.raises(ValidationError) as refused:
        GroupAccess.read(newer)
    assert {each["loc"]: each["type"] for each in refused.value.errors()} == {
        ("spec", "until"): "extra_forbidden",
        ("spec", "mappings", 0, "onlyOnCall"): "extra_forbidden",
        ("spec", "mappings", 0, "namespaces", "except"): "extra_forbidden",
    }


def test_unknown_metadata_and_status_are_ignored() -> None:
    found = GroupAccess.read(body(SRE, status={"observedGeneration": 2, "mood": "good"}))
    assert (found.metadata.generation, found.status.observed_generation) == (2, 2)


@pytest.mark.parametrize("status", [{"conditions": "none"}, {"granted": 3}, 7])
def test_unreadable_status_counts_as_none(status: object) -> None:
    assert GroupAccess.read(body(SRE, status=status)).status == GroupAccessStatus()


@pytest.mark.parametrize(
    "namespaces", [{}, {"names": []}, {"selector": {}}, {"selector": {"matchLabels": {}}}]
)
def test_namespaces_that_say_nothing_are_never_every_namespace(
    namespaces: dict[str, object],
) -> None:
    with pytest.raises(ValidationError, match="in the whole cluster"):
        mapping(namespaces=namespaces)


@pytest.mark.parametrize("mappings", [[], [SRE, SRE]])
def test_mappings_are_some_and_each_name_is_once(mappings: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError, match="at least one mapping, and no two of one name"):
        GroupAccess.read(body(*mappings))


@pytest.mark.parametrize(
    "time",
    ["2026-12-31", "2026-12-31T00:00:00", datetime(2026, 12, 31)],  # noqa: DTZ001 -- it is refused
)
def test_expiry_without_zone_is_refused(time: object) -> None:
    with pytest.raises(ValidationError):
        mapping(expiresAt=time)


@pytest.mark.parametrize("text", ["2026-12-31T00:00:00+01:00", "2026-12-30T23:00:00Z"])
def test_expiry_is_a_point_in_time(text: str) -> None:
    zone = timezone(timedelta(hours=1))
    assert mapping(expiresAt=text).expires_at == datetime(2026, 12, 31, tzinfo=zone)


def saying(message: str) -> Condition:
    return Condition(
        type="Ready",
        status="False",
        last_transition_time=datetime(2026, 1, 1, 0, 0, 0, 7, tzinfo=UTC),
        reason="WriteRefused",
        message=message,
    )


def test_what_a_group_is_called_reaches_no_terminal_as_a_command() -> None:
    said = saying("no group \x1b[2J/SRE\nReady: did you mean 에스알이 🚀\u202e?").message
    assert said == "no group ?[2J/SRE Ready: did you mean 에스알이 🚀??"


def test_long_message_is_cut_so_that_the_status_is_not_refused() -> None:
    condition = saying("x" * 9000)
    assert len(condition.message) == 4096
    assert condition.message.endswith("x…")
    assert condition.to_kubernetes()["lastTransitionTime"] == "2026-01-01T00:00:00Z"


def test_values_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        mapping().group = "other"
