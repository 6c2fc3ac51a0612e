"""Groups that nobody is in, and groups that only a binding knows."""

from collections.abc import Iterable

from groupaccess.domain.binding import SYSTEM_PREFIX, Binding, BindingKey, BindingName
from groupaccess.domain.diagnosis.access_facts import MappingFacts
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import Advice, Command, Fix


def bound_by_hand(bindings: Iterable[Binding], prefix: str) -> dict[str, BindingKey]:
    """Return the first binding of each group that Keycloak should have, by its claim value.

    The operator says itself what its own bindings are for; Kubernetes has the groups `system:...`
    and kubeadm those with its own name. Without a prefix every other group counts.
    """
    result: dict[str, BindingKey] = {}
    for binding in sorted(bindings, key=lambda each: each.key):
        if BindingName.parse(binding.key.name) is not None:
            continue
        for group in binding.content.groups:
            if group.startswith(prefix) and not group.startswith((SYSTEM_PREFIX, "kubeadm:")):
                result.setdefault(group.removeprefix(prefix), binding.key)
    return result


def granted_groups(mappings: Iterable[MappingFacts], directory: str) -> dict[str, MappingFacts]:
    """Return the first mapping of each group of a directory that is bound, by the group's path."""
    result: dict[str, MappingFacts] = {}
    for each in mappings:
        if each.directory == directory and each.group_path and each.subjects:
            result.setdefault(each.group_path, each)
    return result


def no_members(path: str, mapping: MappingFacts) -> Finding:
    """Return that nobody who can log in is in a group."""
    fact = f"nobody is in group {path}: {mapping.title} gives its ClusterRole to no one"
    text = (
        "Add people to the group in Keycloak, or remove the mapping. Members of a group below it "
        "are not in it."
    )
    return Finding(Cause.NO_MEMBERS, fact, (), (Fix((Advice(text),)),))


def dangling_subject(value: str, binding: BindingKey, realm: str) -> Finding:
    """Return that no group of a realm has what a binding names."""
    fact = f'{binding} is for group "{value}", and no group of realm {realm} carries it'
    kind = "rolebinding" if binding.namespace else "clusterrolebinding"
    where = f" -n {binding.namespace}" if binding.namespace else ""
    look = Command(f"kubectl get {kind} {binding.name}{where} -o yaml")
    text = (
        "Correct the name or delete the binding, unless its group comes from somewhere else: a "
        "client certificate, a cloud provider, or another issuer."
    )
    return Finding(Cause.DANGLING_SUBJECT, fact, (), (Fix((look, Advice(text))),))
