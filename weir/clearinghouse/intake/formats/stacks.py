# SPDX-License-Identifier: Apache-2.0
"""Stack traces as sanitizers, debuggers, languages and the kernel print them: the first one of a text, innermost first.

Line by line and with patterns that cannot run away, because the text is a stranger's. No frame is left out: which
of them are machinery is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from weir.clearinghouse.intake.terms import Place

LONGEST_LINE = 2_000
MOST_FRAMES = 256
LONGEST_TEXT = 1024 * 1024  # characters that are looked through

_NUMBERED = re.compile(r"\s*(?:\[\s*[\d.]+\]\s*)?#(\d{1,4})\s+(0x[0-9a-fA-F]+\s+)?(?:in\s+)?(\S.*)")
_PYTHON = re.compile(r'\s*File "([^"]+)", line (\d{1,9})(?:,? in (.+))?')
_AT = re.compile(r"(\s*)at\s+(\S.*)")
_RUST = re.compile(r"\s*\d{1,4}:\s+(?:0x[0-9a-f]+ - )?([A-Za-z_<].*)")
_RUBY = re.compile(r"\s*(?:\d{1,4}:\s+)?(?:from\s+)?([^\s:]+\.(?:rb|rake|erb)):(\d{1,9}):in [`']([^`']+)'")
_KERNEL = re.compile(r"\s*(?:\[[^\]]{1,40}\]\s*){0,3}(?:\?\s+)?([A-Za-z_][\w.$]*)\+0x[0-9a-f]+/0x[0-9a-f]+")
_NUMBER = re.compile(r"\d{1,9}")


class Frame(NamedTuple):
    """One frame; what the tool did not print is empty. `number` is the one that it printed before the frame."""

    symbol: str
    path: str = ""
    line: int = 0
    number: int = -1

    @property
    def name(self) -> str:
        return self.symbol or self.path


def frames_in(text: str) -> tuple[str, ...]:
    """The names of the frames of the first stack."""
    return tuple(frame.name for frame in first_stack(text))


def places_in(text: str) -> tuple[Place, ...]:
    return tuple(Place(frame.path, frame.line, frame.symbol) for frame in first_stack(text) if frame.path)


def first_stack(text: str) -> tuple[Frame, ...]:
    """The first stack of at least two frames; a crash state, which a fuzzer has summed up, may be one alone."""
    lines = [line if len(line) <= LONGEST_LINE else "" for line in text[:LONGEST_TEXT].splitlines()]
    for at, line in enumerate(lines):
        for begins, stack_at in STACKS:
            if line and begins(line) and len(frames := stack_at(lines, at)) > (stack_at is not _crash_state):
                return tuple(frames)
    return ()


def place_of(token: str) -> tuple[str, int] | None:
    """`src/a.c:12:5`, or without the column."""
    *path, line, column = ["", *token.rsplit(":", 2)]
    if not _NUMBER.fullmatch(column):
        return None
    if len(path) == 2 and path[1] and _NUMBER.fullmatch(line):
        return path[1], int(line)
    place = ":".join((*path[1:], line))
    return (place, int(column)) if place else None


def _run(lines: list[str], at: int, frame_of: Callable[[str], Frame | None], gap: int) -> list[Frame]:
    """Frames that follow each other with at most `gap` other lines between them; an empty line ends them."""
    frames: list[Frame] = []
    missed = 0
    for line in lines[at : at + MOST_FRAMES * (gap + 1)]:
        frame = frame_of(line)
        if frame:
            if frames and -1 < frame.number <= frames[-1].number:
                break  # the next stack: where it was freed, where it was made
            frames.append(frame)
        missed = 0 if frame else missed + 1
        if missed > gap or not line.strip() or len(frames) == MOST_FRAMES:
            break
    return frames


def _numbered(line: str) -> Frame | None:
    """ASan and its kin, gdb, PHP: `#1 0x4f in parse(char*) /a.c:12:5`, `#1  main () at a.c:3`, `#1 a.php(3): f()`."""
    found = _NUMBERED.match(line)
    frame = _after_number(found[3].partition(" (BuildId:")[0].rstrip(), bool(found[2])) if found else None
    return frame._replace(number=int(found[1])) if found and frame else None


def _after_number(said: str, has_address: bool) -> Frame | None:  # noqa: FBT001
    where, called, call = said.partition("): ")
    path, _, line = where.rpartition("(")
    if called and path and _NUMBER.fullmatch(line):
        return Frame(call.partition("(")[0], path, int(line))
    for sign in (" at ", " "):
        before, cut, after = said.rpartition(sign)
        place = place_of(after) if cut or sign == " " else None
        if place:
            return Frame(before.partition(" (")[0] if sign == " at " else before.strip(), *place)
    if not has_address:
        return None
    before, library, _ = said.rpartition(" from ")
    if library:
        return Frame(before.partition(" (")[0])
    before, _, module = said.rpartition(" ")
    return Frame(before.strip() or module.strip("()") if module.startswith("(") else said)


def _python(line: str) -> Frame | None:
    found = _PYTHON.match(line)
    return Frame((found[3] or "").strip(), found[1], int(found[2])) if found else None


def _at(line: str) -> Frame | None:
    """Java, JavaScript, .NET: `at a.B.c(B.java:12)`, `at f (/a.js:1:2)`, `at A.B(Int32 x) in a.cs:line 12`."""
    found = _AT.match(line)
    if not found:
        return None
    indented, said = bool(found[1]), found[2].rstrip()
    if said.endswith(")"):
        name, _, inside = said[:-1].rpartition("(")
        name = name.strip()
        place = place_of(inside)
        plain = indented and "." in name and " " not in name
        return Frame(name, *place or ()) if name and (place or plain) else None
    call, _, where = said.rpartition(" in ")
    path, _, number = where.rpartition(":line ")
    if call and path and _NUMBER.fullmatch(number):
        return Frame(call.partition("(")[0], path, int(number))
    place = place_of(said) if indented and " " not in said else None
    return Frame("", *place) if place else None


def _rust_stack(lines: list[str], at: int) -> list[Frame]:
    """A line with the symbol, then one with its place."""
    frames: list[Frame] = []
    for line in lines[at + 1 : at + 2 * MOST_FRAMES]:
        found, place = _RUST.match(line), place_of(line.strip().removeprefix("at "))
        if found:
            frames.append(Frame(found[1].strip()))
        elif frames and place and line.strip().startswith("at "):
            frames[-1] = Frame(frames[-1].symbol, *place)
        else:
            break
    return frames


def _go_stack(lines: list[str], at: int) -> list[Frame]:
    """A line with the call, then an indented one with its place."""
    frames: list[Frame] = []
    for line in lines[at + 1 : at + 2 * MOST_FRAMES]:
        if not line.strip():
            break
        if line[0].isspace():
            place = place_of(line.split()[0])
            if frames and place:
                frames[-1] = Frame(frames[-1].symbol, *place)
        else:
            call = line.removeprefix("created by ").partition(" in goroutine ")[0]
            frames.append(Frame(call[: call.rfind("(")] if call.endswith(")") else call))
    return frames


def _python_stack(lines: list[str], at: int) -> list[Frame]:
    """Python prints the innermost last, and the line's source and carets between two frames."""
    return _run(lines, at + 1, _python, 6)[::-1]


