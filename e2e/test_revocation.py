"""What it takes until somebody is out: docs/revocation.md, step by step."""

import time

import pytest

from testbed.cluster import Cluster
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = [pytest.mark.story, pytest.mark.usefixtures("granted")]

NAMESPACES = "/api/v1/namespaces"
LIFESPAN = 8  # seconds that a token lives
CACHE = 10  # seconds that kube-apiserver remembers a token that it has accepted


def test_who_left_the_group_stays_in_until_the_token_ends_and_gets_no_new_one(
    installed: Cluster, realm: Realm
) -> None:
    realm.admin.update_realm(realm.name, {"accessTokenLifespan": LIFESPAN})
    realm.create_user("alice", "/SRE")
    token = realm.id_token("alice")
    issued = time.monotonic()
    eventually(lambda: installed.get(NAMESPACES, token).status == 200, within=5)

    realm.leave("alice", "/SRE")

    assert installed.get(NAMESPACES, token).status == 200
    assert installed.get(NAMESPACES, realm.id_token("alice")).status == 403
    left = LIFESPAN + CACHE - (time.monotonic() - issued)
    eventually(lambda: installed.get(NAMESPACES, token).status == 401, within=left + 2)


def test_one_person_is_locked_out_at_once_by_a_rule_of_kube_apiserver(
    installed: Cluster, realm: Realm
) -> None:
    tokens = {}
    for who in ("mallory", "alice"):
        realm.create_user(who, "/SRE")
        tokens[who] = realm.id_token(who)
    eventually(lambda: installed.get(NAMESPACES, tokens["mallory"]).status == 200, within=5)

    rule = "!user.username.endsWith('#mallory')"
    installed.trust(realm.issuer(user_rules=(rule,)))

    eventually(lambda: installed.get(NAMESPACES, tokens["mallory"]).status == 401, within=30)
    assert installed.get(NAMESPACES, tokens["alice"]).status == 200
