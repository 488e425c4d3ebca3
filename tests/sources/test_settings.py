"""Which hosts a variable points at, and which values are no address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.sources._settings import filled, hosts, of_one


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("CART_ADDR", "cart:7070", ("cart",)),
        ("X", "cart:7070", ("cart",)),
        ("X", "cart", ()),
        ("DB_HOST", "db", ("db",)),
        ("dbHost", "db.shop", ("db.shop",)),
        ("db-hostname", "db.shop.svc.cluster.local.", ("db.shop.svc.cluster.local",)),
        ("DATABASE_URL", "postgres://user:p@ss@db:5432/orders?sslmode=off", ("db",)),
        ("SPRING_DATASOURCE_URL", "jdbc:mysql://db:3306/orders", ("db",)),
        ("MONGO", "mongodb://a:1,b:2/x", ("a", "b")),
        ("KAFKA_BROKERS", "kafka-0:9092, kafka-1:9092", ("kafka-0", "kafka-1")),
        ("TARGET", "dns:///pay.shop:50051", ("pay.shop",)),
        ("SERVER_URL", "http://user-db/path:80/x", ("user-db",)),
        ("OTLP", "collector:4317/v1", ("collector",)),
        ("HOST", "0.0.0.0", ()),
        ("HOST", "localhost:8080", ()),
        ("LISTEN_ADDRESS", ":8080", ()),
        ("HOST", "$(NODE):80", ()),
        ("HOST", "${NODE}", ()),
        ("IMAGE", "redis:7-alpine", ()),
        ("TIME", "12:30:15", ()),
        ("HOST_PATH", "/var/lib", ()),
        ("URL", "unix:///var/run/x.sock", ()),
        ("FILE_SERVER", "line one\nserver:80", ()),
        ("HOST", "x" * 3000, ()),
        ("HOSTS", "[a:1]", ()),
        ("GHOST", "casper", ()),
        ("DB_IMAGE", "postgres:16", ()),
    ],
)
def test_hosts_of_a_variable(name, value, found):
    assert hosts(name, value) == found


def test_references_to_earlier_variables_are_filled_in():
    assert of_one([("NS", "shop"), ("HOST", "db.$(NS):1"), ("LATE", "$(LATER)")]) == {
        "NS": "shop",
        "HOST": "db.shop:1",
        "LATE": "$(LATER)",
    }
    assert filled("$(A)$(B)", {"A": "1"}) == "1$(B)"


@given(st.text(max_size=20), st.text(max_size=60))
def test_a_host_never_has_a_sign_of_something_else(name, value):
    for host in hosts(name, value):
        assert host and not set(host) & set("/@:$( {%")
