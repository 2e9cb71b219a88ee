"""Texts stored as two arrays: a sorted pool of distinct ones, and columns that hold their indexes (codes)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
NO_TEXT: Final = -1
"""The code of a missing text."""


class StringPool(NamedTuple):
    """Distinct texts in the order of their code points: `blob` holds them as UTF-8, text i ends before `ends[i]`.

    The same texts make the same pool, in whatever order they were given; and codes are in the order of their texts.
    """

    ends: NDArray[np.int64]
    blob: NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "StringPool":
        """Makes a pool of the distinct texts."""
        return _pool_of(sorted(map(encoded, set(texts))))

    @property
    def size(self) -> int:
        """The number of texts."""
        return len(self.ends)

    def text(self, code: int) -> str:
        """Returns the text with this code."""
        return decoded(self._raw(code))

    def texts(self, codes: NDArray[np.integer[Any]] | None = None) -> list[str]:
        """Returns the texts with these codes, or all."""
        return [decoded(raw) for raw in self._raws(codes)]

    def find(self, text: str) -> int:
        """Returns the code of a text; -1 where it is not in the pool."""
        sought = encoded(text)
        place = self._place(sought)
        return place if place < self.size and self._raw(place) == sought else NO_TEXT

    def joined(self, others: Sequence["StringPool"]) -> tuple["StringPool", list[Codes]]:
        """Returns a pool of all texts, and the new codes for those of this pool and of each of the others."""
        if sum(other.size for other in others) * _FEW > self.size:
            return self._merged(others)
        return self._with_few(others)

    def only(self, used: NDArray[np.bool_]) -> tuple["StringPool", Codes]:
        """Returns the pool of the `used` texts, and their new codes."""
        codes = (np.cumsum(used) - 1).astype(np.int32)
        if used.all():
            return self, codes
        return _pool_of(self._raws(np.flatnonzero(used))), codes

    def _merged(self, others: Sequence["StringPool"]) -> tuple["StringPool", list[Codes]]:
        parts = [pool._raws() for pool in (self, *others)]
        merged = sorted(set().union(*parts))
        code_of = {raw: code for code, raw in enumerate(merged)}
        return _pool_of(merged), [np.fromiter(map(code_of.__getitem__, part), np.int32, len(part)) for part in parts]

    def _with_few(self, others: Sequence["StringPool"]) -> tuple["StringPool", list[Codes]]:
        """Merges as `_merged` does; faster where the others are small, because each of their texts is looked up
        instead.
        """
        parts = [other._raws() for other in others]
        places = {raw: self._place(raw) for raw in set().union(*parts)}
        new = sorted(raw for raw, place in places.items() if place == self.size or self._raw(place) != raw)
        pool = self._inserted(new, [places[raw] for raw in new])
        before = np.array([places[raw] for raw in new], np.int64)
        own = np.arange(self.size, dtype=np.int64)
        mine = (own + np.searchsorted(before, own, side="right")).astype(np.int32)
        code_of = {raw: place + number for number, (raw, place) in enumerate((raw, places[raw]) for raw in new)}
        theirs = [
            np.fromiter((code_of.get(raw, -1) if raw in code_of else mine[places[raw]] for raw in part), np.int32)
            for part in parts
        ]
        return pool, [mine, *theirs]

    def _inserted(self, new: Sequence[bytes], places: Sequence[int]) -> "StringPool":
        if not new:
            return self
        cuts = [self._start(place) for place in places]
        blob = self.blob.tobytes()
        pieces: list[bytes] = []
        for begin, end, raw in zip([0, *cuts], cuts, new, strict=False):
            pieces += [blob[begin:end], raw]
        pieces.append(blob[cuts[-1] :])
        lengths = np.insert(np.diff(self.ends, prepend=0), places, [len(raw) for raw in new])
        return StringPool(np.cumsum(lengths, dtype=np.int64), np.frombuffer(b"".join(pieces), np.uint8))

    def _place(self, sought: bytes) -> int:
        low, high = 0, self.size
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._raw(middle) < sought else (low, middle)
        return low

    def _start(self, code: int) -> int:
        return int(self.ends[code - 1]) if code else 0

    def _raw(self, code: int) -> bytes:
        return self.blob[self._start(code) : self.ends[code]].tobytes()

    def _raws(self, codes: NDArray[np.integer[Any]] | None = None) -> list[bytes]:
        begins = np.concatenate([[0], self.ends[:-1]]) if codes is None else self._begins(codes)
        ends, blob = self.ends if codes is None else self.ends[codes], self.blob.data
        return [blob[begin:end].tobytes() for begin, end in zip(begins.tolist(), ends.tolist(), strict=False)]

    def _begins(self, codes: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        return np.where(codes > 0, self.ends[codes - 1], 0)


# Looking a text up costs about this many times as much as merging one.
_FEW: Final = 20
# The first byte in UTF-8 of a character beyond U+FFFF is at least this.
_FOUR_BYTES: Final = 0xF0


class CodedTexts(Sequence[str]):
    """A column of texts [n] by their codes in a pool; texts are decoded on access."""

    def __init__(self, pool: StringPool, codes: Codes) -> None:
        self._pool = pool
        self._codes = codes

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return CodedTexts(self._pool, self._codes[index])
        return self._pool.text(int(self._codes[index]))

    def __iter__(self) -> Any:
        return iter(self._pool.texts(self._codes))

    def place(self, text: str) -> int:
        """Returns the position of a text in a sorted column; -1 where it is not there."""
        code = self._pool.find(text)
        place = int(np.searchsorted(self._codes, np.int32(code))) if code != NO_TEXT else len(self)
        return place if place < len(self) and self._codes[place] == code else NO_TEXT

    @property
    def is_of_units(self) -> bool:
        """Whether no text of the pool has a character of two UTF-16 units: then both orders are the same."""
        return not bool((self._pool.blob >= _FOUR_BYTES).any())


def encoded(text: str) -> bytes:
    """Encodes as UTF-8, which sorts as code points do; unpaired surrogates are allowed."""
    return text.encode("utf-8", "surrogatepass")


def decoded(raw: bytes) -> str:
    """Decodes what `encoded` returned."""
    return raw.decode("utf-8", "surrogatepass")


def _pool_of(raws: Sequence[bytes]) -> StringPool:
    ends = np.cumsum(np.fromiter(map(len, raws), np.int64, len(raws)), dtype=np.int64)
    return StringPool(ends, np.frombuffer(b"".join(raws), np.uint8))
