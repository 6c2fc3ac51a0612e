"""The resources that an API server serves, and which of them a person means by a word."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

VERSION = re.compile(r"v\d+((alpha|beta)\d+)?(\.|$)")  # as in deployments.v1.apps
# Authorizers are asked about these, and no API serves them: `impersonate users`, `*`.
UNSERVED = frozenset({"*", "users", "groups", "uids", "userextras", "signers"})


@dataclass(frozen=True, slots=True)
class ApiResource:
    """A resource as the API server's discovery names it; `group` is "" for the core group."""

    plural: str
    group: str = ""
    singular: str = ""
    kind: str = ""
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    subresources: frozenset[str] = frozenset()

    @property
    def is_namespace(self) -> bool:
        """Tell whether these are the namespaces themselves."""
        return (self.plural, self.group) == ("namespaces", "")

    @property
    def has_other_subresources(self) -> bool:
        """Tell whether others ask about parts that no API serves: a kubelet, as nodes/metrics."""
        return (self.plural, self.group) == ("nodes", "")

    @property
    def words(self) -> frozenset[str]:
        """Return its names in lower case, without the short ones."""
        return frozenset((self.plural.lower(), self.singular.lower(), self.kind.lower())) - {""}


def find_resource(typed: str, group: str, served: Sequence[ApiResource]) -> ApiResource | None:
    """Return the resource that kubectl takes for a word: a name in any case, or a short name.

    `served` is in the API server's order, which decides between groups. `group` is "" for any
    group, or a whole group, or how it begins, each perhaps behind a version: `v1.apps`.
    """
    literal = next(_matches(typed.lower(), group, served), None)
    version = VERSION.match(group)
    if literal is not None or version is None:
        return literal
    return next(_matches(typed.lower(), group[version.end() :], served), None)


def similar_resources(typed: str, served: Sequence[ApiResource]) -> list[str]:
    """Return the plurals of resources whose names are similar, at most three."""
    plurals = {word: each.plural for each in served for word in each.words}
    close = get_close_matches(typed.lower(), plurals, n=3, cutoff=0.7)
    return list(dict.fromkeys(plurals[word] for word in close))


def _matches(word: str, group: str, served: Sequence[ApiResource]) -> Iterator[ApiResource]:
    groups: tuple[Callable[[ApiResource], bool], ...] = (
        lambda each: each.group == group,
        lambda each: each.group.startswith(group),
    )
    for in_group in groups if group else groups[1:]:
        yield from (each for each in served if in_group(each) and word in each.words)
        yield from (each for each in served if in_group(each) and word in each.short_names)
