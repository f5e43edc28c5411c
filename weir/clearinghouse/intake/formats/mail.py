# SPDX-License-Identifier: Apache-2.0
"""A mail file (`.eml`): its words as one item, then what its attachments say, each read by the format that it has.

Who wrote it is not taken. The standard library's older parser reads it, because that one never refuses; depth, parts,
lines and size are bounded here.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import BinaryIO

from weir.clearinghouse.intake.formats import format_of, reading, written_as
from weir.clearinghouse.intake.formats.documents import all_of
from weir.clearinghouse.intake.formats.words import MOST, item_of, text_of
from weir.clearinghouse.intake.terms import Item, Trouble
from weir.kernel.spelled import quoted

MOST_PARTS = 50
MOST_NESTED = 3
MOST_CONTAINERS = 30  # each line of a part is compared with the boundary of every container around it
MOST_LINES = 1_000_000
LONGEST_HEADER = 10_000
MOST_PARAMETERS = 100
LONGEST_NAME = 80
BOM = b"\xef\xbb\xbf"
FIELDS = {b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"received", b"return-path", b"reply-to"}
SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
READ_AS_WORDS = (".md", ".txt", ".markdown", ".rst")
CHARSETS = (
    "utf-8",
    "utf-16",
    "us-ascii",
    "iso-8859-",
    "windows-125",
    "cp125",
    "koi8-",
    "gb",
    "big5",
    "euc-",
    "shift_jis",
)
BLOCKS = {"p", "br", "div", "li", "tr", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol"}
HIDDEN = {"script", "style", "head", "title", "template"}
_FIELD = re.compile(rb"([!-9;-~]{1,100}):")
# A line may end with a carriage return alone, too.
_CONTAINER = re.compile(rb"(?:^|(?<=\r))content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_FIELDS = re.compile(
    rb"(?:^|(?<=\r))content-[a-z-]{1,40}:[^\r\n]*+(?:(?:\r\n?|\n)[ \t][^\r\n]*+)*+", re.IGNORECASE | re.MULTILINE
)
_TAG = re.compile(r"/?([A-Za-z][A-Za-z0-9]*)")
Read = Iterator[Item | Trouble]


def looks_like(head: bytes, filename: str) -> bool:
    """Three fields that mails have, before the first empty line."""
    names = set()
    for line in head.removeprefix(BOM).split(b"\n")[:200]:
        field = _FIELD.match(line)
        if not line.strip() or not (field or line[:1] in (b" ", b"\t") or line.startswith(b"From ")):
            break
        if field:
            names.add(field[1].lower())
    return len(names & FIELDS) >= 3


@written_as("mail", looks_like)
def read(stream: BinaryIO) -> Read:
    return _letter(stream, "", MOST_NESTED)


def _letter(stream: BinaryIO, where: str, deeper: int) -> Read:
    data = all_of(stream)
    if isinstance(data, Trouble):
        yield data
        return
    data = data.removeprefix(BOM)
    if data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n") > MOST_LINES:
        yield Trouble(where, f"It has more than {MOST_LINES:,} lines. Send what is so long as a file of its own.")
    elif sum(1 for _ in _CONTAINER.finditer(data)) > MOST_CONTAINERS:
        yield Trouble(where, "It holds too many mails within mails. Send what matters as a file of its own.")
    else:
        shorter = _FIELDS.sub(_shortened, data)
        yield from _message(message_from_bytes(shorter, policy=policy.compat32), where, deeper)
        if len(shorter) < len(data):
            yield Trouble(where, "A field like Content-Type was too long and was cut off. Send the mail once more.")


def _shortened(field: re.Match[bytes]) -> bytes:
    """To take a field apart costs its length for each of its semicolons."""
    few = field[0][:LONGEST_HEADER].split(b";", MOST_PARAMETERS)[:MOST_PARAMETERS]
    return b";".join(few)


def _message(message: Message, where: str, deeper: int) -> Read:
    parts = list(islice(_parts(message), MOST_PARTS + 1))
    yield _body(message, parts[:MOST_PARTS], where)
    for at, part in enumerate(parts[:MOST_PARTS], start=1):
        if not _is_body(part) and part.get_content_type() not in SIGNATURES:
            name = _name_of(part)
            place = f"{where}part {at}" + (f" ({quoted(name, LONGEST_NAME)})" if name else "")
            yield from _attachment(part, name, place, deeper)
    if len(parts) > MOST_PARTS:
        yield Trouble(where, f"Only its first {MOST_PARTS} parts were read. Send the others in another mail.")


def files_of(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What is attached to a mail, by name and as it came; a mail within it is a file. Its reader bounded it before."""
    for part in _parts(message_from_bytes(data.removeprefix(BOM), policy=policy.compat32)):
        if not _is_body(part):
            yield _name_of(part) or "attachment", _mails_in(part) or _bytes_of(part)


