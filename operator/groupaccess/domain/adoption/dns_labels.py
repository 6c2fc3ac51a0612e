"""DNS labels from any text: readable, unique and deterministic."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

LIMIT = 63  # characters of a DNS label
DIGESTS = range(6, 33)  # characters of a digest


def slug(*parts: str) -> str:
    """Return the parts as lower-case words joined by "-"; "" if no letter or digit is left."""
    words = (unicodedata.normalize("NFKD", part).encode("ascii", "ignore") for part in parts)
    return re.sub(r"[^a-z0-9]+", "-", b"-".join(words).decode().lower()).strip("-")


def unique_dns_labels(texts: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Return a unique DNS label for each text.

    A label ends with a digest if it would otherwise be a duplicate, too long, or lack a part. The
    digest comes from the text, not from its position, so that a text that is added or removed does
    not rename a third one. Raise ValueError if two texts have the same digest.
    """
    texts_to_label = set(texts)
    plain = {text: slug(*text) for text in texts_to_label}
    often = Counter(plain.values())
    clear = {text: name for text, name in plain.items() if often[name] == 1 and _fits(text, name)}
    unclear = {text: name for text, name in plain.items() if text not in clear}
    for size in DIGESTS:
        result = clear | {text: _digest(text, name, size) for text, name in unclear.items()}
        if len(set(result.values())) == len(texts_to_label):
            return result
    raise ValueError("two texts with the same digest")


def _fits(text: tuple[str, ...], name: str) -> bool:
    return 0 < len(name) <= LIMIT and all(slug(part) for part in text if part)


def _digest(text: tuple[str, ...], name: str, size: int) -> str:
    digest = hashlib.sha256("\0".join(text).encode(errors="surrogatepass")).hexdigest()[:size]
    return f"{name[: LIMIT - size - 1]}".rstrip("-") + f"-{digest}" if name else f"x-{digest}"
