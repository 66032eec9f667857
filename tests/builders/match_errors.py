"""A made-up register with families and children's homes, and notices about it with errors that notices have."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate, pairwise

from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from missing_coord.matching.normalise import fold_letters
from missing_coord.matching.variants import name_roots
from tests.builders.match_names import ORIGINS, Origin

TODAY = date(2026, 11, 2)
STREETS = (
    "Oak",
    "Elm",
    "High",
    "Church",
    "Station",
    "Mill",
    "Park",
    "Victoria",
    "Albert",
    "Green",
    "Moss",
    "Hill",
)
KINDS = ("Road", "Street", "Avenue", "Close", "Lane", "Drive")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledNotice:
    """Evidence and the child it is really about; None when that child is not on the register."""

    evidence: PersonEvidence
    truth: str | None


class RegisterMaker:
    """Makes children with families, twins, homes and unaccompanied children from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._weights = {origin: _falling(len(origin.surnames)) for origin in ORIGINS}
        self._shares = [origin.share for origin in ORIGINS]
        self._homes: list[tuple[str, str]] = []

    def register(self, size: int) -> list[RegisterChild]:
        """`size` children; about a quarter have a brother or sister on the register, one in fifty a twin."""
        self._homes = [(self.postcode(), self.address()) for _ in range(max(3, size // 120))]
        children: list[RegisterChild] = []
        while len(children) < size:
            children.extend(self._family(len(children)))
        return children[:size]

    def child(self, child_id: str) -> RegisterChild:
        """One child of no family."""
        origin = self.rng.choices(ORIGINS, self._shares)[0]
        uasc = origin.surnames[0] in ("Al-Hassan", "Mohamed") and self.rng.random() < 0.3
        born = self._born()
        if uasc and self.rng.random() < 0.5:
            born = born.replace(month=1, day=1)
        sex = self.rng.choice(("male", "female")) if not uasc else "male"
        home = "" if uasc else self.postcode()
        placed = self._placed()
        return RegisterChild(
            child_id=child_id,
            forename=self.forename(origin, sex),
            middle_names=self.forename(origin, sex) if self.rng.random() < 0.45 else "",
            surname=self.surname(origin),
            aliases=self._aliases(origin, sex),
            date_of_birth=born,
            sex=sex,
            home_postcode=home,
            placement_postcodes=(placed[0],) if placed else (),
            previous_postcodes=(self.postcode(),) if self.rng.random() < 0.4 else (),
            addresses=tuple(filter(None, (self.address() if home else "", placed[1] if placed else ""))),
            phones=(self.phone(),) if self.rng.random() < 0.55 else (),
            responsible_authority="E08000003",
            uasc=uasc,
            status="looked_after" if placed else self.rng.choice(("child_in_need", "closed", "early_help")),
        )

    def sibling(self, child: RegisterChild, child_id: str, *, twin: bool) -> RegisterChild:
        """A brother or sister: same surname, home and phone, another forename, and a twin's date of birth."""
        other = self.child(child_id)
        forename = other.forename
        while forename == child.forename:
            forename = self.forename(_origin_of(child), child.sex)
        return replace(
            other,
            forename=forename,
            surname=child.surname,
            date_of_birth=child.date_of_birth if twin else other.date_of_birth,
            home_postcode=child.home_postcode,
            placement_postcodes=child.placement_postcodes,
            addresses=child.addresses,
            phones=child.phones,
            uasc=child.uasc,
            aliases=(),
        )

    def forename(self, origin: Origin, sex: str) -> str:
        """A forename, common ones more often."""
        names = origin.boys if sex == "male" else origin.girls
        name = names[int(len(names) * self.rng.random() ** 1.6)]
        return name

    def surname(self, origin: Origin) -> str:
        """A surname: a common one, one of the long tail, or double-barrelled."""
        if self.rng.random() < 0.45:
            return self.rng.choices(origin.surnames, cum_weights=self._weights[origin])[0]
        tail = self.rng.choice(origin.starts) + self.rng.choice(origin.ends)
        if self.rng.random() < 0.08:
            return f"{tail}-{self.rng.choice(origin.surnames)}"
        return tail

    def postcode(self) -> str:
        """A postcode of the right shape in a made-up part of the country."""
        pick = self.rng.choice
        district, sector = self.rng.randint(1, 40), self.rng.randint(1, 9)
        unit = pick("ABDEFGHJLN") + pick("ABDEFGHJLNPQRSTU")
        return f"{pick(('M', 'OL', 'SK', 'BL', 'WN'))}{district} {sector}{unit}"

    def address(self) -> str:
        """A numbered street."""
        return f"{self.rng.randint(1, 180)} {self.rng.choice(STREETS)} {self.rng.choice(KINDS)}"

    def phone(self) -> str:
        """A mobile number of the range kept for fiction."""
        return f"07700 9{self.rng.randint(0, 99999):05d}"

    def _family(self, number: int) -> list[RegisterChild]:
        first = self.child(f"C{number:07d}")
        if self.rng.random() > 0.14:
            return [first]
        family = [first]
        for place in range(1, self.rng.choice((2, 2, 2, 3, 4))):
            twin = self.rng.random() < 0.07
            family.append(self.sibling(first, f"C{number + place:07d}", twin=twin))
        return family

    def _placed(self) -> tuple[str, str] | None:
        roll = self.rng.random()
        if roll < 0.15 and self._homes:
            return self.rng.choice(self._homes)
        return (self.postcode(), self.address()) if roll < 0.6 else None

    def _born(self) -> date:
        age = min(17.99, max(0.0, self.rng.triangular(3, 18, 15.5)))
        return TODAY - timedelta(days=int(age * 365.25))

    def _aliases(self, origin: Origin, sex: str) -> tuple[str, ...]:
        roll = self.rng.random()
        if roll < 0.06:
            return (f"{self.forename(origin, sex)} {self.surname(origin)}",)
        return (self.forename(origin, sex),) if roll < 0.1 else ()


def _falling(count: int) -> list[float]:
    return list(accumulate(1 / (place + 3) for place in range(count)))


def _origin_of(child: RegisterChild) -> Origin:
    for origin in ORIGINS:
        if child.forename in origin.girls or child.forename in origin.boys:
            return origin
    return ORIGINS[0]


class NoticeMaker:
    """Turns children into what a notice says about them, with errors from one seed."""

    def __init__(self, seed: int, register: list[RegisterChild]) -> None:
        self.rng = random.Random(seed)
        self.maker = RegisterMaker(seed + 500_000)
        self.register = register

    def notices(self, count: int, *, unknown: float = 0.1) -> list[LabelledNotice]:
        """`count` notices, a share `unknown` about children not on the register (one in five a sibling)."""
        return [self._unknown() if self.rng.random() < unknown else self._known() for _ in range(count)]

    def _known(self) -> LabelledNotice:
        child = self.rng.choice(self.register)
        return LabelledNotice(evidence=self.evidence(child), truth=child.child_id)

    def _unknown(self) -> LabelledNotice:
        child = self.maker.child("NOT-HERE")
        if self.rng.random() < 0.2:
            child = self.maker.sibling(
                self.rng.choice(self.register), "NOT-HERE", twin=self.rng.random() < 0.07
            )
        return LabelledNotice(evidence=replace(self.evidence(child), local_child_id=""), truth=None)

    def evidence(self, child: RegisterChild) -> PersonEvidence:
        """What a notice says about the child."""
        forename, surname = self._forename(child), self._surname(child)
        if forename and self._chance(0.015):
            forename, surname = surname, forename
        forename, surname = self._typed(forename), self._typed(surname)
        born = self._born(child)
        return PersonEvidence(
            local_child_id=self._local_id(child),
            forename=forename,
            surname=surname,
            aliases=self._alias(child),
            date_of_birth=born,
            age=self._age(child) if self._chance(0.7) else None,
            age_on=TODAY,
            sex="" if self._chance(0.05) else self._sex(child.sex),
            home_postcodes=self._home(child),
            missing_from_postcodes=child.placement_postcodes if self._chance(0.5) else (),
            addresses=child.addresses[:1] if self._chance(0.6) else (),
            phones=self._phones(child),
            responsible_authority=child.responsible_authority if self._chance(0.3) else "",
            looked_after=(child.status == "looked_after") ^ self._chance(0.1) if self._chance(0.6) else None,
        )

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _forename(self, child: RegisterChild) -> str:
        roll = self.rng.random()
        if roll < 0.02:
            return ""
        if roll < 0.03:
            return child.forename[0]
        if roll < 0.09:
            return self._variant(child.forename)
        if roll < 0.10:
            return child.middle_names or child.forename
        if roll < 0.12 and child.aliases:
            return child.aliases[0].split()[0]
        if roll < 0.13 and child.middle_names:
            return f"{child.forename} {child.middle_names}"
        return self._slip(child.forename) if roll < 0.17 else child.forename

    def _surname(self, child: RegisterChild) -> str:
        roll = self.rng.random()
        if roll < 0.04:
            return self._slip(child.surname)
        if roll < 0.055:
            return self.maker.surname(ORIGINS[0])
        if roll < 0.15 and "-" in child.surname:
            return self.rng.choice(child.surname.split("-"))
        if roll < 0.17 and child.aliases and " " in child.aliases[0]:
            return child.aliases[0].split()[-1]
        return child.surname

    def _alias(self, child: RegisterChild) -> tuple[str, ...]:
        return (self._variant(child.forename),) if self._chance(0.04) else ()

    def _variant(self, name: str) -> str:
        """Another form of the name: a full name it stands for, or its first half."""
        others = sorted(name_roots(fold_letters(name)) - {fold_letters(name)})
        if others:
            return self.rng.choice(others)
        return name.split("-")[0]

    def _typed(self, name: str) -> str:
        """As an officer types it: capitals, no accents, apostrophes and hyphens left out or spaced."""
        if not self._chance(0.7):
            return name
        name = fold_letters(name).upper() if self._chance(0.7) else fold_letters(name).title()
        if self._chance(0.5):
            name = name.replace("'", self.rng.choice(("", " ", "’")))
        return name.replace("-", " ") if self._chance(0.4) else name

    def _slip(self, name: str) -> str:
        """One slip of the keys."""
        if len(name) < 3:
            return name
        place = self.rng.randrange(1, len(name))
        letter = self.rng.choice(string.ascii_lowercase)
        slips: tuple[Callable[[], str], ...] = (
            lambda: name[:place] + letter + name[place + 1 :],
            lambda: name[:place] + name[place + 1 :],
            lambda: name[:place] + letter + name[place:],
            lambda: name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :],
            lambda: self._doubled(name),
        )
        return self.rng.choice(slips)()

    def _doubled(self, name: str) -> str:
        for first, second in pairwise(name):
            if first == second:
                return name.replace(first + second, first, 1)
        return name[:-1] + name[-1] * 2

    def _born(self, child: RegisterChild) -> date | None:
        born = child.date_of_birth
        roll = self.rng.random()
        if born is None or roll < 0.08:
            return None
        if roll < 0.1:
            return born.replace(month=born.day, day=born.month) if born.day <= 12 else born
        if roll < 0.12:
            return _or_same(born, day=(born.day // 10) * 10 + self.rng.randint(0, 9))
        if roll < 0.13:
            return _or_same(born, month=self.rng.randint(1, 12))
        if roll < 0.145:
            return _or_same(born, year=born.year + self.rng.choice((-1, 1)))
        if roll < 0.15 or (child.uasc and roll < 0.3):
            return date(born.year + self.rng.choice((0, 0, 0, 1)), 1, 1)
        return self.maker._born() if roll > 0.995 else born

    def _age(self, child: RegisterChild) -> int | None:
        if child.date_of_birth is None:
            return None
        years = (TODAY - child.date_of_birth).days // 365
        return max(0, years + self.rng.choice((0,) * 9 + (-1, 1)))

    def _sex(self, sex: str) -> str:
        if self._chance(0.01):
            return "female" if sex == "male" else "male"
        return sex[0].upper() if self._chance(0.5) else sex

    def _home(self, child: RegisterChild) -> tuple[str, ...]:
        roll = self.rng.random()
        if roll < 0.22 or not child.home_postcode:
            return ()
        if roll < 0.36:
            return (self.maker.postcode(),)
        if roll < 0.42 and child.previous_postcodes:
            return child.previous_postcodes
        return (child.home_postcode.replace(" ", "") if self._chance(0.3) else child.home_postcode,)

    def _phones(self, child: RegisterChild) -> tuple[str, ...]:
        if not self._chance(0.35):
            return ()
        return child.phones if child.phones and self._chance(0.65) else (self.maker.phone(),)

    def _local_id(self, child: RegisterChild) -> str:
        if not self._chance(0.08):
            return ""
        return self.rng.choice(self.register).child_id if self._chance(0.03) else child.child_id


def _or_same(born: date, **changed: int) -> date:
    try:
        return born.replace(**changed)
    except ValueError:
        return born
