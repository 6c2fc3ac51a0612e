"""Where the bindings of a mapping are."""

from dataclasses import replace

from domain.builders import access, mapping
from groupaccess.domain.bindings import BindingKey


def test_cluster_wide_mapping_has_one_cluster_role_binding() -> None:
    assert access(name="team").keys(mapping("sre", role="view")) == (
        BindingKey("", "groupaccess:team:sre:view"),
    )


def test_mapping_for_namespaces_has_no_cluster_role_binding() -> None:
    assert access().keys(replace(mapping(), cluster_wide=False)) == ()
