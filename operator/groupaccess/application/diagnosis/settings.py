"""What the cluster shows of kube-apiserver's settings for tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from groupaccess.application.diagnosis.fact import attempt
from groupaccess.application.ports.diagnosis import DiagnosisCluster
from groupaccess.domain.diagnosis.authenticator import (
    Arguments,
    Authenticator,
    ConfigurationFile,
    authenticators,
    differing_arguments,
)
from groupaccess.domain.diagnosis.finding import NotChecked

SETTINGS = "what kube-apiserver was told about tokens"


@dataclass(frozen=True, slots=True)
class ApiServerSettings:
    """The issuers that kube-apiserver accepts, none without OIDC, or why they are not known.

    `differences` has a line for each kube-apiserver, if they were not all told the same.
    """

    accepted: tuple[Authenticator, ...] | NotChecked
    differences: tuple[str, ...] = ()

    def with_file(self, told: tuple[Authenticator, ...] | None) -> Self:
        """Return the same with the issuers of a file that somebody named, if so."""
        return self if told is None else replace(self, accepted=told)

    @property
    def authenticators(self) -> tuple[Authenticator, ...] | None:
        """Return the issuers, None if they are not known."""
        return None if isinstance(self.accepted, NotChecked) else self.accepted


async def read_settings(cluster: DiagnosisCluster) -> ApiServerSettings:
    """Return what every visible kube-apiserver was told."""
    seen = await attempt(SETTINGS, cluster.list_arguments())
    if isinstance(seen, NotChecked):
        return ApiServerSettings(seen)
    return ApiServerSettings(_accepted(seen.value), differing_arguments(seen.value))


def _accepted(seen: Sequence[Arguments]) -> tuple[Authenticator, ...] | NotChecked:
    if not seen:
        return NotChecked(SETTINGS, "no pod and no node of this cluster shows it")
    read = [authenticators(each) for each in seen]
    for each in read:
        if isinstance(each, ConfigurationFile):
            return NotChecked(
                SETTINGS,
                f"{each.where} says that it is in the file {each.path}: give that file with "
                "--authentication-config",
            )
    return tuple(each for each in read if isinstance(each, Authenticator))
