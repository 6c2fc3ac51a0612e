"""`python -m groupaccess`, `groupaccess` and `kubectl groupaccess` alike."""

from groupaccess.cli.app import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
