"""Which tool made a binding, and would re-create it after a deletion."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

FLUX = (
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
)
TRACKING_ID, ARGO_INSTANCE = "argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance"
MANAGED_BY, INSTANCE = "app.kubernetes.io/managed-by", "app.kubernetes.io/instance"
RELEASE_NAME, RELEASE_NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
RECREATED = "creates it again: remove it there"


@dataclass(frozen=True, slots=True)
class ManagingTool:
    """The tool that made a binding, in words.

    `is_declarative` tells that the tool applies it from Git or from a chart: it must be removed
    there first.
    """

    description: str
    is_declarative: bool = False


def find_managing_tool(
    name: str,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    owners: Iterable[tuple[str, str]],
) -> ManagingTool | None:
    """Return the tool that made a binding, None if its name and metadata show none.

    `owners` are its owner references as (kind, name) pairs.
    """
    declared = next(_declarative_tools(labels, annotations), None)
    if declared is not None:
        return ManagingTool(f"{declared} and {RECREATED}", is_declarative=True)
    if _is_of_rancher(name, (*labels, *annotations)):
        return ManagingTool(
            "Rancher may have created it and may create it again: remove the member in Rancher"
        )
    for kind, owner in owners:
        if kind == "RBACDefinition":
            return ManagingTool(
                f'rbac-manager created it from RBACDefinition "{owner}" and {RECREATED}'
            )
        return ManagingTool(f'it belongs to {kind} "{owner}", which may create it again')
    if labels.get(INSTANCE):  # many tools set it; older Argo CD tracks by it
        again = "if Argo CD tracks by that label, its Application creates it again"
        return ManagingTool(f'it has the label {INSTANCE}="{labels[INSTANCE]}": {again}')
    return None


def _declarative_tools(labels: Mapping[str, str], annotations: Mapping[str, str]) -> Iterator[str]:
    """Yield the tools that apply it from Git or from a chart, the outermost first."""
    for domain, kind in FLUX:
        if f"{domain}/name" in labels:
            full_name = _full_name(labels.get(f"{domain}/namespace"), labels[f"{domain}/name"])
            yield f'Flux created it from {kind} "{full_name}"'
    tracked = annotations.get(TRACKING_ID, "").partition(":")[0] or labels.get(ARGO_INSTANCE)
    if tracked:
        yield f'Argo CD created it from Application "{tracked}"'
    if RELEASE_NAME in annotations:
        release = _full_name(annotations.get(RELEASE_NAMESPACE), annotations[RELEASE_NAME])
        yield f'Helm created it from release "{release}"'
    elif labels.get(MANAGED_BY) == "Helm":
        release = labels.get(INSTANCE, "")
        yield (
            f'Helm created it from release "{release}"'
            if release
            else "Helm created it from a release"
        )


def _full_name(namespace: str | None, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name


def _is_of_rancher(name: str, keys: Iterable[str]) -> bool:
    domains = (key.partition("/")[0] for key in keys)
    return "cattle" in name or any(
        domain == "cattle.io" or domain.endswith(".cattle.io") for domain in domains
    )
