"""One round of questions to a directory, as the operator asks them."""

from groupaccess.adapters.clock import SystemClock
from groupaccess.application.directory.inquiry import Inquiry
from groupaccess.application.ports.keycloak import Connection, DirectoryReader
from groupaccess.application.state.demand import sample_groups
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.questions import Answer, GroupsInUse
from groupaccess.domain.directory.snapshot import Snapshot, build_snapshot
from groupaccess.domain.tokens.client_claims import claim_content


async def read_once(
    reader: DirectoryReader, directory: Directory, connection: Connection, used: GroupsInUse
) -> Snapshot:
    """Ask about the groups in use; raise RejectedError where that leads to nothing."""
    inquiry = Inquiry(reader, directory, connection, SystemClock())
    realm = await inquiry.read_realm(None)
    await inquiry.ask_all(used, claim_content(directory, realm.clients))
    answers = {
        question: result
        for question, result in inquiry.results.items()
        if isinstance(result, Answer)
    }
    found = build_snapshot(realm, answers)
    realm = await inquiry.read_realm(sample_groups(directory, found, used))
    return build_snapshot(realm, answers)
