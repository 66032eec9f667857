"""The cross-reference in words: what each standing and difference is called, and what a coordinator does next."""

from __future__ import annotations

from missing_coord.domain.cross_reference import Difference, Line, Standing
from missing_coord.domain.incidents import EpisodeKind
from missing_coord.domain.plurals import plural

STANDING_NAMES = {
    Standing.DISAGREEING: "The two lists disagree",
    Standing.POLICE_ONLY: "Police only",
    Standing.COUNCIL_ONLY: "Council only",
    Standing.BOTH: "In both lists",
}
DIFFERENCE_NAMES = {
    Difference.OPEN: "open or closed",
    Difference.TYPE: "type",
    Difference.START: "start",
    Difference.END: "end",
    Difference.NUMBER: "number of absences",
}


def next_step(line: Line) -> str:
    """Return what is to be done about a line; it names no child and no place."""
    match line.standing:
        case Standing.BOTH:
            return "Nothing to do."
        case Standing.POLICE_ONLY:
            return _police_only(line)
        case Standing.COUNCIL_ONLY:
            return _council_only(line)
        case Standing.DISAGREEING:
            return " ".join(_ABOUT[each](line) for each in line.differences)


def _police_only(line: Line) -> str:
    police = line.police[0]
    if police.unsure:
        return "Decide first which child this notice is about, then look again."
    if not police.on_register:
        return "Have the child put on the register, then add the absence to the case system."
    if police.ended_at is None:
        return (
            "Tell the social worker today that the child is reported missing, and add it to the case system."
        )
    return "Add the absence to the case system, or tell the force that the child was where expected."


def _council_only(line: Line) -> str:
    council = line.council[0]
    if line.cancelled:
        named = ", ".join(each.reference for each in line.cancelled)
        return f"Police cancelled {named}: ask the placement what happened; close the line or have it reported again."
    if not council.on_register:
        return "The register does not hold this child's number: correct it in the case system."
    if council.kind is EpisodeKind.AWAY:
        return "Ask the placement whether police were told; if there was no need to, note why in the case system."
    if council.ended_at is None:
        return "Ask the force now whether the child is reported missing; if not, have it reported."
    return "Ask the force for its reference; if it was never reported, ask the placement why."


def _open(line: Line) -> str:
    if any(each.ended_at is None for each in line.police):
        return "Council has the child back, police do not: ask the placement since when, and tell the force."
    return "Police have the child back, the council's list does not: confirm it and close the line in the case system."


def _type(line: Line) -> str:
    return "Agree with the force whether the child's whereabouts were unknown (M) or known (A), and correct the other."


def _start(line: Line) -> str:
    return "Ask the carer when the child was last seen and correct the start that is wrong."


def _end(line: Line) -> str:
    return "Find out when the child was found and returned, and correct the end: the 72 hours run from it."


def _number(line: Line) -> str:
    return (
        f"Police have {plural(len(line.police), 'absence')} where the council's list has {len(line.council)}:"
        " find out whether the child came back in between."
    )


_ABOUT = {
    Difference.OPEN: _open,
    Difference.TYPE: _type,
    Difference.START: _start,
    Difference.END: _end,
    Difference.NUMBER: _number,
}
