"""Cyrillic and Arabic letters in Latin ones, letter by letter, so that the sound of a name can be compared.

Arabic script leaves short vowels out: the result is a skeleton ('mhmd') and is recognised by its consonants.
"""

from __future__ import annotations

import re


def _pairs(text: str) -> dict[str, str]:
    """'ж=zh ь=' as a mapping."""
    return dict(pair.split("=") for pair in text.split())


_CYRILLIC = _pairs(
    "а=a б=b в=v г=h ґ=g д=d е=e з=z и=y й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f ы=y э=e і=i ї=yi є=ye"
    " ў=w ј=j љ=lj њ=nj ћ=c ђ=dj џ=dz ж=zh х=kh ц=ts ч=ch ш=sh щ=shch ю=yu я=ya ё=yo ъ= ь="
)
_ARABIC = _pairs(
    "ا=a ب=b ت=t ث=th ج=j ح=h خ=kh د=d ذ=dh ر=r ز=z س=s ش=sh ص=s ض=d ط=t ظ=z ع=a غ=gh ف=f ق=q ك=k ل=l م=m ن=n"
    " ه=h و=u ي=i پ=p چ=ch ژ=zh گ=g ک=k ی=i ة=a ء= آ=a أ=a إ=i ؤ=u ئ=i ى=a ە=e ێ=e ۆ=o ڵ=l ڕ=r ڤ=v"
)
_LATIN = str.maketrans(_CYRILLIC | _ARABIC)
_AT_THE_START = re.compile(r"(?<!\w)[ويی]")
_CONSONANTS = {"و": "w", "ي": "y", "ی": "y"}


def in_latin_letters(text: str) -> str:
    """Lower-case text with Cyrillic and Arabic letters replaced; other letters stay as they are."""
    return _AT_THE_START.sub(lambda found: _CONSONANTS[found[0]], text).translate(_LATIN)


def is_skeleton(name: str) -> bool:
    """Whether a cleaned name has no vowel after its first letter, as names carried over from Arabic script have."""
    return len(name) >= 3 and not any(letter in "aeiouy" for letter in name[1:])
