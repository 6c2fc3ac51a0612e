"""Contexts in which a mapping is suspended."""

import pytest

from domain.builders import (
    binding,
    content,
    directory,
    make_context,
    realm,
)
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

SUSPENDED = make_context(realm(), suspend=True)
BY_DIRECTORY = make_context(realm(), of=directory(suspend=True))
WAYS = pytest.mark.parametrize("way", [SUSPENDED, BY_DIRECTORY], ids=["object", "directory"])
DRIFT = Failure(Reason.SUSPENDED, "it differs, and is not repaired.")
DRIFTED = binding(what=content("/evil"))
BY = 'suspended by KeycloakDirectory "default": would bind'
