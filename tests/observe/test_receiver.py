"""The receiver as a real process: answers as OTLP says, refusals that are counted, and nothing acknowledged that is lost."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import httpx
import pytest
import zstandard
from hostile import as_json
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from senders import PROTOBUF, Process, request


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with Process(tmp_path_factory.mktemp("live"), "--lateness", "1s") as process:
        yield process


@pytest.mark.parametrize(
    ("encoding", "squeeze"), [("", bytes), ("identity", bytes), ("gzip", gzip.compress), ("zstd", zstandard.compress)]
)
@pytest.mark.parametrize("kind", ["x-protobuf", "json"])
def test_it_takes_what_otlp_sends(receiver: Process, kind: str, encoding: str, squeeze):
    headers = {"content-type": f"application/{kind}"} | ({"content-encoding": encoding} if encoding else {})
    body = request(1) if kind == "x-protobuf" else as_json(1)
    answer = httpx.post(receiver.http, content=squeeze(body), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"application/{kind}")
    assert answer.content == (b"" if kind == "x-protobuf" else b"{}")


def test_spans_that_are_none_are_told_as_partial_success(receiver: Process):
    answer = httpx.post(receiver.http, content=as_json(5, -1), headers={"content-type": "application/json"})
    assert answer.json()["partialSuccess"]["rejectedSpans"] == "1" and answer.status_code == 200
    old = request(9, began_ns=1_000_000_000)
    told = ExportTraceServiceResponse.FromString(httpx.post(receiver.http, content=old, headers=PROTOBUF).content)
    assert told.partial_success.rejected_spans == 2 and "another time" in told.partial_success.error_message


BOMB = gzip.compress(bytes(80 << 20))
REFUSED = {
    "a gzip bomb": (BOMB, {"content-encoding": "gzip"}, 413),
    "a zstd bomb": (zstandard.compress(bytes(80 << 20)), {"content-encoding": "zstd"}, 413),
    "half a gzip": (gzip.compress(request(2))[:-9], {"content-encoding": "gzip"}, 400),
    "half a zstd": (zstandard.compress(request(2))[:-3], {"content-encoding": "zstd"}, 400),
    "no gzip": (b"hello", {"content-encoding": "gzip"}, 400),
    "another encoding": (b"hello", {"content-encoding": "br"}, 415),
    "another type": (b"hello", {"content-type": "text/plain"}, 415),
    "too large": (bytes(17 << 20), {}, 413),
    "a length past the end": (b"\x0a\xff\xff\xff\x7f12", {}, 400),
    "no protobuf": (b"\xff" * 40, {}, 400),
    "no UTF-8": (request(3).replace(b"POST", b"\xff\xfe\xfd\xfc"), {}, 400),
    "deep JSON": (b"[" * 200_000, {"content-type": "application/json"}, 400),
    "JSON that is no UTF-8": (b'{"a": "\xc2"}', {"content-type": "application/json"}, 400),
    "other JSON": (b"[1]", {"content-type": "application/json"}, 400),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_hostile_is_refused_and_counted(receiver: Process, name: str):
    body, headers, status = REFUSED[name]
    before = sum(receiver.state()["refused"].values())
    answer = httpx.post(receiver.http, content=body, headers=PROTOBUF | headers, timeout=30)
    assert answer.status_code == status
    assert sum(receiver.state()["refused"].values()) == before + 1


def test_a_body_shorter_than_it_says_is_refused_and_counted(receiver: Process):
    host, port = receiver.http.split("/")[2].split(":")
    before = sum(receiver.state()["refused"].values())
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: 900\r\n\r\nabc"
        )
    for _ in range(600):
        if sum(receiver.state()["refused"].values()) == before + 1:
            return
        time.sleep(0.1)
    raise AssertionError("not counted")


def test_other_paths_and_methods_are_refused(receiver: Process):
    assert httpx.post(receiver.http.replace("traces", "logs"), content=b"", headers=PROTOBUF).status_code == 404
    assert httpx.get(receiver.http).status_code == 405


def test_grpc_takes_the_same_plain_and_compressed(receiver: Process):
    with grpc.insecure_channel(receiver.grpc) as channel:
        export = channel.unary_unary(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            response_deserializer=ExportTraceServiceResponse.FromString,
        )
        for compression in (grpc.Compression.NoCompression, grpc.Compression.Gzip):
            assert not export(request(4), compression=compression).partial_success.rejected_spans
        with pytest.raises(grpc.RpcError) as refused:
            export(b"\xff" * 40)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        with pytest.raises(grpc.RpcError) as refused:
            export(bytes(80 << 20), compression=grpc.Compression.Gzip)
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_the_same_spans_again_count_once_and_halves_of_two_requests_meet(tmp_path: Path):
    with Process(tmp_path, "--lateness", "1h") as live, httpx.Client(timeout=30) as client:
        for body in [request(1, sides, 20) for sides in ((3,), (2,), (3, 2), (2,))]:
            assert client.post(live.http, content=body, headers=PROTOBUF).status_code == 200
        assert live.state()["settled"].get("settled spans", 0) == 0
    with Process(tmp_path, "--lateness", "8s") as live:
        live.until_settled()
        httpx.post(live.http, content=request(1, (3, 2), 20), headers=PROTOBUF)
        state = live.until_settled()
    assert state["settled"]["undecided halves"] == 0
    [one] = live.shown()
    assert (one["counts"]["calls"], one["counts"]["paired"]) == (20, 20)


@pytest.mark.parametrize("fsync", ["group", pytest.param("none", marks=pytest.mark.slow)])
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path, fsync: str):
    acknowledged: list[int] = []

    def send(url: str, first: int) -> None:
        with httpx.Client() as client:
            for number in range(first, first + 10_000, 4):
                try:
                    if client.post(url, content=request(number, count=10), headers=PROTOBUF).status_code == 200:
                        acknowledged.append(number)
                except httpx.HTTPError:
                    return

    for turn in range(3):
        with Process(tmp_path, "--lateness", "700ms", "--fsync", fsync) as live:
            threads = [threading.Thread(target=send, args=(live.http, turn * 10_000 + each)) for each in range(4)]
            for thread in threads:
                thread.start()
            for _ in range(1200):
                if len(acknowledged) >= 20 * (turn + 1):
                    break
                time.sleep(0.05)
            live.kill()
            for thread in threads:
                thread.join()
    with Process(tmp_path, "--lateness", "700ms", "--fsync", fsync) as live:
        live.until_settled()
    [one] = live.shown()
    calls, sent = one["counts"]["calls"], len(acknowledged) * 10
    assert acknowledged and one["counts"]["paired"] == calls and one["counts"]["undecided"] == 0
    assert sent <= calls <= sent + 3 * 4 * 10  # what was written, and killed before it could be acknowledged


def test_beyond_its_room_it_says_when_to_come_again_and_keeps_what_it_took(tmp_path: Path):
    answers: list[tuple[int, str]] = []

    def send(url: str, number: int) -> None:
        with httpx.Client(timeout=60) as client:
            for each in range(6):
                body = request(number * 100 + each, count=150)
                answer = client.post(url, content=body, headers=PROTOBUF)
                answers.append((answer.status_code, answer.headers.get("retry-after", "")))

    with Process(tmp_path, "--lateness", "500ms", "--at-once", "4") as live:
        threads = [threading.Thread(target=send, args=(live.http, number)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        state = live.until_settled()
    assert set(answers) == {(200, ""), (429, "2")}
    assert sum(state["refused"].values()) == answers.count((429, "2"))
    [one] = live.shown()
    assert one["counts"]["calls"] == one["counts"]["paired"] == answers.count((200, "")) * 150


def test_grpc_says_the_same_with_retry_info(tmp_path: Path):
    with Process(tmp_path, "--at-once", "0") as live, grpc.insecure_channel(live.grpc) as channel:
        export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        with pytest.raises(grpc.RpcError) as refused:
            export(request(1))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        details = dict(refused.value.trailing_metadata())["grpc-status-details-bin"]
        assert b"google.rpc.RetryInfo" in details and details.startswith(b"\x08\x08")
