"""Criteria and scale of quality audits as a council writes them in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from missing_coord.contracts.members import check_known, read_effective_at, read_json, wrong
from missing_coord.domain.audit_schemes import AuditScheme, Criterion, GradePoint
from missing_coord.domain.escalation import LONG_AGO

_MEMBERS = ("version", "effective_at", "second_percent", "held", "effort", "scale")
_MOST_WEIGHT = 100
_MOST_CRITERIA = 40


def read_audit_scheme(content: str) -> AuditScheme:
    """Return the scheme of a JSON text; PermanentError names the member that is wrong and what would be right.

    `{"version": "2027-1", "held": [{"code": "voice", "words": "...", "weight": 3}], "effort": [...],
    "scale": [{"code": "good", "words": "Good", "from_percent": 70}, ...], "second_percent": 10}`
    """
    return scheme_of(read_json(content, "criteria"))


def scheme_of(found: Any) -> AuditScheme:
    """Return the scheme of a JSON object, as `read_audit_scheme`."""
    if not isinstance(found, dict):
        raise wrong("criteria", "must be an object with version, held, effort and scale")
    check_known(found, _MEMBERS)
    version = found.get("version")
    if not isinstance(version, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", version):
        raise wrong("version", "must be a name such as 2027-1")
    return AuditScheme(
        version=version,
        held=_criteria("held", found.get("held")),
        effort=_criteria("effort", found.get("effort")),
        scale=_scale(found.get("scale")),
        second_percent=_whole("second_percent", found.get("second_percent", 10), 0, 100),
        effective_at=read_effective_at(found.get("effective_at")),
    )


def write_audit_scheme(scheme: AuditScheme) -> dict[str, Any]:
    """Return a scheme in the form that `read_audit_scheme` takes."""
    body: dict[str, Any] = {"version": scheme.version, "second_percent": scheme.second_percent}
    if scheme.effective_at != LONG_AGO:
        body["effective_at"] = scheme.effective_at.isoformat()
    for name, criteria in (("held", scheme.held), ("effort", scheme.effort)):
        body[name] = [{"code": e.code, "words": e.words, "weight": e.weight} for e in criteria]
    body["scale"] = [{"code": e.code, "words": e.words, "from_percent": e.from_percent} for e in scheme.scale]
    return body


def _criteria(name: str, found: Any) -> tuple[Criterion, ...]:
    made = []
    for place, each in _objects(name, found):
        weight = _whole(f"{place}.weight", each.get("weight", 1), 1, _MOST_WEIGHT)
        made.append(Criterion(code=_code(place, each, "weight"), words=_words(place, each), weight=weight))
    _check_different(name, [each.code for each in made])
    return tuple(made)


def _scale(found: Any) -> tuple[GradePoint, ...]:
    made = []
    for place, each in _objects("scale", found):
        percent = _whole(f"{place}.from_percent", each.get("from_percent"), 0, 100)
        made.append(
            GradePoint(
                code=_code(place, each, "from_percent"), words=_words(place, each), from_percent=percent
            )
        )
    _check_different("scale", [each.code for each in made])
    given = [each.from_percent for each in made]
    if given != sorted(set(given), reverse=True) or given[-1] != 0:
        raise wrong(
            "scale", "must go from the best grade down, each from a lower percentage, the last from 0"
        )
    return tuple(made)


def _objects(name: str, found: Any) -> list[tuple[str, Mapping[str, Any]]]:
    if not isinstance(found, list) or not found or not all(isinstance(each, dict) for each in found):
        raise wrong(name, "must be a list of objects with code and words")
    if len(found) > _MOST_CRITERIA:
        raise wrong(name, f"must have at most {_MOST_CRITERIA} members")
    return [(f"{name}[{number}]", each) for number, each in enumerate(found)]


def _code(place: str, found: Mapping[str, Any], number: str) -> str:
    check_known(found, ("code", "words", number), f"{place}.")
    code = found.get("code")
    if not isinstance(code, str) or not re.fullmatch(r"[a-z][a-z_]{0,39}", code):
        raise wrong(f"{place}.code", "must be small letters and _, such as childs_voice")
    return code


def _words(place: str, found: Mapping[str, Any]) -> str:
    words = found.get("words")
    if not isinstance(words, str) or not words.strip() or len(words) > 200:
        raise wrong(f"{place}.words", "must be 1 to 200 characters")
    return words.strip()


def _whole(place: str, found: Any, least: int, most: int) -> int:
    if type(found) is not int or not least <= found <= most:
        raise wrong(place, f"must be a whole number from {least} to {most}")
    return found


def _check_different(name: str, codes: list[str]) -> None:
    twice = [code for code in codes if codes.count(code) > 1]
    if twice:
        raise wrong(name, f"has {twice[0]} twice")
