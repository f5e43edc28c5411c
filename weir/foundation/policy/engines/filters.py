# SPDX-License-Identifier: Apache-2.0
"""Turns what Cedar leaves open about a row into a filter. What it does not know for certain it refuses to translate.

Only operators that cannot fail on a row are known, and only between things of one type: so a filter has no third
value, and Cedar and SQL agree on every row. A side that decides alone is looked at first, as Cedar does (`false && x`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from weir.foundation.policy.engines.cedar import Residual
from weir.foundation.policy.rules import all_of, any_of, none_of
from weir.foundation.policy.terms import (
    Attribute,
    Compare,
    Everything,
    Filter,
    Holds,
    HoldsKey,
    Kind,
    Nothing,
    Uncompilable,
)

_HELD = {str: Holds.TEXT, int: Holds.NUMBER, bool: Holds.TRUTH}
_RELATIONS = {"==": "exact", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_MIRRORED = {"exact": "exact", "lt": "gt", "lte": "gte", "gt": "lt", "gte": "lte"}
_UNKNOWN_ROW = {"unknown": [{"Value": "resource"}]}


@dataclass(frozen=True)
class Audience:
    """The keys the row is shown to."""


Operand = str | int | bool | tuple[str | int | bool, ...] | Attribute | Audience


def filter_of(residuals: list[Residual] | None, kind: Kind) -> Filter:
    """A row is seen if some permit holds for it and no forbid does."""
    if residuals is None:
        return Nothing()
    told = [(left.permits, _conditions(left, kind)) for left in residuals]
    permitted = any_of(part for permits, part in told if permits)
    return all_of([permitted, none_of(any_of(part for permits, part in told if not permits))])


def _conditions(left: Residual, kind: Kind) -> Filter:
    return all_of(
        _truth(body, kind) if word == "when" else none_of(_truth(body, kind)) for word, body in left.conditions
    )


def _truth(expression: Any, kind: Kind) -> Filter:
    """An expression that is true or false, as a filter."""
    name, inner = _single(expression)
    if name in _TRUTHS:
        return _TRUTHS[name](inner, kind)
    operand = _operand(expression, kind)
    if isinstance(operand, bool):
        return Everything() if operand else Nothing()
    if isinstance(operand, Attribute) and operand.holds is Holds.TRUTH:
        return Compare(operand.column, "exact", literal=True)
    raise _strange(name)


def _and(inner: Any, kind: Kind) -> Filter:
    left = _truth(inner["left"], kind)
    return left if isinstance(left, Nothing) else all_of([left, _truth(inner["right"], kind)])


def _or(inner: Any, kind: Kind) -> Filter:
    left = _truth(inner["left"], kind)
    return left if isinstance(left, Everything) else any_of([left, _truth(inner["right"], kind)])


def _not(inner: Any, kind: Kind) -> Filter:
    return none_of(_truth(inner["arg"], kind))


def _differs(inner: Any, kind: Kind) -> Filter:
    return none_of(_compare("==", inner, kind))


def _if(inner: Any, kind: Kind) -> Filter:
    condition = _truth(inner["if"], kind)
    if isinstance(condition, Everything):
        return _truth(inner["then"], kind)
    if isinstance(condition, Nothing):
        return _truth(inner["else"], kind)
    then, otherwise = _truth(inner["then"], kind), _truth(inner["else"], kind)
    return any_of([all_of([condition, then]), all_of([none_of(condition), otherwise])])


def _is(inner: Any, kind: Kind) -> Filter:
    if inner["left"] != _UNKNOWN_ROW or "in" in inner:
        raise _strange("is")
    return Everything() if inner["entity_type"] == kind.type else Nothing()


def _has(inner: Any, kind: Kind) -> Filter:
    if inner["left"] != _UNKNOWN_ROW:
        raise _strange("has")
    return Everything() if inner["attr"] in {*kind.attributes, "audience"} else Nothing()


def _compare(operator: str, inner: Any, kind: Kind) -> Filter:
    left, right, relation = _operand(inner["left"], kind), _operand(inner["right"], kind), _RELATIONS[operator]
    if not isinstance(left, Attribute):
        left, right, relation = right, left, _MIRRORED[relation]
    if not isinstance(left, Attribute) or not isinstance(right, str | int | bool):
        raise _strange(operator)
    if _HELD[type(right)] is not left.holds or (relation != "exact" and left.holds is not Holds.NUMBER):
        raise _strange(operator)
    return Compare(left.column, relation, right)


def _contains(inner: Any, kind: Kind) -> Filter:
    left, right = _operand(inner["left"], kind), _operand(inner["right"], kind)
    if isinstance(left, Audience) and isinstance(right, str):
        return HoldsKey(frozenset({right}))
    if isinstance(left, tuple) and isinstance(right, Attribute) and right.holds is not Holds.TRUTH:
        if any(_HELD[type(literal)] is not right.holds for literal in left):
            raise _strange("contains")
        return Compare(right.column, "in", left) if left else Nothing()
    raise _strange("contains")


def _contains_any(inner: Any, kind: Kind) -> Filter:
    left, right = _operand(inner["left"], kind), _operand(inner["right"], kind)
    keys = right if isinstance(left, Audience) else left
    if not (isinstance(left, Audience) or isinstance(right, Audience)):
        raise _strange("containsAny")
    return HoldsKey(_keys(keys, "containsAny")) if keys else Nothing()


def _contains_all(inner: Any, kind: Kind) -> Filter:
    left, right = _operand(inner["left"], kind), _operand(inner["right"], kind)
    if not isinstance(left, Audience):
        raise _strange("containsAll")
    return all_of(HoldsKey(frozenset({key})) for key in sorted(_keys(right, "containsAll")))


def _keys(operand: Operand, operator: str) -> frozenset[str]:
    if not isinstance(operand, tuple) or not all(isinstance(key, str) for key in operand):
        raise _strange(operator)
    return frozenset(key for key in operand if isinstance(key, str))


_TRUTHS: Mapping[str, Callable[[Any, Kind], Filter]] = {
    "&&": _and,
    "||": _or,
    "!": _not,
    "!=": _differs,
    "if-then-else": _if,
    "is": _is,
    "has": _has,
    "contains": _contains,
    "containsAny": _contains_any,
    "containsAll": _contains_all,
} | {operator: partial(_compare, operator) for operator in _RELATIONS}


def _operand(expression: Any, kind: Kind) -> Operand:
    name, inner = _single(expression)
    if name == "Value":
        return tuple(_literal(each, name) for each in inner) if isinstance(inner, list) else _literal(inner, name)
    if name == "Set":
        return tuple(_literal(_single(each)[1], _single(each)[0]) for each in inner)
    if name == "." and inner["left"] == _UNKNOWN_ROW:
        if inner["attr"] == "audience":
            return Audience()
        if inner["attr"] in kind.attributes:
            return kind.attributes[inner["attr"]]
    raise _strange(name)


def _literal(value: Any, name: str) -> str | int | bool:
    if name != "Value" or type(value) not in _HELD:
        raise _strange(name)
    return value  # type: ignore[no-any-return]  # one of three types, as was just asked


def _single(expression: Any) -> tuple[str, Any]:
    if not isinstance(expression, dict) or len(expression) != 1:
        raise _strange("this expression")
    return next(iter(expression.items()))


def _strange(what: str) -> Uncompilable:
    return Uncompilable(f"A policy uses {what} on a row in a way that has no exact translation into SQL.")
