"""How an incident looks: cards without a dialect, in somebody's language."""

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import structs

from bot.book import Entry
from bot.incident.severity import Audience, Role, Status
from bot.incident.updates import Updated
from bot.ports import Button, Card, Fact, Link
from bot.text.rich import Block, Item, Line, Para, Quote, Run, bold, columns, joined, line, paragraphs
from bot.text.words import N_, Voice, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

LINKS = 5
"""Attached addresses that a card has buttons for."""
LOCK = "🔒 "
"""Before the title of a private incident."""
BRIEF = 140
"""Columns of a title in halls, lists and pages. The whole stands on the incident's own card."""
WHOLE = 10_000
Links = Mapping[str, str]
"""Where the war rooms are: a platform's label to a link."""


def headline(incident: "Incident", most: int = BRIEF) -> Line:
    """`▲ SEV1 #1 db is down`."""
    return line(f"{incident.status.mark} ", bold(f"{LOCK if incident.private else ''}{label(incident, most)}"))


def label(incident: "Incident", most: int = BRIEF) -> str:
    """`SEV1 #1 db is down`."""
    return f"{incident.severity.name} {incident.number} {brief(incident.title, most)}"


def brief(title: str, most: int = BRIEF) -> str:
    """A title in so many columns; a Chinese letter takes two."""
    ends = list(accumulate(columns(title)))
    return title if not ends or ends[-1] <= most else title[: bisect(ends, most - 1)].rstrip() + "…"


def standing(incident: "Incident", voice: Voice) -> Line:
    """Who has it, or that nobody has."""
    if incident.resolved:
        after = incident.resolved.at - incident.declared.at if incident.declared else None
        text = ENDED.get(incident.status, N_("Resolved by {by} after {after}"))
        return voice.say(text, by=Who(incident.resolved.by), after=after, into=incident.merged_into)
    if incident.acked:
        after = incident.acked.at - incident.declared.at if incident.declared else None
        return voice.say(N_("{by} has it, after {after}"), by=Who(incident.acked.by), after=after)
    if incident.snoozed:
        return voice.say(N_("Nobody has it; snoozed until {until}"), until=incident.snoozed)
    if ringing := [person for call in incident.live if call.step and not call.exhausted for person in call.now.people]:
        return voice.say(N_("Nobody has it yet. Paged: {people}"), people=tuple(Who(each) for each in ringing))
    if any(call.exhausted for call in incident.live):
        return voice.say(N_("NOBODY HAS IT, and everybody was paged."))
    return voice.say(N_("Nobody has it"))


ENDED = {
    Status.CANCELLED: N_("Cancelled by {by} after {after}"),
    Status.MERGED: N_("Merged into #{into} by {by}: everything goes on there"),
}


def tone(incident: "Incident") -> Any:
    """Its colour."""
    if incident.resolved:
        return "calm"
    if incident.acked:
        return "busy"
    return "alarm" if incident.severity <= 2 else "warn"


def status_card(incident: "Incident", voice: Voice, links: Links, down: Sequence[str] = ()) -> Card:
    """The card that every war room pins: all that matters now, and what can be done."""
    return Card(
        title=headline(incident, WHOLE),
        body=tuple(_body(incident, voice)) + tuple(_outages(voice, down)),
        facts=tuple(_facts(incident, voice)),
        buttons=tuple(_buttons(incident, voice)),
        links=tuple(Link(title, url) for url, title in incident.links.items())[-LINKS:],
        footer=_rooms(voice, links),
        tone=tone(incident),
    )


def hall_card(incident: "Incident", voice: Voice, links: Links, here: str = "") -> Card:
    """The announcement in the standing room: what it is, who has it, and the way in."""
    declared = incident.declared
    said = voice.say(N_("Declared by {by}, {at}"), by=Who(declared.by), at=declared.at) if declared else ()
    take = (_button(incident, voice, N_("Take"), "ack", "primary"),) if incident.open and not incident.acked else ()
    return Card(
        title=headline(incident),
        body=(Para(line(standing(incident, voice), " · ", said)),),
        buttons=take,
        links=(Link(voice.word(N_("War room")), here),) if here and incident.open else (),
        footer=_rooms(voice, links),
        tone=tone(incident),
    )


def hidden_card(incident: "Incident", voice: Voice) -> Card:
    """What stands in a standing room in place of an incident that became private: nothing but that."""
    return Card(body=(Para(voice.say(N_("{number} is private now."), number=incident.number)),))


def left_card(incident: "Incident", voice: Voice) -> Card:
    """What the last card in a room says that was left for another."""
    said = voice.say(N_("{number} goes on in another room. Nothing more is told here."), number=incident.number)
    return Card(body=(Para(said),), tone="plain")


