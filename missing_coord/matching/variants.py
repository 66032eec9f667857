"""Given names that may be one person's: nicknames, and spellings carried over from another script."""

from __future__ import annotations

from functools import cache, lru_cache

from nicknames import NickNamer

from missing_coord.matching.normalise import clean_name

# One line a name: common spellings in English-language records, drawn up by hand from general knowledge.
_SPELLINGS = """
muhammad mohammed mohammad mohamed mohamad muhammed muhamed mohamud mahamed maxamed mehmet mo
ahmed ahmad axmed ahmet achmed
hussein hussain husain hossein husayn hosseini xuseen
hassan hasan xasan hassen
abdullah abdallah abdulla abdullahi cabdullahi abdalla
abdulrahman abdurrahman abdirahman abdelrahman abdirahmaan abdur
abdulaziz abdelaziz abdiaziz
ali aly cali
fatima fatimah fatma faduma fadumo faadumo fatema
aisha ayesha aysha aishah caasha asha ayisha
khadija khadijah khadeeja khadra hatice
mariam maryam miriam mariama maria marija mary maryan
yusuf yousef yousuf youssef yusef yosef joseph jozef josef
ibrahim ebrahim ibraheem abraham ibrahima
omar umar omer cumar
osman uthman usman othman cismaan ousmane
zainab zaynab zeinab zeynab zaineb sainab zeynep
hamza hamzah hamse
bilal belal bilaal
khalid khaled halid khaalid
mustafa mostafa mustapha moustafa
said saeed sayed syed saed siciid
karim kareem kerim
rahim raheem rehim
jamal jamaal gamal cemal
tariq tarek tarik
younis younes yunus yonis jonas yonas
sulaiman suleiman suleman soleiman solomon saleban
ismail ismael esmail ismaeel
nur noor nour nuur
leila layla laila leyla
amina aminah aamina amena
hawa eve hawwa xaawa
sara sarah saara
yasmin yasmine yasmeen jasmine jasmin
sergei sergey serhii serhiy sergiy
alexander aleksander oleksandr alexandr aleksandr alex sasha olek
alexandra aleksandra oleksandra alex sasha ola
catherine katherine kateryna ekaterina katarzyna katerina kasia kate
dmitri dmitry dmytro dimitri
andrei andrey andriy andrii andrzej andrew
mykhailo mikhail michal michael mihai mihail
mykola nikolai nikolay nicholas mikolaj nicolae
ivan iwan ioan jan john juan
piotr petro peter petr pyotr
pavel pawel pavlo paul
yulia julia yuliia iulia
olena elena helena yelena
natalia nataliia natalya nathalie
wojciech wojtek
malgorzata gosia margaret
agnieszka agnes aga
stefan stephen steven stephan
thomas tomas tomasz
lukas lukasz luke lucas luca
krzysztof christopher krzys
viktor victor wiktor
viktoria victoria wiktoria
tesfaye tesfay
gebre ghebre gebru
yohannes johannes yohanes
berhane birhane
kidane kidan
abebe ababa
nguyen nguyan
minh min
gurpreet gurprit
jaspreet jasprit
hardeep hardip
simran simranjeet simranpreet
sean shaun shawn shane
eoin owen eoghan
siobhan shivaun chevonne
niamh neve neeve
aoife eefa
caitlin kaitlyn katelyn caitlyn kaitlin
connor conor konnor
jayden jaiden jaydon
aiden aidan ayden
kayleigh kayley kaylee kaleigh
hayley hailey haylee
zoe zoey zoie
isaac ishaq izaak ishak
sofia sophia zofia sophie
"""


@cache
def _spelling_roots() -> dict[str, frozenset[str]]:
    roots: dict[str, set[str]] = {}
    for line in _SPELLINGS.split("\n"):
        names = line.split()
        for name in names:
            roots.setdefault(name, set()).add(names[0])
    return {name: frozenset(found) for name, found in roots.items()}


@cache
def _nicknamer() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=100_000)
def name_roots(name: str) -> frozenset[str]:
    """The full names that a cleaned one-word given name may stand for, itself among them."""
    canonical = (clean_name(root) for root in _nicknamer().canonicals_of(name))
    spelled = _spelling_roots().get(name, frozenset())
    return frozenset({name, *spelled, *(root for root in canonical if root and " " not in root)})


def may_be_same_name(first: str, second: str) -> bool:
    """Whether two cleaned one-word given names can be forms of one name."""
    return not name_roots(first).isdisjoint(name_roots(second))
