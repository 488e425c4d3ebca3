"""Which metrics tell of boundaries, and how: one entry for each family that a well-known program exports.

Names and labels as their documentation has them: the service graphs of the OpenTelemetry Collector and of Tempo, Istio's
standard metrics, OpenTelemetry's conventions for HTTP metrics.
"""

from msgspec import Struct

SECONDS, MILLISECONDS = 1_000_000_000, 1_000_000


class Family(Struct, frozen=True):
    """One histogram of durations: which label tells what, and of which side of a call it is.

    `consumer`, `provider` and `operation` are labels, the first that is there counts; `only` narrows the series; `errors` is
    a matcher of those that failed, where the histogram itself can tell them apart, `failures` a counter where it cannot.
    """

    metric: str
    unit: int
    side: str
    consumer: tuple[str, ...]
    provider: tuple[str, ...]
    operation: tuple[str, ...] = ()
    only: str = ""
    errors: str = ""
    failures: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that tells something."""
        return (*self.consumer, *self.provider, *self.operation)


FAMILIES: tuple[Family, ...] = (
    *(
        Family(
            f"traces_service_graph_request_{of}_seconds",
            SECONDS,
            side,
            ("client",),
            ("server",),
            failures="traces_service_graph_request_failed_total",
        )
        for of, side in (("client", "caller"), ("server", "callee"))
    ),
    *(
        Family(
            "istio_request_duration_milliseconds",
            MILLISECONDS,
            side,
            ("source_workload",),
            ("destination_service", "destination_workload"),
            only=f'reporter="{reporter}"',
            errors='response_code=~"5..|0"',
        )
        for reporter, side in (("source", "caller"), ("destination", "callee"))
    ),
    Family(
        "http_server_request_duration_seconds",
        SECONDS,
        "callee",
        (),
        ("service_name", "job"),
        ("http_request_method", "http_route"),
        errors='http_response_status_code=~"5.."',
    ),
    Family(
        "http_client_request_duration_seconds",
        SECONDS,
        "caller",
        ("service_name", "job"),
        ("server_address",),
        ("http_request_method",),
        errors='http_response_status_code=~"[45].."',
    ),
)
