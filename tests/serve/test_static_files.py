"""What is vendored is what was published; a browser keeps a file only under the address of what is in it."""

from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest
from serving import Within

from accord.serve.pages._static import KINDS, address

PUBLISHED = {
    "htmx.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "idiomorph.min.js": "4cbd535caf7663a51eda9bce6595371c384fc430d54b8d414e29a61167f19f96",
}
STATIC = files("accord.serve.pages").joinpath("static")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Within]:
    made = Within(tmp_path)
    yield made
    made.close()


def test_what_is_vendored_was_not_changed_and_its_licence_is_there() -> None:
    said = STATIC.joinpath("VENDORED.txt").read_text(encoding="utf-8")
    for name, digest in PUBLISHED.items():
        assert sha256(STATIC.joinpath(name).read_bytes()).hexdigest() == digest
        assert name in said
    assert "Permission to use, copy, modify, and/or distribute" in said


def test_every_script_is_vendored_or_ours_and_is_given(service: Within) -> None:
    there = {each.name for each in STATIC.iterdir()} - {"VENDORED.txt"}
    assert there == set(KINDS)
    for name in KINDS:
        assert service.ask("GET", f"/static/{name}").text.startswith(STATIC.joinpath(name).read_text(encoding="utf-8"))


def test_a_file_is_kept_under_the_address_of_what_is_in_it_alone(service: Within) -> None:
    for name, kind in KINDS.items():
        kept = service.ask("GET", address(name))
        assert "immutable" in kept.headers["cache-control"] and kept.headers["content-type"].startswith(kind)
        for other in (f"/static/{name}", f"/static/{name}?older"):
            assert service.ask("GET", other).headers["cache-control"] == "no-store"
