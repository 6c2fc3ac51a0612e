"""What is said of a binding that cannot be adopted, word for word: people act on it."""

import pytest

from domain.handmade import account, found, group
from groupaccess.domain.adoption.candidates import (
    CandidateBinding,
    unsupported_role,
    unsupported_subject,
)
from groupaccess.domain.binding import RoleRef, Subject

RANCHER = (
    "this is Rancher's own name for a group. Only requests through Rancher have it, and no token "
    "of Keycloak. For people who use such a token, add a mapping with the group's name in Keycloak"
)
KUBERNETES = "Kubernetes reserves such names"
NO_NAME = "a GroupAccess does not allow this as a group's name"
NO_GROUP = "this is neither the path nor the name of a group"
OWN_ROLE = (
    'it gives the Role "view": a GroupAccess gives ClusterRoles only. Create a ClusterRole with '
    "the same rules, or keep this binding"
)
ONLY_GROUPS = "a GroupAccess gives roles to groups only"


@pytest.mark.parametrize(
    ("subject", "prefix", "words"),
    [
        (Subject("User", "bob"), "", f'User "bob": {ONLY_GROUPS}'),
        (account("bot"), "", f'ServiceAccount "ci/bot": {ONLY_GROUPS}'),
        (group("system:x"), "", f'Group "system:x": {KUBERNETES}'),
        (group("system:x"), "oidc:", f'Group "system:x": {KUBERNETES}'),
        (group("o:system:x"), "o:", f'Group "o:system:x": {KUBERNETES}'),
        (
            group("kubeadm:x"),
            "",
            'Group "kubeadm:x": it comes from kubeadm\'s client certificates, not from Keycloak',
        ),
        (group("github_team://1"), "", f'Group "github_team://1": {RANCHER}'),
        (group("x"), "o:", 'Group "x": without the prefix "o:" it cannot come from Keycloak'),
        (group("o:"), "o:", f'Group "o:": {NO_NAME}'),
        (group("a\x7fb"), "", f'Group "a\x7fb": {NO_NAME}'),
        (group("/x/"), "", f'Group "/x/": {NO_GROUP}'),
        (group("x//y"), "", f'Group "x//y": {NO_GROUP}'),
        (group("/x/./y"), "", f'Group "/x/./y": {NO_GROUP}'),
        (group("/.."), "", f'Group "/..": {NO_GROUP}'),
        (group("a" * 1024), "", None),
        (group("o:" + "a" * 1024), "o:", None),
        (group("/.a"), "", None),
        (group("x/../y"), "", None),
        (group("SRE"), "", None),
    ],
)
def test_a_subject(subject: Subject, prefix: str, words: str | None) -> None:
    assert unsupported_subject(subject, prefix) == words


def test_a_name_that_is_too_long() -> None:
    assert unsupported_subject(group("a" * 1025), "") == f'Group "{"a" * 1025}": {NO_NAME}'


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (RoleRef("ClusterRole", "view"), None),
        (RoleRef("ClusterRole", "x" * 253), None),
        (RoleRef("Role", "view"), OWN_ROLE),
        (
            RoleRef("ClusterRole", "x" * 254),
            f'a GroupAccess does not allow the name of its ClusterRole "{"x" * 254}"',
        ),
    ],
)
def test_a_role(role: RoleRef, words: str | None) -> None:
    assert unsupported_role(role) == words


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (found("a"), None),
        (found("a", labels={"team": "x"}, annotations={"a/cattle.io/b": "x"}), None),
        (
            found("a", labels={"cattle.io/a/b": "x"}),
            "Rancher may have created it and may create it again: remove the member in Rancher",
        ),
        (
            found("a", owners=(("RBACDefinition", "x"),)),
            'rbac-manager created it from RBACDefinition "x" and creates it again: remove it there',
        ),
        (found("a", owners=(("Team", "x"),)), 'it belongs to Team "x", which may create it again'),
    ],
)
def test_a_maker(one: CandidateBinding, words: str | None) -> None:
    assert (one.managing_tool and one.managing_tool.description) == words
