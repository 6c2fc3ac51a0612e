"""Checks now and then, by a canary, how kube-apiserver reads a directory's tokens."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from groupaccess.application.ports.apiserver import ApiServer
from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.application.ports.keycloak import Connection, OperatorTokens
from groupaccess.application.state.declared_objects import DeclaredDirectory
from groupaccess.application.state.store import Store
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult, check_inconclusive
from groupaccess.domain.apiserver.token_review import (
    canary_token_problem,
    compare_review,
    find_canary_group,
)
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.text import printable_text

logger = logging.getLogger(__name__)

RECHECK_WHEN_TRUE_SECONDS = 600.0  # until the next check while kube-apiserver agrees
RECHECK_WHEN_NOT_SECONDS = 5.0  # while it does not: it is then checked in each round
CHECK_TIMEOUT_SECONDS = 15.0  # the round waits for it
NO_CANARY = "the operator cannot see how kube-apiserver reads tokens: set spec.canary"
NO_ANSWER = "Keycloak or kube-apiserver did not answer in time"
NO_READING = "Keycloak was not read, so the canary was not checked"

Connect = Callable[[], Awaitable[Connection]]


class OidcChecker:
    """Checks how kube-apiserver reads each directory's tokens."""

    def __init__(
        self, tokens: OperatorTokens, server: ApiServer, store: Store, clock: Clock
    ) -> None:
        self._tokens = tokens
        self._server = server
        self._store = store
        self._clock = clock
        self._asked: dict[str, float] = {}

    async def check(
        self, declared: DeclaredDirectory, reading: Reading, connect: Connect
    ) -> OidcCheckResult | None:
        """Return the result; None means that the previous result stays valid."""
        directory, name = declared.directory, declared.directory.name
        if directory.canary is None:
            return check_inconclusive(NO_CANARY)
        before = self._store.directories.oidc_checks.get(name)
        if reading.failure or not reading.snapshot:
            return None if before else check_inconclusive(NO_READING, passing=True)
        if before and not self._due(name, before):
            return None
        result = await self._ask(directory, directory.canary, reading.snapshot, connect)
        result = result.unless_contradicted(before)
        self._asked[name] = self._clock.monotonic()
        if result != before:
            logger.info("directory %s: kube-apiserver: %s", name, printable_text(result.message))
        return result

    def forget(self, directory: str) -> None:
        """Drop what is kept for a directory that is no longer asked."""
        self._asked.pop(directory, None)

    def _due(self, name: str, before: OidcCheckResult) -> bool:
        checked_at = self._asked.get(name)
        pause = RECHECK_WHEN_TRUE_SECONDS if before.status == "True" else RECHECK_WHEN_NOT_SECONDS
        return checked_at is None or self._clock.monotonic() - checked_at >= pause

    async def _ask(
        self, directory: Directory, canary: str, snapshot: Snapshot, connect: Connect
    ) -> OidcCheckResult:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
                return await self._by_canary(directory, canary, snapshot, connect)
        except RejectedError as refused:
            return replace(check_inconclusive(""), message=refused.failure.message)
        except (TransientError, TimeoutError) as error:
            why = NO_ANSWER if isinstance(error, TimeoutError) else str(error)
            return check_inconclusive(f"the canary was not checked: {why}", passing=True)
        except Exception as error:  # it must not end the directory's loop
            logger.exception("directory %s: unexpected error", directory.name)
            return check_inconclusive(
                f"the check of the canary failed unexpectedly ({type(error).__name__})",
                passing=True,
            )

    async def _by_canary(
        self, directory: Directory, reference: str, snapshot: Snapshot, connect: Connect
    ) -> OidcCheckResult:
        group = find_canary_group(reference, snapshot)
        if isinstance(group, OidcCheckResult):
            return group
        token = await self._tokens.operator_token(await connect())
        absent = canary_token_problem(group, directory, token)
        if absent is not None:
            return absent
        return compare_review(group, directory, token, await self._server.review_token(token.raw))
