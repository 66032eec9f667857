"""Refusals that programs can read: RFC 9457 problem bodies that say what would be right."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from missing_coord.domain.errors import MissingCoordError

PROBLEM_TYPE = "application/problem+json"


class Problem(MissingCoordError):
    """A call that is refused as a whole, with its HTTP status."""

    def __init__(
        self, status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})


class ProblemBody(BaseModel):
    """Why a call was refused as a whole, and what would be right; nothing of it was taken."""

    type: str = Field("about:blank", description="Always about:blank: the status says what kind it is.")
    title: str = Field(description="The refusal in a few words.", examples=["A key is needed"])
    status: int = Field(description="The HTTP status once more.", examples=[401])
    detail: str = Field(description="What would be right.")


async def answer_problem(_: Request, problem: Exception) -> JSONResponse:
    """Answer with the problem as JSON."""
    if not isinstance(problem, Problem):
        raise problem
    body = ProblemBody(type="about:blank", title=problem.title, status=problem.status, detail=problem.detail)
    return JSONResponse(
        body.model_dump(), status_code=problem.status, headers=problem.headers, media_type=PROBLEM_TYPE
    )


def add_problems(app: FastAPI) -> None:
    """Let an application answer refusals of the JSON intake."""
    app.add_exception_handler(Problem, answer_problem)
