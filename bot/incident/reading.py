"""Reading an incident: the list, one of them, who has it, and the timeline."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bot.book import Entry
from bot.grammar import Desk, Query, flag, query
from bot.incident.call import Call
from bot.incident.cards import headline, standing, status_card, then
from bot.incident.lapse import lapse
from bot.incident.paging import next_step
from bot.incident.tasks import told
from bot.ports import Button, Card
from bot.text.rich import Block, Item, Line, Para, bold, line
from bot.text.words import N_, Voice, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

SHOWN = 15
"""Entries of the timeline, or incidents, that one answer holds: every platform has room for them, the newest last."""
HANDY = 5
"""Buttons of one kind below a list."""


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


@query("mine", "home", rank=13, private=True)
class Mine(Query):
    """What concerns you: the incidents that you have, your pages, your tasks; and what else is open."""

    on = "house"

    def answer(self, desk: Desk) -> Card:
        me = desk.viewer.id if desk.viewer else ""
        found = desk.open_incidents()
        mine = [each for each in found if me in each.members]
        others = [each for each in found if each not in mine]
        body = (*_under(N_("Yours"), mine, me, desk.voice), *_under(N_("Also open"), others, "", desk.voice))
        calm = (Para(desk.voice.say(N_("Nothing is on fire."))),)
        return Card(body=body or calm, buttons=tuple(_handy(mine, found, desk.voice)), to="speaker")


def _under(heading: str, incidents: Sequence["Incident"], me: str, voice: Voice) -> Iterator[Block]:
    """Incidents under a heading, each with somebody's open tasks in it."""
    if incidents:
        yield Para(line(bold(voice.word(heading))))
    for each in incidents[:SHOWN]:
        yield Item(line(headline(each), " · ", standing(each, voice)))
        yield from (
            Item(line("– ", told(task, voice))) for task in each.tasks if me and task.owner == me and not task.done
        )


def _handy(mine: Sequence["Incident"], found: Sequence["Incident"], voice: Voice) -> Iterator[Button]:
    """A button for each thing that one would do next, a few of each."""
    for each in [each for each in mine if not each.acked][:HANDY]:
        yield Button(f"{voice.word(N_('Take'))} {each.number}", f"ack {each.number}", "primary")
    for each in found[:HANDY]:
        yield Button(f"{voice.word(N_('Summary'))} {each.number}", f"summary {each.number}")


@query("why", rank=16, private=True)
class Why(Query):
    """Why somebody is paged, or nobody: the policy, the step, and what comes next."""

    def answer(self, desk: Desk) -> Card:
        incident, voice = desk.state, desk.voice
        reasons = [each for call in incident.calls for each in _reason(call, voice, incident.sleeps(call))]
        if lapses := next(lapse(incident), None):
            at = incident.prompted or lapses.at
            reasons.append(
                voice.say(N_("Where nobody says anything, that is told at {at}, and then paging goes on."), at=at)
            )
        none = voice.say(N_("Nobody was paged: {severity} pages nobody."), severity=incident.severity)
        items = tuple(Item(each) for each in reasons or [none])
        return Card(title=headline(incident), body=(Para(standing(incident, voice)), *items), to="speaker")


def _reason(call: Call, voice: Voice, asleep: bool) -> Iterator[Line]:
    values: dict[str, Any] = {"policy": call.policy, "step": call.step, "steps": len(call.steps), "round": call.round}
    values |= {"rounds": call.rounds, "people": tuple(Who(each) for each in call.now.people) if call.step else ()}
    values |= {"at": call.paged_at, "who": Who(call.answered_by)}
    if call.answered:
        yield voice.say(N_("“{policy}”, made at {made}: answered by {who}."), **values, made=call.made_at)
    elif call.exhausted:
        yield voice.say(N_("“{policy}”: everybody was paged, and nobody answered."), **values)
    elif call.paged_at:
        text = N_("“{policy}”, step {step} of {steps}, round {round} of {rounds}: {people} paged at {at}.")
        yield voice.say(text, **values)
        if (timer := next_step(call)) and not asleep:
            yield voice.say(N_("The next step comes at {at}, unless somebody answers."), at=timer.at)


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
        spoken = [entry for entry in entries if entry.event.says]
        lines = tuple(
            Item(
                line(
                    voice.moment(entry.at),
                    "  ",
                    voice.phrase(entry.event.phrase(entry)),
                    *then(entry, voice),
                    _extra(entry),
                )
            )
            for entry in spoken
        )
        first = entries[0].rev if entries else 1
        more = (Para(voice.say(N_("… {count} earlier entries."), count=first - 1)),) if first > 1 else ()
        return Card(title=headline(desk.state), body=more + lines, to="speaker")


def _extra(entry: Entry) -> str:
    """What somebody wrote beside it."""
    text = entry.event.aside
    return f" — {text}" if text else ""
