"""The cage: what the operator's account needs is let through; the attacks are in the matrix."""

import pytest

from testbed.cluster import Cluster
from testbed.guards import CAGE, accepted, refusal
from testbed.guards_users import binding, labelled
from testbed.installation import WITH_CLUSTER_ADMIN, install_rights, stolen_token

pytestmark = pytest.mark.attacks


def test_what_others_forged_can_be_repaired_and_deleted(
    without_operator: Cluster, name: str
) -> None:
    operator = stolen_token(without_operator)
    foreign_role = binding(f"groupaccess:{name}:a:system:node", "system:node", "g")
    masters = binding(f"groupaccess:{name}:b:view", "view", "system:masters")
    without_operator.apply(foreign_role, masters)
    refusal(CAGE, operator.merge(masters, labelled(masters)))
    accepted(operator.merge(masters, binding(masters["metadata"]["name"], "view", "g")))
    accepted(operator.delete(masters))
    accepted(operator.delete(foreign_role))


def test_a_role_of_any_name_can_be_listed(without_operator: Cluster) -> None:
    odd = """it's "odd" \\ <role>: ${x} ünïcode"""
    body = binding(f"groupaccess:x:m:{odd}", odd)
    operator = stolen_token(without_operator)
    install_rights(without_operator, [*WITH_CLUSTER_ADMIN, odd])
    try:
        accepted(operator.create(body, dry=True))
    finally:
        install_rights(without_operator)