def _python_threads(lines: list[str], at: int) -> list[Frame]:
    return _run(lines, at + 1, _python, 0)


def _ruby(line: str) -> Frame | None:
    found = _RUBY.match(line)
    return Frame(found[3], found[1], int(found[2])) if found else None


def _kernel(line: str) -> Frame | None:
    found = _KERNEL.match(line)
    return Frame(found[1]) if found else None


def _crash_state(lines: list[str], at: int) -> list[Frame]:
    """What a fuzzer's service sums a crash up to: the names of its frames, each on a line."""
    frames: list[Frame] = []
    for line in lines[at + 1 : at + 11]:
        if not line.strip() or line.lstrip().startswith("```"):
            break
        frames.append(Frame(line.strip()))
    return frames


def _is_crash_state(line: str) -> bool:
    return line.strip("*#: \t").lower() == "crash state"


STACKS: tuple[tuple[Callable[[str], object], Callable[[list[str], int], list[Frame]]], ...] = (
    (_is_crash_state, _crash_state),
    (_numbered, lambda lines, at: _run(lines, at, _numbered, 2)),
    (lambda line: line.rstrip().endswith("(most recent call last):"), _python_stack),
    (lambda line: line.rstrip().endswith("(most recent call first):"), _python_threads),
    (_at, lambda lines, at: _run(lines, at, _at, 1)),
    (lambda line: line.strip() == "stack backtrace:", _rust_stack),
    (lambda line: line.startswith("goroutine ") and line.rstrip().endswith("]:"), _go_stack),
    (_ruby, lambda lines, at: _run(lines, at, _ruby, 0)),
    (lambda line: line.rstrip().endswith("Call Trace:"), lambda lines, at: _run(lines, at + 1, _kernel, 3)),
)
