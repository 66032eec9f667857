"""Short string keys under which a child is filed and a notice looks: equal keys make a candidate.

Each key starts with a letter that says its kind; together they keep recall high with few candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

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
    keys = set(_place_keys(ready.postcodes, ready.addresses, ready.phones))
    if ready.local_id:
        keys.add(LOCAL_ID + ready.local_id)
    keys.update(_birth_lookups(ready))
    keys.update(_name_lookups(ready))
    keys.update(_thin_lookups(ready))
    return sorted(keys)


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


def _place_keys(postcodes: Iterable[str], addresses: Iterable[str], phones: Iterable[str]) -> Iterator[str]:
    yield from (POSTCODE + postcode for postcode in postcodes)
    yield from (ADDRESS + address for address in addresses)
    yield from (PHONE + phone for phone in phones)


def _full_name_keys(forenames: tuple[str, ...], surnames: tuple[str, ...]) -> Iterator[str]:
    roots = _root_sounds(forenames)
    for heard in _sounds(surnames):
        yield from (f"{FULL_NAME}{heard}:{root}" for root in roots)
    starts = {word[:3] for surname in surnames for word in surname.split()}
    for start in starts:
        yield from (f"{FORENAME_START}{root}:{start}" for root in roots)


def _full_name_year_keys(
    forenames: tuple[str, ...], surnames: tuple[str, ...], years: Iterable[str]
) -> Iterator[str]:
    roots = _root_sounds(forenames)
    for heard in _sounds(surnames):
        yield from (f"{FULL_NAME_YEAR}{heard}:{root}:{year}" for root in roots for year in years)


def _birth_keys(born: str, forenames: Iterable[str], surnames: Iterable[str]) -> Iterator[str]:
    yield from (f"{BIRTH_FORENAME}{born}{forename[0]}" for forename in forenames if forename)
    yield from (f"{BIRTH_SURNAME}{born}{word[0]}" for surname in surnames for word in surname.split())


def _month_keys(forenames: tuple[str, ...], surnames: tuple[str, ...], months: set[str]) -> Iterator[str]:
    for month in months:
        yield from (f"{SURNAME_MONTH}{heard}:{month}" for heard in _sounds(surnames))
        yield from (f"{FORENAME_MONTH}{root}:{month}" for root in _root_sounds(forenames))


def _birth_lookups(person: PreparedEvidence) -> Iterator[str]:
    if not person.born:
        return
    swapped = day_month_swapped(person.born)
    year = int(person.born[:4])
    months = {
        person.born[:6],
        swapped[:6],
        f"{year - 1}{person.born[4:6]}",
        f"{year + 1}{person.born[4:6]}",
    } - {""}
    surnames = (person.surname, *person.other_surnames, person.forename)
    forenames = (person.forename, *person.other_forenames, person.surname)
    yield from _birth_keys(person.born, forenames, surnames)
    yield from _month_keys(forenames, surnames, months)


def _name_lookups(person: PreparedEvidence) -> Iterator[str]:
    surnames = (person.surname, *person.other_surnames)
    forenames = (person.forename, *person.other_forenames)
    yield from _full_name_keys(forenames, surnames)
    yield from _full_name_keys((person.surname,), (person.forename,))
    yield from _full_name_year_keys(forenames[:1], surnames[:1], _near_years(person))


def _thin_lookups(person: PreparedEvidence) -> Iterator[str]:
    """Wider keys for a notice that says little, or says 1 January."""
    heard = _sounds((person.surname, *person.other_surnames))
    if not person.forename:
        yield from (SURNAME + code for code in heard)
    elif not person.born or len(person.forename) == 1:
        yield from (f"{SURNAME_INITIAL}{code}:{person.forename[0]}" for code in heard)
    for year in _likely_years(person):
        yield from (f"{SURNAME_YEAR}{code}:{year}" for code in heard)


def _near_years(person: PreparedEvidence) -> tuple[str, ...]:
    """The years of birth around the one that is said, or that fit the age."""
    if person.born:
        said = int(person.born[:4])
        return tuple(str(year) for year in (said - 1, said, said + 1))
    return tuple(str(year) for year in _likely_years(person))


def _likely_years(person: PreparedEvidence) -> tuple[int, ...]:
    if is_january_first(person.born):
        return (int(person.born[:4]),)
    if person.born or person.age is None or person.age_on is None:
        return ()
    return (person.age_on.year - person.age, person.age_on.year - person.age - 1)


# The same few names are asked for several times in a row, once for each kind of key.
@lru_cache(maxsize=1024)
def _sounds(names: tuple[str, ...]) -> tuple[str, ...]:
    """Sounds of the words of names, without repeats."""
    return tuple(dict.fromkeys(code for name in names if len(name) > 1 for code in sounds_of(name) if code))


@lru_cache(maxsize=1024)
def _root_sounds(forenames: tuple[str, ...]) -> tuple[str, ...]:
    """Sounds of the words of the forenames and of the full names they may stand for."""
    words = [word for forename in forenames if len(forename) > 1 for word in forename.split()]
    return tuple(dict.fromkeys(code for word in words for code in _sounds_of_roots(word)))


@lru_cache(maxsize=50_000)
def _sounds_of_roots(word: str) -> tuple[str, ...]:
    return tuple(sound(root)[:4] for root in sorted(name_roots(word)))
