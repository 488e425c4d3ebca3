"""What is printed for a Collector and an SDK is what they read."""

import yaml
from click.testing import CliRunner

from accord.cli.otel_config import command


def printed(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0
    return result.output


def test_the_collector_part_is_yaml_whose_pipeline_names_what_it_defines():
    told = yaml.safe_load(printed("collector", "--at", "10.0.0.1:9"))
    for pipeline in told["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= set(told[part])
    exporter = told["exporters"]["otlphttp/accord"]
    assert exporter["traces_endpoint"] == "http://10.0.0.1:9/v1/traces"
    # config.go of the otlphttp exporter, confighttp, configretry and exporterhelper
    assert set(exporter) <= {"traces_endpoint", "compression", "timeout", "retry_on_failure", "sending_queue"}


def test_the_sdk_part_is_environment_variables():
    lines = [line for line in printed("sdk").splitlines() if not line.startswith("#")]
    assert all(line.startswith("export OTEL_") and "=" in line for line in lines)
    assert "export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4318/v1/traces" in lines
