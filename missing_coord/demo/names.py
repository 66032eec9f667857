"""Invented names: forenames and surnames common in English cities, joined at random, and misspellings."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

MALE: Final = "male"
FEMALE: Final = "female"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heritage:
    """A pool of names that go together, the ethnic codes (SSDA903) used with it, and its weight."""

    male: tuple[str, ...]
    female: tuple[str, ...]
    surnames: tuple[str, ...]
    ethnicities: tuple[str, ...]
    weight: int
    uasc_weight: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A person's name in its parts; `aliases` are other names the same person goes by."""

    forename: str
    middle_names: str
    surname: str
    aliases: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


HERITAGES: Final = (
    Heritage(
        male=_words(
            "Jayden Kai Tyler Callum Connor Liam Ethan Mason Logan Riley Alfie Charlie Archie Harvey Lewis "
            "Jake Joshua Daniel Thomas James William Benjamin Samuel Joseph Matthew Nathan Ryan Luke Adam "
            "Kieran Declan Reece Bradley Jordan Zachary Toby Leo Finley Noah Oscar Dylan Ellis Corey "
            "Brandon Curtis Theo Frankie Robert Alexander Christopher Michael Anthony Edward"
        ),
        female=_words(
            "Chloe Ellie Megan Amy Lauren Jade Courtney Paige Shannon Leah Abigail Emily Olivia Sophie "
            "Jessica Grace Mia Lily Ruby Poppy Evie Daisy Holly Erin Georgia Molly Niamh Caitlin Bethany "
            "Rebecca Hannah Lucy Katie Charlotte Elizabeth Isabelle Amelia Scarlett Summer Skye Tia Demi "
            "Kayleigh Maisie Freya Aaliyah Catherine Alexandra Samantha Victoria Jennifer Margaret"
        ),
        surnames=_words(
            "Ashworth Barlow Barnes Bradshaw Brennan Brierley Buckley Cartwright Clegg Connolly Cooper "
            "Crompton Dawson Dixon Duffy Eastwood Entwistle Farrell Fletcher Gallagher Garside Greenhalgh "
            "Grimshaw Hargreaves Harrison Haworth Heaton Higgins Holt Horrocks Howarth Ingham Jackson Kelly "
            "Kershaw Lomax Lord Marsden McCarthy McDermott Mellor Molloy Murphy Nuttall O'Brien O'Connor "
            "Ogden Openshaw Partington Pickup Quinlan Ramsbottom Rigby Rothwell Schofield Shaw Smethurst "
            "Sutcliffe Taylor Turner Unsworth Walker Walsh Wardle Whitehead Whittaker Wilkinson "
            "Wolstenholme Worsley Wright Yates"
        ),
        ethnicities=("WBRI", "WBRI", "WBRI", "WBRI", "WIRI", "MWBC", "MWAS", "MOTH"),
        weight=58,
    ),
    Heritage(
        male=_words(
            "Jerome Tyrell Marcus Andre Leon Kyron Malachi Elijah Isaiah Rhys Dante Terrell Nathaniel Micah"
        ),
        female=_words(
            "Shanice Ebony Imani Renee Tanisha Keisha Chantelle Kiara Naomi Simone Alicia Tiana Nevaeh"
        ),
        surnames=_words(
            "Campbell Francis Gordon Grant Bailey Morrison Reid Thompson Powell Henry Palmer Blake Clarke"
        ),
        ethnicities=("BCRB", "MWBC", "BOTH"),
        weight=8,
    ),
    Heritage(
        male=_words(
            "Mohammed Ahmed Hamza Bilal Usman Zain Ibrahim Yusuf Adeel Haris Imran Kashif Rehan Sami "
            "Zeeshan Faisal"
        ),
        female=_words(
            "Aisha Fatima Zainab Maryam Iqra Hira Sana Khadija Amina Noor Saima Rabia Mehwish Nadia"
        ),
        surnames=_words(
            "Khan Hussain Ahmed Ali Iqbal Mahmood Malik Akhtar Shah Mirza Chaudhry Rafiq Aslam Bashir"
        ),
        ethnicities=("APKN", "APKN", "MWAS", "AOTH"),
        weight=9,
    ),
    Heritage(
        male=_words("Rahim Tanvir Shahid Kamal Rafi Nayeem Arif Jubair Mahin Sayeed"),
        female=_words("Nusrat Tasnim Rumana Farzana Shamima Labiba Sumaiya Tahmina"),
        surnames=_words("Rahman Islam Miah Uddin Begum Chowdhury Haque Sarkar Hossain"),
        ethnicities=("ABAN",),
        weight=3,
    ),
    Heritage(
        male=_words(
            "Oluwaseun Tobi Chidi Emeka Kwame Kofi Tunde Femi Ayo Daniel Emmanuel Samuel Prince Blessing"
        ),
        female=_words("Adaeze Chiamaka Folake Ama Abena Blessing Grace Precious Temi Ngozi Esther Mercy"),
        surnames=_words(
            "Okafor Adeyemi Mensah Boateng Owusu Eze Nwosu Asante Balogun Adebayo Osei Ogunleye Abara"
        ),
        ethnicities=("BAFR", "MWBA"),
        weight=6,
    ),
    Heritage(
        male=_words("Abdi Mohamed Liban Yusuf Abdullahi Mahad Hassan Bashir Guled Khalid"),
        female=_words("Hodan Fadumo Ayaan Sahra Ifrah Nasra Hibo Zamzam Amina"),
        surnames=_words("Abdi Warsame Hassan Farah Jama Ismail Nur Osman Mohamud Elmi Yusuf"),
        ethnicities=("BAFR",),
        weight=3,
        uasc_weight=5,
    ),
    Heritage(
        male=_words("Jakub Kacper Filip Szymon Andrei Stefan Ionut Mateusz Oskar Denis Łukasz Vlad"),
        female=_words("Zuzanna Oliwia Maja Andreea Ioana Julia Alicja Wiktoria Elena Gabriela"),
        surnames=_words(
            "Nowak Wiśniewski Kamiński Popescu Ionescu Zieliński Kowal Dumitru Radu Krawczyk Horváth Rac"
        ),
        ethnicities=("WOTH", "WROM"),
        weight=6,
    ),
    Heritage(
        male=_words("Wei Jun Minh Tuan Hao Long Duc Nam Anh Kevin"),
        female=_words("Mei Linh Trang Huong Ying Thuy Lan Jia"),
        surnames=_words("Nguyen Tran Le Pham Chen Wong Li Zhang Lam Vu"),
        ethnicities=("CHNE", "AOTH"),
        weight=2,
        uasc_weight=14,
    ),
    Heritage(
        male=_words("Ahmad Farhad Najib Zabihullah Hamid Omid Rahmatullah Sher Asadullah Nasir Esmatullah"),
        female=_words("Parwana Shabnam Zahra Laila"),
        surnames=_words("Ahmadzai Stanikzai Safi Rahimi Noori Zadran Hotak Mohammadi Sahak Wardak Niazi"),
        ethnicities=("AOTH",),
        weight=1,
        uasc_weight=24,
    ),
    Heritage(
        male=_words("Abel Filmon Yonas Samuel Merhawi Dawit Robel Natnael Hermon Mikias Bereket"),
        female=_words("Selam Rahel Winta Feven Helen Bethlehem"),
        surnames=_words("Tesfay Haile Gebremedhin Kidane Tekle Berhane Mehari Weldu Asfaha Girmay"),
        ethnicities=("BAFR",),
        weight=1,
        uasc_weight=22,
    ),
    Heritage(
        male=_words("Karwan Rebin Hiwa Soran Aram Diyar Rawand Mustafa Omar Yazan Tariq Khaled"),
        female=_words("Shilan Zhyan Rana Yasmin Dima Rima"),
        surnames=_words("Rashid Mahmoud Hama Saleh Qader Aziz Karim Ibrahim Khalil Haddad Nasser"),
        ethnicities=("OOTH", "WOTH"),
        weight=2,
        uasc_weight=20,
    ),
    Heritage(
        male=_words("Ardit Klevis Endri Gentian Erion Besnik Mateo Arben"),
        female=_words("Elira Besa Anisa Klea"),
        surnames=_words("Hoxha Shehu Prifti Gjoka Leka Marku Dervishi Kola Mema"),
        ethnicities=("WOTH",),
        weight=1,
        uasc_weight=15,
    ),
)

