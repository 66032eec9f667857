"""The description of the JSON intake: an OpenAPI document, and a page of our own that loads nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from missing_coord.web.answers import page
from missing_coord.web.api import intake as api
from missing_coord.web.api import receipts as api_receipts
from missing_coord.web.api.limits import BODY_LIMIT, BURST, ITEM_LIMIT, PER_SECOND
from missing_coord.web.api.models import openapi_of
from missing_coord.web.session import Open

router = APIRouter(prefix="/api")
Everybody = Annotated[None, Depends(Open(why="describes addresses, holds no data"))]


@router.get("/openapi.json", include_in_schema=False)
async def openapi(_: Everybody) -> Response:
    """Return the OpenAPI document."""
    return JSONResponse(document())


@router.get("/docs", include_in_schema=False)
async def docs(request: Request, _: Everybody) -> Response:
    """Show the addresses, what they take and what they answer."""
    context = {
        "operations": operations(document()),
        "limits": {"bytes": BODY_LIMIT, "most": ITEM_LIMIT, "burst": BURST, "per_second": f"{PER_SECOND:g}"},
    }
    return await page(request, "pages/api_docs.html", context)


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document of the JSON intake."""
    described = APIRouter()
    described.include_router(api.router)
    described.include_router(api_receipts.router)
    return openapi_of(described)


def operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operations of a document as the page lists them."""
    found = []
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            found.append(
                {
                    "method": method.upper(),
                    "path": path,
                    "text": operation["description"],
                    "fields": _fields(described, operation),
                    "answers": [
                        (status, answer["description"]) for status, answer in operation["responses"].items()
                    ],
                }
            )
    return found


def _fields(described: dict[str, Any], operation: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Return (name, description, required) of the row that an operation takes."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return []
    name = content["application/json"]["schema"]["anyOf"][0]["$ref"].rsplit("/", 1)[1]
    schema = described["components"]["schemas"][name]
    required = set(schema.get("required", ()))
    return [(key, each.get("description", ""), key in required) for key, each in schema["properties"].items()]
