"""What an account may do by its RBAC, and what of that it needs: both as single rights, compared.

What it needs is read from the audit log. Verb `bind` is no request of its own and in no log: it is
needed where a binding was made for a role whose rules the account does not hold itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

Object = dict[str, Any]

RBAC = "rbac.authorization.k8s.io"
BINDINGS = {"clusterrolebindings", "rolebindings"}
NEVER = {"escalate", "impersonate"}
ON_MANY = {"create", "list", "watch", "deletecollection"}  # such a request has no name in its path
CREATED, UNAUTHORIZED, FORBIDDEN = 201, 401, 403


@dataclass(frozen=True, order=True, slots=True)
class Right:
    """One verb on one resource. `scope` is a namespace or "" (the cluster), `name` "" is any."""

    scope: str
    group: str
    resource: str  # with its subresource: groupaccesses/status
    name: str
    verb: str

    def __str__(self) -> str:
        what = f"{self.resource}.{self.group}".rstrip(".")
        name = f' "{self.name}"' if self.name else ""
        where = f" in namespace {self.scope}" if self.scope else ""
        return f"{self.verb} {what}{name}{where}"

    def covers(self, need: "Right") -> bool:
        """Tell whether who has this right has the other one, too."""
        return (
            self.scope in {"", need.scope}
            and self.name in {"", need.name}
            and (self.group, self.resource, self.verb) == (need.group, need.resource, need.verb)
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """A right, and the rule that gives it."""

    right: Right
    rule: str

    def __str__(self) -> str:
        return f"{self.right} ({self.rule})"


def atoms(rule: Object, scope: str) -> Iterator[Right]:
    """Yield each single right of a rule that holds in a scope."""
    names, verbs = rule.get("resourceNames") or ("",), rule["verbs"]
    many = product(rule.get("apiGroups", ()), rule.get("resources", ()), names, verbs)
    for group, resource, name, verb in many:
        yield Right(scope, group, resource, name, verb)
    for url, verb in product(rule.get("nonResourceURLs", ()), verbs):
        yield Right(scope, "", url, "", verb)


def grants(bodies: Sequence[Object], account: Mapping[str, str]) -> list[Grant]:
    """Return what these objects give a ServiceAccount (`name`, `namespace`)."""
    roles = {_identity(body["kind"], body["metadata"]): body for body in bodies}
    found: list[Grant] = []
    for binding in bodies:
        if {"kind": "ServiceAccount", **account} not in binding.get("subjects", ()):
            continue
        scope, ref = binding["metadata"].get("namespace", ""), binding["roleRef"]
        home = {"namespace": scope} if ref["kind"] == "Role" else {}
        role = roles[_identity(ref["kind"], {"name": ref["name"], **home})]
        for number, rule in enumerate(role["rules"], start=1):
            where = f"{ref['kind']} {ref['name']}, rule {number}"
            found += [Grant(right, where) for right in atoms(rule, scope)]
    return found


def needs(events: Iterable[Object]) -> set[Right]:
    """Return what the requests of an audit log need; discovery, which has no object, is left out.

    An apply that creates is checked twice, the second time for `create`.
    """
    found: set[Right] = set()
    for event in events:
        ref = event.get("objectRef")
        if ref is None:
            continue
        verb, name = event["verb"], ref.get("name", "")
        scope, group = ref.get("namespace", ""), ref.get("apiGroup", "")
        resource = "/".join(filter(None, (ref["resource"], ref.get("subresource"))))
        # The log has the name of what was created, which the authorizer could not know yet.
        found.add(Right(scope, group, resource, "" if verb in ON_MANY else name, verb))
        if verb == "patch" and _code(event) == CREATED:
            found.add(Right(scope, group, resource, name, "create"))
    return found


def binds(
    events: Iterable[Object], held: Iterable[Grant], roles: Mapping[str, Sequence[Object]]
) -> set[Right]:
    """Return `bind` on each ClusterRole that was bound by somebody who holds only `held`.

    `roles` are the rules of all ClusterRoles by name. The bindings are logged whole.
    """
    found: set[Right] = set()
    for event in events:
        ref = event.get("objectRef", {})
        if ref.get("resource") not in BINDINGS or _code(event) != CREATED:
            continue
        scope, role = ref.get("namespace", ""), event["responseObject"]["roleRef"]["name"]
        wanted = [right for rule in roles[role] for right in atoms(rule, scope)]
        if missing(held, wanted):
            found.add(Right(scope, RBAC, "clusterroles", role, "bind"))
    return found


def missing(given: Iterable[Grant], needed: Iterable[Right]) -> list[str]:
    """Name what was needed and is in no rule."""
    rights = {grant.right for grant in given}
    return [str(need) for need in sorted(needed) if not any(one.covers(need) for one in rights)]


def superfluous(given: Sequence[Grant], needed: Iterable[Right]) -> list[str]:
    """Name what is in a rule and was not needed, or is in two."""
    wanted = set(needed)
    unused = [grant for grant in given if not any(grant.right.covers(need) for need in wanted)]
    twice = [
        grant
        for grant in given
        if any(other is not grant and other.right.covers(grant.right) for other in given)
    ]
    return [f"not used: {each}" for each in unused] + [f"given twice: {each}" for each in twice]


def too_wide(given: Iterable[Grant], needed: Iterable[Right]) -> list[str]:
    """Name what is given everywhere, or for any name, and was used in one place, for one name."""
    wanted, found = set(needed), list[str]()
    for grant in given:
        right = grant.right
        uses = [need for need in wanted if right.covers(need)]
        if not right.scope and (place := _only(uses, lambda use: use.scope)):
            found.append(f"only used in namespace {place}: {grant}")
        by_name = not right.name and right.verb not in ON_MANY
        if by_name and (name := _only(uses, lambda use: use.name)):
            found.append(f"only used for {name}: {grant}")
    return found


def never(bodies: Iterable[Object]) -> list[str]:
    """Name what no rule of any role may have: '*', and the verbs that lead to everything."""
    return [
        f"{value} ({body['kind']} {body['metadata']['name']}, rule {number})"
        for body in bodies
        for number, rule in enumerate(body.get("rules") or (), start=1)
        for values in rule.values()
        for value in values
        if "*" in value or value in NEVER
    ]


def refused(events: Iterable[Object]) -> list[str]:
    """Name the requests that were answered with a no; admission says why, RBAC does not."""
    found = [event for event in events if _code(event) in {UNAUTHORIZED, FORBIDDEN}]
    words = [event["responseStatus"].get("message", "") for event in found]
    return [
        f"{event['verb']} {event['requestURI']} {said}".rstrip()
        for event, said in zip(found, words, strict=True)
    ]


def _only(uses: Iterable[Right], what: Callable[[Right], str]) -> str:
    """Return what all uses have in common, "" when they differ."""
    values = {what(use) for use in uses}
    return values.pop() if len(values) == 1 else ""


def _code(event: Object) -> int:
    return int(event.get("responseStatus", {}).get("code", 0))


def _identity(kind: str, metadata: Mapping[str, Any]) -> tuple[str, str, str]:
    return kind, metadata.get("namespace", ""), metadata["name"]