def follower_card(incident: "Incident", voice: Voice, view: Audience) -> Card:
    """What a room of stakeholders sees: what it means, not who is paged. Customers read no names and no numbers."""
    if view is Audience.RESPONDER:
        return hall_card(incident, voice, {})
    if view is Audience.CUSTOMER:
        return Card(title=line(bold(incident.title)), body=tuple(_public(incident, voice)), tone=tone(incident))
    facts = [each for each in _facts(incident, voice) if each.label != voice.word(N_("Declared"))]
    return Card(
        title=headline(incident),
        body=tuple(_body(incident, voice)),
        facts=tuple(facts),
        buttons=(_button(incident, voice, N_("Summary"), "summary"),),
        tone=tone(incident),
    )


def _public(incident: "Incident", voice: Voice) -> Iterator[Block]:
    yield Para(voice.say("{s}", s=incident.status))
    if incident.impact:
        yield Para(line(incident.impact))
    if incident.update:
        yield Quote(line(incident.update.text))
    if incident.next_update:
        yield Para(voice.say(N_("We will say more by {at}."), at=incident.next_update))


class Ring(NamedTuple):
    """An incident that somebody is paged for: by which step, whether they may have heard it, and whether it is over."""

    incident: "Incident"
    step: int = 1
    repeat: bool = False
    links: Links = MappingProxyType({})
    over: bool = False


def paged_card(rings: Sequence[Ring], bundle: str, voice: Voice) -> Card:
    """What somebody is paged with, as it is now: one incident, or several that `bundle` names together."""
    whole = {ring.incident.id: ring for ring in sorted(rings, key=lambda ring: not ring.over)}
    if len(whole) > 1:
        return _bundle_card(sorted(whole.values(), key=_worst_first), bundle, voice)
    [ring] = whole.values()
    return page_over(ring.incident, voice, ring.links) if ring.over else _page_card(ring, voice)


def _page_card(ring: Ring, voice: Voice) -> Card:
    """A page: what is on fire, and the button that stops it."""
    incident = ring.incident
    return Card(
        title=line(bold(f"{voice.word(N_('PAGE'))} {_ringing(ring, voice)}")),
        body=tuple(_body(incident, voice)),
        buttons=(
            _button(incident, voice, N_("Take"), "ack", "primary"),
            _button(incident, voice, N_("Next step now"), "escalate"),
            _button(incident, voice, N_("Summary"), "summary"),
        ),
        footer=_rooms(voice, ring.links),
        tone="alarm",
        language=voice.language,
    )


def _ringing(ring: Ring, voice: Voice) -> str:
    """`SEV1 #1 db is down (step 2)`."""
    step = ring.step
    nth = voice.word(N_("step {step}"), step=step) if step > 1 else voice.word(N_("last resort")) if step == 0 else ""
    notes = [part for part in (nth, voice.word(N_("repeat")) if ring.repeat else "") if part]
    tail = f" ({', '.join(notes)})" if notes else ""
    return f"{LOCK if ring.incident.private else ''}{label(ring.incident)}{tail}"


SHOWN = 10
"""Incidents of a bundle that are told of at length: the worst."""
SINGLY = 3
"""Up to so many there is a button for each."""


def _bundle_card(rings: Sequence[Ring], bundle: str, voice: Voice) -> Card:
    """Every incident by its number, the worst at length, and who has which."""
    waiting = [ring for ring in rings if not ring.over]
    first = f"{voice.word(N_('PAGE'))} {_ringing(rings[0], voice)}" if waiting else _ringing(rings[0], voice)
    title = voice.word(N_("{first}, and {more} more"), first=first, more=len(rings) - 1)
    return Card(
        title=line(bold(title)),
        body=tuple(Item(_told(ring, voice)) for ring in rings[:SHOWN]),
        facts=(Fact(voice.word(N_("Incidents")), line(" ".join(_numbers(rings)))),),
        buttons=tuple(_answers(waiting, bundle, voice)),
        tone="alarm" if waiting else tone(rings[0].incident),
        language=voice.language,
    )


def _numbers(rings: Sequence[Ring]) -> Sequence[str]:
    return sorted((ring.incident.number for ring in rings), key=lambda number: int(number[1:]))


def _worst_first(ring: Ring) -> tuple[bool, int, int]:
    return ring.over, int(ring.incident.severity), int(ring.incident.id)


def _told(ring: Ring, voice: Voice) -> Line:
    rooms = [line(Run(name, link=url)) for name, url in ring.links.items()]
    return joined([line(bold(_ringing(ring, voice))), standing(ring.incident, voice), *rooms], " · ")


def _answers(rings: Sequence[Ring], bundle: str, voice: Voice) -> Iterator[Button]:
    numbers = _numbers(rings)
    if len(rings) > 1:
        which = " ".join(numbers) if len(rings) <= SINGLY else f"{numbers[0]} … {numbers[-1]}"
        text = voice.word(N_("Take all {count}: {which}"), count=len(rings), which=which)
        yield Button(text, f"ack {bundle}", "primary")
        yield Button(voice.word(N_("Next step now")), f"escalate {bundle}")
    if len(rings) <= SINGLY:
        for number in numbers:
            text = voice.word(N_("Take {number}"), number=number)
            yield Button(text, f"ack {number}", "primary" if len(rings) == 1 else "")


