"""The verdict for a mapping, and all that it depends on."""

from collections.abc import Mapping as MappingOf
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Self

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.access.namespace_scope import NamespacesByName
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.reading import MissingAnswer, Reading
from groupaccess.domain.directory.suggestions import Suggestion
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.reasons import (
    DIRECTORY_UNAVAILABLE,
    KEYCLOAK_OBJECTIONS,
    Reason,
    with_advice,
)
from groupaccess.domain.tokens.prefixes import PeerPrefixes


class Outcome(Enum):
    """What happens to a mapping's bindings."""

    GRANT = "Grant"  # bound as declared, for these subjects
    HOLD = "Hold"  # what is bound for the declared group stays, nothing new
    REVOKE = "Revoke"  # no subject is bound


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict for one mapping. `subjects` and `group` are only set for GRANT.

    `message` is stable, and says what to do. `doubts` are what could not be verified of a GRANT;
    while it is `incomplete`, no bound string is removed. `last_known` is the verdict by the last
    reading, while Keycloak cannot be read. For a REVOKE, `potential_subjects` are the subjects that
    the mapping would have, as far as the last reading says. For a suspended mapping,
    `without_suspend` is the verdict without the suspension. `pin` is what the group's bindings
    should say about it, once Keycloak was asked. `grace_ends` is the end of a grace. `replaced_id`
    is set for a GRANT that follows a re-created group. `from_keycloak` tells that the
    objection is a fact from Keycloak, although its reason may also be about what is declared.
    """

    mapping: AccessMapping
    outcome: Outcome
    reason: Reason
    message: str
    group: Group | None = None
    subjects: tuple[str, ...] = ()
    doubts: tuple[Failure, ...] = ()
    incomplete: bool = False
    last_known: Self | None = None
    potential_subjects: tuple[str, ...] = ()
    without_suspend: Self | None = None
    pin: Pin | None = None
    grace_ends: datetime | None = None
    replaced_id: str | None = None
    from_keycloak: bool = False

    @property
    def keycloak_objects(self) -> bool:
        """Tell whether the objection is a fact from Keycloak, and not from Kubernetes alone."""
        return self.reason in KEYCLOAK_OBJECTIONS or self.from_keycloak

    @property
    def drops_pin(self) -> bool:
        """Tell whether the pinned id is dropped, too: no objection from Keycloak drops it."""
        return self.outcome is Outcome.REVOKE and not self.keycloak_objects

    @property
    def directory_unavailable(self) -> bool:
        """Tell whether the only objection is that Keycloak could not be read."""
        return self.outcome is Outcome.HOLD and self.reason in DIRECTORY_UNAVAILABLE

    @property
    def may_move(self) -> bool:
        """Tell whether the group's subjects may be bound in a new place: nothing objects to it.

        Keycloak cannot be read, and its last answers did not object.
        """
        last = self.last_known
        fine = last is None or last.outcome is Outcome.GRANT or last.directory_unavailable
        return self.directory_unavailable and fine

    @property
    def reported(self) -> Self:
        """Return the verdict to report for what is bound: objections stay while nothing is read."""
        last = self.last_known
        return self if last is None or last.outcome is Outcome.GRANT else last

    @property
    def suspended(self) -> bool:
        """Tell whether the mapping is held because somebody suspended it."""
        return self.without_suspend is not None


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """All that a verdict depends on beside the mapping itself.

    `directory` is None if the KeycloakDirectory does not exist. `now` is timezone-aware. `pins` are
    by group as declared. `frozen` says why the directory is frozen. `oidc_check` is how
    kube-apiserver reads the tokens. `prefixes` is what the prefixes of other directories mean for
    this one. `unreadable` says what of the directory this version cannot read. `missing_answers`
    are the answers of Keycloak that mappings lack, by mapping name; `suggestions` are for groups
    that do not exist, by group as declared.
    """

    directory_name: str
    directory: Directory | None
    reading: Reading
    cluster_roles: AbstractSet[str]
    now: datetime
    namespaces: NamespacesByName = field(default_factory=dict)
    suspend: bool = False
    oidc_check: OidcCheckResult | None = None
    pins: MappingOf[str, Pin] = field(default_factory=dict)
    frozen: Failure | None = None
    prefixes: PeerPrefixes = field(default_factory=PeerPrefixes)
    unreadable: str | None = None
    missing_answers: MappingOf[str, MissingAnswer] = field(default_factory=dict)
    suggestions: MappingOf[str, Suggestion] = field(default_factory=dict)

    @property
    def suspended_by(self) -> str | None:
        """Return what has `spec.suspend` set, None if nothing has."""
        result = list[str]()
        if self.directory is not None and self.directory.suspend:
            result.append(f'KeycloakDirectory "{self.directory_name}"')
        if self.suspend:
            result.append("this GroupAccess")
        return " and ".join(result) or None

    @property
    def without_suspend(self) -> Self:
        """Return the same context with nothing suspended."""
        directory = replace(self.directory, suspend=False) if self.directory else None
        return replace(self, suspend=False, directory=directory)

    @property
    def awaits_first_reading(self) -> bool:
        """Tell whether the directory's first reading is still running: nothing can be reported."""
        if self.unreadable is not None:
            return False
        unasked = any(
            not gap.answered and gap.failure is None for gap in self.missing_answers.values()
        )
        unread = self.reading == Reading() or self.awaits_oidc_check
        return self.directory is not None and (unread or (unasked and not self.reading.failure))

    @property
    def lacks_answer(self) -> bool:
        """Tell whether something waits for Keycloak: it was not read, or left a question open."""
        unread = self.awaits_first_reading or self.reading.failure is not None
        return unread or bool(self.missing_answers)

    @property
    def awaits_oidc_check(self) -> bool:
        """Tell whether a canary is declared, and its first check is not made yet."""
        return bool(self.directory and self.directory.canary) and self.oidc_check is None


def verdict_for_failure(
    mapping: AccessMapping, failure: Failure, outcome: Outcome = Outcome.HOLD
) -> Verdict:
    """Return a verdict that grants nothing, with the reason and the message of a failure."""
    return Verdict(mapping, outcome, failure.reason, failure.message)


def verdict_for(mapping: AccessMapping, outcome: Outcome, reason: Reason, fact: str) -> Verdict:
    """Return a verdict that grants nothing: the fact, and the advice for its reason."""
    return Verdict(mapping, outcome, reason, with_advice(reason, fact))
