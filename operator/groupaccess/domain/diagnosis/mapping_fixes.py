"""Commands that mend a mapping that is not granted, by the reason in its status."""

import json
import shlex
from datetime import timedelta

from groupaccess.domain.diagnosis.access_facts import MappingFacts, PersonFacts
from groupaccess.domain.diagnosis.fix import Advice, Command, Fix, patch_spec
from groupaccess.domain.reasons import REASONS, Reason
from groupaccess.domain.timestamp import format_time

EXTENSION = timedelta(days=1)  # that an expired grant is proposed to get


def mapping_fixes(mapping: MappingFacts, facts: PersonFacts) -> tuple[Fix, ...]:
    """Return how to get a mapping granted, or the advice of its reason if no command is safe.

    What must be decided by a person who looks first (another group of the same name, a directory
    that is frozen) is no command.
    """
    match mapping.reason:
        case Reason.SUSPENDED:
            return (_resume(mapping, facts),)
        case Reason.EXPIRED:
            end = format_time(facts.now + EXTENSION)
            return (Fix((patch_mapping(mapping, "expiresAt", end),)),)
        case Reason.GROUP_NOT_FOUND | Reason.GROUP_AMBIGUOUS:
            meant = [group.path for group in facts.person.groups if _is_alike(group.path, mapping)]
            if len(meant) == 1:
                return (Fix((patch_mapping(mapping, "group", meant[0]),)),)
    return (Fix((Advice(_advice(mapping.reason)),)),)


def patch_mapping(mapping: MappingFacts, field: str, value: object) -> Command:
    """Return the command that sets one field, if the mapping is still where it was."""
    where = f"/spec/mappings/{mapping.index}"
    steps = [
        {"op": "test", "path": f"{where}/name", "value": mapping.mapping.name},
        {"op": "add", "path": f"{where}/{field}", "value": value},
    ]
    return Command(f"kubectl patch ga {mapping.access} --type=json -p {_quoted(steps)}")


def add_namespace(mapping: MappingFacts, namespace: str) -> Fix:
    """Return the command that adds a namespace to a mapping."""
    where = f"/spec/mappings/{mapping.index}"
    scope = mapping.mapping.scope
    named = bool(scope and scope.names)
    steps = [
        {"op": "test", "path": f"{where}/name", "value": mapping.mapping.name},
        {"op": "add", "path": f"{where}/namespaces/names/-", "value": namespace}
        if named
        else {"op": "add", "path": f"{where}/namespaces/names", "value": [namespace]},
    ]
    return Fix((Command(f"kubectl patch ga {mapping.access} --type=json -p {_quoted(steps)}"),))


def _resume(mapping: MappingFacts, facts: PersonFacts) -> Fix:
    """Resume the object that is suspended; the message of the status says which."""
    directory = facts.directories.get(mapping.directory)
    fields = {"suspend": False}
    if directory is not None and directory.suspend:
        return Fix((patch_spec("kcd", directory.name, fields),))
    return Fix((patch_spec("ga", mapping.access, fields),))


def _is_alike(path: str, mapping: MappingFacts) -> bool:
    declared = mapping.mapping.group.rpartition("/")[2]
    return path.rpartition("/")[2].casefold() == declared.casefold()


def _advice(reason: str) -> str:
    rows = {each.value: row for each, row in REASONS.items()}
    return rows[reason].advice if reason in rows else "Read the message of the mapping's status."


def _quoted(value: object) -> str:
    return shlex.quote(json.dumps(value))