NICKNAMES: Final = {
    "Alexander": "Alex",
    "Alexandra": "Lexi",
    "Anthony": "Tony",
    "Benjamin": "Ben",
    "Bradley": "Brad",
    "Catherine": "Katie",
    "Charlotte": "Lottie",
    "Christopher": "Chris",
    "Daniel": "Danny",
    "Edward": "Eddie",
    "Elizabeth": "Libby",
    "Isabelle": "Izzy",
    "Jennifer": "Jenny",
    "Joseph": "Joe",
    "Joshua": "Josh",
    "Abigail": "Abbie",
    "Kayleigh": "Kay",
    "Margaret": "Maggie",
    "Matthew": "Matt",
    "Michael": "Mikey",
    "Mohammed": "Mo",
    "Nathaniel": "Nate",
    "Oluwaseun": "Seun",
    "Rebecca": "Becky",
    "Robert": "Bobby",
    "Samantha": "Sam",
    "Samuel": "Sam",
    "Thomas": "Tommy",
    "Victoria": "Vicky",
    "William": "Billy",
    "Zachary": "Zac",
}

# Spellings that a call taker hears instead of the one on the register.
_HEARD: Final = {
    "Mohammed": "Muhammad",
    "Mohamed": "Mohammed",
    "Aisha": "Ayesha",
    "Yusuf": "Yousef",
    "Hussain": "Hussein",
    "Ahmed": "Ahmad",
    "Callum": "Calum",
    "Connor": "Conor",
    "Kieran": "Ciaran",
    "Caitlin": "Kaitlyn",
    "Niamh": "Neve",
    "Sophie": "Sofie",
    "Tesfay": "Tesfai",
    "Nguyen": "Ngyuen",
    "Haworth": "Howarth",
    "Whittaker": "Whitaker",
}
_PLAIN: Final = str.maketrans("łŁśŚńŃ áóéí".replace(" ", ""), "lLsSnNaoei")
_STREETS: Final = _words(
    "Alder Bracken Copper Dunlin Elder Fennel Garnet Heron Ivory Juniper Larch Marigold Nettle"
)
_STREET_KINDS: Final = _words("Mews Walk Grove Rise Close Gardens Court Lane Avenue Drive")


