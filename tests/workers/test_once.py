"""What many tasks have in common goes to a worker once."""

from auditor.workers.once import Receiver, Sender


def naming(value: object) -> str | None:
    return value.decode() if type(value) is bytes else None


def test_a_named_value_is_sent_once_and_is_one_object() -> None:
    sender, receiver, big = Sender(lambda value: "big" if type(value) is bytes else None), Receiver(), b"x" * 100_000
    first, second = sender.packed(((1, big), (2, big))), sender.packed(((3, bytes(bytearray(big))),))
    assert len(first) > len(big) > 1000 > len(second)
    (one, two), (three,) = receiver.tasks(first), receiver.tasks(second)
    assert one == (1, big)
    assert one[1] is two[1]
    assert one[1] is three[1]


def test_what_was_forgotten_is_sent_again() -> None:
    sender, receiver = Sender(naming), Receiver()
    for number in (*range(200), *range(200)):
        value = str(number).encode()
        assert receiver.tasks(sender.packed((value,))) == (value,)
    assert len(receiver._known) <= 64
