"""The audit: who did what, in every book."""

from bot.book import Entry
from bot.grammar import Desk, Person, Query, query, word
from bot.ports import Card
from bot.text.rich import Item, Line, Para, bold, line
from bot.text.words import N_, Voice, Who

LISTED = 20
"""Deeds that one answer holds."""
BOOKS = {
    "incident": N_("incident"),
    "person": N_("person"),
    "schedule": N_("schedule"),
    "following": N_("subscriptions of"),
    "calendar": N_("calendar of"),
}
"""What a book is about."""


@query("audit", rank=45, private=True, group="people")
class Audit(Query):
    """Who did what: the last deeds of somebody, or of everybody. For administrators."""

    person: Person | None = word(N_("Whose deeds; everybody's, unless you say."))

    on = "house"
    deed = "admin"

    def answer(self, desk: Desk) -> Card:
        voice = desk.voice
        told = [each for each in desk.deeds(self.person or "", LISTED) if each.event.says]
        items = tuple(Item(_line(each, voice)) for each in told)
        none = (Para(voice.say(N_("Nothing yet."))),)
        return Card(title=line(bold(voice.word(N_("Audit")))), body=items or none, to="speaker")


def _line(entry: Entry, voice: Voice) -> Line:
    by, what = voice.show(Who(entry.by)), voice.phrase(entry.event.phrase(entry))
    book = f"{voice.word(BOOKS[entry.book.kind])} {entry.book.id}" if entry.book.kind in BOOKS else str(entry.book)
    return line(voice.moment(entry.at), f"  {book}  ", by, ": ", what)
