"""Pinning: what somebody said becomes part of the timeline, with its author, its time and its link, once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.book import Ask, Command, Entry, Event, Refused, event
from bot.grammar import TRICKS, command, words
from bot.text.rich import line
from bot.text.words import N_, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

KEPT = 200
"""Pinned messages that the state remembers, so that none is pinned twice."""
LONGEST = 1000
"""Letters of a message that are kept."""


@event
class Pinned(Event):
    """A message that matters."""

    message: str
    text: str
    author: str = ""
    """The person's id, if the house knows them."""
    name: str = ""
    said_at: datetime | None = None
    link: str = ""
    note: str = ""

    says = N_("{who} said at {at}: {text}")

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        return replace(incident, pinned=(*incident.pinned, self.message)[-KEPT:])

    def phrase(self, entry: Entry) -> Any:
        who = Who(self.author) if self.author else self.name or "…"
        said = line(self.text)
        values = {"who": who, "at": self.said_at or entry.at, "text": said}
        return replace(super().phrase(entry), values=values)


@command("pin", "keep", rank=17, about=True)
class Pin(Command):
    """Keep a message in the timeline, with its author, its time and its link.

    Reply to it with `!pin`, use the message's own menu, or put the pin's emoji under it.
    """

    note: str = words(N_("Why it matters."))

    holds = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        about = ask.about
        if about is None:
            raise Refused(N_("Which message? Reply to it with `!pin`, or put the pin's emoji under it."))
        message = f"{ask.place} {about.message}"
        if message in incident.pinned:
            raise Refused(N_("That message is pinned already."))
        if not (about.text or about.by or about.name or about.at):
            # Telegram tells a bot no history, and a reaction only which message it stands under.
            raise Refused(
                N_("I do not know that message any more. Reply to it with `!pin`: then I am told what it says.")
            )
        author = ask.people.by_handle.get(str(about.by)) if about.by else None
        text = TRICKS.sub("", about.text).strip()[:LONGEST] or "…"
        yield Pinned(message, text, author.id if author else "", about.name[:80], about.at, about.link, self.note)
