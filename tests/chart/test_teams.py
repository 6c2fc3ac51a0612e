"""The roles that docs/teams.md offers allow what it says, and fit the chart."""

from typing import Any

import pytest
import yaml

from chart.helm import Object
from chart.objects import ROOT, of_kind, rules

BODIES = list(yaml.safe_load_all((ROOT / "examples" / "teams.yaml").read_text()))
PAGE = (ROOT / "docs" / "teams.md").read_text()
ENDS_ACCESS = {"update", "patch", "delete"}


def role(name: str) -> Any:
    (found,) = (body for body in of_kind(BODIES, "ClusterRole") if body["metadata"]["name"] == name)
    return found


def test_an_author_may_end_the_access_of_no_other_team() -> None:
    for rule in role("groupaccess-author-shop")["rules"]:
        if ENDS_ACCESS & set(rule["verbs"]):
            assert rule["resourceNames"] == ["shop"]
    assert not [rule for rule in rules(BODIES) if "deletecollection" in rule["verbs"]]
    assert "keycloakdirectories" not in str(role("groupaccess-author-shop"))


def test_an_author_may_grant_only_what_the_operator_may_bind(rendered: list[Object]) -> None:
    (author,) = [rule for rule in rules(BODIES) if "bind" in rule["verbs"]]
    (operator,) = [rule for rule in rules(rendered) if "bind" in rule["verbs"]]
    assert author["resources"] == operator["resources"] == ["clusterroles"]
    assert set(author["resourceNames"]) <= set(operator["resourceNames"])


def test_the_page_shows_the_rules_of_the_example() -> None:
    _, _, block = PAGE.partition("```yaml\n")
    shown = yaml.safe_load(block.partition("```")[0])
    assert shown["rules"] == role("groupaccess-author-shop")["rules"]


@pytest.mark.parametrize("binding", of_kind(BODIES, "ClusterRoleBinding"))
def test_a_binding_names_a_role_that_is_there(binding: Object) -> None:
    assert role(binding["roleRef"]["name"])
    assert not binding["metadata"]["name"].startswith("groupaccess:")  # the operator's names
