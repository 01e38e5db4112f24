"""Answers, each in the way that Discord has for where the question came from."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from msgspec.structs import replace

from adapters.discord.read import MODAL, PRESS, remark
from adapters.discord.show import EPHEMERAL, choices, door, modal, nonce, show, words
from adapters.discord.wire import Refused, Wire
from bot.ports import (
    Card,
    ChatError,
    Choice,
    Forbidden,
    Form,
    Gone,
    Handle,
    House,
    Place,
    Said,
    Unheard,
    Unreachable,
)
from bot.text.rich import Para
from bot.text.words import ENGLISH, N_, Voice, known

log = structlog.get_logger()

PATIENCE, SUGGESTING = 1.0, 2.0
"""Seconds after which an answer is put off, and suggestions are none: Discord waits for three, and then says that there
was no answer."""
TURN = 30.0
"""Seconds that an answer waits for its turn in its bucket: nobody else would try it again."""
TRIES, BETWEEN = 3, 0.5
"""How often an answer is tried that the platform failed to take, and the seconds between."""
MESSAGE, LATER, QUIETLY, CHOICES, FORM = 4, 5, 6, 8, 9
"""Kinds of first answers."""
ANSWERED = "40060"
"""The code for an interaction that has its first answer."""
MESSAGES = "/channels/{channel_id}/messages"
FOLLOWING = "/webhooks/{webhook_id}/{token}"
UNHEARD = N_("I could not keep that just now, and nothing was changed. Please say it again in a moment.")
HIDDEN = N_(
    "The answer is for you alone, and you take no direct messages from me. "
    "Allow them in this server's privacy settings, or use `/{root}`: that answer only you can see."
)

Answer = Card | Form | None


class Replies:
    """Hears what was asked, and answers whoever asked. Nothing in here raises: a lost answer is in the log."""

    def __init__(self, wire: Wire, guild: str) -> None:
        self.wire = wire
        self._guild = guild
        self._direct: dict[str, Place] = {}

    # ---- to a command, a press, a form

    async def interact(self, house: House, said: Said, raw: Any) -> None:
        """Answer at once, or put it off after a second and answer when it is known."""
        hearing = asyncio.get_running_loop().create_task(self.hear(house, said, str(raw["channel_id"])))
        try:
            done, _ = await asyncio.wait({hearing}, timeout=PATIENCE)
            put_off = not done and await self._put_off(raw)
            await self._deliver(said, await hearing, raw, put_off)
        except ChatError as wrong:
            log.warning("an answer could not be given", key=said.key, why=str(wrong))
        finally:
            hearing.cancel()

    async def hear(self, house: House, said: Said, room: str) -> Answer:
        """What the house says; a kind word where it could not keep what was said."""
        try:
            return await house.hear(await self._whole(said, room))
        except Unheard:
            return note(said, UNHEARD) if said.addressed else None

    async def _whole(self, said: Said, room: str) -> Said:
        """With all of the message that it is about, where only its id is known."""
        if said.about is None or said.about.link:
            return said
        try:
            path = MESSAGES + "/{message_id}"
            raw = await self.wire.call("GET", path, channel_id=room, message_id=said.about.message)
        except ChatError as wrong:
            log.warning("a message that was pointed at could not be read", key=said.key, why=str(wrong))
            return said
        return replace(said, about=remark(raw, self._guild if not said.direct else ""))

    async def _put_off(self, raw: Any) -> bool:
        """Whether Discord now shows that we are thinking. Always to one person: what is shown to all stays so."""
        try:
            await self._first(raw, LATER, {"flags": EPHEMERAL})
        except ChatError:
            return False
        return True

    async def _deliver(self, said: Said, answer: Answer, raw: Any, put_off: bool) -> None:
        about = said.about.message if said.about else ""
        try:
            if put_off:
                await self._late(answer, raw, about)
            else:
                await self._first(raw, *first(answer, raw["type"], about))
        except Gone:
            # The platform waited for us in vain. What was done is done, and the one who asked has to know.
            if isinstance(answer, Card) and answer.to == "room":
                await self.post(str(raw["channel_id"]), show(answer), said.key)
            elif isinstance(answer, Card):
                await self.whisper(said.by, show(answer), said.key)

    async def _first(self, raw: Any, kind: int, data: dict[str, Any]) -> None:
        path, body = "/interactions/{id}/{token}/callback", {"type": kind, "data": data}
        try:
            await self._surely("POST", path, body, id=str(raw["id"]), token=str(raw["token"]))
        except Refused as no:
            if not str(no).startswith(ANSWERED):  # an earlier try arrived
                raise

    async def _late(self, answer: Answer, raw: Any, about: str) -> None:
        """In place of "is thinking"; what is for the room cannot stand there, and follows."""
        its: dict[str, Any] = {"webhook_id": str(raw["application_id"]), "token": str(raw["token"])}
        original = f"{FOLLOWING}/messages/@original"
        if answer is None or (isinstance(answer, Card) and answer.to == "room"):
            await self._surely("DELETE", original, **its)
            if answer is not None:
                await self.wire.call("POST", FOLLOWING, show(answer), query={"wait": "true"}, patience=TURN, **its)
        else:
            shown = door(answer, about) if isinstance(answer, Form) else show(answer)
            await self._surely("PATCH", original, shown, **its)

    async def suggest(self, house: House, said: Said, option: str, raw: Any) -> None:
        """What an option may be, to somebody who types it; nothing rather than too late."""
        offered: Sequence[Choice] = ()
        try:
            async with asyncio.timeout(SUGGESTING):
                offered = await house.suggest(said, option)
        except (TimeoutError, Unheard):
            log.info("suggestions came too late", key=said.key)
        try:
            await self._first(raw, CHOICES, choices(offered))
        except ChatError as wrong:
            log.info("suggestions could not be given", key=said.key, why=str(wrong))

    # ---- to a message, to a reaction

    async def answer(self, house: House, said: Said, answer: Answer, room: str) -> None:
        """Answer what was typed: in place, or in person where it is for the speaker alone."""
        if answer is None:
            return
        shown = door(answer, said.about.message if said.about else "") if isinstance(answer, Form) else show(answer)
        alone = answer.alone if isinstance(answer, Form) else answer.to == "speaker"
        try:
            if alone and not said.direct:
                await self._in_person(house, said, shown, room)
            else:
                await self.post(room, shown, said.key, said.message)
        except ChatError as wrong:
            log.warning("an answer could not be given", key=said.key, why=str(wrong))

    async def nod(self, said: Said, answer: Answer, room: str) -> None:
        """Answer a reaction: it is seen already, so only what is for the room is said, and a refusal in person."""
        try:
            if isinstance(answer, Card) and answer.to == "room":
                await self.post(room, show(answer), said.key)
            elif isinstance(answer, Card) and answer.tone == "warn":
                await self.whisper(said.by, show(answer), said.key)
        except ChatError as wrong:
            log.info("a reaction could not be answered", key=said.key, why=str(wrong))

    async def _in_person(self, house: House, said: Said, shown: dict[str, Any], room: str) -> None:
        try:
            await self.whisper(said.by, shown, said.key)
        except Forbidden:
            hint = show(note(said, HIDDEN, root=house.grammar().root))
            await self.post(room, hint, f"{said.key} hint", said.message)

    async def whisper(self, handle: Handle, shown: dict[str, Any], key: str) -> tuple[Place, str]:
        """Say it to somebody in their direct messages. Raises `Forbidden` where they take none."""
        place = await self.direct(handle)
        return place, await self.post(place.room, shown, key)

    async def direct(self, handle: Handle) -> Place:
        """The conversation with somebody alone."""
        if handle.id not in self._direct:
            room = await self.wire.call("POST", "/users/@me/channels", {"recipient_id": handle.id})
            self._direct[handle.id] = Place(handle.platform, str(room["id"]))
        return self._direct[handle.id]

    async def post(self, room: str, shown: dict[str, Any], key: str, to: str | None = None) -> str:
        """Post an answer, as a reply to a message if that still stands. Raises `ChatError`."""
        payload = {**shown, **nonce(key)}
        if to:
            payload["message_reference"] = {"message_id": to, "fail_if_not_exists": False}
        sent = await self._surely("POST", MESSAGES, payload, channel_id=room)
        return str(sent["id"])

    async def _surely(self, method: str, path: str, payload: Any = None, **about: Any) -> Any:
        """A call that may be repeated: tried again where the platform failed. Raises `ChatError`."""
        for _ in range(TRIES - 1):
            try:
                return await self.wire.call(method, path, payload, patience=TURN, **about)
            except Unreachable:
                await asyncio.sleep(BETWEEN)
        return await self.wire.call(method, path, payload, patience=TURN, **about)


def first(answer: Answer, asked: int, about: str = "") -> tuple[int, dict[str, Any]]:
    """The first answer's kind and data. To a form that was sent no other form can be the answer."""
    if isinstance(answer, Form):
        return (MESSAGE, hidden(door(answer, about))) if asked == MODAL else (FORM, modal(answer, about))
    if answer is None:
        return (QUIETLY, {}) if asked == PRESS else (MESSAGE, words("✓", flags=EPHEMERAL))
    return MESSAGE, show(answer) if answer.to == "room" else hidden(show(answer))


def hidden(shown: dict[str, Any]) -> dict[str, Any]:
    """The same for one person's eyes."""
    return {**shown, "flags": shown["flags"] | EPHEMERAL}


def note(said: Said, text: str, **values: str) -> Card:
    """A word of our own, in the speaker's language."""
    return Card(body=(Para(Voice(known(said.locale) or ENGLISH).say(text, **values)),), tone="warn", to="quiet")
