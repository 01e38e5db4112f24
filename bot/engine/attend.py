"""Attending to the chats: each is listened to, and listened to again when its connection breaks."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from bot.engine.office import Office
from bot.ports import Chat, House
from bot.store.store import StoreDown
from bot.store.transaction import Transaction

log = structlog.get_logger()

FIRST, MOST = 1.0, 60.0
"""Seconds before the first and before every later try."""
HELD, RENEW = timedelta(seconds=30), 5.0
"""How long a process that fell silent still counts as listening, and how often one that listens says so."""


async def attend(office: Office, house: House, chat: Chat) -> None:
    """Listen to one chat until cancelled. Its failure is told and touches nobody else.

    Of several processes on one database one listens: a chat that two would hear would be heard twice, or refuse both.
    """
    wait = FIRST

    def ready() -> None:
        nonlocal wait
        wait = FIRST
        mark(office, chat, up=True)

    while True:
        try:
            if not await hold(office, chat):
                office.elsewhere.add(chat.name)
                await asyncio.sleep(RENEW)
                continue
            office.elsewhere.discard(chat.name)
            async with asyncio.TaskGroup() as both:
                both.create_task(keep(office, chat))
                both.create_task(office.find_door(chat))
                both.create_task(heard(house, chat, ready))
        except* Lost:
            office.up.pop(chat.name, None)  # whoever listens now knows
        except* Exception as wrong:
            why = "; ".join(f"{type(each).__name__}: {each}" for each in wrong.exceptions)
            log.warning("a chat cannot be heard", chat=chat.name, why=why, again_in=wait)
            mark(office, chat, up=False)
        await asyncio.sleep(wait)
        wait = min(wait * 2, MOST)


class Quiet(Exception):
    """It stopped listening."""


class Lost(Exception):
    """Another process listens now."""


async def heard(house: House, chat: Chat, ready: Callable[[], None]) -> None:
    """Listen. Always ends with an error."""
    await chat.listen(house, ready)
    raise Quiet


async def hold(office: Office, chat: Chat) -> bool:
    """Whether it is this process that listens."""
    if office.store.alone:
        return True
    name = f"listen {chat.name}"
    return await office.store.write(lambda tx: tx.lease(name, office.me, HELD)) is not None


async def keep(office: Office, chat: Chat) -> None:
    """Go on holding it. Raises `Lost`."""
    while await hold(office, chat):  # noqa: ASYNC110 - a lease is renewed by the clock
        await asyncio.sleep(RENEW)
    raise Lost


def mark(office: Office, chat: Chat, *, up: bool) -> None:
    """Whether a chat answers; a change shows on the cards in the other rooms."""
    office.changed |= office.up.get(chat.name) != up
    office.up[chat.name] = up
    office.wake()


async def retell(office: Office) -> None:
    """Raise every open card once after a chat went or came back."""
    bell = office.bell()
    while True:
        bell.clear()
        if office.changed:
            office.changed = False
            try:
                await office.store.write(partial(tell, office))
                office.wake()
            except StoreDown:
                office.changed = True
        await bell.wait()


def tell(office: Office, tx: Transaction) -> None:
    """Keep since when which chats do not answer; the cards are shown anew where that is news."""
    news = {name for name, up in office.up.items() if up == bool(tx.cursor(f"down {name}"))}
    for name in news:
        tx.keep(f"down {name}", "" if office.up[name] else tx.now.isoformat(), {})
    if news:
        tx.want()