def _mails_in(part: Message) -> bytes:
    try:
        return b"".join(each.as_bytes() for each in _held(part))
    except (ValueError, LookupError):
        return b""


def _parts(message: Message) -> Iterator[Message]:
    """What the containers hold, in order; a mail within the mail is one part."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.is_multipart() and part.get_content_maintype() != "message":
            waiting += _held(part)[::-1]
        else:
            yield part


def _held(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _is_body(part: Message) -> bool:
    """Text without a name that is not sent as an attachment."""
    kind = part.get_content_type()
    return kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment" and not _name_of(part)


def _body(message: Message, parts: list[Message], where: str) -> Item | Trouble:
    """Plain text where there is any; else HTML as text."""
    bodies = [part for part in parts if _is_body(part)]
    plain = [_text_of(part) for part in bodies if part.get_content_type() == "text/plain"]
    texts = plain if any(map(str.strip, plain)) else [words_of(_text_of(part)[:MOST]) for part in bodies]
    text, subject = "\n\n".join(one.strip() for one in texts if one.strip()), _header(message, "subject")
    if not (text or subject):
        return Trouble(
            f"{where}mail", "There are neither words nor a subject in it. Say in your own words what is wrong."
        )
    item = item_of(text, f"{where}mail", subject)
    return item._replace(published=_date(message))


def _attachment(part: Message, name: str, where: str, deeper: int) -> Read:
    inner = _held(part)
    data = b"" if inner else _bytes_of(part)
    stream = io.BytesIO(data)
    format = format_of(stream, name) if data else None
    if (inner or (format and format.name == "mail")) and not deeper:
        yield Trouble(where, f"Mails within mails are read {MOST_NESTED} deep. Send it as a file of its own.")
    elif inner:
        for message in inner:
            yield from _message(message, f"{where}, ", deeper - 1)
    elif format is None or (format.name == "words" and not name.lower().endswith(READ_AS_WORDS)):
        yield Trouble(where, f"This attachment, {len(data)} bytes, is kept with the mail and was not read.")
    elif format.name == "mail":
        yield from _letter(stream, f"{where}, ", deeper - 1)
    else:
        for found in reading(format, stream):
            yield found._replace(where=f"{where} {found.where}".rstrip())


def words_of(page: str) -> str:
    """HTML as text, sign by sign: nothing is looked up, run or repaired."""
    words: list[str] = []
    hidden = ""
    for at, piece in enumerate(page.split("<")):
        tag, closed, after = piece.partition(">") if at else ("", "", piece)
        found = _TAG.match(tag)
        name = found[1].lower() if found else ""
        if hidden:
            hidden = "" if tag.startswith("/") and name == hidden else hidden
        elif name in HIDDEN and closed and not tag.startswith("/"):
            hidden = name
        if name in BLOCKS:
            words.append("\n")
        if not hidden:
            words.append(after if not at or found or tag.startswith("!") else f"<{piece}")
    lines = (" ".join(line.split()) for line in html.unescape("".join(words)).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _text_of(part: Message) -> str:
    data = _bytes_of(part)
    charset = (part.get_content_charset() or "").lower()
    if charset.startswith(CHARSETS):
        try:
            return data.decode(charset, "replace")
        except LookupError:
            pass
    return text_of(data)[0]


def _bytes_of(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):
        data = None
    return data if isinstance(data, bytes) else b""


def _name_of(part: Message) -> str:
    try:
        return part.get_filename("") or ""
    except (ValueError, LookupError, TypeError):
        return ""


def _header(message: Message, name: str) -> str:
    raw = next((value for key, value in message.raw_items() if key.lower() == name), "")
    text, _ = text_of(str(raw)[:LONGEST_HEADER].encode("utf-8", "surrogateescape"))
    try:
        decoded = decode_header(text)
        said = "".join(_spelled(one, charset or "") for one, charset in decoded)
    except (MessageError, ValueError, LookupError):
        said = text
    return " ".join(said.split())


def _spelled(said: bytes | str, charset: str) -> str:
    if isinstance(said, str):
        return said
    known = charset.lower().startswith(CHARSETS)
    return said.decode(charset, "replace") if known else text_of(said)[0]


def _date(message: Message) -> str:
    try:
        return parsedate_to_datetime(_header(message, "date")).isoformat()
    except (ValueError, TypeError, LookupError, OverflowError):
        return ""
