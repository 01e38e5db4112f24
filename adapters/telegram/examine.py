"""Whether the bot can do its work: every right and setting, with what to do about each that is missing."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from adapters.telegram.settings import Settings
from adapters.telegram.wire import WANTED, Wire
from bot.ports import ChatError, Finding, Unreachable

RIGHTS = {
    "can_manage_topics": "Manage topics",
    "can_pin_messages": "Pin messages",
    "can_delete_messages": "Delete messages",
    "can_invite_users": "Add users",
}
"""What an administrator of a group may do, and how Telegram's own client calls it."""


async def examine(wire: Wire, settings: Settings) -> Sequence[Finding]:
    """Everything that can be looked at. What the platform does not answer is told as not looked at."""
    found: list[Finding] = []
    for part in (_bot(wire), _updates(wire), *(_group(wire, room) for room in settings.groups)):
        try:
            found += [finding async for finding in part]
        except ChatError as wrong:
            found.append(Finding(what=f"Telegram did not answer: {wrong}", ok=None, fix="Try again in a minute."))
    return found


async def _bot(wire: Wire) -> AsyncIterator[Finding]:
    try:
        with wire.telling():
            me = await wire.bot.get_me()
    except ChatError as wrong:
        fix = "Ask @BotFather for the token (/mybots, API Token) and set it as [chats.telegram] token."
        yield Finding(what=f"Telegram's bot: {wrong}", ok=None if isinstance(wrong, Unreachable) else False, fix=fix)
        return
    yield Finding(what=f"The token is that of @{me.username}.", ok=True)
    yield Finding(
        what="The bot hears everything that is said in its groups.",
        ok=bool(me.can_read_all_group_messages),
        fix="Message @BotFather: /setprivacy, choose the bot, Disable. Then remove the bot from each group and add it "
        "again. (Being an administrator there is enough for that group.)",
    )


async def _updates(wire: Wire) -> AsyncIterator[Finding]:
    with wire.telling():
        hook = await wire.bot.get_webhook_info()
    yield Finding(
        what="No webhook takes the updates away.",
        ok=not hook.url,
        fix="Open https://api.telegram.org/bot<the token>/deleteWebhook once, in a browser.",
    )
    told = set(hook.allowed_updates or ())
    yield Finding(
        what="Reactions, presses and changes of membership are told.",
        ok=set(WANTED) <= told or None,
        fix="The bot asks for them when it runs: `tocsin run` once, then look again.",
    )
    if not hook.url:
        yield await _alone(wire)


async def _alone(wire: Wire) -> Finding:
    """Whether another process polls: it ends whoever else does. Nothing is confirmed, so nothing is lost."""
    what = "Only one process listens with this token."
    try:
        if not wire.polling:
            await wire.updates(None, 1)
    except Unreachable as wrong:
        if "token" in str(wrong):
            return Finding(what=what, ok=False, fix="Stop the other process, or give it a bot of its own.")
        raise
    return Finding(what=what, ok=True)


async def _group(wire: Wire, room: str) -> AsyncIterator[Finding]:
    try:
        chat = await wire.ask(room, wire.bot.get_chat)
        mine: Any = await wire.ask(room, lambda id: wire.bot.get_chat_member(id, int(wire.account)))
    except Unreachable:
        raise
    except ChatError as wrong:
        fix = f"Add the bot to the group {room}, and check the number: a supergroup's begins with -100."
        yield Finding(what=f"The group {room} cannot be reached: {wrong}", ok=False, fix=fix)
        return
    yield Finding(
        what=f"“{chat.title}” has topics.",
        ok=bool(chat.is_forum),
        fix="In Telegram: open the group, Edit, Topics, switch them on.",
    )
    for finding in _rights(chat.title or room, mine):
        yield finding


def _rights(group: str, mine: Any) -> Iterator[Finding]:
    admin = mine.status in {"administrator", "creator"}
    yield Finding(
        what=f"The bot is an administrator of “{group}”.",
        ok=admin,
        fix="In Telegram: open the group, Administrators, Add administrator, choose the bot.",
    )
    for right, name in RIGHTS.items():
        if admin:
            yield Finding(
                what=f"There it has the right “{name}”.",
                ok=mine.status == "creator" or bool(getattr(mine, right, False)),
                fix=f"In Telegram: open “{group}”, Administrators, the bot, switch “{name}” on.",
            )
