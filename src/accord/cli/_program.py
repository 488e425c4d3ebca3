"""The group of commands, and the end of every run: an exit code, and one clear line where something is wrong."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from accord import __version__, cli

INTERRUPTED = 130
NO_READER = 141
REFUSED = 2


class _Commands(click.Group):
    """The commands there are: found by looking, described by the first line of their file, imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands: their files, without those whose name begins with an underscore."""
        import pkgutil

        return sorted(
            found.name.replace("_", "-")
            for found in pkgutil.iter_modules(cli.__path__)
            if not found.name.startswith("_")
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now; None where there is no such file."""
        if cmd_name not in self.list_commands(ctx):
            return None
        import importlib

        command: click.Command = importlib.import_module(f"{cli.__name__}.{cmd_name.replace('-', '_')}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; an unknown one is refused with the nearest known one."""
        name, *rest = args
        command = self.get_command(ctx, name)
        if command is None and not name.startswith("-"):
            from accord.cli._meant import meant

            ctx.fail(f"no command {name!r}{meant(name, self.list_commands(ctx))}")
        return name, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line for each command, read without importing it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_line(name)) for name in self.list_commands(ctx)])


def _first_line(name: str) -> str:
    import pkgutil

    source = pkgutil.get_data(cli.__name__, name.replace("-", "_") + ".py") or b""
    return source.partition(b"\n")[0].decode().strip().strip('"').rstrip(".")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="accord %(version)s")
def program() -> None:
    """Holds both sides of every boundary side by side, and shows where everybody keeps their word and the system
    still fails.

    Start with `accord check` in a repository with accord.yaml files, alert rules and routing,
    Kubernetes or Istio manifests.
    """


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code; whatever goes wrong is one clear line, never a traceback.

    With ACCORD_DEBUG=1 in the environment an error of Accord itself shows its traceback.
    """
    if "_ACCORD_COMPLETE" in os.environ:
        program.main(list(arguments), prog_name="accord")
    try:
        with program.make_context("accord", list(arguments)) as context:
            program.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as exit_:
        return _flushed(exit_.exit_code)
    except click.ClickException as refusal:
        return _refused(refusal)
    except (KeyboardInterrupt, click.Abort):
        return _said("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _nobody_reads()
    except Exception as error:
        return _failed(error)
    return 0


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _nobody_reads()
    return code


_OF_CLICK = ("No such", "Invalid", "Missing", "Got", "Option", "Could not", "Error")
"""How the messages of click itself begin; those that begin with what somebody typed stay as they are."""


def _refused(refusal: click.ClickException) -> int:
    """A usage error, or something that could not be read at all."""
    context = getattr(refusal, "ctx", None)
    path = context.command_path if context else "accord"
    if type(refusal) is click.exceptions.NoArgsIsHelpError:
        return _said(refusal.format_message(), REFUSED)
    message = refusal.format_message()
    hint = f"\nsee: {path} --help" if isinstance(refusal, click.UsageError) else ""
    if message.startswith(_OF_CLICK):
        message = f"{message[:1].lower()}{message[1:]}"
    return _said(f"{path}: {message.rstrip('.')}{hint}", REFUSED)


def _failed(error: Exception) -> int:
    if os.environ.get("ACCORD_DEBUG"):
        import traceback

        return _said("".join(traceback.format_exception(error)).rstrip(), REFUSED)
    if isinstance(error, OSError) and error.strerror:
        file = f": {error.filename}" if error.filename else ""
        return _said(f"accord: {error.strerror.lower()}{file}", REFUSED)
    kind, text = type(error).__name__, " ".join(str(error).split())
    return _said(f"accord: an error of its own, {kind}: {text[:200]}; ACCORD_DEBUG=1 shows where", REFUSED)


def _said(line: str, code: int) -> int:
    with suppress(OSError):  # nobody may be reading what goes wrong either
        click.echo(line, err=True)
    return code


def _nobody_reads() -> int:
    """Whoever read the output has left: nothing more is written, not even while the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return NO_READER
