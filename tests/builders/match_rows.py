"""Made-up children and notices as rows of the files in docs/file-formats.md."""

from __future__ import annotations

from datetime import date

from missing_coord.matching.evidence import PersonEvidence, RegisterChild

Row = dict[str, str]


def child_row(child: RegisterChild) -> Row:
    """A row of children.csv."""
    return {
        "child_id": child.child_id,
        "forename": child.forename,
        "middle_names": child.middle_names,
        "surname": child.surname,
        "aliases": ";".join(child.aliases),
        "date_of_birth": _day(child.date_of_birth),
        "sex": child.sex,
        "home_address": child.addresses[0] if child.home_postcode and child.addresses else "",
        "home_postcode": child.home_postcode,
        "previous_addresses": ";".join(child.addresses[1:]),
        "previous_postcodes": ";".join(child.previous_postcodes),
        "phone": ";".join(child.phones),
        "status": child.status,
        "responsible_authority": child.responsible_authority,
        "uasc": "yes" if child.uasc else "no",
    }


def placement_rows(child: RegisterChild) -> list[Row]:
    """Rows of placements.csv: where the child is placed now."""
    return [
        {
            "child_id": child.child_id,
            "placement_id": f"{child.child_id}-1",
            "start_date": "2026-01-05",
            "postcode": each,
        }
        for each in child.placement_postcodes
    ]


def notice_row(said: PersonEvidence, number: int) -> Row:
    """A row of a police file."""
    return {
        "force": "GMP",
        "reference": f"{number}/26",
        "message": "missing",
        "issued_at": f"{said.age_on}T10:00:00Z" if said.age_on else "",
        "forename": said.forename,
        "surname": said.surname,
        "aliases": ";".join(said.aliases),
        "date_of_birth": f"{said.date_of_birth:%d/%m/%Y}" if said.date_of_birth else "",
        "age": "" if said.age is None else str(said.age),
        "sex": said.sex,
        "home_address": said.addresses[0] if said.addresses else "",
        "home_postcode": said.home_postcodes[0] if said.home_postcodes else "",
        "missing_from_postcode": said.missing_from_postcodes[0] if said.missing_from_postcodes else "",
        "looked_after": "" if said.looked_after is None else str(said.looked_after).lower(),
        "responsible_authority": said.responsible_authority,
        "local_child_id": said.local_child_id,
        "phone": ";".join(said.phones),
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
