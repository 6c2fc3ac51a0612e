"""DNS labels out of any text: readable, unique, and the same ones each time."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

LIMIT = 63  # characters of a DNS label
DIGESTS = range(6, 33)  # characters of a digest


def slug(*parts: str) -> str:
    """Return the parts as lower-case words, joined by '-'; "" when nothing of them is left."""
    words = (unicodedata.normalize("NFKD", part).encode("ascii", "ignore") for part in parts)
    return re.sub(r"[^a-z0-9]+", "-", b"-".join(words).decode().lower()).strip("-")


def unique_dns_labels(texts: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Return a DNS label for each text, no two alike.

    A digest ends those that would be alike, too long, or lack a part. It comes from the text, not
    from its place among the others, so that a text which comes or goes renames no third one.
    """
    texts_to_label = set(texts)
    plain = {text: slug(*text) for text in texts_to_label}
    often = Counter(plain.values())
    clear = {text: name for text, name in plain.items() if often[name] == 1 and _fits(text, name)}
    unclear = {text: name for text, name in plain.items() if text not in clear}
    for size in DIGESTS:
        result = clear | {text: _digested(text, name, size) for text, name in unclear.items()}
        if len(set(result.values())) == len(texts_to_label):
            return result
    raise ValueError("two texts with the same digest")


def _fits(text: tuple[str, ...], name: str) -> bool:
    return 0 < len(name) <= LIMIT and all(slug(part) for part in text if part)


def _digested(text: tuple[str, ...], name: str, size: int) -> str:
    digest = hashlib.sha256("\0".join(text).encode(errors="surrogatepass")).hexdigest()[:size]
    return f"{name[: LIMIT - size - 1]}".rstrip("-") + f"-{digest}" if name else f"x-{digest}"
