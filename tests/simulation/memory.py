"""What an operator still holds of objects: found by walking everything it refers to."""

import asyncio
import functools
import re
import types
from collections import deque
from collections.abc import Iterator, Mapping

UID = re.compile(r"uid-\d{6}-x")
# What is outside the operator, or no memory of its own.
OUTSIDE = ("fakes.", "simulation.", "prometheus_client", "logging", "asyncio", "pydantic")


Path = tuple["Path | None", str]


def texts(root: object) -> Iterator[tuple[str, Path | None]]:
    """Yield every string that can be reached from an object, and the way to it."""
    seen: set[int] = set()
    kept: list[object] = []  # so that no id is used twice
    queue: deque[tuple[object, Path | None]] = deque([(root, None)])  # the shortest way first
    while queue:
        each, path = queue.popleft()
        if isinstance(each, str):
            yield each, path
            continue
        if each is None or isinstance(each, (int, float, bytes)) or id(each) in seen:
            continue
        seen.add(id(each))
        kept.append(each)
        queue.extend((part, (path, label)) for label, part in _parts(each))


def tell(path: Path | None) -> str:
    """Write the way to something, such as `.store._proven`."""
    steps: list[str] = []
    while path is not None:
        path, label = path
        steps.append(label)
    return "".join(reversed(steps))


def _parts(each: object) -> Iterator[tuple[str, object]]:
    match each:
        case asyncio.Future() | type() | types.ModuleType() | types.CoroutineType():
            return
        case Mapping():
            yield from (("{}", key) for key in tuple(each.keys()))
            yield from (("[]", value) for value in tuple(each.values()))
        case list() | tuple() | set() | frozenset() | deque():
            yield from (("[]", part) for part in tuple(each))
        case types.MethodType():
            yield "()", each.__self__
        case types.FunctionType():
            cells = (cell for cell in each.__closure__ or () if _is_filled(cell))
            yield from (("()", cell.cell_contents) for cell in cells)
        case functools.partial():
            yield from (("()", part) for part in (each.func, each.args, each.keywords))
        case _ if not type(each).__module__.startswith(OUTSIDE):
            yield from _fields(each)


def _fields(each: object) -> Iterator[tuple[str, object]]:
    yield from ((f".{name}", value) for name, value in getattr(each, "__dict__", {}).items())
    for kind in type(each).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            value = getattr(each, name, None)
            if value is not None:
                yield f".{name}", value


def _is_filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def uids(root: object) -> dict[str, str]:
    """Return the uids of objects that something holds, and where."""
    return {
        uid: tell(path) for text, path in texts(root) if "uid-" in text for uid in UID.findall(text)
    }
