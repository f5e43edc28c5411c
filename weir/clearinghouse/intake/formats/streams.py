# SPDX-License-Identifier: Apache-2.0
"""JSON as it comes: one value after the other, in memory that does not grow with the document. Pure.

The standard library's scanner, which is C, reads each value from a sliding piece of text; only the way down to the
values is ours. What is broken is told, and reading goes on at the next element that can be read.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

READ = 256 * 1024
LONGEST = 4 * 1024 * 1024  # of one value that is read whole; in Python's own lists it takes thirty times that at worst
DEEPEST = 100
_PATIENCE = 64 * 1024 * 1024  # characters that are looked at in vain before a broken document is given up

_BLANK = re.compile(r"[ \t\r\n]*")
_INSIDE_STRING = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BETWEEN = re.compile(r"\}[ \t\r\n]*,[ \t\r\n]*(?=\{)")
_LONGEST_BETWEEN = 4096
_CUT_OFF = object()
# Control characters inside strings are let through: many tools write them, and everybody reads them alike.
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _name: None)


class Broken(Exception):
    """The document cannot be read at this place. `str` says what is the matter there."""


class TooLong(Broken):
    """Nothing is the matter but the length of one value, so that it can be passed by."""


class Scanner:
    """Where we are in a document. Whoever calls goes down to what is wanted, and reads or skips every value once.

    `landmark` is a key and what it opens, with the key in a group. Behind something broken, reading does not go on past
    the next one unseen: `to_landmark` goes there.
    """

    def __init__(
        self, stream: BinaryIO, landmark: str = "", decoder: json.JSONDecoder = _DECODER, longest: int = 0
    ) -> None:
        self._stream, self._longest = stream, longest or LONGEST
        self._landmark = re.compile(landmark) if landmark else None
        self._aim = re.compile(f"{_BETWEEN.pattern}|{landmark}") if landmark else _BETWEEN
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._scan = decoder.scan_once  # type: ignore[attr-defined]  # undocumented, and what the C scanner is called
        self._text, self._at, self._ended = "", 0, False
        self._patience, self._stream_length = _PATIENCE, 0
        self.halves = False  # half a surrogate pair may stand in what is read now
        self.mended = False  # some bytes were not UTF-8
        if self.peek() == "\ufeff":
            self._at += 1

    def peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            self._at = _BLANK.match(self._text, self._at).end()  # type: ignore[union-attr]  # it matches nothing, too
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._more(READ)

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here. The value of each is to be read or skipped before the next."""
        self._take("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise Broken("a key in quotes should stand here")
            key = self.value()
            self._take(":")
            yield key
            if self._over("}"):
                return

    def entries(self) -> Iterator[int]:
        """The places of the array that begins here. What stands at each is to be read or skipped before the next."""
        self._take("[")
        if self.peek() == "]":
            self._at += 1
            return
        index = 0
        while True:
            yield index
            if self._over("]"):
                return
            index += 1

    def elements(self, fits: Callable[[Any], bool]) -> Iterator[Any]:
        """The values of the array that begins here, each whole; a `Broken` where one or more cannot be read.

        After such a place, what can be read and `fits` is taken for the next value.
        """
        self._take("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            try:
                found = self.value()
                yield found
                if self._over("]"):
                    return
            except Broken as no:
                yield no
                if isinstance(no, TooLong) and (ended := self._passed_by()) is not None:
                    if ended:
                        return
                elif not self._go_on(fits):
                    raise Broken("nothing after that place could be read") from no

    def _passed_by(self) -> bool | None:
        """Behind an element that is too long: whether it was the last; None where something else is the matter too."""
        patience = self._patience + len(self._text) - self._at
        with suppress(Broken):
            self.skip()
            self._patience = patience  # it was not looked at in vain
            return self._over("]")
        return None

    def value(self) -> Any:
        """One value, whole."""
        self.peek()
        size = READ
        while (found := self._attempt()) is _CUT_OFF:
            if self._ended:
                raise self._in_vain("the document ends in the midst of a value")
            if len(self._text) - self._at > self._longest:
                self._patience -= len(self._text) - self._at
                raise TooLong(f"one value is longer than {self._longest // 1024 // 1024} MiB")
            self._more(size)
            size = min(2 * size, LONGEST)
        return found

    def _attempt(self) -> Any:
        """The value that begins here, if the text holds all of it."""
        try:
            found, end = self._scan(self._text, self._at)
        except RecursionError:
            raise self._in_vain("it is nested too deep") from None
        except StopIteration as no:
            return self._unless_cut_off(no.value, "no value stands here")
        except json.JSONDecodeError as no:
            return _CUT_OFF if no.msg.startswith("Unterminated") else self._unless_cut_off(no.pos, no.msg.lower())
        except ValueError:
            raise self._in_vain("a number has thousands of digits") from None
        if not self._is_whole(end):
            return _CUT_OFF
        self._at = end
        return found

    def skip(self, depth: int = 0) -> None:
        """Pass by the value that begins here, however long it is."""
        if depth > DEEPEST:
            raise Broken(f"it is nested more than {DEEPEST} deep")
        match self.peek():
            case "{" | "[" if self._skimmed():
                pass
            case "{":
                for _ in self.members():
                    self.skip(depth + 1)
            case "[":
                for _ in self.entries():
                    self.skip(depth + 1)
            case '"':
                self._skip_string()
            case _:
                self.value()

    def _skimmed(self) -> bool:
        """Whether the value is short enough to be passed by at once."""
        patience = self._patience
        try:
            return self._attempt() is not _CUT_OFF
        except Broken:
            self._patience = patience  # looked at once more, on the way down to where it is broken
            return False

    def _skip_string(self) -> None:
        self._at += 1
        while True:
            self._at = _INSIDE_STRING.match(self._text, self._at).end()  # type: ignore[union-attr]  # as in peek
            if self._at < len(self._text) and self._text[self._at] == '"':
                self._at += 1
                return
            if self._ended:
                raise Broken("the document ends in the midst of a text")
            self._more(READ)

    def _is_whole(self, end: int) -> bool:
        """Whether a value that seems to end here does: 1 may be the beginning of 10, and 1. that of 1.5."""
        text = self._text
        if text[end - 1] in '"]}' or self._ended:
            return True
        return end < len(text) and (text[end] in ",]} \n\r\t" or end < len(text) - 16)

    def _unless_cut_off(self, at: int, what: str) -> object:
        """Raise, unless more of the text may make it whole: a word or an escape is cut off at its end."""
        if self._ended or at < len(self._text) - 16:
            raise self._in_vain(what, at)
        return _CUT_OFF

    def _in_vain(self, what: str, upto: int | None = None) -> Broken:
        """What was looked at for nothing is counted: a stranger may have us do so again and again."""
        self._patience -= (len(self._text) if upto is None else upto) - self._at
        return Broken(what)

    def _take(self, wanted: str) -> None:
        found = self.peek()
        if found != wanted:
            raise Broken(f"{wanted} should stand here" if found else "the document ends too early")
        self._at += 1

    def _over(self, end: str) -> bool:
        """Whether this was the last; if not, we stand before the next."""
        found = self.peek()
        if found not in {",", end} or not found:
            raise Broken(f"a comma or {end} should stand here" if found else "the document ends too early")
        self._at += 1
        return found == end

    def to_landmark(self) -> str:
        """Before the value of the next landmark's key, which is told; empty where there is none."""
        if self._landmark is None:
            return ""
        found = self._ahead(self._landmark)
        if found is None:
            return ""
        self._at = found.end()
        return found[found.lastindex or 0]

    def to_next(self, wanted: re.Pattern[str]) -> bool:
        """Behind the next text like this; False where there is none."""
        found = self._ahead(wanted)
        if found is None:
            return False
        self._at = found.end()
        return True

    def _go_on(self, fits: Callable[[Any], bool]) -> bool:
        """To the next value that can be read and fits; False where there is none, or a landmark stands before it."""
        while (found := self._ahead(self._aim)) is not None:
            if found.lastindex:
                self._at = found.start()
                return False
            self._at = begin = found.end()
            begun, value = self._stream_length, None
            with suppress(Broken):
                value = self.value()
                self._patience -= self._at - begin
            # Text may have moved under us while more was read: the place is counted from its end.
            self._at = begin if self._stream_length == begun else 0
            if value is not None and fits(value):
                return True
        return False

    def _ahead(self, wanted: re.Pattern[str]) -> re.Match[str] | None:
        """The next place like this, if patience lasts."""
        while self._patience > 0:
            self._patience -= 64
            found = wanted.search(self._text, self._at)
            if found is not None:
                return found
            if self._ended:
                return None
            self._patience -= READ // 64
            self._at = max(self._at, len(self._text) - _LONGEST_BETWEEN)
            self._more(READ)
        return None

    def _more(self, size: int) -> None:
        """Let go of what was read, and read on."""
        data = self._stream.read(size)
        self._ended = not data
        text = self._decode(data, final=self._ended)
        self._stream_length += len(text)
        self.mended = self.mended or "\ufffd" in text
        self._text = self._text[self._at :] + text
        self._at = 0
        self.halves = "\\ud" in self._text or "\\uD" in self._text


class Reopened(io.RawIOBase):
    """A stream that can be sought, over bytes that come only in their order: going back means to begin anew."""

    def __init__(self, begin: Callable[[], Iterator[bytes]]) -> None:
        super().__init__()
        self._begin = begin
        self._pieces, self._held, self._at = begin(), b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        wanted, taken = (size if size >= 0 else None), []
        while wanted is None or wanted > 0:
            if not self._held:
                self._held = next(self._pieces, b"")
                if not self._held:
                    break
            piece, self._held = (self._held, b"") if wanted is None else (self._held[:wanted], self._held[wanted:])
            taken.append(piece)
            wanted = None if wanted is None else wanted - len(piece)
        data = b"".join(taken)
        self._at += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation
        if offset < self._at:
            self._pieces, self._held, self._at = self._begin(), b"", 0
        while self._at < offset and self.read(min(READ, offset - self._at)):
            pass
        return self._at
