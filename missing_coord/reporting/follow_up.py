"""What follows an interview, as plain rows that are counted: its record, its audits, its actions, its referrals.

`others` says that another authority is responsible for the child.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from missing_coord.domain.audit_schemes import SchemeBook
from missing_coord.domain.london import london_midnight

SHIPPED = SchemeBook.holding(())
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFact:
    """The newest version of an interview's record by the report's time, of an interview about a child."""

    interview_id: str
    child_id: str
    others: bool
    held_at: datetime
    lists_version: str = ""
    push: tuple[str, ...] = ()
    pull: tuple[str, ...] = ()
    harm: bool = False
    harm_asked: bool = False
    confidentiality_explained: bool = False
    helpline_given: bool = False
    seen_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedFact:
    """An interview closed so that it is to be audited, with what its latest audit by the report's time says.

    `marks` are those of the criteria in order of their codes. `sampled` audits are graded twice; `same_themes` is
    None where no second auditor coded a record.
    """

    interview_id: str
    others: bool
    closed_at: datetime
    grade: str = ""
    returned: bool = False
    scheme: str = ""
    kind: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    sampled: bool = False
    second_grade: str = ""
    same_themes: bool | None = None
    first_audited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFact:
    """An action that an interview asked for; `closed_at` is None when it was open at the report's time."""

    interview_id: str
    others: bool
    opened_at: datetime
    due_on: date
    state: str
    closed_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """The end of its day in London."""
        return london_midnight(self.due_on + ONE_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportFact:
    """A referral to help after an interview, as it stood on the day of the report; `helped` is empty until asked."""

    interview_id: str
    others: bool
    referred_on: date
    kind: str
    state: str
    assessed: bool
    asked: bool
    helped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """All of it, not yet cut to a period."""

    records: tuple[RecordFact, ...] = ()
    closed: tuple[ClosedFact, ...] = ()
    actions: tuple[ActionFact, ...] = ()
    schemes: SchemeBook = SHIPPED
    support: tuple[SupportFact, ...] = ()


NOTHING = FollowUp()
