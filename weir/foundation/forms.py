# SPDX-License-Identifier: Apache-2.0
"""What pages have in common: the request as the shell completes it, forms as plain values, filled with what was sent
and what is wrong with it, and the one way in which a page calls a verb.

A page that asks for something is three beats: `act` on the form, show it again while there is no outcome, go `onward`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac

from weir.foundation.actor import Actor, ActorKind
from weir.foundation.verb import Done, Verb
from weir.kernel.errors import Conflict, Invalid, Unavailable, WeirError
from weir.kernel.moments import Moment

T = TypeVar("T")
Sent = Mapping[str, Sequence[str]]
NOT_KEPT = "\0"
LONGEST_KEY = 64
# What somebody can mend on the same page; all else is a page of its own.
_MENDED_HERE = {
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Conflict: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Asked(HttpRequest):
    """A request as views get it: the shell has said who acts, and when."""

    actor: Actor
    now: Moment


@dataclass(frozen=True)
class Field:
    """One control: its name is the verb's parameter, so that what is wrong there is shown there."""

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    value: str | tuple[str, ...] = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    error: str = ""
    maxlength: int | None = None
    autocomplete: str = ""

    @property
    def holds_many(self) -> bool:
        return self.kind == "checkbox" and bool(self.options)


@dataclass(frozen=True)
class Form:
    """Some controls, and what is wrong with the whole."""

    fields: tuple[Field, ...]
    errors: tuple[str, ...] = ()

    def given(self, sent: Sent) -> dict[str, Any]:
        """What was sent, for the controls that this form has. What was left empty keeps the verb's default."""
        texts = {field.name: _texts(sent, field.name) for field in self.fields}
        faults = {
            f"/{name}": "holds a character that no text has"
            for name, said in texts.items()
            if NOT_KEPT in "".join(said)
        }
        if faults:
            raise Invalid(faults=faults)
        return {
            field.name: texts[field.name] if field.holds_many else texts[field.name][-1]
            for field in self.fields
            if any(texts[field.name])
        }

    def filled(self, sent: Sent, error: WeirError | None = None) -> Form:
        """The same form with what was sent in it: nothing that somebody typed is lost, whatever was wrong.

        Passwords are the exception: they do not go back over the wire.
        """
        faults = {place.lstrip("/"): fault for place, fault in getattr(error, "faults", {}).items()}
        fields = tuple(
            replace(field, value=_kept(field, sent), error=faults.pop(field.name, "")) for field in self.fields
        )
        whole = () if error is None else (error.sentence, *(f"{place}: {fault}" for place, fault in faults.items()))
        return Form(fields, whole)


@dataclass(frozen=True)
class Tried(Generic[T]):
    """What came of a form: an outcome, or the form to be filled in or mended, and the status with which to show it."""

    outcome: T | None
    form: Form
    status: int = HTTPStatus.OK


def act(
    request: Asked, form: Form, verb: Verb[..., T], into: Callable[[dict[str, Any]], Mapping[str, Any]] = dict
) -> Tried[Done[T]]:
    """The verb with what the form gave; `into` makes parameters of it where the controls alone are not enough."""
    return tried(request, form, lambda given: done(request, verb, into(given)))


def tried(request: HttpRequest, form: Form, does: Callable[[dict[str, Any]], T]) -> Tried[T]:
    """Do it with what was sent, if anything was; what is wrong comes back in the form, with all that was typed."""
    if request.method != "POST":
        return Tried(None, form)
    sent = dict(request.POST.lists())
    try:
        return Tried(does(form.given(sent)), form)
    except (Invalid, Conflict, Unavailable) as error:
        status = next(status for kind, status in _MENDED_HERE.items() if isinstance(error, kind))
        return Tried(None, form.filled(sent, error), status)


def done(request: Asked, verb: Verb[..., T], given: Mapping[str, Any]) -> Done[T]:
    """The verb, once for each key."""
    read = verb.shape.read(given)
    return verb.perform(request.actor, **read, now=request.now, idempotency_key=_own_key(request))


def onward(request: HttpRequest, to: str, said: str) -> HttpResponse:
    """On to another page, which says what was done."""
    messages.success(request, said)
    return redirect(to)


def keyed(address: str, request: HttpRequest | None = None) -> str:
    """Where a form goes, with an idempotency key: sent twice by a double click or a lost answer, it acts once."""
    again = key_of(request) if request is not None and request.method == "POST" else ""
    return f"{address}?key={again or secrets.token_urlsafe(18)}"


def key_of(request: HttpRequest) -> str:
    key = request.GET.get("key", "")
    if len(key) > LONGEST_KEY or not key.isascii():
        raise Invalid("The form's key is not one of ours.", hint="Load the page again, and send it once more.")
    return key


def _own_key(request: Asked) -> str:
    """The form's key. Strangers are all one actor, so theirs is bound to their browser by the cookie that every form
    needs: whoever else learns or guesses a key is answered as if it had never been used.
    """
    key = key_of(request)
    if not key or request.actor.kind is not ActorKind.ANONYMOUS:
        return key
    browser = request.META.get("CSRF_COOKIE") or secrets.token_hex()
    return salted_hmac("weir.forms.key", f"{browser}\0{key}", algorithm="sha256").hexdigest()


def _texts(sent: Sent, name: str) -> list[str]:
    return [text.replace("\r\n", "\n") for text in sent.get(name, ())]


def _kept(field: Field, sent: Sent) -> str | tuple[str, ...]:
    if field.kind == "password" or not sent:
        return "" if field.kind == "password" else field.value
    if field.holds_many:
        return tuple(sent.get(field.name, ()))
    return sent[field.name][-1] if sent.get(field.name) else field.value
