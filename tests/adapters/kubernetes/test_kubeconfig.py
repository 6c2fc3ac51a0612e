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


async def test_a_context_that_is_named_counts_wherever_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [
        write(tmp_path / name, name, current=current)
        for name, current in (("one", "one"), ("two", None))
    ]
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(files))
    for name in ("one", "two"):
        assert (await configure(None, name)).host == f"https://{name}.example.com"
        assert context_namespace(None, name) == f"of-{name}"


async def test_a_context_that_is_named_needs_no_current_one(tmp_path: Path) -> None:
    file = write(tmp_path / "config", "one", current=None)
    assert (await configure(file, "one")).host == "https://one.example.com"
    assert context_namespace(file, "one") == "of-one"


async def test_a_context_that_is_not_there_is_said_with_those_that_are(tmp_path: Path) -> None:
    file = write(tmp_path / "config", "one", current="one")
    with pytest.raises(NoAccessError, match=r'it has no context "two", only one$'):
        await configure(file, "two")
    with pytest.raises(NoAccessError, match="use -n"):
        context_namespace(file, "two")


async def test_a_file_that_is_not_there_is_what_is_wrong_before_its_contexts(
    tmp_path: Path,
) -> None:
    with pytest.raises(NoAccessError) as raised:
        await configure(str(tmp_path / "missing"), "two")
    assert "no context" not in str(raised.value)


async def test_a_context_that_is_named_counts_before_a_pods_own_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBECONFIG", write(tmp_path / "config", "one", current=None))
    assert (await configure(None, "one")).host == "https://one.example.com"
    assert context_namespace(None, "one") == "of-one"


async def test_an_empty_variable_is_as_good_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".kube").mkdir()
    write(tmp_path / ".kube" / "config", "one", current="one")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", "")
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert (await configure(None)).host == "https://one.example.com"
    assert context_namespace(None) == "of-one"
