"""What is said next to one person of one deviation on one channel: the newest word, and never the last one before a first."""

from hypothesis import given
from hypothesis import strategies as st

from accord.model.message import About, Facts, Fate, Message, Side
from accord.serve.sending.lane import lane_of, next_said
from accord.store.rows import Sending

ARRIVED = (Fate.HANDED, Fate.DELIVERED, Fate.OPENED, Fate.ANSWERED)
OVER = (About.CLOSED, About.WITHDRAWN, About.MERGED, About.MISSED)


def sending(turn: int, about: About = About.OPENED, fate: Fate = Fate.QUEUED, **more: object) -> Sending:
    person, channel = more.pop("person", "p0"), more.pop("channel", "hook")
    message = Message("d-1", turn, Side.OWNER, str(person), about, "a -> b", Facts("1", "2", 3))
    told = {"due_ns": turn * 100, "queued_ns": turn * 100, **more}
    return Sending(f"{person}/{channel}/{turn}", "a -> b", str(channel), message, fate, **told)  # type: ignore[arg-type]


LANE = lane_of(sending(1))


def test_the_newest_word_stands_for_the_older_ones() -> None:
    said = next_said(
        LANE, [sending(1), sending(2, About.COMMITTED), sending(3, person="p1"), sending(4, channel="mail")]
    )
    assert said is not None
    assert said.message.about is About.COMMITTED
    assert [one.message.turn for one in said.replaced] == [1]


def test_of_two_words_of_one_turn_the_later_one_is_newer() -> None:
    said = next_said(LANE, [sending(1, About.CLAIMED), sending(1, About.CLOSED, due_ns=1)])
    assert said is not None and said.message.about is About.MISSED


def test_a_new_word_need_not_wait_for_the_next_try_of_an_old_one() -> None:
    said = next_said(LANE, [sending(1, due_ns=99_000, attempts=7), sending(2)])
    assert said is not None and said.ready_ns == 200


def test_a_second_address_is_told_when_it_is_its_turn_whatever_happened_meanwhile() -> None:
    said = next_said(LANE, [sending(1, due_ns=500), sending(2, About.COMMITTED, due_ns=900)])
    assert said is not None and (said.sending.message.turn, said.ready_ns) == (2, 500)


def test_a_try_that_waits_is_not_hurried() -> None:
    said = next_said(LANE, [sending(1, due_ns=100), sending(2, due_ns=9_000, attempts=3)])
    assert said is not None and said.ready_ns == 9_000


def test_what_began_and_ended_unheard_is_one_note_and_wakes_nobody() -> None:
    said = next_said(LANE, [sending(1), sending(2, About.ESCALATED), sending(3, About.CLOSED)])
    assert said is not None
    assert (said.message.about, said.message.interrupts, said.ended_ns) == (About.MISSED, False, 300)
    assert len(said.replaced) == 2


def test_what_failed_for_good_was_not_heard() -> None:
    said = next_said(LANE, [sending(1, fate=Fate.FAILED), sending(3, About.CLOSED)])
    assert said is not None and said.message.about is About.MISSED


def test_whoever_was_told_that_it_ended_and_nothing_of_its_return_hears_one_note() -> None:
    heard = [sending(1, fate=Fate.HANDED), sending(2, About.CLOSED, Fate.HANDED)]
    again = next_said(LANE, [*heard, sending(3, About.REOPENED), sending(4, About.CLOSED)])
    assert again is not None and again.message.about is About.MISSED
    told = [*heard, sending(3, About.REOPENED, Fate.HANDED), sending(4, About.CLOSED)]
    closing = next_said(LANE, told)
    assert closing is not None and closing.message.about is About.CLOSED


def test_what_a_bundle_told_was_told_once_the_bundle_arrived() -> None:
    bundled = [sending(1, also_in="b-1"), sending(2, About.CLOSED)]
    before, after = next_said(LANE, bundled), next_said(LANE, bundled, lambda bundle: bundle == "b-1")
    assert before is not None and before.message.about is About.MISSED
    assert after is not None and after.message.about is About.CLOSED and not after.replaced


def test_what_is_parked_for_a_bundle_does_not_go_alone_but_what_comes_after_stands_for_it() -> None:
    assert next_said(LANE, [sending(1, parked=True)]) is None
    before = next_said(LANE, [sending(1, attempts=3), sending(2, About.REOPENED, parked=True)])
    assert before is not None and before.sending.message.turn == 1 and not before.replaced
    after = next_said(LANE, [sending(1, parked=True), sending(2, About.COMMITTED)])
    assert after is not None and [one.message.turn for one in after.replaced] == [1]


def test_nothing_goes_where_nothing_is_queued() -> None:
    assert next_said(LANE, [sending(1, fate=Fate.HANDED), sending(2, also_in="b-1"), sending(3, person="p1")]) is None


@given(
    st.lists(
        st.tuples(st.sampled_from([about for about in About if about is not About.BUNDLE]), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_closed_never_precedes_opened_and_the_newest_word_is_always_told(course: list[tuple[About, bool]]) -> None:
    """Words are queued one by one; after each the channel works or does not. What arrives is what a person hears."""
    rows: list[Sending] = []
    heard: list[About] = []
    for turn, (about, works) in enumerate(course, 1):
        rows.append(sending(turn, about))
        said = next_said(LANE, rows)
        assert said is not None and said.sending.message.turn == turn
        if works:
            heard.append(said.message.about)
            done = {one.id for one in said.replaced}
            rows = [
                sending(row.message.turn, row.message.about, Fate.HANDED if row.id == said.sending.id else Fate.FAILED)
                if row.id in done or row.id == said.sending.id
                else row
                for row in rows
            ]
    goes_on = False
    for about in heard:
        assert about not in (About.CLOSED, About.WITHDRAWN) or goes_on
        goes_on = about not in OVER
    assert all(row.fate in (*ARRIVED, Fate.FAILED, Fate.QUEUED) for row in rows)
