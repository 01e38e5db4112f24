"""What rooms are called: asked of their platforms, so that nobody reads a room's number."""

import asyncio
from contextlib import suppress

from bot.engine.office import Office
from bot.ports import ChatError, Named, Place

OFTEN = 5.0
"""Seconds between two looks for a room whose name somebody needed."""
AGAIN = 720
"""Looks after which all are asked anew: rooms are renamed."""
PATIENCE = 5
"""Seconds that a platform has to say it."""


async def naming(office: Office) -> None:
    """Until cancelled."""
    while True:
        for _ in range(AGAIN):
            await learn(office)
            await asyncio.sleep(OFTEN)
        office.unnamed |= set(office.rooms)


async def learn(office: Office) -> None:
    """Ask for every name that is wanted and not known; a platform that does not answer is asked again later."""
    for room in sorted(office.unnamed):
        place = Place.parse(room)
        chat = office.chats.get(place.platform)
        with suppress(ChatError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                name = await chat.named(place) if isinstance(chat, Named) else ""
                office.rooms[room] = (name, await office.link(place))
                office.unnamed.discard(room)
