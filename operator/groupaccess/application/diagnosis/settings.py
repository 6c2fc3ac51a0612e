"""What the cluster shows of kube-apiserver's settings for tokens."""

from groupaccess.application.diagnosis.fact import attempt
from groupaccess.application.ports.diagnosis import DiagnosisCluster
from groupaccess.domain.diagnosis.authenticator import (
    Authenticator,
    ConfigurationFile,
    authenticators,
)
from groupaccess.domain.diagnosis.finding import NotChecked

SETTINGS = "what kube-apiserver was told about tokens"


async def read_settings(cluster: DiagnosisCluster) -> tuple[Authenticator, ...] | NotChecked:
    """Return what every visible kube-apiserver was told; an empty result means no OIDC."""
    seen = await attempt(SETTINGS, cluster.list_arguments())
    if isinstance(seen, NotChecked):
        return seen
    if not seen.value:
        return NotChecked(SETTINGS, "no pod and no node of this cluster shows it")
    read = [authenticators(each) for each in seen.value]
    for each in read:
        if isinstance(each, ConfigurationFile):
            return NotChecked(
                SETTINGS,
                f"{each.where} says that it is in the file {each.path}: give that file with "
                "--authentication-config",
            )
    return tuple(each for each in read if isinstance(each, Authenticator))
