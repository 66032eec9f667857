"""A second made-up register and its notices, independent of `match_errors`: errors come from how a notice is taken.

Here a notice passes through an informant (who may not know), an ear (names as heard), a keyboard (neighbouring keys)
and a form (defaults, truncation). One desk in ten is hurried, and then much goes wrong at once: errors come together.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from missing_coord.demo.names import HERITAGES, NICKNAMES, Heritage
from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from tests.builders.match_errors import TODAY, LabelledNotice


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_STARTS = _words(
    "Bar Cal Dar Ed Fen Gil Har Is Jes Kel Lin Mor Nel Os Pres Quin Ros Sel Tor Ul Ven Wex Yar Zel Ab Bel"
)
_MIDDLES = _words("an en in or er ing el a i o um es")
_ENDS = _words(
    "sby thwaite wood ski vić zadeh oglu sen mann ez ford ner lock combe stone ard ault ides ov ka"
)
_FIRSTS = _words("Jay Kay Bray Ay Zay Ty Mal Ken Lat Shan Dem Ker Tay Har Em Am Al Ay Sof Mar")
_LASTS = _words("den don lee leigh la na ra sha son vin ya ia isha elle anne iah iel yn")
_HEARD = (
    ("ph", "f"),
    ("ck", "k"),
    ("ee", "ea"),
    ("y", "i"),
    ("ie", "y"),
    ("ou", "u"),
    ("ss", "s"),
    ("tt", "t"),
    ("ll", "l"),
    ("nn", "n"),
    ("kh", "k"),
    ("dh", "d"),
    ("a", "e"),
    ("c", "k"),
    ("z", "s"),
    ("e", "i"),
    ("th", "t"),
)
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_ROADS = _words(
    "Canal Wharf Priory Abbey Cobden Gladstone Nelson Trafalgar Tennyson Byron Ruskin Dale Fell Tarn"
)
_ROAD_KINDS = ("Road", "Street", "Avenue", "Way", "Crescent", "Gardens", "Place")
_CALM, _HURRIED = 0.35, 2.5


class Town:
    """Makes a register by households: parents with two surnames, half-siblings, twins, cousins next door, homes."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._weights = [each.weight for each in HERITAGES]
        self._homes: list[RegisterChild] = []

    def register(self, size: int) -> list[RegisterChild]:
        """Return `size` children of whole households."""
        self._homes = [self._place("HOME") for _ in range(max(2, size // 150))]
        children: list[RegisterChild] = []
        while len(children) < size:
            children.extend(self.household(len(children)))
        return children[:size]

    def household(self, number: int) -> list[RegisterChild]:
        """One household of one to five children on the register."""
        heritage = self.heritage()
        place = self._place("?", heritage)
        count = self.rng.choices((1, 2, 3, 4, 5), (80, 12, 5, 2, 1))[0]
        second = self.surname(heritage)
        children: list[RegisterChild] = []
        for offset in range(count):
            twin_of = children[-1] if children and self.rng.random() < 0.05 else None
            half = offset > 0 and self.rng.random() < 0.2
            surname = second if half and twin_of is None else place.surname
            taken = {each.forename for each in children}
            children.append(self._child(f"T{number + offset:07d}", heritage, place, surname, twin_of, taken))
        return children

    def relative(self, child: RegisterChild, child_id: str) -> RegisterChild:
        """A brother, sister or twin of a child, not on the register."""
        heritage = self.heritage()
        twin_of = child if self.rng.random() < 0.08 else None
        return self._child(child_id, heritage, child, child.surname, twin_of, {child.forename})

    def stranger(self, child_id: str) -> RegisterChild:
        """A child of another household."""
        return replace(self.household(0)[0], child_id=child_id)

    def heritage(self) -> Heritage:
        """Choose a pool of names that go together."""
        return self.rng.choices(HERITAGES, self._weights)[0]

    def forename(self, heritage: Heritage, sex: str) -> str:
        """A forename of the pool, or one of the long tail."""
        if self.rng.random() < 0.3:
            return self.rng.choice(_FIRSTS) + self.rng.choice(_LASTS)
        names = heritage.male if sex == "male" else heritage.female
        return names[min(int(self.rng.expovariate(3.0 / len(names))), len(names) - 1)]

    def surname(self, heritage: Heritage) -> str:
        """A surname of the pool, or one of a tail of some six thousand; one in twenty-five is double."""
        if self.rng.random() < 0.35:
            name = self.rng.choice(heritage.surnames)
        else:
            name = self.rng.choice(_STARTS) + self.rng.choice(_MIDDLES) + self.rng.choice(_ENDS)
        return f"{name}-{self.rng.choice(heritage.surnames)}" if self.rng.random() < 0.04 else name

    def postcode(self) -> str:
        """A postcode of the right shape."""
        unit = "".join(self.rng.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
        area = self.rng.choice(("LS", "BD", "HX", "HD", "WF", "S", "DN"))
        return f"{area}{self.rng.randint(1, 28)} {self.rng.randint(0, 9)}{unit}"

    def address(self) -> str:
        """A house number and a street."""
        return f"{self.rng.randint(1, 240)} {self.rng.choice(_ROADS)} {self.rng.choice(_ROAD_KINDS)}"

    def phone(self) -> str:
        """A number of the range kept for fiction."""
        return f"07700900{self.rng.randint(0, 999):03d}" if self.rng.random() < 0.02 else self._long_phone()

    def _long_phone(self) -> str:
        return (
            f"0113 496 {self.rng.randint(0, 9999):04d}"
            if self.rng.random() < 0.1
            else f"077009{self.rng.randint(0, 99999):05d}"
        )

    def _place(self, child_id: str, heritage: Heritage | None = None) -> RegisterChild:
        return RegisterChild(
            child_id=child_id,
            surname=self.surname(heritage or self.heritage()),
            home_postcode=self.postcode(),
            addresses=(self.address(),),
            phones=(self.phone(),),
        )

    def _child(
        self,
        child_id: str,
        heritage: Heritage,
        place: RegisterChild,
        surname: str,
        twin_of: RegisterChild | None,
        taken: set[str],
    ) -> RegisterChild:
        sex = self.rng.choice(("male", "female"))
        forename = self.forename(heritage, sex)
        while forename in taken:
            forename = self.forename(heritage, sex)
        alone = heritage.uasc_weight > 4 and self.rng.random() < 0.4
        placed = self._placement() if self.rng.random() < 0.4 or alone else None
        moved = self.rng.random() < 0.3
        return RegisterChild(
            child_id=child_id,
            forename=forename,
            middle_names=self.forename(heritage, sex) if self.rng.random() < 0.35 else "",
            surname=surname,
            aliases=self._aliases(heritage, forename, surname, sex),
            date_of_birth=self._born(alone) if twin_of is None else twin_of.date_of_birth,
            sex=sex,
            home_postcode="" if alone else place.home_postcode,
            previous_postcodes=(self.postcode(),) if moved else (),
            placement_postcodes=(placed.home_postcode,) if placed else (),
            addresses=(() if alone else place.addresses)
            + (placed.addresses if placed else ())
            + ((self.address(),) if moved else ()),
            phones=place.phones if self.rng.random() < 0.7 and not alone else (),
            responsible_authority="E08000035" if self.rng.random() < 0.93 else "E08000032",
            uasc=alone,
            status="looked_after"
            if placed
            else self.rng.choice(("child_in_need", "child_protection", "known", "closed")),
        )

    def _placement(self) -> RegisterChild:
        if self._homes and self.rng.random() < 0.3:
            return self.rng.choice(self._homes)
        return self._place("FOSTER")

    def _aliases(self, heritage: Heritage, forename: str, surname: str, sex: str) -> tuple[str, ...]:
        roll = self.rng.random()
        if roll < 0.05:
            return (f"{forename} {self.surname(heritage)}",)
        if roll < 0.08:
            return (f"{self.forename(heritage, sex)} {surname}",)
        return (NICKNAMES[forename],) if roll < 0.3 and forename in NICKNAMES else ()

    def _born(self, alone: bool) -> date:
        years = (
            self.rng.choice((14, 15, 16, 16, 17, 17))
            if alone
            else self.rng.choices(range(18), range(2, 20))[0]
        )
        born = TODAY - timedelta(days=int(years * 365.25) + self.rng.randint(0, 364))
        return date(born.year, 1, 1) if alone and self.rng.random() < 0.6 else born


class Desk:
    """Takes notices about children of a register; the fault rate of each notice depends on how hurried the desk is."""

    def __init__(self, seed: int, register: Sequence[RegisterChild]) -> None:
        self.rng = random.Random(seed)
        self.town = Town(seed + 900_000)
        self._register = register
        self._care = _CALM

    def notices(self, count: int, *, unknown: float = 0.1) -> list[LabelledNotice]:
        """Return `count` notices; of those about children not on the register a quarter are relatives or namesakes."""
        return [self._one(unknown) for _ in range(count)]

    def _one(self, unknown: float) -> LabelledNotice:
        self._care = self.rng.choices((_CALM, 1.0, _HURRIED), (55, 35, 10))[0]
        child = self.rng.choice(self._register)
        if self.rng.random() >= unknown:
            return LabelledNotice(evidence=self.evidence(child), truth=child.child_id)
        roll = self.rng.random()
        if roll < 0.2:
            other = self.town.relative(child, "NOBODY")
        else:
            other = self.town.stranger("NOBODY")
            if roll < 0.25:
                other = replace(other, forename=child.forename, surname=child.surname)
        return LabelledNotice(evidence=replace(self.evidence(other), local_child_id=""), truth=None)

    def evidence(self, child: RegisterChild) -> PersonEvidence:
        """What this desk writes down about the child."""
        forename, surname, aliases = self._names(child)
        born = self._born(child)
        at_home = self.rng.random() < 0.5
        placement = child.placement_postcodes if child.placement_postcodes and self.rng.random() < 0.6 else ()
        return PersonEvidence(
            local_child_id=child.child_id.lower() if self.rng.random() < 0.05 else "",
            forename=forename,
            surname=surname,
            aliases=aliases,
            date_of_birth=born,
            age=self._age(child) if born is None or self.rng.random() < 0.4 else None,
            age_on=TODAY,
            sex="" if self._goes_wrong(0.08) else self._sex(child.sex),
            home_postcodes=self._home(child),
            missing_from_postcodes=placement,
            addresses=self._addresses(child) if at_home else (),
            phones=self._phones(child),
            responsible_authority=child.responsible_authority if self.rng.random() < 0.5 else "",
            looked_after=bool(child.placement_postcodes) if self.rng.random() < 0.5 else None,
        )

    def _goes_wrong(self, usual: float) -> bool:
        return self.rng.random() < min(0.9, usual * self._care)

    def _names(self, child: RegisterChild) -> tuple[str, str, tuple[str, ...]]:
        forename, surname = child.forename, child.surname
        aliases: tuple[str, ...] = ()
        if self._goes_wrong(0.06):
            forename = self._called(child)
            aliases = (child.forename,) if self.rng.random() < 0.2 else ()
        if self._goes_wrong(0.025):
            surname = self.town.surname(self.town.heritage())
        elif "-" in surname and self._goes_wrong(0.4):
            surname = surname.split("-")[self.rng.randint(0, 1)]
        elif child.aliases and " " in child.aliases[0] and self._goes_wrong(0.3):
            surname = child.aliases[0].split()[-1]
        forename, surname = self._written(forename), self._written(surname)
        if self._goes_wrong(0.01):
            forename, surname = surname, forename
        return ("" if self._goes_wrong(0.015) else forename), surname, aliases

    def _called(self, child: RegisterChild) -> str:
        pool = [
            NICKNAMES.get(child.forename, ""),
            child.middle_names,
            child.forename[:1],
            *(a.split()[0] for a in child.aliases),
        ]
        known = [name for name in pool if name]
        return self.rng.choice(known)

    def _written(self, name: str) -> str:
        if self._goes_wrong(0.07):
            name = self._as_heard(name)
        if self._goes_wrong(0.06):
            name = self._mistyped(name)
        if self._goes_wrong(0.01):
            name = name[: max(3, len(name) - 3)]
        return name.upper() if self.rng.random() < 0.6 else name

    def _as_heard(self, name: str) -> str:
        said = name.lower()
        fits = [(spelled, other) for spelled, other in _HEARD if spelled in said[1:]]
        if not fits:
            return name
        spelled, other = self.rng.choice(fits)
        return said[0] + said[1:].replace(spelled, other, 1)

    def _mistyped(self, name: str) -> str:
        if len(name) < 3:
            return name
        place = self.rng.randrange(len(name))
        kind = self.rng.randrange(4)
        if kind == 0:
            return name[:place] + self._neighbour(name[place]) + name[place + 1 :]
        if kind == 1:
            return name[:place] + name[place + 1 :]
        if kind == 2 and place:
            return name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]
        return name[:place] + name[place] + name[place:]

    def _neighbour(self, letter: str) -> str:
        for row in _KEYBOARD:
            place = row.find(letter.lower())
            if place >= 0:
                return (
                    row[max(0, place - 1)]
                    if place and self.rng.random() < 0.5
                    else row[min(len(row) - 1, place + 1)]
                )
        return letter

    def _born(self, child: RegisterChild) -> date | None:
        born = child.date_of_birth
        if born is None or self._goes_wrong(0.09):
            return None
        if child.uasc and self.rng.random() < 0.25:
            return date(born.year + self.rng.choice((-1, 0, 1, 2)), 1, 1)
        if self._goes_wrong(0.012):
            return date(born.year, 1, 1)
        if self._goes_wrong(0.02) and born.day <= 12:
            return date(born.year, born.day, born.month)
        if self._goes_wrong(0.035):
            return self._mistyped_date(born)
        return born - timedelta(days=self.rng.randint(-900, 900)) if self._goes_wrong(0.004) else born

    def _mistyped_date(self, born: date) -> date:
        for _ in range(20):
            digits = list(born.strftime("%Y%m%d"))
            place = self.rng.randrange(3, 8)
            digits[place] = str((int(digits[place]) + self.rng.choice((-1, 1, 3))) % 10)
            text = "".join(digits)
            try:
                return date(int(text[:4]), int(text[4:6]), int(text[6:]))
            except ValueError:
                continue
        return born

    def _age(self, child: RegisterChild) -> int | None:
        if child.date_of_birth is None:
            return None
        years = (TODAY - child.date_of_birth).days // 365
        return max(0, years + (self.rng.choice((-2, -1, 1, 2)) if self._goes_wrong(0.1) else 0))

    def _sex(self, sex: str) -> str:
        wrong = self._goes_wrong(0.008)
        return ("F" if sex == "male" else "M") if wrong else sex[0].upper()

    def _home(self, child: RegisterChild) -> tuple[str, ...]:
        if self.rng.random() < 0.25 or not child.home_postcode:
            return ()
        if child.previous_postcodes and self.rng.random() < 0.25:
            return child.previous_postcodes
        if self._goes_wrong(0.1):
            return (self.town.postcode(),)
        if self._goes_wrong(0.05):
            return (self._slipped_postcode(child.home_postcode),)
        return (child.home_postcode.lower() if self.rng.random() < 0.1 else child.home_postcode,)

    def _slipped_postcode(self, postcode: str) -> str:
        return postcode[:-1] + self.rng.choice("ABDEFGHJLNPQRSTUWXYZ")

    def _addresses(self, child: RegisterChild) -> tuple[str, ...]:
        if not child.addresses:
            return ()
        said = self.rng.choice(child.addresses)
        if self._goes_wrong(0.08):
            said = self._mistyped(said)
        return (f"Flat {self.rng.randint(1, 20)}, {said}" if self.rng.random() < 0.1 else f"{said}, Leeds",)

    def _phones(self, child: RegisterChild) -> tuple[str, ...]:
        if self.rng.random() < 0.6:
            return ()
        mine = child.phones and self.rng.random() < 0.6
        return ("+44 " + child.phones[0].removeprefix("0"),) if mine else (self.town.phone(),)
