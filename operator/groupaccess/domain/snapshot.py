"""From Keycloak's answers to what is known of a realm."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from groupaccess.domain.clients import ClaimMapper, Client
from groupaccess.domain.directory import Group, Realm, Snapshot
from groupaccess.domain.question import Answer, ById, Question


def snapshot(
    realm: Realm, answers: Mapping[Question, Answer], strings: Iterable[str] = ()
) -> Snapshot:
    """Put the answers together, the oldest first: of a group that changed, the newest counts.

    Of what mappers add to tokens, only what a group is called is kept, or one of the `strings`:
    any other role may come and go without a change.
    """
    groups: dict[str, Group] = {}
    for question, answer in answers.items():
        if isinstance(question, ById) and not answer.groups:
            groups.pop(question.group_id, None)
        groups |= {group.id: group for group in answer.groups}
    texts = {text for group in groups.values() for text in (group.path, group.name)}.union(strings)
    clients = (_narrowed(client, texts) for client in realm.clients)
    return Snapshot(realm.identity, tuple(sorted(groups.values())), tuple(clients))


def _narrowed(client: Client, texts: AbstractSet[str]) -> Client:
    def narrow(mappers: Iterable[ClaimMapper]) -> tuple[ClaimMapper, ...]:
        known = (m if m.adds is None else replace(m, adds=m.adds & texts) for m in mappers)
        return tuple(known)

    return replace(client, mappers=narrow(client.mappers), optional=narrow(client.optional))
