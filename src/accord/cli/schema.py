"""Print the JSON Schema of accord.yaml, or of the JSON that check writes."""

import click


@click.command()
@click.argument("name", type=click.Choice(("contract", "output")), metavar="contract|output")
def command(name: str) -> None:
    """Prints a JSON Schema.

    `contract` is the schema of accord.yaml, for editors; `output` is the schema of `accord check --format json`.
    """
    from accord.cli._output import emit

    emit(written(name))


def written(name: str) -> str:
    """The schema as it is printed and published under schema/."""
    import json

    from accord.report._contract_schema import contract_schema
    from accord.report._output_schema import output_schema

    schema = contract_schema() if name == "contract" else output_schema()
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
