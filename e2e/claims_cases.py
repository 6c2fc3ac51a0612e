"""The cross-product of what Keycloak can put into the groups claim, in pairs, as realms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from testbed.realm import PASSWORD, Realm
from testbed.realm_clients import group_mapper
from testbed.realm_setup import OPERATOR_ROLES

DIMENSIONS: Mapping[str, Sequence[str]] = {
    "shape": ("top", "child", "signs", "slash", "emoji", "twin"),
    "kind": ("groups", "both", "roles", "same role", "fixed", "attribute", "nested", "jwt"),
    "scope": ("own", "default", "asked", "not asked"),
    "token": ("ID", "Access", "lightweight", "off"),
    "full_path": ("true", "false", ""),
    "prefix": ("", "oidc:", "kc/"),
}
SCOPES = ("openid", "profile", "email")
SCOPE = "teams"  # the client scope that brings the mappers


@dataclass(frozen=True)
class Case:
    """One combination. `number` makes the group's name one of its own in the whole cluster."""

    number: int
    shape: str
    kind: str
    scope: str
    token: str
    full_path: str
    prefix: str

    @property
    def groups_prefix(self) -> str:
        """Return what kube-apiserver puts in front: each realm has its own, the first has none."""
        return f"{self.prefix}{self.number:02}-" if self.number else self.prefix

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names on the way to the group."""
        leaf = f"SRE{self.number:02}"
        return {
            "top": (leaf,),
            "child": ("platform", leaf),
            "signs": ("a b", f"{leaf} ?#%+~'\""),
            "slash": ("sla", f"{leaf}/sh"),
            "emoji": ("팀", f"{leaf} 🚀"),
            "twin": ("platform", leaf),
        }[self.shape]

    @property
    def path(self) -> str:
        """Return the group's path, as Keycloak writes it."""
        return "/" + "/".join(self.names)

    @property
    def leaf(self) -> str:
        """Return the group's name."""
        return self.names[-1]

    @property
    def id_token(self) -> bool:
        """Tell whether people bring the ID token."""
        return self.token in {"ID", "off"}

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return the scopes that the login asks for."""
        jwt = ("microprofile-jwt",) if self.kind == "jwt" else ()
        return (*SCOPES, *jwt, *((SCOPE,) if self.scope == "asked" else ()))

    def mappers(self) -> Iterator[dict[str, Any]]:
        """Yield what writes into the claim; the trap of microprofile-jwt is in Keycloak itself."""
        if self.kind == "jwt":
            return
        claim = "groups.mine" if self.kind == "nested" else "groups"
        yield self._membership("groups", self.full_path, claim)
        if self.kind == "both":
            yield self._membership("other", "false" if self.full_path == "true" else "true")
        if self.kind in {"roles", "same role"}:
            yield self._mapper("oidc-usermodel-realm-role-mapper", multivalued="true")
        if self.kind == "fixed":
            text = {"claim.value": "everybody", "jsonType.label": "String"}
            yield self._mapper("oidc-hardcoded-claim-mapper", **text)
        if self.kind == "attribute":
            yield self._mapper("oidc-usermodel-attribute-mapper", **{"user.attribute": "team"})

    def _membership(self, name: str, full_path: str, claim: str = "groups") -> dict[str, Any]:
        mapper = group_mapper(name=name, claim=claim)
        mapper["config"] |= self._toggles()
        mapper["config"] |= {"full.path": full_path}
        if not full_path:
            del mapper["config"]["full.path"]
        return mapper

    def _mapper(self, provider: str, **config: str) -> dict[str, Any]:
        return _mapper(provider, **{"claim.name": "groups"}, **self._toggles(), **config)

    def _toggles(self) -> dict[str, str]:
        """Return in which token it is: in that which people bring alone, or in all others."""
        on = {
            "id.token.claim": self.token == "ID",  # noqa: S105 -- a kind of token
            "access.token.claim": self.token in {"Access", "off"},
            "lightweight.claim": self.token in {"lightweight", "off"},
        }
        return {key: str(value).lower() for key, value in on.items()}


def cases() -> list[Case]:
    """Return the combinations: every pair of values is in one of them."""
    chosen = pairwise(DIMENSIONS)
    return [Case(number, **values) for number, values in enumerate(chosen)]


def pairs(values: Mapping[str, str]) -> set[tuple[tuple[str, str], ...]]:
    """Return all pairs of values of one combination."""
    return set(combinations(sorted(values.items()), 2))


def pairwise(dimensions: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Take, again and again, the combination with the most pairs that are in none yet."""
    everything = [
        dict(zip(dimensions, values, strict=True)) for values in product(*dimensions.values())
    ]
    covers = [(pairs(values), values) for values in everything]
    missing = set().union(*(covered for covered, _ in covers))
    chosen: list[dict[str, str]] = []
    while missing:
        best, values = max(covers, key=lambda each: len(each[0] & missing))
        missing -= best
        chosen.append(values)
    return chosen


