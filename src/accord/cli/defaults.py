"""Show what a platform does where nobody wrote anything, by version, and where that was read."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from accord.defaults.reader import Pack
    from accord.report._defaults import Changed, Listed

_DIFF = "diff"


@click.command(
    epilog="Exit code: 0 shown, 2 usage error.", short_help="Show what a platform does where nobody wrote anything"
)
@click.argument("platform", default="")
@click.argument("change", nargs=-1, metavar="[diff V1 V2]")
@click.option("--version", "version", metavar="VERSION", help="Show what holds for this version only, such as 1.4.")
@click.option(
    "--format", "format_", type=click.Choice(("text", "json")), default="text", help="How the answer is written."
)
@click.option(
    "--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Whether to colour the text."
)
def command(platform: str, change: tuple[str, ...], version: str | None, format_: str, color: str) -> None:
    """Shows the platforms whose defaults are known; of PLATFORM, such as istio, each default with its versions and where
    it was read; with diff, what changes between two versions.
    """
    from accord.cli._output import emit
    from accord.defaults.reader import pack, packs
    from accord.report._defaults import VERSION, Listed, changed, platform_of

    document: Changed | Listed
    if change:
        first, second = _versions(change, version)
        document = changed(_pack(platform), first, second)
    elif platform:
        document = Listed(VERSION, [platform_of(_pack(platform), _checked(version or ""))])
    elif version:
        raise click.UsageError("--version needs a platform", click.get_current_context())
    else:
        document = Listed(VERSION, [platform_of(pack(each.platform)) for each in packs()])
    emit(_shown(document, bool(platform), format_, color), encoding="utf-8" if format_ == "json" else "")


def _pack(name: str) -> "Pack":
    from accord.cli._meant import meant
    from accord.defaults.reader import pack, platforms

    if name not in platforms():
        raise click.UsageError(
            f"no platform {name!r}{meant(name, platforms())}; accord defaults lists them", click.get_current_context()
        )
    return pack(name)


def _versions(change: tuple[str, ...], version: str | None) -> tuple[str, str]:
    from accord.cli._meant import meant

    context = click.get_current_context()
    if change[0] != _DIFF:
        raise click.UsageError(f"unexpected {change[0]!r}{meant(change[0], [_DIFF])}", context)
    if len(change) != 3 or version:
        raise click.UsageError("diff takes two versions, such as: accord defaults istio diff 1.23 1.24", context)
    return _checked(change[1]), _checked(change[2])


def _checked(version: str) -> str:
    from accord.defaults.reader import is_version

    if version and not is_version(version):
        raise click.UsageError(f"expected a version such as 1.23, read {version!r}", click.get_current_context())
    return version


def _shown(document: "Changed | Listed", one: bool, format_: str, color: str) -> str:
    from accord.cli._terminal import page_width, wants_color
    from accord.report._defaults import Changed
    from accord.report._defaults_text import changed_text, listed_text, platform_text
    from accord.report._paint import Paint

    if format_ == "json":
        import msgspec

        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    paint, width = Paint(wants_color(color)), page_width()
    if isinstance(document, Changed):
        return changed_text(document, width, paint)
    return platform_text(document.platforms[0], width, paint) if one else listed_text(document.platforms, paint)
