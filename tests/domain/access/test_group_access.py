"""Where the bindings of a mapping are."""

import pytest

from domain.builders import access, mapping
from groupaccess.domain.binding import BindingKey


@pytest.mark.parametrize("namespace", ["", "shop"])
def test_the_name_of_a_binding_is_the_same_wherever_it_is(namespace: str) -> None:
    found = access(name="team").binding_key(mapping("sre", role="view"), namespace)
    assert found == BindingKey(namespace, "groupaccess:team:sre:view")


def test_key_says_which_kind_of_binding_it_is() -> None:
    wide, narrow = (str(access().binding_key(mapping(), namespace)) for namespace in ("", "shop"))
    assert wide == "ClusterRoleBinding groupaccess:platform:sre:edit"
    assert narrow == "RoleBinding shop/groupaccess:platform:sre:edit"
