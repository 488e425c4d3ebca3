"""The JSON Schema of what `accord check --format json` writes, made from the types it is written with."""

from typing import Any

import msgspec

from accord.report._document import Document


def output_schema() -> dict[str, Any]:
    """The schema of version 1; keys that it does not name are to be ignored."""
    (root,), definitions = msgspec.json.schema_components([Document], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The result of accord check --format json",
        **root,
        "$defs": definitions,
    }
