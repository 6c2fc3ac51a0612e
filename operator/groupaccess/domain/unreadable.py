"""What stays bound of an object that cannot be read, in whole or in part."""

from collections.abc import Iterable, Iterator

from groupaccess.domain.bindings import BindingKey, BindingName
from groupaccess.domain.model import Access
from groupaccess.domain.verdict import Outcome, Verdict


def held(
    access: Access, verdicts: Iterable[Verdict], standing: Iterable[BindingKey]
) -> Iterator[BindingKey]:
    """Yield the bindings of mappings that cannot be read; all, when their names cannot.

    What such a mapping is for is not known, so that each binding of its name stays as it is.
    """
    names = {
        verdict.mapping.name
        for verdict in verdicts
        if verdict.outcome is Outcome.HOLD and verdict.mapping.unreadable is not None
    }
    for key in standing:
        name = BindingName.parse(key.name)
        if access.unreadable is not None or (name is not None and name.mapping in names):
            yield key
