"""What is right with the app and its workspace, what is missing, and what to do about each."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from adapters.slack.manifest import EVENTS, SCOPES
from adapters.slack.sockets import SOCKETS, Sockets
from adapters.slack.wire import Wire, asked
from bot.ports import ChatError, Finding, Place, Throttled, Unreachable

APPS = "https://api.slack.com/apps"
BOT_TOKEN = f"Copy the Bot User OAuth Token (xoxb-…) from {APPS} > OAuth & Permissions to chats.slack.bot_token."
APP_TOKEN = (
    f"Make an app-level token with connections:write at {APPS} > Basic Information > App-Level Tokens, "
    "and copy it (xapp-…) to chats.slack.app_token."
)
ROOM = "Copy the channel's id (C…, at the end of its details) to chats.slack.room; invite the bot where it is private."
EVENTS_LOST = "When this stays, look in the log for what Slack answers; two keep one open while the other is renewed."


async def findings(wire: Wire, sockets: Sockets, hall: Place | None) -> AsyncIterator[Finding]:
    """Each check. Raises nothing for what the platform answers."""
    try:
        granted, team = await wire.granted()
        yield Finding(what=f"The bot's token opens the workspace {team}.", ok=True)
        yield scopes(granted)
    except ChatError as wrong:
        yield wanting("The bot's token", wrong, BOT_TOKEN)
        yield Finding(what="The bot's scopes.", ok=None, fix="They are seen with the bot's token: mend that first.")
    try:
        await sockets.address()
        yield Finding(what="The app's token opens sockets.", ok=True)
    except ChatError as wrong:
        yield wanting("The app's token", wrong, APP_TOKEN)
    yield await standing_room(wire, hall)
    yield await held(sockets)
    told = f"No token of the bot's shows them: compare {APPS} > App Manifest with Tocsin's ({', '.join(EVENTS)})."
    yield Finding(what="The events, shortcuts and the Home of the app.", ok=None, fix=told)


def wanting(what: str, wrong: ChatError, fix: str) -> Finding:
    """What was refused for good wants mending; what got no answer just now could not be looked at."""
    if isinstance(wrong, Unreachable | Throttled):
        return Finding(what=f"{what}: {wrong}.", ok=None, fix="Slack did not answer. Try again in a minute.")
    return Finding(what=f"{what}: {wrong}.", ok=False, fix=fix)


def scopes(granted: frozenset[str]) -> Finding:
    """What the bot may do."""
    if not granted:
        return Finding(what="The bot's scopes.", ok=None, fix="Slack did not list them in `x-oauth-scopes`.")
    missing = sorted(set(SCOPES) - granted)
    add = f"Add {', '.join(missing)} at {APPS} > OAuth & Permissions > Bot Token Scopes, then press Reinstall there."
    what = f"{len(SCOPES) - len(missing)} of {len(SCOPES)} scopes are granted."
    return Finding(what=what, ok=not missing, fix=add if missing else "")


async def standing_room(wire: Wire, hall: Place | None) -> Finding:
    """The room in which incidents are announced."""
    if hall is None:
        return Finding(what="There is no standing incident room.", ok=False, fix=ROOM)
    try:
        channel: Mapping[str, Any] = (await asked(wire.web.conversations_info(channel=hall.room)))["channel"]
    except ChatError as wrong:
        return wanting(f"The standing room {hall.room}", wrong, ROOM)
    name = f"The standing room #{channel.get('name', hall.room)}"
    if channel.get("is_archived"):
        return Finding(
            what=f"{name} is archived.", ok=False, fix="Unarchive it in Slack: no bot can. Or choose another."
        )
    if not channel.get("is_member"):
        return Finding(what=f"{name}: the bot is not in it.", ok=False, fix=f"Say `/invite @Tocsin` in {name[18:]}.")
    return Finding(what=f"{name} is there, and the bot is in it.", ok=True)


async def held(sockets: Sockets) -> Finding:
    """The connections of the process that looks."""
    if not sockets.held:
        return Finding(what="The sockets.", ok=None, fix="This process holds none: look where Tocsin runs.")
    alive = await sockets.alive()
    return Finding(
        what=f"{alive} of {SOCKETS} sockets are open.",
        ok=alive == SOCKETS,
        fix="" if alive == SOCKETS else EVENTS_LOST,
    )
