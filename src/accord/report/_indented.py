"""Values as indented JSON."""

from typing import Any

import msgspec


def indented(document: Any) -> str:
    """The text of a document; what is no text in it, such as the name of a file, is written as escapes, which JSON allows."""
    try:
        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    except UnicodeEncodeError:
        import json

        return json.dumps(msgspec.to_builtins(document), indent=2) + "\n"
