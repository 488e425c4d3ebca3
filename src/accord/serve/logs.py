"""Logs of the service: one JSON object to a line on standard error, or plain lines for a terminal."""

import json
import logging
import sys
from datetime import UTC, datetime


class AsJson(logging.Formatter):
    """A record as one line of JSON: time, level, part, message, and the error where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"time": at, "level": record.levelname.lower(), "part": record.name, "message": record.getMessage()}
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def begin(as_json: bool) -> None:
    """Sends the records of this program to standard error."""
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(AsJson() if as_json else logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    own = logging.getLogger("accord")
    own.handlers[:], own.propagate = [writer], False
    own.setLevel(logging.INFO)
