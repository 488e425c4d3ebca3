"""Print what makes a Collector or an SDK send its traces to `accord observe --listen`."""

import click

COLLECTOR = """\
# Beside the exporters that are there already; 'otlp' is the receiver of the Collector's own example.
# Take spans before anything samples them, or with a sampler that says how it drew (ot=th in the trace state).
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: 127.0.0.1:14317
      http:
        endpoint: 127.0.0.1:14318
processors:
  batch:
    send_batch_size: 512
    timeout: 1s
exporters:
  otlphttp/accord:
    traces_endpoint: http://{at}/v1/traces
    compression: gzip
    timeout: 10s
    retry_on_failure:
      enabled: true
      initial_interval: 1s
      max_interval: 10s
      max_elapsed_time: 5m
    sending_queue:
      enabled: true
      queue_size: 1000
service:
  pipelines:
    traces/accord:
      receivers: [otlp]
      processors: [batch]
      exporters: [otlphttp/accord]
"""
SDK = """\
# The environment of a service whose OpenTelemetry SDK exports over HTTP; any language.
export OTEL_TRACES_EXPORTER=otlp
export OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://{at}/v1/traces
export OTEL_EXPORTER_OTLP_TRACES_COMPRESSION=gzip
export OTEL_TRACES_SAMPLER=parentbased_always_on
export OTEL_SEMCONV_STABILITY_OPT_IN=http
export OTEL_SERVICE_NAME=checkout
"""
WHAT = {"collector": COLLECTOR, "sdk": SDK}


@click.command(name="otel-config", epilog="Exit code: 0 printed, 2 usage error.")
@click.argument("what", type=click.Choice(tuple(WHAT)), metavar="collector|sdk")
@click.option("--at", default="127.0.0.1:4318", show_default=True, metavar="HOST:PORT", help="Where accord listens.")
def command(what: str, at: str) -> None:
    """Prints the part of a Collector's configuration (YAML), or the environment of an SDK, that sends traces to
    `accord observe --listen`.
    """
    click.echo(WHAT[what].format(at=at), nl=False)
