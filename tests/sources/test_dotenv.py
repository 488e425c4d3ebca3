"""Variables that a service of Docker Compose takes from files: whom it calls by them, and nothing of what else they hold."""

from accord.check import joined
from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._claims import read_text

COMPOSE = """
services:
  web: {image: web, env_file: FILES, environment: {OTHER_URL: "http://elsewhere"}}
  api: {image: api}
  cart: {image: cart}
  db: {image: db}
"""
APP = """\
# addresses
export API_URL="http://api:8080/v1"   # the api
CART_HOST = cart
DB_URL=postgres://me:s3cret@db:5432/x
OTHER_URL=http://db
PASSWORD=s3cret
FILLED=http://${HOST}
LEVEL=info
"""


def calls(files: str, **texts: str) -> list[str]:
    given = {"shop/compose.yaml": COMPOSE.replace("FILES", files), **texts}
    read = [found for file, text in given.items() for found in read_text(text, "root", file)]
    assert not [found for found in read if isinstance(found, Problem)]
    system, _ = joined(found for found in read if isinstance(found, Fact))
    called = {(fact.consumer, fact.provider) for fact in system.about("mentioned") if fact.consumer}
    assert {consumer for consumer, _ in called} <= {"compose:shop/web"}
    return sorted(provider.removeprefix("compose:shop/") for _, provider in called)


def test_the_addresses_in_a_file_are_of_the_service_that_takes_it():
    assert calls("app.env", **{"shop/app.env": APP}) == ["api", "cart", "db"]
    assert calls("[{path: ./app.env, required: false}]", **{"shop/app.env": APP}) == ["api", "cart", "db"]
    assert calls("../app.env", **{"app.env": "A=http://api"}) == ["api"]
    assert calls("other.env", **{"shop/app.env": APP}) == []


def test_what_the_service_says_itself_or_a_later_file_says_counts():
    assert calls("app.env", **{"shop/app.env": "OTHER_URL=http://db\nA=http://api"}) == ["api"]
    two = {"shop/one.env": "A=http://api\nB=http://db", "shop/two.env": "A=http://cart"}
    assert calls("[one.env, two.env]", **two) == ["cart", "db"]


def test_of_a_file_that_several_take_none_is_said_to_use_each_address():
    both = COMPOSE.replace("FILES", "app.env").replace("{image: api}", "{image: api, env_file: [app.env]}")
    read = [*read_text(both, "root", "shop/compose.yaml"), *read_text(APP, "root", "shop/app.env")]
    system, _ = joined(found for found in read if isinstance(found, Fact))
    assert not [fact for fact in system.about("mentioned") if fact.consumer]


def test_no_value_is_kept_and_no_party_is_made_of_a_file():
    read = [found for found in read_text(APP, "root", "shop/.env.local") if isinstance(found, Fact)]
    assert {fact.term for fact in read} == {
        "setting.API_URL",
        "setting.CART_HOST",
        "setting.DB_URL",
        "setting.OTHER_URL",
    }
    assert "s3cret" not in repr(read)
    assert not joined(read)[0].parties
    assert list(read_text("no variables here\n=\n'\n", "root", ".env")) == []
