"""deploy/argocd/argocd-cm.yaml has the same scripts, for an Argo CD that does not bring them.

`WRITE_TEXTS=1 pytest tests/argocd/test_config_map.py` writes it anew.
"""

import os

import yaml

from argocd.layout import ARGOCD, CUSTOMIZATIONS, GROUP, KINDS, load

FILE = ARGOCD / "argocd-cm.yaml"
HEADER = """\
# Argo CD's health checks and actions for GroupAccesses and KeycloakDirectories, as a patch:
#
#   kubectl --namespace argocd patch configmap argocd-cm --patch-file deploy/argocd/argocd-cm.yaml
#
# If Argo CD comes from its Helm chart, put the two keys of each kind into its value configs.cm.
# Written from resource_customizations/ by a test: change the scripts there.
"""


class _Dumper(yaml.SafeDumper):
    """Writes scripts as blocks, so that people can read them."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dump(value: object) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=4096)


def data() -> dict[str, str]:
    """Return the keys that Argo CD reads: for each kind its health and its actions."""
    result = {}
    for kind in KINDS:
        where, name = CUSTOMIZATIONS / kind, f"{GROUP}_{kind}"
        result[f"resource.customizations.health.{name}"] = (where / "health.lua").read_text()
        definitions = [
            {"name": path.parent.name, "action.lua": path.read_text()}
            for path in sorted((where / "actions").glob("*/action.lua"))
        ]
        actions = {
            "discovery.lua": (where / "actions" / "discovery.lua").read_text(),
            "definitions": definitions,
        }
        result[f"resource.customizations.actions.{name}"] = dump(actions)
    return result


def test_the_config_map_has_the_scripts_of_the_folders() -> None:
    if os.environ.get("WRITE_TEXTS"):
        FILE.write_text(HEADER + dump({"data": data()}))
    assert FILE.read_text().startswith(HEADER)
    assert load(FILE) == {"data": data()}


def test_what_argo_cd_reads_of_the_actions_are_their_scripts() -> None:
    for kind in KINDS:
        key = f"resource.customizations.actions.{GROUP}_{kind}"
        actions = yaml.safe_load(load(FILE)["data"][key])
        for each in actions["definitions"]:
            script = CUSTOMIZATIONS / kind / "actions" / each["name"] / "action.lua"
            assert each["action.lua"] == script.read_text()
