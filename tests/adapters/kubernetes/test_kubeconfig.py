"""Of several kubeconfigs the first that names a context counts, as for kubectl."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from groupaccess.adapters.kubernetes.kubeconfig import (
    NoAccessError,
    configure,
    context_namespace,
)


def write(file: Path, name: str, *, current: str | None) -> str:
    """Write a kubeconfig with one cluster, user and context of this name."""
    body: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.example.com"}}],
        "users": [{"name": name, "user": {"token": "x"}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": name, "namespace": f"of-{name}"}}
        ],
    }
    if current is not None:
        body["current-context"] = current
    file.write_text(yaml.safe_dump(body))
    return str(file)


@pytest.mark.parametrize(
    ("currents", "chosen"),
    [(("one", "two"), "one"), (("", "two"), "two"), ((None, "two"), "two"), (("two", None), "two")],
)
async def test_the_first_context_that_is_named_counts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    currents: tuple[str | None, str | None],
    chosen: str,
) -> None:
    names = ("one", "two")
    files = [
        write(tmp_path / name, name, current=current)
        for name, current in zip(names, currents, strict=True)
    ]
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(("", *files, str(tmp_path / "missing"))))
    configuration = await configure(None)
    assert configuration.host == f"https://{chosen}.example.com"
    assert context_namespace(None) == f"of-{chosen}"


async def test_without_any_context_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [write(tmp_path / name, name, current=None) for name in ("one", "two")]
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(files))
    with pytest.raises(NoAccessError, match="current-context"):
        await configure(None)
    with pytest.raises(NoAccessError, match="use -n"):
        context_namespace(None)
