"""How people in the made-up city write numbers, marks, addresses and names, with slips of the pen."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.builders.link_city import CityChild

_FIRST_NAMES_LIST = """
Kai Zane Rhys Levi Omar Yusuf Blake Corey Reece Dion Ellis Marcus Jayden Kian Troy Ashton Malik Ivan
Tobi Ade Leah Mia Skye Paige Demi Kayla Zara Nadia Tia Shan Ruby Ebony Farah Lexi Orla Bryony Hana
Iris Keira Jade Callum Darren Wayne Lee Craig Ricky Dean Kev Gaz Marlon Stefan Andrei Luka Besnik
Tariq Imran Hassan Sol Max Finn
"""
FIRST_NAMES = tuple(_FIRST_NAMES_LIST.split())
_SURNAMES_LIST = """
Aldous Birtles Cawley Dunphy Eccles Farnell Gittins Hulme Ingleby Jebson Kershaw Lomax Mottram
Nuttall Openshaw Pilling Quayle Ramsden Schofield Tattersall Unsworth Vickers Whittle Yarwood Ahmed
Begum Chowdhury Diallo Eze Farouk Gashi Hussain Iqbal Jallow Kovacs Lewicki Mensah Novak Okafor
Petrov Qureshi Rahman Sesay Tesfaye Umar Varga Wolski Yilmaz Zielinski Bardsley Clegg Duckworth
Entwistle Fairhurst Greenhalgh Heyes Isherwood Jolley
"""
SURNAMES = tuple(_SURNAMES_LIST.split())
HUBS = (
    "Arden Gate coach station",
    "Meadow Mall",
    "St Luke's Hospital",
    "the precinct",
    "Victoria Gardens",
    "Piccadilly tram stop",
    "Canal basin",
    "McDonald's, Deansway",
    "Harbour arcade",
    "Central library",
    "Lidl, Stockwell Road",
    "Moss Park",
    "Ashgate railway station",
    "the Hive youth centre",
    "Queens Road playing fields",
    "Chicken Hut, Wilbraham Street",
    "Odeon",
    "Riverside estate",
    "the subway under the ring road",
    "Trinity church steps",
)
CARS = ("Golf", "Corsa", "Audi", "Fiesta", "Astra", "BMW", "Clio", "van")
_STREETS_LIST = """
Alma Beech Cobden Dorset Egerton Fallow Gorse Hanover Ivy Jubilee Keswick Lime Mafeking Nelson Oxney
Prestage Quarry Rowan Stamford Thirlmere Ullswater Vernon Wharf Yewtree Zetland Clough Birley
Crescent Denmark Edge
"""
_STREETS = tuple(_STREETS_LIST.split())
_KINDS = (("Street", "St"), ("Road", "Rd"), ("Avenue", "Ave"), ("Close", "Cl"), ("Grove", "Gr"))
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXY"
_STREET_NAMES = (
    "Smokes",
    "Tiny",
    "Dutch",
    "Biggz",
    "Frosty",
    "Slim",
    "Ghost",
    "Rolla",
    "Mouse",
    "Jinx",
    "Santos",
    "Bones",
)


def a_street_name(rng: random.Random) -> str:
    """Return the name of a street."""
    return f"{rng.choice(_STREETS)}{rng.choice(('', 'field', 'ton', 'wood', 'dale'))} {rng.choice(_KINDS)[0]}"


def an_address(rng: random.Random) -> tuple[str, str]:
    """Return the first line of an address and its postcode; one in four is a flat."""
    flat = f"Flat {rng.randint(1, 12)}, " if rng.random() < 0.25 else ""
    code = f"M{rng.randint(1, 46)} {rng.randint(1, 9)}{rng.choice('ABDEFGHJ')}{rng.choice('ABDEFGHJLN')}"
    return f"{flat}{rng.randint(1, 160)} {a_street_name(rng)}", code


def a_number(rng: random.Random) -> str:
    """Return a mobile number, digits only."""
    return "07" + "".join(rng.choice(string.digits) for _ in range(9))


def a_plate(rng: random.Random) -> str:
    """Return a registration mark of the present style."""
    pick = rng.choice
    return f"{pick(_LETTERS)}{pick(_LETTERS)}{rng.randint(10, 25)}{pick(_LETTERS)}{pick(_LETTERS)}{pick(_LETTERS)}"


def a_handle(rng: random.Random) -> str:
    """Return a name on a network of messages."""
    return f"{rng.choice(FIRST_NAMES).lower()}{rng.choice(('_', '.', 'x', ''))}{rng.randint(10, 9999)}"


@dataclass(frozen=True, slots=True)
class Saying:
    """Says one thing in one of the ways in which people write it down."""

    rng: random.Random

    def thing(self, kind: str, value: str) -> str:
        """Say a telephone, a mark, an address or a handle."""
        return {"phone": self._phone, "vehicle": self._plate, "place": self._place, "handle": self._handle}[
            kind
        ](value)

    def _phone(self, number: str) -> str:
        if self.rng.random() < 0.03:
            spot = self.rng.randrange(2, 11)
            number = number[:spot] + self.rng.choice(string.digits) + number[spot + 1 :]
        spaced = f"{number[:5]} {number[5:]}"
        return self.rng.choice(
            (number, spaced, f"+44 {number[1:5]} {number[5:]}", f"{number[:5]}-{number[5:8]}-{number[8:]}")
        )

    def _plate(self, mark: str) -> str:
        share = self.rng.random()
        if share < 0.1:
            return self.rng.choice((f"{mark[:4]} ???", f"part plate {mark[:4]}", f"{mark[:4]} something"))
        if share < 0.15:
            return f"{self.rng.choice(('black', 'grey'))} {self.rng.choice(CARS)}, reg ends {mark[4:]}"
        if share < 0.2:
            spot = self.rng.choice((0, 1, 4, 5, 6))
            mark = mark[:spot] + self.rng.choice(_LETTERS) + mark[spot + 1 :]
        spaced = f"{mark[:4]} {mark[4:]}"
        return self.rng.choice((mark, spaced, mark.lower(), f"black {self.rng.choice(CARS)} {spaced}"))

    def _place(self, address: str) -> str:
        line, _, code = address.rpartition(", ")
        share = self.rng.random()
        if share < 0.12:
            return line
        for long, short in _KINDS:
            if self.rng.random() < 0.4:
                line = line.replace(f" {long}", f" {short}")
        if share < 0.2:
            return f"{line}, {code.split()[0]}"
        return self.rng.choice(
            (f"{line}, {code}", f"{line} {code.replace(' ', '')}", f"{line}, Manchester, {code}".lower())
        )

    def _handle(self, name: str) -> str:
        return self.rng.choice((f"@{name}", f"snap: {name}", f"Snapchat {name}", f"insta @{name.upper()}"))

    def home(self, child: CityChild) -> str:
        """Say where the child lives."""
        return self.thing("place", child.home or f"{child.address}, {child.postcode}")

    def street_name(self) -> str:
        """Return what an adult is called on the street."""
        return self.rng.choice(_STREET_NAMES)

    def adult(self, name: str, street: str, age: int) -> str:
        """Say an adult of a network: by name, by street name, or both, now and then with an age."""
        about = self.rng.choice((f", about {age + self.rng.randint(-3, 3)}", f" (adult, {age})", "", ""))
        said = self.rng.choice((name, street, street, f"{name} aka {street}", name.split()[0]))
        return f"{said}{about}"

    def acquaintance(self) -> str:
        """Say somebody whom nobody else means."""
        name = self.rng.choice(FIRST_NAMES if self.rng.random() < 0.93 else _STREET_NAMES)
        return self.rng.choice((name, name, f"{name}, {self.rng.randint(14, 30)}", f"male called {name}"))

    def cab(self, mark: str) -> str:
        """Say a licensed cab."""
        return f"{self.rng.choice(('taxi', 'minicab', 'cab', 'private hire'))} {mark[:4]} {mark[4:]}"
