"""`groupaccess import --remove-replaced`: what is deleted is covered, and seen to be so."""

import pytest

from cli.importing import GONE, OLD, OURS, RBAC, Body, CommandResult, access, binding, listed
from fakes.api_server import Answer, page, status


async def test_a_dry_run_lists_and_writes_nothing(typed: CommandResult) -> None:
    answers = (page(access()), *listed(OLD, OURS, binding("other", "SRE", "ops")))
    result = await typed("--remove-replaced", "--dry-run", answers=answers)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "ClusterRoleBinding other: stays",
        '  no GroupAccess gives Group "ops" the ClusterRole "view" in the whole cluster now',
        "ClusterRoleBinding sre-by-hand: would be deleted",
        "  GroupAccess adopted-view grants the same",
        "2 bindings: 1 stays, 1 would be deleted",
    ]
    assert {request.method for request in typed.server.requests} == {"GET"}


async def test_a_covered_one_is_deleted_after_a_last_look_and_only_as_it_was_seen(
    typed: CommandResult,
) -> None:
    answers = (page(access()), *listed(OLD, OURS), Answer(OURS), Answer(access()), Answer({}))
    result = await typed("--remove-replaced", answers=answers)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "1 bindings: 1 deleted"
    name = OURS["metadata"]["name"]
    rbac = f"/apis/{RBAC}/v1/clusterrolebindings"
    assert typed.asked[-3:] == [
        f"GET {rbac}/{name}",
        "GET /apis/groupaccess.io/v1alpha1/groupaccesses/adopted-view",
        f"DELETE {rbac}/sre-by-hand",
    ]
    assert typed.server.bodies[-1]["preconditions"] == {
        "uid": "uid-sre-by-hand",
        "resourceVersion": "7",
    }


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ((GONE,), "has just changed: run the command again"),
        ((Answer(OURS | {"metadata": {**OURS["metadata"], "resourceVersion": "2"}}),), "changed"),
        ((Answer(OURS | {"metadata": {**OURS["metadata"], "uid": "new"}}),), "changed"),
        ((Answer(OURS), GONE), 'no GroupAccess gives Group "SRE"'),
        ((Answer(OURS), Answer(access(state="Held"))), 'no GroupAccess gives Group "SRE"'),
        ((Answer(OURS), Answer(access()), Answer(status(409, "changed"), 409)), "changed"),
        ((Answer(OURS), Answer(access()), Answer(status(403, "not you"), 403)), "not you"),
        ((Answer(status(503, "not now"), 503),), "not now"),
    ],
)
async def test_what_changed_in_between_keeps_the_binding_and_fails(
    typed: CommandResult, now: tuple[Answer, ...], words: str
) -> None:
    answers = (page(access()), *listed(OLD, OURS), *now)
    result = await typed("--remove-replaced", answers=answers)
    assert result.exit_code == 1
    assert "ClusterRoleBinding sre-by-hand: not deleted" in result.stdout
    assert words in result.stdout
    assert result.stdout.splitlines()[-1] == "1 bindings: 1 not deleted"


async def test_one_that_is_gone_already_is_no_failure(typed: CommandResult) -> None:
    answers = (page(access()), *listed(OLD, OURS), Answer(OURS), Answer(access()), GONE)
    result = await typed("--remove-replaced", answers=answers)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "1 bindings: 1 already deleted"


@pytest.mark.parametrize(
    "other",
    [
        access(state="Held"),
        access(state="Revoked"),
        access(seen=0),
        access(deletionTimestamp="2026-01-01T00:00:00Z"),
        access("adopted-edit"),
    ],
    ids=["held", "revoked", "not seen yet", "going", "another"],
)
async def test_what_its_group_access_does_not_stand_for_covers_nothing(
    typed: CommandResult, other: Body
) -> None:
    answers = (page(other), *listed(OLD, OURS))
    result = await typed("--remove-replaced", answers=answers)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "1 bindings: 1 stays"
    assert "DELETE" not in {request.method for request in typed.server.requests}


async def test_the_filters_say_which_old_ones_are_meant_and_never_which_ones_cover(
    typed: CommandResult,
) -> None:
    other = binding("other", "SRE")
    answers = (page(access()), *listed(OLD, OURS, other), *listed(OLD))
    flags = ("--remove-replaced", "--dry-run", "--selector=team=a", "--subject=SRE")
    result = await typed(*flags, answers=answers)
    assert result.stdout.splitlines()[-1] == "1 bindings: 1 would be deleted"


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        (
            {"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}},
            'Flux created it from Kustomization "apps" and creates it again: remove it there',
        ),
        (
            {"annotations": {"argocd.argoproj.io/tracking-id": "rbac:x/y:z/old"}},
            'Argo CD created it from Application "rbac" and creates it again: remove it there',
        ),
        (
            {"annotations": {"meta.helm.sh/release-name": "rbac"}},
            'Helm created it from release "rbac" and creates it again: remove it there',
        ),
    ],
    ids=["Flux", "Argo CD", "Helm"],
)
@pytest.mark.parametrize("flags", [(), ("--dry-run",)], ids=["for good", "dry run"])
async def test_what_a_tool_declares_is_left_and_named(
    typed: CommandResult, metadata: Body, words: str, flags: tuple[str, ...]
) -> None:
    answers = (page(access()), *listed(binding("old", "SRE", **metadata), OURS))
    result = await typed("--remove-replaced", *flags, answers=answers)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "ClusterRoleBinding old: stays",
        "  GroupAccess adopted-view grants the same",
        f"  {words}",
        "1 bindings: 1 stays",
    ]
    assert {request.method for request in typed.server.requests} == {"GET"}


async def test_a_maker_that_makes_it_again_is_named_at_the_deletion(typed: CommandResult) -> None:
    owner = {"kind": "RBACDefinition", "name": "team", "uid": "x", "apiVersion": "v1"}
    old = binding("old", "SRE", ownerReferences=[owner])
    answers = (page(access()), *listed(old, OURS))
    result = await typed("--remove-replaced", "--dry-run", answers=answers)
    assert 'rbac-manager created it from RBACDefinition "team"' in result.stdout
