"""The demo: a small example company on the three stand-ins."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from adapters.playground.bot import Bot
from adapters.playground.cast import COMPANY, DANA, LINES
from adapters.playground.server import Playground

ROLES = {"anna": "admin", "mia": "manager"}
LANGUAGES = {"mia": "zh-hans"}


@asynccontextmanager
async def playground(port: int) -> AsyncIterator[Playground]:
    """The three chats with the example company in them."""
    async with Playground(COMPANY, lines=LINES).open(port) as opened:
        yield opened


@asynccontextmanager
async def bot(opened: Playground, database: str, log: str) -> AsyncIterator[Bot]:
    """The bot in these chats, in a process of its own; `log` is how much it tells of itself. Raises `OSError`."""
    async with Bot(company(opened, database), opened.bell.ring, log).running() as born:
        opened.switches.bot = born
        yield born


def company(opened: Playground, database: str) -> Mapping[str, Any]:
    """The company's configuration: Anna is paged first, Boris five minutes later, Carlos when nobody answered.

    The service `checkout` has a policy of its own. Dana is not linked yet: she sees what a newcomer sees.
    """
    hall = f"slack:{opened.settings['slack']['room']}"
    return {
        "house": {"database": database, "language": "en", "admin": "anna"},
        "chats": opened.settings,
        "people": {
            actor.key: {
                "name": actor.name,
                "role": ROLES.get(actor.key, "responder"),
                "language": LANGUAGES.get(actor.key, ""),
                **actor.ids,
            }
            for actor in COMPANY
            if actor is not DANA
        },
        "schedules": {"web": {"layers": [{"participants": ["anna", "boris"], "from": "2026-01-05 09:00"}]}},
        "teams": {"web": {"members": ["anna", "boris"], "room": hall}},
        "policies": {
            "default": {
                "steps": [{"page": ["anna"], "wait": "5m"}, {"page": ["boris"], "wait": "10m"}],
                "repeat": 1,
                "catch_all": ["carlos"],
            },
            "shop": {
                "steps": [
                    {"page": ["web", hall], "wait": "5m"},
                    {"page": ["mia"], "hours": [{"from": "sat 00:00", "to": "mon 00:00"}]},
                    {"page": ["boris"], "wait": "10m"},
                ],
                "repeat": 0,
                "catch_all": ["carlos"],
                "ack_timeout": "30m",
            },
        },
        "routes": [{"policy": "shop", "services": ["checkout"]}],
    }


def welcome(opened: Playground) -> str:
    """What to do first."""
    tries = "\n".join(f"  {platform:<9} as {who:<6} {line}" for platform, who, line in LINES)
    return f"Tocsin is awake. Open {opened.base} and try, one after the other:\n\n{tries}\n\nCtrl-C stops it."
