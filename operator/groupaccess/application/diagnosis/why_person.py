"""Explains the access of a person, or of a group, as the realm knows them."""

from dataclasses import dataclass, replace
from datetime import datetime

from groupaccess.application.diagnosis.fact import attempt
from groupaccess.application.diagnosis.why import Why
from groupaccess.application.ports.people import RealmClient, RealmPeople
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.access_facts import PersonFacts
from groupaccess.domain.diagnosis.access_request import AccessRequest
from groupaccess.domain.diagnosis.chain import reading_source
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import Cause, NotChecked
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.diagnosis.person import Person, RealmUser
from groupaccess.domain.diagnosis.person_explanation import (
    explain_member,
    explain_person,
    login_findings,
)
from groupaccess.domain.diagnosis.realm_facts import (
    KEEPING_OUT,
    client_not_found,
    person_read,
    subjects_read,
)
from groupaccess.domain.directory.group import Group
from groupaccess.domain.tokens.client_claims import ClaimUnavailable, client_claim_values


@dataclass(frozen=True, slots=True)
class WhyPerson:
    """Answers for a user or a group of the realm of a directory, who log in with a client.

    `agrees_since` is since when the canary shows that kube-apiserver reads tokens as the directory
    declares; None if it does not. Without a request the answer is what is bound for them.
    """

    why: Why
    realm: RealmPeople
    directory: Directory
    login_client: LoginClient
    agrees_since: datetime | None = None

    async def explain_user(
        self, username: str, request: AccessRequest | None
    ) -> Explanation | NotChecked:
        """Explain the access of a user, or whether they may make a request."""
        what = f'user "{username}"'
        user = await attempt(what, self.realm.find_user(username))
        if isinstance(user, NotChecked):
            return user
        if user.value is None:
            return NotChecked(what, f"realm {self.directory.realm} shows you no user of this name")
        client = await self._client()
        if not isinstance(client, RealmClient):
            return client
        login = await self._login(client, user.value)
        if isinstance(login, NotChecked):
            return login
        known = user.value
        person = person_read(login, known.username, known.groups)
        access = await self._access(person, login, request)
        if isinstance(access, NotChecked):
            return access
        return explain_person(known, login, access)

    async def explain_group(
        self, path: str, request: AccessRequest | None
    ) -> Explanation | NotChecked:
        """Explain the access of a member of a group, or whether they may make a request."""
        what = f"group {path}"
        group = await attempt(what, self.realm.find_group(path))
        if isinstance(group, NotChecked):
            return group
        if group.value is None:
            why = f"realm {self.directory.realm} shows you no group at this path"
            return NotChecked(what, why)
        client = await self._client()
        if not isinstance(client, RealmClient):
            return client
        login = await self._facts(client)
        carried = self._claim_values(group.value, client, login)
        if isinstance(carried, NotChecked):
            return carried
        subjects = subjects_read(login, carried)
        member = Person(f"a member of {path}", subjects, (group.value,))
        access = await self._access(member, login, request)
        if isinstance(access, NotChecked):
            return access
        return explain_member(group.value, carried, login, access)

    def _claim_values(
        self, group: Group, client: RealmClient, login: LoginFacts
    ) -> frozenset[str] | NotChecked:
        """Return what tokens carry for a group, by the same rules as the operator's."""
        found = {finding.cause for finding in login_findings(login)}
        if found & (KEEPING_OUT - {Cause.AUDIENCE_MISMATCH}):
            return frozenset()
        if Cause.AUDIENCE_MISMATCH in found:
            why = "only a user's token shows its audience: ask for one of its members"
            return NotChecked(f"whether a token for {group.path} is accepted", why)
        claim = login.claim_read
        values = client_claim_values(group, self.login_client, claim, client.client)
        if not isinstance(values, ClaimUnavailable):
            return values.values
        if values.uncertain:
            why = values.failure.message.rstrip(".")
            return NotChecked(f"what tokens carry for {group.path}", why)
        return frozenset()

    async def _client(self) -> RealmClient | Explanation | NotChecked:
        name = self.login_client.client_id
        read = await attempt(f'client "{name}"', self.realm.read_client(self.login_client))
        if isinstance(read, NotChecked):
            return read
        if read.value is None:
            finding = client_not_found(name, self.directory.realm)
            answer = f"No. Nobody logs in with client {name}."
            return Explanation(answer, allowed=False, findings=(finding,))
        return read.value

    async def _login(self, client: RealmClient, user: RealmUser) -> LoginFacts | NotChecked:
        call = self.realm.example_token(client, self.login_client, user.id)
        token = await attempt(f"the token of {user.username}", call)
        if isinstance(token, NotChecked):
            return token
        return replace(await self._facts(client), token=token.value)

    async def _facts(self, client: RealmClient) -> LoginFacts:
        settings = await self.why.read_settings()
        return LoginFacts(
            self.why.now,
            self.directory,
            self.login_client,
            client=client.client,
            authenticators=settings.authenticators,
            differences=settings.differences,
            configuration=self.why.configuration,
        )

    async def _access(
        self, person: Person, login: LoginFacts, request: AccessRequest | None
    ) -> PersonFacts | NotChecked:
        """Ask kube-apiserver by the groups, and by the user's name only if it is known."""
        facts = PersonFacts(
            self.why.now,
            person,
            reading_source(login, self.agrees_since),
            token=login.token,
            groups_claim=login.claim_read,
        )
        read = TokenReviewResult(tuple(sorted(person.subjects)), user=person.user)
        known = await self.why.facts.of_another(facts, read, request)
        if isinstance(known, NotChecked):
            return known
        # A group of the same path in another directory's realm is another group.
        here = tuple(each for each in known.mappings if each.directory == self.directory.name)
        return replace(known, mappings=here)
