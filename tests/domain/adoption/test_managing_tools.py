"""Which tool made a binding is known by what it wrote on it; what it declares is left to it."""

from collections.abc import Mapping

import pytest

from domain.handmade import found, granted
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.adoption.candidates import CandidateBinding
from groupaccess.domain.adoption.managing_tools import ManagingTool
from groupaccess.domain.adoption.redundancy import find_redundant

HELM = {"app.kubernetes.io/managed-by": "Helm"}
RELEASE = {"meta.helm.sh/release-name": "rbac", "meta.helm.sh/release-namespace": "infra"}
KUSTOMIZATION = {
    "kustomize.toolkit.fluxcd.io/name": "apps",
    "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
}
HELM_RELEASE = {
    "helm.toolkit.fluxcd.io/name": "rbac",
    "helm.toolkit.fluxcd.io/namespace": "infra",
}
TRACKED = {
    "argocd.argoproj.io/tracking-id": "rbac:rbac.authorization.k8s.io/ClusterRoleBinding:default/a"
}
ARGO = {"argocd.argoproj.io/instance": "rbac"}
INSTANCE = {"app.kubernetes.io/instance": "rbac"}
AGAIN = "and creates it again: remove it there"


@pytest.mark.parametrize(
    ("labels", "annotations", "words"),
    [
        (KUSTOMIZATION, {}, 'Flux created it from Kustomization "flux-system/apps"'),
        (HELM_RELEASE, {}, 'Flux created it from HelmRelease "infra/rbac"'),
        (HELM_RELEASE | HELM, RELEASE, 'Flux created it from HelmRelease "infra/rbac"'),
        (KUSTOMIZATION, TRACKED, 'Flux created it from Kustomization "flux-system/apps"'),
        (
            {"kustomize.toolkit.fluxcd.io/name": "apps"},
            {},
            'Flux created it from Kustomization "apps"',
        ),
        ({}, TRACKED, 'Argo CD created it from Application "rbac"'),
        (ARGO, {}, 'Argo CD created it from Application "rbac"'),
        (HELM | INSTANCE, TRACKED, 'Argo CD created it from Application "rbac"'),
        (HELM, RELEASE, 'Helm created it from release "infra/rbac"'),
        ({}, RELEASE, 'Helm created it from release "infra/rbac"'),
        (HELM | INSTANCE, {}, 'Helm created it from release "rbac"'),
        (HELM, {}, "Helm created it from a release"),
    ],
)
def test_what_a_tool_declares_names_the_tool_and_its_object(
    labels: Mapping[str, str], annotations: Mapping[str, str], words: str
) -> None:
    maker = found("a", labels=labels, annotations=annotations).managing_tool
    assert maker == ManagingTool(f"{words} {AGAIN}", is_declarative=True)


@pytest.mark.parametrize(
    "one",
    [
        found("a", labels=INSTANCE),
        found("a", labels={"cattle.io/creator": "norman"}),
        found("a", owners=(("RBACDefinition", "x"),)),
        found("a", owners=(("Team", "x"),)),
    ],
)
def test_what_others_made_or_may_have_made_is_only_mentioned(one: CandidateBinding) -> None:
    assert one.managing_tool is not None
    assert not one.managing_tool.is_declarative


def test_the_common_label_is_no_proof_of_argo_cd() -> None:
    maker = found("a", labels=INSTANCE).managing_tool
    assert maker is not None
    assert maker.description == (
        'it has the label app.kubernetes.io/instance="rbac": if Argo CD tracks by that label, its '
        "Application creates it again"
    )


@pytest.mark.parametrize(
    "labels", [{}, {"app.kubernetes.io/managed-by": "me"}, {"team": "Helm"}], ids=str
)
def test_a_binding_of_a_person_has_no_maker(labels: Mapping[str, str]) -> None:
    assert found("a", labels=labels).managing_tool is None


@pytest.mark.parametrize(
    ("one", "removable"),
    [
        (found("by-hand"), True),
        (found("by-hand", labels=INSTANCE), True),
        (found("by-hand", labels=KUSTOMIZATION), False),
        (found("by-hand", annotations=TRACKED), False),
        (found("by-hand", labels=HELM, annotations=RELEASE), False),
        (found("by-hand", "ops"), False),
    ],
    ids=["nobody's", "label", "Flux", "Argo CD", "Helm", "not covered"],
)
def test_what_is_covered_may_go_unless_a_tool_declares_it(
    one: CandidateBinding, *, removable: bool
) -> None:
    ours = granted("sre", "SRE").binding
    mappings = {"adopted": (AccessMapping("sre", "SRE", "view", None),)}
    (judged,) = find_redundant([one], [ours], mappings)
    assert judged.is_removable is removable
