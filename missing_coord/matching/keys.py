"""Short string keys under which a child is filed and a notice looks: equal keys make a candidate.

Each key starts with a letter that says its kind; together they keep recall high with few candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from missing_coord.matching.dates import day_month_swapped, is_january_first
from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from missing_coord.matching.normalise import clean_id
from missing_coord.matching.prepared import PreparedChild, PreparedEvidence, prepare_child, prepare_evidence
from missing_coord.matching.sounds import sound, sounds_of
from missing_coord.matching.variants import name_roots

LOCAL_ID = "I"  # local child id
BIRTH_FORENAME = "A"  # date of birth, first letter of forename
BIRTH_SURNAME = "E"  # date of birth, first letter of surname
SURNAME_MONTH = "B"  # sound of surname, year and month of birth
FORENAME_MONTH = "G"  # sound of a root of the forename, year and month of birth
FULL_NAME = "S"  # sound of surname, sound of a root of the forename
FULL_NAME_YEAR = "N"  # the same with the year of birth: for names that many bear
SURNAME_INITIAL = "J"  # sound of surname, first letter of forename: only for thin evidence
SURNAME_YEAR = "Y"  # sound of surname, year of birth: only for thin evidence
SURNAME = "Z"  # sound of surname alone: only when there is no forename
FORENAME_START = "X"  # sound of a root of the forename, first three letters of the surname
POSTCODE = "P"  # home, placement or earlier postcode
ADDRESS = "H"  # house number and street
PHONE = "T"  # last ten digits


def blocking_keys(child: RegisterChild | PreparedChild) -> list[str]:
    """The keys under which a register child is filed, sorted and without repeats."""
    return sorted(distinct_keys(child if isinstance(child, PreparedChild) else prepare_child(child)))


def distinct_keys(child: PreparedChild) -> set[str]:
    """The keys under which a prepared child is filed, in no order."""
    return set(_register_keys(child))


def lookup_keys(person: PersonEvidence | PreparedEvidence) -> list[str]:
    """The keys under which the child of a notice may be filed, sorted and without repeats."""
    ready = person if isinstance(person, PreparedEvidence) else prepare_evidence(person)
    return sorted(distinct_lookups(ready))


def distinct_lookups(person: PreparedEvidence) -> set[str]:
    """The keys under which the child of a notice may be filed, in no order."""
    keys = {
        *_place_keys(person.postcodes, person.addresses, person.phones),
        *_birth_lookups(person),
        *_name_lookups(person),
        *_thin_lookups(person),
    }
    if person.local_id:
        keys.add(LOCAL_ID + person.local_id)
    return keys


def _register_keys(child: PreparedChild) -> Iterator[str]:
    yield LOCAL_ID + clean_id(child.child_id)
    yield from _place_keys(child.lived_at(), child.addresses, child.phones)
    surnames = (child.surname, *child.other_surnames)
    forenames = (child.forename, *child.other_forenames)
    yield from _full_name_keys(forenames, surnames)
    for heard in _sounds(surnames):
        yield SURNAME + heard
        yield from (f"{SURNAME_INITIAL}{heard}:{forename[0]}" for forename in forenames if forename)
    if not child.born:
        return
    yield from _birth_keys(child.born, forenames, surnames)
    yield from _month_keys(forenames, surnames, {child.born[:6]})
    yield from _full_name_year_keys(forenames, surnames, (child.born[:4],))
    yield from (f"{SURNAME_YEAR}{heard}:{child.born[:4]}" for heard in _sounds(surnames))


def _place_keys(postcodes: Iterable[str], addresses: Iterable[str], phones: Iterable[str]) -> list[str]:
    return [
        *[POSTCODE + postcode for postcode in postcodes],
        *[ADDRESS + address for address in addresses],
        *[PHONE + phone for phone in phones],
    ]


def _full_name_keys(forenames: tuple[str, ...], surnames: tuple[str, ...]) -> list[str]:
    roots = _root_sounds(forenames)
    starts = {word[:3] for surname in surnames for word in surname.split()}
    return [
        *[f"{FULL_NAME}{heard}:{root}" for heard in _sounds(surnames) for root in roots],
        *[f"{FORENAME_START}{root}:{start}" for start in starts for root in roots],
    ]


def _full_name_year_keys(
    forenames: tuple[str, ...], surnames: tuple[str, ...], years: Sequence[str]
) -> list[str]:
    roots = _root_sounds(forenames)
    return [
        f"{FULL_NAME_YEAR}{heard}:{root}:{year}"
        for heard in _sounds(surnames)
        for root in roots
        for year in years
    ]


def _birth_keys(born: str, forenames: Iterable[str], surnames: Iterable[str]) -> list[str]:
    return [
        *[f"{BIRTH_FORENAME}{born}{forename[0]}" for forename in forenames if forename],
        *[f"{BIRTH_SURNAME}{born}{word[0]}" for surname in surnames for word in surname.split()],
    ]


def _month_keys(forenames: tuple[str, ...], surnames: tuple[str, ...], months: set[str]) -> list[str]:
    heard, roots = _sounds(surnames), _root_sounds(forenames)
    return [
        *[f"{SURNAME_MONTH}{code}:{month}" for month in months for code in heard],
        *[f"{FORENAME_MONTH}{root}:{month}" for month in months for root in roots],
    ]


def _birth_lookups(person: PreparedEvidence) -> list[str]:
    born = person.born
    if not born:
        return []
    year = int(born[:4])
    months = {born[:6], f"{year - 1}{born[4:6]}", f"{year + 1}{born[4:6]}"}
    if swapped := day_month_swapped(born):
        months.add(swapped[:6])
    surnames = (person.surname, *person.other_surnames, person.forename)
    forenames = (person.forename, *person.other_forenames, person.surname)
    return [*_birth_keys(born, forenames, surnames), *_month_keys(forenames, surnames, months)]


def _name_lookups(person: PreparedEvidence) -> list[str]:
    surnames = (person.surname, *person.other_surnames)
    forenames = (person.forename, *person.other_forenames)
    return [
        *_full_name_keys(forenames, surnames),
        *_full_name_keys((person.surname,), (person.forename,)),
        *_full_name_year_keys(forenames[:1], surnames[:1], _near_years(person)),
    ]


def _thin_lookups(person: PreparedEvidence) -> Iterator[str]:
    """Wider keys for a notice that says little, or says 1 January."""
    heard = _sounds((person.surname, *person.other_surnames))
    if not person.forename:
        yield from (SURNAME + code for code in heard)
    elif not person.born or len(person.forename) == 1:
        yield from (f"{SURNAME_INITIAL}{code}:{person.forename[0]}" for code in heard)
    for year in _likely_years(person):
        yield from (f"{SURNAME_YEAR}{code}:{year}" for code in heard)


def _near_years(person: PreparedEvidence) -> list[str]:
    """The years of birth around the one that is said, or that fit the age."""
    if person.born:
        said = int(person.born[:4])
        return [str(said - 1), str(said), str(said + 1)]
    return [str(year) for year in _likely_years(person)]


def _likely_years(person: PreparedEvidence) -> tuple[int, ...]:
    if is_january_first(person.born):
        return (int(person.born[:4]),)
    if person.born or person.age is None or person.age_on is None:
        return ()
    return (person.age_on.year - person.age, person.age_on.year - person.age - 1)


def _sounds(names: tuple[str, ...]) -> Iterable[str]:
    """Sounds of the words of names, without repeats."""
    return _without_repeats([_sounds_of_name(name) for name in names])


def _root_sounds(forenames: tuple[str, ...]) -> Iterable[str]:
    """Sounds of the words of the forenames and of the full names they may stand for."""
    return _without_repeats([_sounds_of_roots(forename) for forename in forenames])


def _without_repeats(heard: Sequence[tuple[str, ...]]) -> Iterable[str]:
    return heard[0] if len(heard) == 1 else dict.fromkeys(chain.from_iterable(heard))


@lru_cache(maxsize=100_000)
def _sounds_of_name(name: str) -> tuple[str, ...]:
    return tuple([code for code in sounds_of(name) if code]) if len(name) > 1 else ()


@lru_cache(maxsize=100_000)
def _sounds_of_roots(forename: str) -> tuple[str, ...]:
    words = forename.split() if len(forename) > 1 else []
    heard = [sound(root)[:4] for word in words for root in sorted(name_roots(word))]
    return tuple(dict.fromkeys(heard))
