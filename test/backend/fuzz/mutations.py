"""Damage to files, the same for the same seed."""

from collections.abc import Callable, Sequence
from random import Random

LONGEST = 400_000
_LENGTHS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


def mutated(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """One to four kinds of damage; `others` are files to take pieces from."""
    data = bytearray(content[:LONGEST])
    for _ in range(random.randint(1, 4)):
        random.choice(_KINDS)(data, others, random)
        if not data:
            break
    return bytes(data)


def _place(data: bytearray, random: Random) -> int:
    """Headers are where the harm is: half of all damage is in the first kilobyte."""
    return random.randrange(min(len(data), 1024) if random.random() < 0.5 else len(data))


def _flip_bits(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    for _bit in range(random.choice((1, 1, 4, 32))):
        data[_place(data, random)] ^= 1 << random.randrange(8)


def _change_bytes(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    at = _place(data, random)
    length = random.choice((1, 4, 64))
    data[at : at + length] = random.randbytes(len(data[at : at + length]))


def _cut_off(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    del data[_place(data, random) :]


def _cut_out(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    at = _place(data, random)
    del data[at : at + random.choice((1, 16, 1024))]


def _splice(data: bytearray, others: Sequence[bytes], random: Random) -> None:
    other = random.choice(others)
    start = random.randrange(max(1, len(other)))
    at = _place(data, random)
    data[at : at + random.choice((0, 64, 4096))] = other[start : start + random.choice((16, 512, 8192))]


def _repeat(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    at = _place(data, random)
    data[at:at] = data[at : at + random.choice((4, 64, 1024))] * random.choice((2, 16, 64))


def _edit_length(data: bytearray, _: Sequence[bytes], random: Random) -> None:
    at, size = _place(data, random), random.choice((1, 2, 4, 8))
    value = random.choice(_LENGTHS) & ((1 << 8 * size) - 1)
    piece = value.to_bytes(size, random.choice(("little", "big")))
    data[at : at + size] = piece[: len(data[at : at + size])]


_KINDS: tuple[Callable[[bytearray, Sequence[bytes], Random], None], ...] = (
    *(_flip_bits, _change_bytes, _cut_off, _cut_out, _splice, _repeat, _edit_length, _edit_length),
)
