"""Eight invented interviewers making 7.5 full-time equivalents, and when they are away."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from missing_coord.demo.geography import AREAS, COUNCIL_NAME, Places
from missing_coord.demo.names import FEMALE, MALE, invent_forename, pick_heritage, staff_email
from missing_coord.demo.rows import Row, iso
from missing_coord.domain.london import LONDON, london_day

CHARITY: Final = "Lantern Street Trust"
WEEKLY_TARGET: Final = 15
_REASONS: Final = ("annual leave", "training", "sickness", "annual leave", "other duties")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post of the interview service; `fte` is its share of full time, `miles` how far it travels."""

    fte: float = 1.0
    charity: bool = False
    days: str = "Mon;Tue;Wed;Thu;Fri"
    hours: str = "09:00-17:30"
    languages: str = "English"
    gender: str = FEMALE
    skills: str = ""
    out_of_authority: bool = False
    base: str = "E08000003"
    miles: int = 20


# Manchester 2016 (docs/demo-data.md): three redeployed staff, two of them for children placed elsewhere; a
# charity with 3.5 posts; one worker at the multi-agency safeguarding hub.
POSTS: Final = (
    Post(skills="exploitation", miles=15),
    Post(
        hours="08:30-17:00",
        languages="English;Polish",
        gender=MALE,
        skills="out_of_authority;exploitation",
        out_of_authority=True,
        base="E08000009",
        miles=120,
    ),
    Post(
        days="Tue;Wed;Thu;Fri;Sat",
        hours="10:00-18:30",
        skills="out_of_authority;under_12",
        out_of_authority=True,
        base="E08000007",
        miles=120,
    ),
    Post(charity=True, hours="09:30-18:00", languages="English;Urdu", skills="under_12"),
    Post(
        charity=True,
        hours="11:00-19:00",
        languages="English;Arabic;Kurdish",
        gender=MALE,
        skills="uasc",
        base="E08000006",
        miles=25,
    ),
    Post(
        charity=True,
        fte=0.8,
        days="Mon;Tue;Thu;Fri",
        languages="English;British Sign Language",
        skills="disability",
        base="E08000008",
    ),
    Post(
        charity=True,
        fte=0.7,
        days="Wed;Thu;Sat;Sun",
        hours="12:00-19:00",
        languages="English;Somali",
        gender=MALE,
        skills="uasc;exploitation",
    ),
    Post(hours="08:00-16:30", skills="mash", miles=10),
)


def invent_workers(rng: random.Random, *, places: Places) -> list[Row]:
    """Return the eight workers of the service as rows of `workers.csv`."""
    return [
        _worker(rng, number=number, post=post, places=places) for number, post in enumerate(POSTS, start=1)
    ]


def _worker(rng: random.Random, *, number: int, post: Post, places: Places) -> Row:
    heritage = pick_heritage(rng)
    forename = invent_forename(rng, heritage=heritage, sex=post.gender)
    surname = rng.choice(heritage.surnames)
    return {
        "worker_id": f"W{number:02}",
        "name": f"{forename} {surname}",
        "email": staff_email(forename, surname, domain=_domain(post)),
        "phone": f"07700 {900990 + number}",
        "team": "commissioned" if post.charity else "in_house",
        "employer": CHARITY if post.charity else COUNCIL_NAME,
        "fte": f"{post.fte:.1f}",
        "weekly_target": str(WEEKLY_TARGET),
        "base_postcode": places.draw(AREAS[post.base]).postcode,
        "working_days": post.days,
        "working_hours": post.hours,
        "languages": post.languages,
        "gender": post.gender,
        "skills": post.skills,
        "out_of_authority": "yes" if post.out_of_authority else "no",
        "max_travel_miles": str(post.miles),
    }


def _domain(post: Post) -> str:
    return "lantern-street.example.org" if post.charity else "council.example.org"


def invent_absences(rng: random.Random, *, workers: list[Row], now: datetime) -> list[Row]:
    """Return absences from thirteen weeks back to four weeks ahead, about three for each worker."""
    rows = []
    for worker in workers:
        for _ in range(rng.randint(2, 4)):
            day = london_day(now) + timedelta(days=rng.randint(-91, 28))
            start = datetime(day.year, day.month, day.day, 0, 0, tzinfo=LONDON)
            reason = rng.choice(_REASONS)
            length = rng.randint(3, 9) if reason == "annual leave" else rng.randint(1, 2)
            last = day + timedelta(days=length)
            end = datetime(last.year, last.month, last.day, 0, 0, tzinfo=LONDON)
            rows.append(
                {
                    "worker_id": worker["worker_id"],
                    "starts_at": iso(start),
                    "ends_at": iso(end),
                    "reason": reason,
                }
            )
    return sorted(rows, key=lambda row: (row["starts_at"], row["worker_id"]))