def contents(case: Case) -> dict[str, Any]:
    """Return the case's groups, with one member, and somebody who is in others, as a realm has it.

    All at once: by single calls a realm takes seconds.
    """
    others: list[tuple[str, ...]] = [(case.leaf.swapcase(),)]
    if case.shape == "twin":
        others.append(("elsewhere", case.leaf))
    if case.shape == "slash":
        others.append(("elsewhere", "sh"))
    role = case.leaf if case.kind in {"same role", "jwt"} else f"role {case.number}"
    paths = ["/" + "/".join(names) for names in others]
    return {
        # A partial import finds a group that it has made by the path that it was given.
        "groups": [{**_group(*names), "path": f"/{names[0]}"} for names in (case.names, *others)],
        "roles": {"realm": [{"name": role}]},
        "users": [_user("alice"), _user("bob", groups=paths, realmRoles=[role])],
    }


def build(case: Case, realm: Realm) -> None:
    """Make the case's client, and join its member: a path does not tell a slash from a child."""
    lightweight = str(case.token == "lightweight").lower()  # noqa: S105 -- a kind of token
    own = [*_everywhere(), *(case.mappers() if case.scope == "own" else ())]
    realm.clients.create(
        "headlamp",
        protocolMappers=own,
        attributes={"client.use.lightweight.access.token.enabled": lightweight},
    )
    if case.scope != "own":
        realm.clients.create_scope(SCOPE, *case.mappers())
        realm.clients.assign_scope("headlamp", SCOPE, optional=case.scope != "default")
    realm.clients.create_operator(roles=OPERATOR_ROLES)  # which may look at a member's token
    flat = {"search": "*", "populateHierarchy": "false"}
    (group,) = (
        each["id"]
        for each in realm.admin.connection.raw_get(
            f"admin/realms/{realm.name}/groups", **flat
        ).json()
        if (each["path"], each["name"]) == (case.path, case.leaf)
    )
    realm.admin.group_user_add(realm.user_id("alice"), group)


def _group(name: str, *below: str) -> dict[str, Any]:
    return {"name": name, "subGroups": [_group(*below)] if below else []}


def _user(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- a representation
    return {
        "username": name,
        "enabled": True,
        "email": f"{name}@example.com",
        "firstName": name,
        "lastName": "Example",
        "credentials": [{"type": "password", "value": PASSWORD}],
        **more,
    }


def _everywhere() -> Iterator[dict[str, Any]]:
    """Yield what kube-apiserver needs in every kind of token: for whom it is, and who brings it."""
    tokens = {
        "id.token.claim": "true",
        "access.token.claim": "true",
        "lightweight.claim": "true",
    }
    claim = {"claim.name": "preferred_username", "jsonType.label": "String"}
    yield _mapper(
        "oidc-audience-mapper",
        name="for whom",
        **{"included.client.audience": "headlamp"},
        **tokens,
    )
    attribute = {"user.attribute": "username"}
    yield _mapper("oidc-usermodel-attribute-mapper", name="who", **attribute, **claim, **tokens)


def _mapper(provider: str, *, name: str = "more", **config: str) -> dict[str, Any]:
    named = {"name": name, "protocol": "openid-connect", "protocolMapper": provider}
    return {**named, "config": config}
