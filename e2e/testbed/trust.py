"""Changing whose tokens a local kube-apiserver accepts while it runs."""

import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from testbed.authentication import (
    MAX_ISSUERS,
    Issuer,
    classic_flags,
    replace_file,
    structured_configuration,
)
from testbed.waiting import HopelessError, eventually

# kube-apiserver tries a changed file at once, finds the new issuers "not initialized" yet, and
# looks again after 10 s; it gives up after a minute.
RELOAD_WITHIN = 75.0
RELOADS = re.compile(
    r"^apiserver_authentication_config_controller_automatic_reloads_total"
    r'\{[^}]*status="(success|failure)"[^}]*\} (\S+)$',
    re.MULTILINE,
)


class TrustError(HopelessError):
    """kube-apiserver did not take the issuers; the message says what to look at."""


class Trust(Protocol):
    """How one control plane is told its issuers."""

    def flags(self) -> list[str]:
        """Return the flags for kube-apiserver's next start."""

    def trust(self, *issuers: Issuer) -> None:
        """Accept issuers, all at once; return when that is in force."""

    def distrust(self, *urls: str) -> None:
        """Accept issuers no longer; return when that is in force."""


class NoTrust:
    """No issuer at all, and none can be added."""

    def flags(self) -> list[str]:
        """Return no flags."""
        return []

    def trust(self, *issuers: Issuer) -> None:
        """Refuse."""
        message = f"{issuers[0].url}: this control plane was started without OIDC"
        raise TrustError(message)

    def distrust(self, *urls: str) -> None:
        """Do nothing: it is not trusted."""


class ClassicTrust:
    """At most one issuer, by the classic flags; a change restarts kube-apiserver."""

    def __init__(self, folder: Path, issuer: Issuer, restart: Callable[[], None]) -> None:
        """Start with `issuer`; `restart` starts kube-apiserver again with `flags()`."""
        self._ca_file = folder / "oidc-ca.crt"
        self._issuer: Issuer | None = issuer
        self._restart = restart

    def flags(self) -> list[str]:
        """Return the OIDC flags, none when nobody is trusted."""
        return [] if self._issuer is None else classic_flags(self._issuer, self._ca_file)

    def trust(self, *issuers: Issuer) -> None:
        """Replace the issuer by one; its first token may be refused until its keys are read."""
        (issuer,) = issuers
        if issuer != self._issuer:
            self._issuer = issuer
            self._restart()

    def distrust(self, *urls: str) -> None:
        """Drop the issuer when it is one of these."""
        if self._issuer is not None and self._issuer.url in urls:
            self._issuer = None
            self._restart()


class StructuredTrust:
    """Up to 64 issuers, by the structured file, which kube-apiserver reloads while it runs."""

    def __init__(
        self, folder: Path, issuers: Iterable[Issuer], read_metrics: Callable[[], str], log: Path
    ) -> None:
        """Write the first file; `read_metrics` returns kube-apiserver's `/metrics`."""
        self._file = folder / "authentication.yaml"
        self._issuers = {issuer.url: issuer for issuer in issuers}
        self._read_metrics = read_metrics
        self._log = log
        self._lock = threading.Lock()
        self._write(self._issuers)

    def flags(self) -> list[str]:
        """Return the flag that names the file."""
        return [f"--authentication-config={self._file}"]

    def trust(self, *issuers: Issuer) -> None:
        """Add or replace issuers, and wait until kube-apiserver has reloaded the file."""
        with self._lock:
            self._reload({**self._issuers, **{issuer.url: issuer for issuer in issuers}})

    def distrust(self, *urls: str) -> None:
        """Remove issuers, and wait until kube-apiserver has reloaded the file."""
        with self._lock:
            self._reload({key: value for key, value in self._issuers.items() if key not in urls})

    def _reload(self, issuers: dict[str, Issuer]) -> None:
        if issuers == self._issuers:
            return
        if len(issuers) > MAX_ISSUERS:
            message = f"kube-apiserver takes {MAX_ISSUERS} issuers at most; give some back"
            raise TrustError(message)
        before = self._reloads()
        self._write(issuers)
        try:
            eventually(
                lambda: self._is_reloaded(before),
                within=RELOAD_WITHIN,
                every=1,  # its metrics are megabytes
                what="kube-apiserver's reload of its issuers",
            )
        except BaseException:
            self._write(self._issuers)
            raise
        self._issuers = issuers

    def _is_reloaded(self, before: dict[str, float]) -> bool:
        now = self._reloads()
        if now["failure"] > before["failure"]:
            message = (
                "kube-apiserver refused the issuers: one of them does not answer, or its CA or "
                f"its discovery document does not fit; see 'authentication config' in {self._log}"
            )
            raise TrustError(message)
        return now["success"] > before["success"]

    def _reloads(self) -> dict[str, float]:
        counts = {"success": 0.0, "failure": 0.0}
        found = RELOADS.findall(self._read_metrics())
        return counts | {status: float(count) for status, count in found}

    def _write(self, issuers: dict[str, Issuer]) -> None:
        replace_file(self._file, structured_configuration(issuers.values()))
