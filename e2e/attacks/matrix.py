"""The matrix: who tries what on which object, and what must stop it."""

from attacks import (
    tricks_bind,
    tricks_cage,
    tricks_declared,
    tricks_directory,
    tricks_names,
    tricks_rights,
    tricks_status,
    tricks_token,
)
from attacks.model import Attack

MATRIX: tuple[Attack, ...] = (
    *tricks_bind.ROWS,
    *tricks_names.ROWS,
    *tricks_rights.ROWS,
    *tricks_declared.ROWS,
    *tricks_status.ROWS,
    *tricks_directory.ROWS,
    *tricks_token.ROWS,
    *tricks_cage.ROWS,
)
