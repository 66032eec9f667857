"""The demonstration's accounts, opened before its past is played: whoever was told then is somebody."""

from __future__ import annotations

from contextlib import closing

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Actor, Role
from missing_coord.services.accounts import DemoSignIn, add_demo_users
from missing_coord.storage.passwords import Argon2Passwords

OPERATOR = Actor(role=Role.ADMINISTRATOR, name="demonstration")


async def open_accounts(app: Application) -> list[DemoSignIn]:
    """Open the demo accounts that are missing and return all; raises NotAllowed outside demo mode."""
    with closing(Argon2Passwords()) as hasher:
        async with app.database.unit_of_work(OPERATOR) as uow:
            return await add_demo_users(uow, demo=app.settings.demo, hasher=hasher)
