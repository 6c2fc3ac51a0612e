"""Whom mappings bind, and what their statuses say of it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from testbed.objects import Objects
from testbed.operator import OperatorProcess
from testbed.waiting import eventually

NAMESPACES = "/api/v1/namespaces"
INTERVAL = 10.0  # seconds between two readings, the least that there is
SOON = 2 * INTERVAL
THREE = {"sre": "SRE", "dev": "Dev", "ops": "Ops"}

Declare = Callable[..., None]


def whom(objects: Objects, name: str) -> dict[str, list[str]]:
    """Return whom each mapping binds, without former subjects and those that bind nobody."""
    found = {key.split(":")[2]: current(body) for key, body in objects.bindings(name).items()}
    return {key: groups for key, groups in found.items() if groups}


def current(body: dict[str, Any]) -> list[str]:
    """Return the subjects of a binding that are not kept for tokens from before a rename."""
    annotations = body["metadata"]["annotations"]
    former = json.loads(annotations.get("groupaccess.io/former-subjects", "{}"))
    names = (subject["name"] for subject in body.get("subjects") or ())
    return [name for name in names if name not in former]


def await_whom(
    objects: Objects, name: str, wanted: Mapping[str, str], within: float = SOON
) -> None:
    """Wait until each mapping binds this group, and nothing else is bound."""
    objects.read_again(name)
    expected = {key: [group] for key, group in wanted.items()}

    def check() -> bool:
        found = whom(objects, name)
        assert found == expected
        return True

    eventually(check, within=within, what=f"{name} binds {wanted}")


def of_mapping(objects: Objects, name: str, key: str = "sre") -> dict[str, Any]:
    """Return what the status says of a mapping."""
    listed = objects.get(f"ga/{name}")["status"]["mappings"]
    found: dict[str, Any] = next(each for each in listed if each["name"] == key)
    return found


def await_message(objects: Objects, name: str, words: str, key: str = "sre") -> None:
    """Wait until the status of a mapping has these words."""
    objects.read_again(name)

    def check() -> bool:
        message = of_mapping(objects, name, key)["message"]
        assert words in message, message
        return True

    eventually(check, within=SOON, what=f"{name} says {words}")


def restart(operator: OperatorProcess) -> None:
    """End the operator and start it anew."""
    operator.stop()
    operator.start()
