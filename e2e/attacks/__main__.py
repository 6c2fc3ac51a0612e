"""Print the matrix: `PYTHONPATH=e2e:tests .venv/bin/python -m attacks`."""

from rich.console import Console
from rich.table import Table

from attacks.matrix import MATRIX


def main() -> None:
    """Print each row, and how many there are."""
    table = Table("who", "how", "what", "trick", "stopped by", "words", title="Attacks")
    for row in MATRIX:
        words = " … ".join(row.words)
        table.add_row(*map(ascii_only, (row.who, row.how, row.what, row.trick)), row.guard, words)
    console = Console(width=None, markup=False)
    console.print(table)
    console.print(f"{len(MATRIX)} rows")


def ascii_only(text: str) -> str:
    """Show what cannot be seen."""
    return text.encode("unicode_escape").decode()


if __name__ == "__main__":
    main()
