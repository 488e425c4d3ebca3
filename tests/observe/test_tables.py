"""Tables of spans, CSV and Parquet: known layouts by their columns, others by a mapping, and in words what is wrong where."""

import csv
import gzip
import io
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from accord.cli.observe import command
from accord.model.problem import Refused
from accord.observe.columns import CLIENT, CONSUMER, ERROR, ONE, SERVER
from accord.observe.reading.batch import Batch
from accord.observe.reading.files import read_spans
from accord.observe.reading.layouts import mapping
from accord.observe.reading.values import code_told, id_of, nanoseconds, trace_of, workload_of

MAPPED = (
    "trace=tid", "span=sid", "parent=pid", "service=svc", "operation=what", "start=t", "duration=took:ms", "status=ok",
)  # fmt: skip
TABLE = """\
tid,sid,pid,svc,what,t,took,ok
t1,a,,shop,GET /,2027-03-31 10:00:00.5,12,ok
t1,b,a,pay,"POST /pay, now",2027-03-31T10:00:00.500000001Z,8.5,ERROR
"""


def read(data: bytes, columns: tuple[str, ...] = (), weight: int = 0) -> list[dict[str, Any]]:
    batch = Batch(weight)
    for _ in read_spans(io.BytesIO(data), batch, mapping(columns)):
        pass
    assert not batch.refused
    return list(batch.taken().to_pylist())


