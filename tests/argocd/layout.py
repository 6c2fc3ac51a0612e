"""What lies in deploy/argocd, as Argo CD's own repository has it."""

from pathlib import Path
from typing import Any

import yaml

ARGOCD = Path(__file__).parents[2] / "deploy" / "argocd"
GROUP = "groupaccess.io"
CUSTOMIZATIONS = ARGOCD / "resource_customizations" / GROUP
KINDS = ("GroupAccess", "KeycloakDirectory")


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text())
