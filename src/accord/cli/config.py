"""Show the value of every configuration key, and where it comes from."""

import click


@click.command()
@click.argument("path", default=".", type=click.Path(exists=True))
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Read this configuration, not the nearest accord.toml.",
)
def command(path: str, config: str | None) -> None:
    """Shows each configuration key with its value and its origin, as a check of PATH would use them.

    The nearest accord.toml, or pyproject.toml with [tool.accord], from PATH upward is read; variables ACCORD_TABLE_KEY
    of the environment win over it, options over both.
    """
    from accord.cli._configuration import configuration
    from accord.cli._output import emit
    from accord.model.fact import shown_scope
    from accord.report._paint import padded

    settings = configuration((path,), config)
    rows = [(setting.key.name, shown(setting.value), setting.origin) for setting in settings.settings]
    rows += [(f"{one.name}{shown_scope(one.scope)}", one.version, one.origin) for one in settings.platforms]
    rows += [
        (f"scope {rule.path}", "; ".join(f"{name}={','.join(values)}" for name, values in rule.conditions), rule.origin)
        for rule in settings.scopes
    ]
    rows += [(f"channels.{one.name}", one.kind, f"{one.place.file}:{one.place.line}") for one in settings.channels]
    rows += [
        (f"people.{one.pseudonym}", ", ".join(name for name, _ in one.addresses), f"{one.place.file}:{one.place.line}")
        for one in settings.people
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{padded(name, widths[0])}  {padded(value, widths[1])}  {origin}" for name, value, origin in rows]
    lines.append(f"file: {settings.file or 'none found; accord.toml or [tool.accord] would be read'}")
    emit("\n".join(lines) + "\n")


def shown(value: object) -> str:
    """A value as its author would write it; `-` where none is set."""
    if value is None or value == ():
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return str(value)
