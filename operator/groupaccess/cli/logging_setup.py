"""The format of log lines: text for people, or JSON for a log store."""

import logging

from pythonjsonlogger.json import JsonFormatter

HUMAN = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
JSON = "%(asctime)s %(levelname)s %(name)s %(message)s"


def set_up_logs(form: str, level: str) -> None:
    """Send all logs to standard error, as `human` or `json`, from `level` on."""
    handler = logging.StreamHandler()
    json_form = JsonFormatter(JSON, rename_fields={"asctime": "time", "levelname": "level"})
    handler.setFormatter(logging.Formatter(HUMAN) if form == "human" else json_form)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # httpx logs every request with its URL, kopf every event: both are noise.
    for noisy in ("httpx", "httpcore", "kopf.activities"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