def table(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parquet(columns: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_a_table_by_its_mapping():
    first, second = read(TABLE.encode(), MAPPED)
    assert (first["parent"], second["parent"], second["operation"]) == (0, first["span"], "POST /pay, now")
    assert (second["duration_ns"], second["status"], second["service"]) == (8_500_000, ERROR, "pay")
    assert second["start_ns"] == first["start_ns"] + 1 and first["start_ns"] % 10**9 == 5 * 10**8
    assert read(gzip.compress(TABLE.replace(",", ";").replace('"POST /pay; now"', "x").encode()), MAPPED)[0] == first
    assert read(b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode(), MAPPED)[0] == first


def test_ids_that_are_not_hexadecimal_are_other_numbers_always_the_same():
    assert id_of("00f067aa0ba902b7") == 0x00F067AA0BA902B7 and trace_of("4bf92f3577b34da6a3ce929d0e0e4736")[0] > 0
    assert id_of("order-1/span-2") == 3672968329052799732 != id_of("order-1/span-3")
    assert trace_of("015101cd15919399974329000e") == trace_of("015101cd15919399974329000e") != (0, 0)
    assert id_of("1") != id_of("01") and id_of(7) == 7 and id_of(b"\0" * 7 + b"\7") == 7


@pytest.mark.parametrize(
    ("pod", "workload"),
    [("frontend-579b9bff58-t2dbm", "frontend"), ("ts-order-service-7f8d9c6b5-x2x4k", "ts-order-service"), ("kafka-0", "kafka"),
     ("node-agent-x2x4k", "node-agent"), ("checkout", "checkout"), ("cart-service", "cart-service"), ("", "")],
)  # fmt: skip
def test_a_pod_is_of_a_workload(pod: str, workload: str):
    assert workload_of(pod) == workload


def test_spans_of_pods_without_kinds_are_known_by_their_columns():
    row = {"TraceID": "0d50bd4b954e842a344ce5e2ee1572d3", "ParentID": "root", "Duration": "9"}
    times = {"StartTimeUnixNano": "1661274015486356879", "EndTimeUnixNano": "1661274015497926079"}
    one = {"SpanID": "f700a2a495f63f18", "PodName": "web-579b9bff58-t2dbm", "OperationName": "Recv."}
    two = {"SpanID": "c41341e3ec5620f4", "PodName": "cart-579f59597d-wc2lz", "OperationName": "Get"}
    first, second = read(table([row | times | one, row | times | two | {"ParentID": one["SpanID"]}]))
    assert (first["service"], second["service"], second["parent"]) == ("web", "cart", first["span"])
    assert (first["duration_ns"], first["parent"], first["kind"]) == (11_569_200, 0, 0)


def test_rows_that_are_calls_are_halves_by_the_sign_of_their_time():
    common = {"timestamp": "0", "traceid": "01510", "rpctype": "rpc", "interface": "i", "": "0"}
    rows = [
        common | {"rpcid": "0.1", "um": "a", "dm": "b", "rt": "13"},
        common | {"rpcid": "0.1", "um": "a", "dm": "b", "rt": "-11"},
        common | {"rpcid": "0.1.1", "um": "b", "dm": "(?)", "rt": "3.0", "rpctype": "db"},
        common | {"rpcid": "0.1.2", "um": "b", "dm": "c", "rt": "5", "rpctype": "mq"},
    ]
    asked, answered, database, message = read(table(rows))
    assert (asked["kind"], asked["service"], asked["peer"], asked["duration_ns"]) == (CLIENT, "a", "b", 13_000_000)
    assert (answered["kind"], answered["service"], answered["parent"]) == (SERVER, "b", asked["span"])
    assert (database["kind"], database["peer"], database["parent"]) == (CLIENT, "", answered["span"])
    assert (message["kind"], message["service"]) == (CONSUMER, "c")


OTEL: dict[str, Any] = {
    "Timestamp": pa.array([1_700_000_000_000_000_001] * 2, pa.timestamp("ns")),
    "TraceId": ["4bf92f3577b34da6a3ce929d0e0e4736"] * 2,
    "SpanId": ["00f067aa0ba902b7", "00f067aa0ba902b8"],
    "ParentSpanId": ["", "00f067aa0ba902b7"],
    "TraceState": ["", "ot=th:c"],
    "SpanName": ["POST", "POST"],
    "SpanKind": ["Client", "Server"],
    "ServiceName": ["shop", "pay"],
    "ResourceAttributes": pa.array([[("deployment.environment", "prod")]] * 2, pa.map_(pa.string(), pa.string())),
    "SpanAttributes": pa.array(
        [[("http.request.method", "POST"), ("http.response.status_code", "503"), ("server.address", "pay")],
         [("http.method", "POST"), ("http.route", "/pay"), ("http.status_code", "500")]],
        pa.map_(pa.string(), pa.string()),
    ),
    "Duration": pa.array([9_000_000, 8_000_000], pa.uint64()),
    "StatusCode": ["Error", "Unset"],
    "Links.TraceId": pa.array([[], ["4bf92f3577b34da6a3ce929d0e0e4737"]], pa.list_(pa.string())),
    "Links.SpanId": pa.array([[], ["00f067aa0ba902b9"]], pa.list_(pa.string())),
}  # fmt: skip


def test_the_table_of_the_collector_for_clickhouse_is_known_old_words_and_new():
    client, server = read(parquet(OTEL))
    assert (client["kind"], client["peer"], client["code"], client["status"]) == (CLIENT, "pay", 503, ERROR)
    assert (server["operation"], server["code"], server["status"], server["weight"]) == (
        "POST /pay",
        500,
        ERROR,
        4 * ONE,
    )
    assert (server["parent"], server["environment"], server["start_ns"]) == (
        client["span"],
        "prod",
        1_700_000_000_000_000_001,
    )
    assert server["link_span"] == 0x00F067AA0BA902B9 and client["link_span"] == 0


def test_the_same_table_as_csv_with_the_maps_of_clickhouse():
    rows = [
        {
            "Timestamp": "2023-11-14 22:13:20.000000001", "TraceId": OTEL["TraceId"][0], "SpanId": OTEL["SpanId"][0], "ParentSpanId": "",
            "SpanName": "POST", "SpanKind": "SPAN_KIND_CLIENT", "ServiceName": "shop", "Duration": "9000000", "StatusCode": "STATUS_CODE_ERROR",
            "SpanAttributes": "{'http.request.method':'POST','http.response.status_code':'503','server.address':'pay'}",
            "ResourceAttributes": '{"deployment.environment": "prod"}',
        }
    ]  # fmt: skip
    assert read(table(rows)) == read(parquet({name: column[:1] for name, column in OTEL.items()}))


def test_spans_in_our_own_columns_are_read_as_they_are():
    rows = read(parquet(OTEL), weight=ONE)
    written = parquet({name: [row[name] for row in rows] for name in rows[0]})
    assert read(written) == rows
    unknown = parquet({name: [row[name] if name != "weight" else 0 for row in rows] for name in rows[0]})
    assert {row["weight"] for row in read(unknown)} == {0} and {row["weight"] for row in read(unknown, weight=ONE)} == {
        ONE
    }
    batch, odd = (
        Batch(),
        parquet({name: [row[name] if name != "duration_ns" else -1 for row in rows] for name in rows[0]}),
    )
    for _ in read_spans(io.BytesIO(odd), batch):
        pass
    assert len(batch) == 0 and batch.refused == {"a span without an id, or that ends before it begins": 2}
    holes = parquet({name: [row[name] if name != "span" else None for row in rows] for name in rows[0]})
    with pytest.raises(Refused, match="column span: expected a value in every row, read 2 nulls"):
        read(holes)


@pytest.mark.parametrize(
    ("data", "columns", "said"),
    [
        (TABLE, (), "line 1: expected the columns of a known layout, or a mapping .--columns., read tid, sid, pid"),
        (TABLE.replace("8.5", "eight"), MAPPED, "line 3, column took: expected a number of ms, read 'eight'"),
        (TABLE.replace("ERROR", "odd"), MAPPED, "line 3, column ok: expected unset, ok or error, read 'odd'"),
        (TABLE.replace("2027-03-31 10", "soon 10"), MAPPED, "line 2, column t: expected a date and a time such as"),
        (TABLE.replace(",12,", ","), MAPPED, "line 2: expected 8 values, one for each column, read 7"),
        (TABLE, (*MAPPED[:-1], "kind=class"), "line 1: expected a column 'class', as it is mapped, read tid"),
        (TABLE.replace(",12,", ',"12,'), MAPPED, "line 3: expected 8 values"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_table_is_said_with_its_line_and_column(data: str, columns: tuple[str, ...], said: str):
    with pytest.raises(Refused, match=said):
        read(data.encode(), columns)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("trace=a", "trace=b"), "columns: trace is said twice: a and b"),
        (("trace",), "columns: expected ROLE=COLUMN such as trace=TraceID, read 'trace'"),
        (("tracy=a",), "columns: expected one of trace span"),
        (("trace=a", "span=b"), "columns: expected service and operation and start too"),
        ((*MAPPED[:6],), "columns: expected end or duration too"),
        (
            (*MAPPED[:6], "duration=took"),
            "columns: expected the unit of the duration: duration=took:ns, :us, :ms or :s",
        ),
    ],
)
def test_a_mapping_that_says_too_little_is_refused(words: tuple[str, ...], said: str):
    with pytest.raises(Refused, match=said):
        mapping(words)


def test_numbers_are_read_exactly_however_they_are_written():
    assert nanoseconds("1661274015.486356879", "s") == 1_661_274_015_486_356_879
    assert nanoseconds(8.5, "ms") == nanoseconds("8.5e0", "ms") == nanoseconds(" 8500 ", "us") == 8_500_000
    assert nanoseconds("2027-03-31T12:00:00.25+02:00", "") == nanoseconds("2027-03-31 10:00:00,250", "ns")
    for odd in (None, "", "1e999999999", "9" * 5000, float("inf"), float("nan"), [3], "now"):
        with pytest.raises(Refused, match="expected a number of ms, read"):
            nanoseconds(odd, "ms")
    assert code_told("503.0") == code_told(503) == {"http.response.status_code": 503} and code_told(float("nan")) == {}
    assert code_told("14") == {"rpc.grpc.status_code": 14} and code_told(None) == code_told("-1") == {}


@pytest.mark.parametrize("data", [TABLE.encode(), parquet(OTEL)], ids=["csv", "parquet"])
def test_damaged_tables_are_refused_or_read_and_never_break(data: bytes):
    chance = random.Random(5)
    for _ in range(600):
        broken = bytearray(data)
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        batch = Batch()
        try:
            for _ in read_spans(io.BytesIO(bytes(broken)), batch, mapping(MAPPED)):
                pass
        except Refused:
            continue
        batch.taken()


def test_rows_that_cannot_be_read_are_counted_and_the_others_stay():
    lines = TABLE.splitlines()
    rows = [lines[0], *[lines[1], lines[1].replace(",12,", ",twelve,"), "torn", lines[2]] * 50]
    batch = Batch()
    with pytest.raises(
        Refused, match="100 of 200 rows not read, the first: line 3, column took: expected a number of ms"
    ):
        for _ in read_spans(io.BytesIO("\n".join(rows).encode()), batch, mapping(MAPPED)):
            pass
    assert len(batch) == 100
    wrong = "\n".join([lines[0], *["torn"] * 5000])
    with pytest.raises(Refused, match="100 of 100 rows not read, the first: line 2: expected 8 values"):
        read(wrong.encode(), MAPPED)


def test_damaged_parquet_is_refused_with_the_row_or_the_reason():
    whole = parquet(OTEL)
    with pytest.raises(Refused, match="the Parquet file is damaged"):
        read(whole[: len(whole) // 2])
    odd = parquet(OTEL | {"SpanKind": ["Client", "Waiter"]})
    with pytest.raises(Refused, match=r"row 2, column SpanKind: expected client, server, .* read 'Waiter'"):
        read(odd)


def test_the_command_takes_the_mapping_from_an_option_or_from_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    Path("spans.csv").write_text(TABLE)
    by_option = CliRunner().invoke(command, ["spans.csv", "--complete", "--columns", ",".join(MAPPED)])
    assert by_option.exit_code == 0 and by_option.stdout.splitlines()[1].startswith("shop -> pay POST /pay, now")
    nothing = CliRunner().invoke(command, ["spans.csv"])
    assert nothing.exit_code == 2 and "spans.csv: line 1: expected the columns of a known layout" in nothing.stderr
    Path("accord.toml").write_text(f"[telemetry]\ncolumns = {list(MAPPED)}\n")
    assert CliRunner().invoke(command, ["spans.csv", "--complete"]).stdout == by_option.stdout
    refused = CliRunner().invoke(command, ["spans.csv", "--columns", "trace=tid"])
    assert refused.exit_code == 2 and "columns: expected span and" in refused.stderr
