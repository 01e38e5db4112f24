"""How it reads, in a room or to one person, that somebody else is on call."""

from collections.abc import Sequence

from bot.book import Entry
from bot.oncall.changing import warned
from bot.oncall.handoff import Duty, HandedOver
from bot.oncall.overrides import Stretch
from bot.oncall.swap import Offered
from bot.ports import Button, Card
from bot.text.rich import Block, Item, Line, Para
from bot.text.words import N_, Voice


def duty_card(entry: Entry, voice: Voice, incidents: Sequence[Line] = ()) -> Card:
    """What happened to a schedule. `incidents` are those that are open: whoever comes finds them with the hand-off."""
    event = entry.event
    lacking: Sequence[Stretch] = (*event.gaps, *event.clashes) if isinstance(event, Duty) else ()
    body: list[Block] = [Para(voice.phrase(event.phrase(entry))), *warned(lacking, voice)]
    if isinstance(event, HandedOver):
        body += [Para(voice.say(N_("Open incidents:"))), *map(Item, incidents)] if incidents else []
    buttons: tuple[Button, ...] = ()
    if isinstance(event, Offered):
        says = f"{event.offer.id} {entry.book.id}"
        buttons = (
            Button(voice.word(N_("Swap")), f"oncall accept {says}", "primary"),
            Button(voice.word(N_("No")), f"oncall decline {says}"),
        )
    alarming = lacking or (isinstance(event, HandedOver) and not event.people)
    return Card(body=tuple(body), buttons=buttons, tone="warn" if alarming else "plain")
