"""One round of questions to a directory, as the operator asks them."""

from groupaccess.adapters.clock import SystemClock
from groupaccess.application.asked import looked_into
from groupaccess.application.inquiry import Inquiry
from groupaccess.application.ports import Connection, DirectoryReader
from groupaccess.domain.carried import carries_paths
from groupaccess.domain.directory import Snapshot
from groupaccess.domain.model import Directory
from groupaccess.domain.question import Answer, InUse
from groupaccess.domain.snapshot import snapshot


async def read_once(
    reader: DirectoryReader, directory: Directory, connection: Connection, used: InUse
) -> Snapshot:
    """Ask about the groups in use; raise RefusedError where that leads to nothing."""
    inquiry = Inquiry(reader, directory, connection, SystemClock())
    realm = await inquiry.realm(None)
    await inquiry.ask_all(used, paths=carries_paths(directory, realm.clients))
    answers = {
        question: result
        for question, result in inquiry.results.items()
        if isinstance(result, Answer)
    }
    found = snapshot(realm, answers)
    realm = await inquiry.realm(looked_into(directory, found, used))
    return snapshot(realm, answers)
