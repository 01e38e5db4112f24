"""Answers, each in the way that Discord has for where the question came from."""

import asyncio
from typing import Any

import structlog

from adapters.discord.show import EPHEMERAL, door, modal, nonce, show, words
from adapters.discord.wire import Wire
from bot.ports import Card, ChatError, Forbidden, Form, Gone, Handle, House, Place, Said, Unheard
from bot.text.rich import Para
from bot.text.words import ENGLISH, N_, Voice, known

log = structlog.get_logger()

PATIENCE = 1.0
"""Seconds after which an answer is put off: Discord waits for three, and then says that there was none."""
MESSAGE, LATER, QUIETLY, FORM = 4, 5, 6, 9
"""Kinds of first answers."""
SUBMITTED, PRESSED = 5, 3
"""Kinds of interactions. To a form that was sent no other form can be the answer."""
UNHEARD = N_("I could not keep that just now, and nothing was changed. Please say it again in a moment.")
HIDDEN = N_(
    "The answer is for you alone, and you take no direct messages from me. "
    "Allow them in this server's privacy settings, or use `/{root}`: that answer only you can see."
)

Answer = Card | Form | None


class Replies:
    """Hears what was asked, and answers whoever asked. Nothing in here raises: a lost answer is in the log."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._direct: dict[str, Place] = {}

    # ---- to a command, a press, a form

    async def interact(self, house: House, said: Said, raw: Any) -> None:
        """Answer at once, or put it off after a second and answer when it is known."""
        hearing = asyncio.get_running_loop().create_task(self.hear(house, said))
        try:
            done, _ = await asyncio.wait({hearing}, timeout=PATIENCE)
            put_off = not done and await self._put_off(raw)
            await self._deliver(said, await hearing, raw, put_off)
        except ChatError as wrong:
            log.warning("an answer could not be given", key=said.key, why=str(wrong))
        finally:
            hearing.cancel()

    async def hear(self, house: House, said: Said) -> Answer:
        """What the house says; a kind word where it could not keep what was said."""
        try:
            return await house.hear(said)
        except Unheard:
            return note(said, UNHEARD) if said.addressed else None

    async def _put_off(self, raw: Any) -> bool:
        """Whether Discord now shows that we are thinking. Always to one person: what is shown to all stays so."""
        try:
            await self._first(raw, LATER, {"flags": EPHEMERAL})
        except ChatError:
            return False
        return True

    async def _deliver(self, said: Said, answer: Answer, raw: Any, put_off: bool) -> None:
        try:
            if put_off:
                await self._late(answer, raw)
            else:
                await self._first(raw, *first(answer, raw["type"]))
        except Gone:
            # The platform waited for us in vain. What was done is done, and the one who asked has to know.
            if isinstance(answer, Card) and answer.to == "room":
                await self.post(said.place, show(answer), said.key)
            elif isinstance(answer, Card):
                await self.whisper(said.by, show(answer), said.key)

    async def _first(self, raw: Any, kind: int, data: dict[str, Any]) -> None:
        await self.wire.once("POST", f"/interactions/{raw['id']}/{raw['token']}/callback", {"type": kind, "data": data})

    async def _late(self, answer: Answer, raw: Any) -> None:
        """In place of "is thinking"; what is for the room cannot stand there, and follows."""
        path = f"/webhooks/{raw['application_id']}/{raw['token']}"
        if answer is None or (isinstance(answer, Card) and answer.to == "room"):
            await self.wire.once("DELETE", f"{path}/messages/@original")
            if answer is not None:
                await self.wire.once("POST", path, show(answer), wait="true")
        else:
            shown = door(answer) if isinstance(answer, Form) else show(answer)
            await self.wire.once("PATCH", f"{path}/messages/@original", shown)

    # ---- to a message

    async def answer(self, house: House, said: Said, answer: Answer) -> None:
        """Answer what was typed: in place, or in person where it is for the speaker alone."""
        try:
            if isinstance(answer, Form):
                await self.post(said.place, door(answer), said.key, said.message)
            elif answer is not None and answer.to == "speaker" and not said.direct:
                await self._in_person(house, said, answer)
            elif answer is not None:
                await self.post(said.place, show(answer), said.key, said.message)
        except ChatError as wrong:
            log.warning("an answer could not be given", key=said.key, why=str(wrong))

    async def _in_person(self, house: House, said: Said, answer: Card) -> None:
        try:
            await self.whisper(said.by, show(answer), said.key)
        except Forbidden:
            hint = show(note(said, HIDDEN, root=house.grammar().root))
            await self.post(said.place, hint, f"{said.key} hint", said.message)

    async def whisper(self, handle: Handle, shown: dict[str, Any], key: str) -> tuple[Place, str]:
        """Say it to somebody in their direct messages. Raises `Forbidden` where they take none."""
        if handle.id not in self._direct:
            room = await self.wire.call("POST", "/users/@me/channels", {"recipient_id": handle.id})
            self._direct[handle.id] = Place(handle.platform, str(room["id"]))
        place = self._direct[handle.id]
        return place, await self.post(place, shown, key)

    async def post(self, place: Place, shown: dict[str, Any], key: str, to: str | None = None) -> str:
        """Post a message, as a reply to another if that still stands. Raises `ChatError`."""
        path = "/channels/{channel_id}/messages"
        payload = {**shown, **nonce(key)}
        if to:
            payload["message_reference"] = {"message_id": to, "fail_if_not_exists": False}
        sent = await self.wire.call("POST", path, payload, channel_id=place.room)
        return str(sent["id"])


def first(answer: Answer, asked: int) -> tuple[int, dict[str, Any]]:
    """The first answer's kind and data."""
    if isinstance(answer, Form):
        return (MESSAGE, hidden(door(answer))) if asked == SUBMITTED else (FORM, modal(answer))
    if answer is None:
        return (QUIETLY, {}) if asked == PRESSED else (MESSAGE, words("✓", flags=EPHEMERAL))
    return MESSAGE, show(answer) if answer.to == "room" else hidden(show(answer))


def hidden(shown: dict[str, Any]) -> dict[str, Any]:
    """The same for one person's eyes."""
    return {**shown, "flags": shown["flags"] | EPHEMERAL}


def note(said: Said, text: str, **values: str) -> Card:
    """A word of our own, in the speaker's language."""
    return Card(body=(Para(Voice(known(said.locale) or ENGLISH).say(text, **values)),), tone="warn", to="quiet")
