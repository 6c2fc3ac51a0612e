"""How kube-apiserver reads a claim of a token."""


def claim_strings(value: object) -> frozenset[str] | None:
    """Return the strings of a claim: it is one string or a list of them, else None.

    kube-apiserver refuses a token whose groups claim is anything else, such as a list that also
    holds a number. It reads a null in a list as an empty string.
    """
    if isinstance(value, str):
        return frozenset({value})
    if isinstance(value, list) and all(isinstance(each, str | None) for each in value):
        return frozenset(each or "" for each in value)
    return None
