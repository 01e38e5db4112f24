"""Reading an incident: the list, one of them, who has it, and the timeline."""

from bot.book import Entry
from bot.grammar import Desk, Query, flag, query
from bot.incident.cards import headline, standing, status_card
from bot.ports import Card
from bot.text.rich import Block, Item, Para, bold, line
from bot.text.words import N_

SHOWN = 25
"""Entries of the timeline that one answer holds."""


@query("list", "ls", "incidents", rank=12, private=True)
class List(Query):
    """The incidents that are open."""

    on = "house"

    def answer(self, desk: Desk) -> Card:
        voice, found = desk.voice, desk.open_incidents()
        if not found:
            return Card(body=(Para(voice.say(N_("Nothing is on fire."))),), tone="calm", to="speaker")
        items = tuple(Item(line(headline(each), " · ", standing(each, voice))) for each in found[:SHOWN])
        rest = len(found) - SHOWN
        more = (Para(voice.say(N_("… and {count} more."), count=rest)),) if rest > 0 else ()
        return Card(title=line(bold(voice.word(N_("Open incidents")))), body=items + more, to="speaker")


@query("show", "card", rank=13, private=True)
class Show(Query):
    """One incident as it stands. With `--delivery`: what went where, and what is on its way."""

    delivery: bool = flag(N_("What went where, and what is on its way."), default=False)

    def answer(self, desk: Desk) -> Card:
        card = status_card(desk.state, desk.voice, {})
        if not self.delivery:
            return Card(
                title=card.title, body=card.body, facts=card.facts, buttons=card.buttons, tone=card.tone, to="speaker"
            )
        return Card(title=card.title, body=desk.ledger().text(desk.voice, desk.now), to="speaker")


@query("who", rank=14, private=True)
class WhoHas(Query):
    """Who has it, who does what, and who is being paged."""

    def answer(self, desk: Desk) -> Card:
        incident, voice = desk.state, desk.voice
        card = status_card(incident, voice, {})
        people: list[Block] = [Para(standing(incident, voice))]
        people += [Item(line(fact.label, ": ", fact.value)) for fact in card.facts[2:]]
        return Card(title=card.title, body=tuple(people), to="speaker")


@query("timeline", "log", "history", rank=15, private=True)
class Timeline(Query):
    """What happened, in order: the last entries of the log."""

    def answer(self, desk: Desk) -> Card:
        voice, entries = desk.voice, desk.entries(last=SHOWN)
        told = [entry for entry in entries if entry.event.says]
        lines = tuple(
            Item(line(voice.moment(entry.at), "  ", voice.phrase(entry.event.phrase(entry)), _extra(entry)))
            for entry in told
        )
        first = entries[0].rev if entries else 1
        more = (Para(voice.say(N_("… {count} earlier entries."), count=first - 1)),) if first > 1 else ()
        return Card(title=headline(desk.state), body=more + lines, to="speaker")


def _extra(entry: Entry) -> str:
    """What somebody wrote beside it."""
    text = entry.event.aside
    return f" — {text}" if text else ""
