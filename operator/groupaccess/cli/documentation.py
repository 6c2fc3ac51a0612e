"""Where the documentation is: its address stands in pyproject.toml and nowhere else."""

from collections.abc import Iterable
from functools import cache
from importlib.metadata import metadata

LABEL = "Documentation"


def page_address(page: str) -> str:
    """Return the address of a page, such as `docs/reasons.md#expired`: a URL, if there is one.

    It begins with the `Documentation` of `[project.urls]`, as the metadata of the installed package
    have it. Without one it is the page's path in the repository.
    """
    return below_documentation(page, _project_urls())


def below_documentation(page: str, project_urls: Iterable[str]) -> str:
    """Return the page below the URL among `project_urls` that is the documentation's.

    Each is "LABEL, URL", as the core metadata of Python packages have them.
    """
    for labelled in project_urls:
        label, _, url = labelled.partition(", ")
        if label == LABEL:
            return f"{url.rstrip('/')}/{page}"
    return page


@cache
def _project_urls() -> tuple[str, ...]:
    return tuple(metadata("groupaccess").get_all("Project-URL") or ())
