"""Runs `groupaccess keycloak-setup`. Slow to import: only when it runs."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from pathlib import Path

import typer

from groupaccess.adapters.keycloak.setup.http_session import HttpSession
from groupaccess.adapters.keycloak.setup.realm import KeycloakRealmAdmin
from groupaccess.application.keycloak_setup import apply_changes, plan_for
from groupaccess.application.ports.keycloak_setup import (
    RealmAdmin,
    SetupRefusedError,
    SetupUnknownError,
)
from groupaccess.cli.keycloak_login.log_in import log_in
from groupaccess.cli.keycloak_setup.manifests import secret_manifest, write_private
from groupaccess.cli.keycloak_setup.order import STDOUT, SetupOrder
from groupaccess.cli.keycloak_setup.text import headline, made_line, next_steps, planned_lines
from groupaccess.domain.keycloak_setup.calls import CLIENT
from groupaccess.domain.keycloak_setup.plan import SetupChange, kept_by_undo, undo_options
from groupaccess.domain.keycloak_setup.problems import find_problems, setup_notes
from groupaccess.domain.keycloak_setup.state import RealmState
from groupaccess.domain.text import printable_text

DONE, REFUSED, UNKNOWN, INTERRUPTED = 0, 1, 3, 130
AGAIN = "What was made stays; run this again to make the rest"


def run_setup(order: SetupOrder) -> int:
    """Run the command and return its exit code; an error is a sentence on standard error."""
    try:
        return asyncio.run(_run(order))
    except SetupRefusedError as error:
        return _say("error", str(error), REFUSED)
    except SetupUnknownError as error:
        return _say("error", str(error), UNKNOWN)
    except KeyboardInterrupt:
        return _say("error", f"interrupted. {AGAIN if order.apply else 'Nothing was written'}", 130)


async def _run(order: SetupOrder) -> int:
    session = HttpSession(order.url, order.ca)
    try:
        session.authorize(await log_in(session, order.login.realm, order.credentials))
        return await SetupRun(order, KeycloakRealmAdmin(session, order.options.realm)).run()
    finally:
        await session.close()


class SetupRun:
    """One run on a realm. Where standard output is for the Secret, all else goes to stderr."""

    def __init__(self, order: SetupOrder, realm: RealmAdmin) -> None:
        self._order, self._realm = order, realm

    async def run(self) -> int:
        """Read, plan, and make the changes if that was asked for; return the exit code."""
        order = self._order
        required = undo_options(order.options) if order.undo else order.options
        state = await self._realm.read(required)
        problems = () if order.undo else find_problems(order.options, state)
        for problem in problems:
            _say("error", problem.message, REFUSED)
        if any(problem.stops for problem in problems):
            return REFUSED
        changes = plan_for(order.options, state, undo=order.undo)
        self._print([headline(order, changes)])
        if order.apply:
            state = await self._apply(state, changes)
        else:
            for change in changes:
                self._print(planned_lines(order, change, state.ids))
        self._print_notes(state)
        await self._finish(state, finished=order.apply or not changes)
        return REFUSED if problems else DONE

    async def _apply(self, state: RealmState, changes: Sequence[SetupChange]) -> RealmState:
        """Make the changes, and read again: what Keycloak did not keep is an error."""
        order, made = self._order, 0
        try:
            async with aclosing(apply_changes(self._realm, state, changes)) as applied:
                async for change in applied:
                    self._print([made_line(change)])
                    made += 1
        except (SetupRefusedError, SetupUnknownError) as error:
            counted = f"{made} of {len(changes)} changes were made"
            raise type(error)(f"{error}. {counted}: run this again for the rest") from error
        if not changes:
            return state
        after = await self._realm.read(undo_options(order.options) if order.undo else order.options)
        left = plan_for(order.options, after, undo=order.undo)
        if left:
            names = ", ".join(f'{each.resource.kind} "{each.resource.name}"' for each in left)
            raise SetupRefusedError(f"Keycloak did not keep these changes: {names}")
        return after

    async def _finish(self, state: RealmState, *, finished: bool) -> None:
        """Write the Secret if that was asked for, and print what to do next."""
        order = self._order
        if order.undo:
            return
        if order.secret_file is not None:
            await self._write_secret(state, order.secret_file)
        elif finished:
            self._print(["", *next_steps(order, state)])

    async def _write_secret(self, state: RealmState, file: str) -> None:
        order, client = self._order, state.ids.get(CLIENT)
        if client is None:
            raise SetupRefusedError(
                f'--secret-file: client "{order.options.client_id}" does not exist yet; add --apply'
            )
        secret = await self._realm.client_secret(client)
        text = secret_manifest(
            order.options.client_id, secret, name=order.secret_name, namespace=order.namespace
        )
        if file == STDOUT:
            typer.echo(text, nl=False)
            return
        try:
            write_private(Path(file), text)
        except OSError as error:
            words = f"--secret-file: {file} cannot be written: {error.strerror}"
            raise SetupRefusedError(words) from error
        self._print([f"wrote {file}, which only you may read", "", *next_steps(order, state)])

    def _print_notes(self, state: RealmState) -> None:
        order = self._order
        if order.undo:
            for kept in kept_by_undo(order.options, state):
                _say("kept", kept, DONE)
        else:
            for note in setup_notes(order.options, state):
                _say("note", note, DONE)

    def _print(self, lines: Iterable[str]) -> None:
        for line in lines:
            typer.echo(line, err=self._order.secret_file == STDOUT)


def _say(kind: str, words: str, code: int) -> int:
    """Print a sentence to standard error; return the exit code."""
    typer.echo(f"{kind}: {printable_text(words).rstrip('.')}.", err=True)
    return code
