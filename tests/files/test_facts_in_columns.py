"""Facts in columns: the same facts again, and what they share is one object."""

from accord.files.columns import facts_in, in_columns
from accord.model.fact import Fact, Layer, Stance
from accord.model.nothing import NONE
from accord.model.place import Place

SCOPE = (("env", ("staging",)),)


def fact(number: int, says: str = "checkout", value: object = "2s", scope: object = ()) -> Fact:
    """A fact of one of two parties, in one of two scopes, each with texts of its own."""
    provider = "".join(("pay", "ments"))
    place = Place("", "accord.yaml", number + 1, 3)
    stance = Stance.ASSUMES if says == "checkout" else Stance.PROMISES
    return Fact(says, stance, says, provider, f"charge-{number}", "timeout", value, "2s", place, Layer.CODE, scope)  # type: ignore[arg-type]


FACTS = (
    fact(0),
    fact(1, "basket", NONE),
    fact(2, scope=SCOPE),
    fact(3, "payments", 2_000_000_000, SCOPE),
    fact(4, value=True),
    fact(5, value="twice"),
)


def test_facts_are_the_same_again() -> None:
    """Each in its place and with its type, however many there are."""
    for begin in range(len(FACTS)):
        for end in range(begin, len(FACTS) + 1):
            again = facts_in(in_columns(FACTS[begin:end], lambda value: value))
            assert again == FACTS[begin:end]
            assert [type(one.value) for one in again] == [type(one.value) for one in FACTS[begin:end]]


def test_what_facts_share_is_one_object_again() -> None:
    """Names that are equal are looked up the faster for it."""
    again = facts_in(in_columns(FACTS, lambda value: value))
    assert len({id(one.provider) for one in again}) == 1
    assert again[3].says == again[3].provider
    assert again[0].value is again[0].text
    assert again[2].scope is again[3].scope


def test_a_value_that_is_no_text_is_written_as_it_is_told() -> None:
    """And none that only looks like the text is left out."""
    seen: list[object] = []
    in_columns((*FACTS, fact(6, value=None)), seen.append)
    assert seen == [NONE, 2_000_000_000, True, "twice", None]
