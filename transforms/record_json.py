"""Records rebuilt from their JSON, exactly as they were before they were kept aside."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


class NotThisRecord(ValueError):  # noqa: N818 (what is said of the JSON)
    """The JSON does not describe a record of the kind asked for."""


def rebuild(kind: type[T], value: Mapping[str, Any]) -> T:
    """Return the record of a kind (`Entry`, `Article`) that a JSON object describes.

    Times are ISO 8601 with their zone. A field that the object lacks takes its
    default: the record may have been kept aside by an earlier version of the code.

    Raises: NotThisRecord where a field is unknown, missing without a default, or of
        another type.
    """
    built = _read(kind, value, kind.__name__)
    if not isinstance(built, kind):
        raise NotThisRecord(f"{kind.__name__}: not an object")
    return built


@cache
def _types(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind, localns={"datetime": datetime})


def _read(kind: Any, value: Any, where: str) -> Any:  # noqa: ANN401 (a type, and JSON)
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _read_record(kind, value, where)
    if origin in {Union, UnionType}:
        inner = [one for one in get_args(kind) if one is not NoneType]
        return None if value is None else _read(inner[0], value, where)
    if origin is tuple:
        return tuple(_read(get_args(kind)[0], one, where) for one in _typed(list, value, where))
    if origin is Literal:
        if value not in get_args(kind):
            raise NotThisRecord(f"{where}: {value!r} is none of {get_args(kind)}")
        return value
    if kind is datetime:
        return _read_time(_typed(str, value, where), where)
    return _typed(kind, value, where)


def _read_record(kind: Any, value: Any, where: str) -> Any:  # noqa: ANN401 (a type, and JSON)
    given = dict(_typed(dict, value, where))
    parts = {}
    for field in fields(kind):
        if field.name in given:
            named = f"{where}.{field.name}"
            parts[field.name] = _read(_types(kind)[field.name], given.pop(field.name), named)
        elif field.default is MISSING:
            raise NotThisRecord(f"{where}: {field.name} is missing")
    if given:
        raise NotThisRecord(f"{where}: no fields {sorted(given)}")
    return kind(**parts)


def _read_time(value: str, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise NotThisRecord(f"{where}: {value!r} is no time") from error
    if at.tzinfo is None:
        raise NotThisRecord(f"{where}: {value!r} has no zone")
    return at


def _typed(kind: type[T], value: Any, where: str) -> T:  # noqa: ANN401 (JSON)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise NotThisRecord(f"{where}: {value!r:.80} is no {kind.__name__}")
    return value
