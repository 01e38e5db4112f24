"""Attending to the chats: each is listened to, and listened to again when its connection breaks."""

import asyncio

import structlog

from bot.engine.office import Office
from bot.ports import Chat, House
from bot.store.store import StoreDown

log = structlog.get_logger()

FIRST, MOST = 1.0, 60.0
"""Seconds before the first and before every later try."""


async def attend(office: Office, house: House, chat: Chat) -> None:
    """Listen to one chat until cancelled. Its failure is told and touches nobody else."""
    wait = FIRST

    def ready() -> None:
        nonlocal wait
        wait = FIRST
        mark(office, chat, up=True)

    while True:
        try:
            await chat.listen(house, ready)
            log.warning("a chat stopped listening", chat=chat.name)
        except Exception as wrong:
            log.warning("a chat cannot be heard", chat=chat.name, why=f"{type(wrong).__name__}: {wrong}", again_in=wait)
        mark(office, chat, up=False)
        await asyncio.sleep(wait)
        wait = min(wait * 2, MOST)


def mark(office: Office, chat: Chat, *, up: bool) -> None:
    """Whether a chat answers; a change shows on the cards in the other rooms."""
    before = office.up.get(chat.name)
    office.up[chat.name] = up
    if before is not None and before != up:
        office.changed = True
    office.wake()


async def retell(office: Office) -> None:
    """Raise every open card once after a chat went or came back."""
    bell = office.bell()
    while True:
        bell.clear()
        if office.changed:
            office.changed = False
            try:
                await office.store.write(lambda tx: tx.want())
                office.wake()
            except StoreDown:
                office.changed = True
        await bell.wait()
