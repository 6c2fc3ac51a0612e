"""The files of examples/ on real servers: what they promise of a team, and of Grafana's roles."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import jmespath  # type: ignore[import-untyped]
import pytest
import yaml

from testbed.cluster import Cluster
from testbed.guards import BIND_GUARD, accepted, refusal
from testbed.guards_users import User, make_user, remove_user
from testbed.installation import ROOT
from testbed.objects import Objects, access, mapping
from testbed.realm import Realm

pytestmark = pytest.mark.attacks

EXAMPLES = ROOT / "examples"
AUTHOR = "groupaccess-author-shop"
FORBIDDEN = 403


def claims(token: str) -> dict[str, Any]:
    """Return what is in a token, unverified."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return found


@pytest.fixture
def lead(without_operator: Cluster, name: str) -> Iterator[User]:
    """Give somebody with the author's role of examples/teams.yaml."""
    bodies = yaml.safe_load_all((EXAMPLES / "teams.yaml").read_text())
    (role,) = (
        body
        for body in bodies
        if (body["kind"], body["metadata"]["name"]) == ("ClusterRole", AUTHOR)
    )
    yield make_user(without_operator, name, *role["rules"])
    remove_user(without_operator, name)


def shop(role: str) -> dict[str, Any]:
    places = {"names": ["shop"]}
    return access("shop", "default", mapping("shop", "/apps/shop/dev", role, namespaces=places))


def test_a_team_writes_its_own_group_access_with_the_roles_that_it_may_bind(
    lead: User, objects: Objects
) -> None:
    objects.remember(shop("edit"))
    refusal(BIND_GUARD, lead.apply(shop("admin")))
    accepted(lead.apply(shop("edit")))
    accepted(lead.apply(shop("view")))
    refusal(BIND_GUARD, lead.apply(shop("cluster-admin")))
    accepted(lead.delete(shop("view")))


def test_a_team_ends_nobody_elses_access(lead: User, objects: Objects, name: str) -> None:
    wide, narrow = mapping("sre", "/SRE", "cluster-admin"), mapping("dev", "/Dev", "view")
    platform = access(name, "default", wide, narrow)
    objects.apply(platform)
    assert lead.read(platform)
    without = {"spec": {"mappings": [narrow]}}
    for answer in (
        lead.delete(platform),
        lead.delete_all(platform, "team=none"),
        lead.merge(platform, without),
        lead.apply(access(name, "default", narrow)),
    ):
        assert answer.status == FORBIDDEN, answer.message


@pytest.mark.parametrize("file", ["groupaccess.yaml", "keycloakdirectory.yaml", "teams.yaml"])
def test_the_api_server_takes_the_example(installed: Cluster, file: str) -> None:
    for body in yaml.safe_load_all((EXAMPLES / file).read_text()):
        text = json.dumps(body)
        installed.kubectl("apply", "--server-side", "--dry-run=server", "-f-", stdin=text)


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (("/SRE",), "Admin"),
        (("/Developer",), "Editor"),
        (("/SRE", "/Developer"), "Admin"),
        ((), False),
    ],
)
def test_grafana_gets_its_role_from_a_real_token(
    realm: Realm, groups: tuple[str, ...], role: object
) -> None:
    realm.create_user("alice", *groups)
    values = yaml.safe_load((EXAMPLES / "grafana" / "values.yaml").read_text())
    expression = values["grafana.ini"]["auth.generic_oauth"]["role_attribute_path"]
    assert jmespath.search(expression, claims(realm.id_token("alice"))) == role
