"""Keys are remembered for a time and up to a number, and what had to be let go early is told."""

from accord.intent import Duplicates


def test_a_key_is_counted_each_time_it_comes_again():
    memory = Duplicates()
    assert [memory.seen("POST /charges", key) for key in "abaab"] == [False, False, True, True, True]
    assert memory.counted == 3
    assert not memory.seen("POST /refunds", "a")


def test_a_key_is_forgotten_after_its_time():
    memory = Duplicates(remember=0)
    assert not memory.seen("x", "a")
    assert not memory.seen("x", "a")
    assert (memory.counted, memory.forgotten) == (0, 0)


def test_memory_is_bounded_and_says_so():
    memory = Duplicates(most=100)
    for number in range(150):
        memory.seen("x", str(number))
    assert memory.forgotten == 50
    assert memory.seen("x", "149") and not memory.seen("x", "0")
