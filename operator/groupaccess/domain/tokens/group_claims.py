"""Which strings kube-apiserver sees for the members of a group.

Keycloak's group membership mapper writes the path if "Full group path" is on, else the leaf name;
kube-apiserver puts --oidc-groups-prefix before each entry of --oidc-groups-claim.
"""

from dataclasses import dataclass

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.binding import SYSTEM_PREFIX, Annotation, BindingContent, Subject
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.tokens.client_claims import ClaimUnavailable, client_claim_values


@dataclass(frozen=True, slots=True)
class GroupClaim:
    """The subjects of a group, sorted, and the doubts about some of the clients.

    `incomplete` tells that the strings of a client are not known: what was bound for it must not
    count as something that it no longer sends. `subjects_by_client` are the subjects of each
    client, if they differ.
    """

    subjects: tuple[str, ...]
    doubts: tuple[Failure, ...] = ()
    incomplete: bool = False
    subjects_by_client: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def describe(self, group: Group) -> str:
        """Return a sentence; it names the clients if their strings differ."""
        each = (
            f"{' and '.join(subjects)} with client {name}"
            for name, subjects in self.subjects_by_client
        )
        strings = "; ".join(each) or " and ".join(self.subjects)
        return f"members of {group.path} appear in Kubernetes as group {strings}."


def group_claim(group: Group, directory: Directory, snapshot: Snapshot) -> GroupClaim | Failure:
    """Compute the subjects over all clients of the directory.

    The strings of clients that are known are bound; a client without a string leaves a doubt. If
    there is no string at all, the failure of the first client is returned.
    """
    senders: list[tuple[str, tuple[str, ...]]] = []
    unavailable: list[ClaimUnavailable] = []
    doubts: list[Failure] = []
    for login_client in directory.clients:
        client = snapshot.by_client_id.get(login_client.client_id)
        result = client_claim_values(group, login_client, directory.groups_claim, client)
        if isinstance(result, ClaimUnavailable):
            unavailable.append(result)
            doubts.append(result.failure)
        else:
            subjects = sorted(directory.groups_prefix + value for value in result.values)
            senders.append((login_client.client_id, tuple(subjects)))
            doubts.extend(result.doubts)
    if not senders:
        return unavailable[0].failure
    each = {subjects for _, subjects in senders}
    return GroupClaim(
        subjects=tuple(sorted({subject for subjects in each for subject in subjects})),
        doubts=tuple(dict.fromkeys(doubts)),
        incomplete=any(claim.uncertain for claim in unavailable),
        subjects_by_client=tuple(senders) if len(each) > 1 else (),
    )


def clients_with_groups(directory: Directory, snapshot: Snapshot) -> frozenset[str]:
    """Return the clients whose tokens carry groups, as far as known, or may do so."""
    anybody = Group("/", "/", "")
    result = {
        login_client.client_id: client_claim_values(
            anybody,
            login_client,
            directory.groups_claim,
            snapshot.by_client_id.get(login_client.client_id),
        )
        for login_client in directory.clients
    }
    return frozenset(
        name
        for name, item in result.items()
        if not isinstance(item, ClaimUnavailable) or item.uncertain
    )


def plausible_subjects(group: str, content: BindingContent, prefix: str) -> tuple[Subject, ...]:
    """Return the subjects of a binding that the declared group can have: drift is no grant."""
    path = content.annotation(Annotation.GROUP_PATH) or group
    name = content.annotation(Annotation.GROUP_NAME) or path.rpartition("/")[2]
    known = Group(path, name, "")
    if group not in known.references:
        return ()
    strings = {prefix + value for value in known.possible_claim_values}
    fits = (s for s in content.subjects if s.kind == "Group" and s.name in strings)
    return tuple(s for s in fits if not s.name.startswith(SYSTEM_PREFIX))