def page_over(incident: "Incident", voice: Voice, links: Links) -> Card:
    """What a page turns into once it was answered: no button that would do nothing."""
    return Card(
        title=headline(incident),
        body=(Para(standing(incident, voice)),),
        buttons=(_button(incident, voice, N_("Summary"), "summary"),),
        footer=_rooms(voice, links),
        tone=tone(incident),
    )


def entry_card(incident: "Incident", entry: Entry, voice: Voice) -> Card:
    """What a war room is told when something happened."""
    if isinstance(entry.event, Updated):
        return update_card(incident, entry, entry.event, voice)
    aside = (Quote(line(entry.event.aside)),) if entry.event.aside else ()
    return Card(body=(Para(line(voice.phrase(entry.event.phrase(entry)), *then(entry, voice))), *aside))


def then(entry: Entry, voice: Voice) -> Line:
    """When it was said, where that was long before it was heard."""
    return line(" ", voice.say(N_("(said at {at})"), at=entry.said)) if entry.said else ()


def notice_card(incident: "Incident", entry: Entry, voice: Voice) -> Card:
    """The same for who is not in its rooms: it says which incident it is about."""
    card = entry_card(incident, entry, voice)
    return card if card.title else structs.replace(card, title=headline(incident), tone=tone(incident))


def update_card(incident: "Incident", entry: Entry, event: Updated, voice: Voice) -> Card:
    """An update, as every room reads it."""
    after = voice.say(N_("Next update: {at}"), at=event.next_at) if event.next_at else ()
    by = line(voice.say(N_("Update by {by}"), by=Who(entry.by)), *then(entry, voice))
    return Card(
        title=line(bold(label(incident))),
        body=(Para(by), *paragraphs(event.text)),
        footer=joined([part for part in (voice.say("{s}", s=incident.status), after) if part], " · "),
        tone=tone(incident),
    )


def _body(incident: "Incident", voice: Voice) -> Iterator[Block]:
    yield Para(standing(incident, voice))
    if incident.impact:
        yield Para(line(bold(voice.word(N_("Impact: "))), incident.impact))
    if incident.resolved and incident.resolved.text:
        yield Quote(line(incident.resolved.text))
    elif incident.update:
        yield Para(voice.say(N_("Last update by {by}, {at}:"), by=Who(incident.update.by), at=incident.update.at))
        yield Quote(line(incident.update.text))


def _facts(incident: "Incident", voice: Voice) -> Iterator[Fact]:
    yield Fact(voice.word(N_("Status")), voice.say("{s}", s=incident.status))
    if incident.declared:
        by = voice.say(N_("{by}, {at}"), by=Who(incident.declared.by), at=incident.declared.at)
        yield Fact(voice.word(N_("Declared")), by)
    for role, person in incident.roles.items():
        yield Fact(voice.word(Role(role).said).capitalize(), voice.say("{p}", p=Who(person)))
    if incident.next_update:
        yield Fact(voice.word(N_("Next update")), voice.say("{at}", at=incident.next_update))
    if incident.snoozed:
        yield Fact(voice.word(N_("Snoozed until")), voice.say("{at}", at=incident.snoozed))
    if todo := [task for task in incident.tasks if not task.done]:
        yield Fact(voice.word(N_("Open tasks")), line(str(len(todo))))
    if others := (*incident.related, *incident.merged):
        yield Fact(voice.word(N_("See also")), line(", ".join(f"#{each}" for each in others)))


def _outages(voice: Voice, down: Sequence[str]) -> Iterator[Block]:
    for platform in down:
        yield Para(voice.say(N_("{platform} cannot be reached: its room is behind."), platform=bold(platform)))


def _buttons(incident: "Incident", voice: Voice) -> Iterator[Button]:
    if incident.merged_into:
        yield Button(voice.word(N_("Show #{into}"), into=incident.merged_into), f"show #{incident.merged_into}")
    elif incident.resolved:
        yield _button(incident, voice, N_("Reopen"), "reopen")
        if not incident.closed:
            yield _button(incident, voice, N_("Close"), "close")
    else:
        if not incident.acked:
            yield _button(incident, voice, N_("Take"), "ack", "primary")
        yield _button(incident, voice, N_("Update"), "update")
        yield _button(incident, voice, N_("Resolve"), "resolve", "danger" if incident.status is Status.TRIAGE else "")
    yield _button(incident, voice, N_("Summary"), "summary")


def _button(incident: "Incident", voice: Voice, label: str, says: str, style: Any = "") -> Button:
    return Button(voice.word(label), f"{says} {incident.number}", style)


def _rooms(voice: Voice, links: Links) -> Line:
    if not links:
        return ()
    return line(voice.say(N_("Rooms: ")), joined((line(Run(name, link=url)) for name, url in links.items()), " · "))