def pick_heritage(rng: random.Random, *, uasc: bool = False) -> Heritage:
    """Choose a pool of names by its weight, among those of unaccompanied children where asked."""
    weights = [each.uasc_weight if uasc else each.weight for each in HERITAGES]
    return rng.choices(HERITAGES, weights)[0]


def invent_forename(rng: random.Random, *, heritage: Heritage, sex: str) -> str:
    """Return a forename of the pool for this sex."""
    return rng.choice(heritage.male if sex == MALE else heritage.female)


def invent_surname(rng: random.Random, *, heritage: Heritage) -> str:
    """Return a surname of the pool, double-barrelled one time in twenty."""
    surname = rng.choice(heritage.surnames)
    other = rng.choice(heritage.surnames)
    return f"{surname}-{other}" if other != surname and rng.random() < 0.05 else surname


def invent_name(rng: random.Random, *, heritage: Heritage, sex: str, surname: str) -> PersonName:
    """Return a whole name: one in three with a middle name, one in eight with an alias."""
    forename = invent_forename(rng, heritage=heritage, sex=sex)
    middle = invent_forename(rng, heritage=heritage, sex=sex) if rng.random() < 0.33 else ""
    aliases: tuple[str, ...] = ()
    if rng.random() < 0.125:
        other_surname = invent_surname(rng, heritage=heritage)
        aliases = (f"{NICKNAMES.get(forename, forename)} {rng.choice((surname, other_surname))}",)
        aliases = tuple(alias for alias in aliases if alias != f"{forename} {surname}")
    return PersonName(
        forename=forename, middle_names="" if middle == forename else middle, surname=surname, aliases=aliases
    )


def invent_adult(rng: random.Random) -> tuple[str, str]:
    """Return forename and surname of an invented member of staff."""
    heritage = pick_heritage(rng)
    sex = rng.choice((MALE, FEMALE, FEMALE))
    return invent_forename(rng, heritage=heritage, sex=sex), rng.choice(heritage.surnames)


def staff_email(forename: str, surname: str, *, domain: str) -> str:
    """Return an address in a domain reserved for examples (RFC 2606)."""
    bare = "".join(
        letter for letter in f"{forename}.{surname}".lower() if letter.isascii() and letter not in "' "
    )
    return f"{bare}@{domain}"


def invent_street(rng: random.Random) -> str:
    """Return house number and street; streets are invented and do not belong to any postcode beside them."""
    return f"{rng.randint(1, 180)} {rng.choice(_STREETS)} {rng.choice(_STREET_KINDS)}"


def nickname(forename: str) -> str:
    """Return the short form of a forename, or the forename itself when it has none."""
    return NICKNAMES.get(forename, forename)


def misspell(rng: random.Random, name: str) -> str:
    """Return the name as a call taker might type it: as heard, without accents, or one keystroke off."""
    if name in _HEARD and rng.random() < 0.6:
        return _HEARD[name]
    plain = name.translate(_PLAIN)
    if plain != name:
        return plain
    if len(name) < 4:
        return name + name[-1]
    place = rng.randrange(1, len(name) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    if kind == 1:
        return name[:place] + name[place + 1 :]
    return name[: place + 1] + name[place:]
