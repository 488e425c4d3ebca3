"""The page of what platforms do where nobody wrote anything, made of the data that a check uses."""

import contextlib
import io
import json
from typing import Any

from accord.cli import run

HEAD = """# Defaults of platforms

What a platform does where nobody wrote anything, by version, as a check takes it: only where the platform is shown to be present, and only
where it holds for the version in use ([versions of platforms](configuration.md#versions-of-platforms)). Every value was read in the program's own
source or manual, on the day that stands beside it. `accord defaults PLATFORM` shows the same, and `accord defaults PLATFORM diff V1 V2` what an upgrade changes.
"""


def platforms_page() -> str:
    """A section for each platform, with each term, its value, the versions that it holds for, and where that was read."""
    return "\n".join([HEAD, *(_section(platform) for platform in _platforms())])


def _platforms() -> list[dict[str, Any]]:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        code = run(["defaults", "--format", "json"])
    assert code == 0, shown.getvalue()
    found: list[dict[str, Any]] = json.loads(shown.getvalue())["platforms"]
    return found


def _section(platform: dict[str, Any]) -> str:
    rows = "".join(_row(default) for default in platform["defaults"])
    return f"## {platform['platform']}\n\n| term | value | versions | read in |\n|---|---|---|---|\n{rows}"


def _row(default: dict[str, Any]) -> str:
    value, source = (default[key].replace("|", "\\|") for key in ("value", "source"))
    return f"| `{default['term']}`<br>{default['means']} | {value} | {default['versions'] or '-'} | {source} ({default['seen']}) |\n"
