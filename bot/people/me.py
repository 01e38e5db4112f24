"""`me`: who you are here, how you are reached, and changing that."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bot.book import Ask, BookId, Command, Entry, Event, Refused
from bot.grammar import Desk, Query, command, query, word, words
from bot.oncall.policy import Rules
from bot.people.account import STRANGER
from bot.people.channels import (
    SHAPES,
    ChannelOffered,
    GivenUp,
    Hushed,
    Mistyped,
    Proved,
    Ruled,
    Tested,
    code_of,
    veiled,
)
from bot.people.codes import same
from bot.people.may import called
from bot.people.person import Person, Proof
from bot.people.reach import own_chain, read_hops, read_quiet, spell
from bot.ports import Button, Card, Handle
from bot.text.rich import Block, Item, Line, Para, bold, code, line
from bot.text.words import LANGUAGES, N_, Voice

VALID = timedelta(minutes=10)
"""How long a code can be used."""
MOST = 10
"""Channels that somebody may add."""


class Kind(Enum):
    """A channel that somebody may add."""

    EMAIL = "email"
    SMS = "sms"
    CALL = "call"
    PUSH = "push"
    APPRISE = "apprise"

    @property
    def said(self) -> str:
        return {
            "email": N_("mail"),
            "sms": N_("text message"),
            "call": N_("telephone call"),
            "push": N_("push notification (ntfy)"),
            "apprise": N_("a service of Apprise"),
        }[self.value]

    @property
    def aliases(self) -> tuple[str, ...]:
        """What people call it, too."""
        return {"email": ("mail",), "sms": ("text", "phone"), "call": ("voice",), "push": ("ntfy",)}.get(self.value, ())


class Urgency(Enum):
    """How urgent a page is."""

    HIGH = "high"
    LOW = "low"

    @property
    def said(self) -> str:
        return {"high": N_("high urgency"), "low": N_("low urgency")}[self.value]


class Mine(Command):
    """A command about oneself."""

    on = "person"
    deed = "read"

    def book(self, ask: Ask, find: Callable[[str], BookId | None]) -> BookId | None:
        return BookId("person", ask.by) if ask.by else None


@query("me show", "me", "whoami", rank=41, private=True, group="people")
class WhoAmI(Query):
    """Who you are here and how you are reached: name, role, accounts, channels, rules, quiet hours.

    `me add`, `me verify`, `me remove`, `me rule` and `me quiet` change it; `me test` tries it out.
    """

    on = "house"

    def answer(self, desk: Desk) -> Card:
        voice, person = desk.voice, desk.viewer
        if person is None:
            return Card(body=(Para(voice.say(STRANGER, root=desk.rules.root)),), to="speaker")
        body = (*_who(person, voice), *_ways(person, voice, desk.rules, desk.now), *_rules(person, voice, desk.rules))
        test = (Button(voice.word(N_("Test page")), "me test"),)
        return Card(title=line(bold(person.name)), body=body, buttons=test, to="speaker")


def _who(person: Person, voice: Voice) -> Iterator[Block]:
    yield Item(voice.say(N_("Role: {role}"), role=called(person.role)))
    yield Item(voice.say(N_("Language: {language}"), language=LANGUAGES[voice.language]))
    yield Item(voice.say(N_("Time zone: {zone}"), zone=str(voice.zone)))


def _ways(person: Person, voice: Voice, rules: Rules, now: datetime) -> Iterator[Block]:
    here = {*rules.platforms, *rules.channels}
    yield Para(line(bold(voice.word(N_("Reached by, in this order:")))))
    for handle in person.handles:
        note = () if handle.platform in here else voice.say(N_(" (not configured here)"))
        yield Item(line(veiled(handle), note))
    if not any(handle.platform in here for handle in person.handles):
        yield Item(voice.say(N_("NOTHING: a page would not reach you. `me add` adds a channel.")))
    yield from (Item(_unproved(proof, voice, now)) for proof in person.proving)


def _unproved(proof: Proof, voice: Voice, now: datetime) -> Line:
    """What is still to do for an address to be theirs."""
    handle = Handle.parse(proof.handle)
    waits = N_("{channel}: not verified yet; `me verify CODE`")
    over = N_("{channel}: not verified, and its code ran out; `me add {kind}` and the address sends another")
    return voice.say(waits if proof.until > now else over, channel=veiled(handle), kind=handle.platform)


def _rules(person: Person, voice: Voice, rules: Rules) -> Iterator[Block]:
    for urgency in Urgency:
        hops = own_chain(person, urgency.value) or rules.chains.get(urgency.value, ())
        said = code(spell(hops)) if hops else voice.say(N_("one after the other, until one takes it"))
        yield Para(voice.say(N_("At {urgency}: {chain}"), urgency=voice.word(urgency.said), chain=line(said)))
    quiet = str(person.quiet) if person.quiet else voice.word(N_("none"))
    yield Para(voice.say(N_("Quiet hours, for low urgency only: {quiet}"), quiet=quiet))


@command("me add", rank=42, private=True, group="people")
class AddChannel(Mine):
    """Add a channel by which you are reached: a code is sent there, which you type back with `me verify`.

    `me add email you@example.org`, `me add sms +4915112345678`, `me add call +49…`, `me add push my-ntfy-topic`,
    `me add apprise feishu://…`. What you write there is as secret as a password: say it to me alone.
    """

    channel: Kind | None = word(N_("The kind: email, sms, call, push or apprise."), required=True)
    address: str = words(N_("The address, the number with its country's code, the topic or the URL."), required=True)

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        kind = (self.channel or Kind.EMAIL).value
        if kind not in ask.rules.channels:
            there = ", ".join(ask.rules.channels) or "-"
            raise Refused(N_("“{kind}” is no channel here. There is: {there}."), kind=kind[:20], there=there)
        address = self.address.strip() if kind == "apprise" else "".join(self.address.split())
        # What was typed is not quoted: it may be a secret.
        if not SHAPES[kind].fullmatch(address):
            raise Refused(N_("That is no address for {kind}. `help me add` shows how one looks."), kind=kind)
        handle = Handle(kind, address)
        if owner := ask.people.by_handle.get(str(handle)):
            who = ask.people.name(owner.id)
            raise Refused(N_("That address is {who}'s already."), who=who)
        if len(person.own) >= MOST:
            raise Refused(N_("You have {count} channels. `me remove` gives one up."), count=MOST)
        yield ChannelOffered(str(handle), ask.now + VALID)

    def answer(self, state: Any, entries: Sequence[Entry], ask: Ask, voice: Voice) -> Card:
        typed = f"/{ask.rules.root} me verify"
        said = voice.say(N_("A code is on its way there. Type it within ten minutes: {typed}"), typed=code(typed))
        return Card(body=(Para(said),), to="speaker")


@command("me verify", rank=43, private=True, group="people")
class VerifyChannel(Mine):
    """Type the code that was sent to a channel of yours: from then on you are reached there."""

    code: str = words(N_("The code that was sent there."), required=True)

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        alive = [each for each in person.proving if each.until > ask.now]
        if not alive:
            raise Refused(N_("No code is waiting, or it is too old. `me add` sends a new one."))
        typed = "".join(letter for letter in self.code if letter.isdigit())
        found = next((each for each in alive if same(typed, code_of(ask.key, person.id, each.rev))), None)
        if found is None:
            yield Mistyped()
        elif found.handle in ask.people.by_handle:
            raise Refused(N_("That address is {who}'s already."), who=ask.people.by_handle[found.handle].name)
        else:
            yield Proved(found.handle)

    def answer(self, state: Any, entries: Sequence[Entry], ask: Ask, voice: Voice) -> Card:
        good = any(isinstance(entry.event, Proved) for entry in entries)
        said = N_("Verified: you are reached there from now on. `me test` tries it out.")
        text = said if good else N_("That is not the code. After a few wrong ones, `me add` sends a new one.")
        return Card(body=(Para(voice.say(text)),), to="speaker", tone="calm" if good else "warn")


@command("me remove", rank=44, private=True, group="people")
class RemoveChannel(Mine):
    """Give up a channel of yours: you are not reached there any more."""

    channel: Kind | None = word(N_("The kind: email, sms, call, push or apprise."), required=True)
    address: str = words(N_("Which one, where you have several."))

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        kind = (self.channel or Kind.EMAIL).value
        proving = [each.handle for each in person.proving]
        mine = [Handle.parse(each) for each in (*person.own, *proving)]
        found = [each for each in mine if each.platform == kind and self.address.strip() in ("", each.id)]
        if any(Handle.parse(each).platform == kind for each in person.configured) and not found:
            raise Refused(N_("That one stands in the configuration: an administrator can take it out there."))
        if not found:
            raise Refused(N_("You have no such channel. `me` shows those that you have."))
        if len(found) > 1:
            raise Refused(N_("You have several of these. Write the whole address, too."))
        if str(found[0]) == ask.handle:
            raise Refused(N_("You are speaking from it just now. Give it up from somewhere else."))
        yield GivenUp(str(found[0]))


@command("me rule", rank=45, private=True, group="people")
class Rule(Mine):
    """Say how you are reached: channels in their order, each with its delay after the page began.

    `me rule high chat, push, sms 2m, call 5m`. `chat` is whatever chats you have. A channel that fails passes to the
    next one at once. `me rule low default` goes back to what the house does.
    """

    urgency: Urgency | None = word(N_("high or low."), required=True)
    chain: str = words(N_("The channels, or `default`."), required=True)

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        urgency = self.urgency.value if self.urgency else "high"
        default = self.chain.strip().lower() == "default"
        hops = () if default else read_hops(self.chain, (*ask.rules.platforms, *ask.rules.channels))
        yield Ruled(urgency, hops)


@command("me quiet", rank=46, private=True, group="people")
class SetQuiet(Mine):
    """Say when low urgency waits until morning: `me quiet 22:00-07:00`, on your own clock. `me quiet off` ends it.

    High urgency never waits, and neither does a page when nobody else answered.
    """

    hours: str = words(N_("From when until when, or `off`."), required=True)

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        yield Hushed(None if self.hours.strip().lower() in {"off", "none", "关"} else read_quiet(self.hours))


@command("me test", rank=47, private=True, group="people")
class TryOut(Mine):
    """Send a test page by every channel of yours, and be told how each took it."""

    def decide(self, person: Person, ask: Ask) -> Iterator[Event]:
        here = {*ask.rules.platforms, *ask.rules.channels}
        handles = tuple(str(handle) for handle in person.handles if handle.platform in here)
        if not handles:
            raise Refused(N_("NOTHING reaches you: `me add` adds a channel."))
        yield Tested(handles, ask.handle)

    def answer(self, state: Any, entries: Sequence[Entry], ask: Ask, voice: Voice) -> Card:
        trial = state.trial
        names = ", ".join(veiled(Handle.parse(each)) for each in trial.handles) if trial else ""
        said = voice.say(
            N_("A test page is on its way by {names}. How it went is told to you in a moment."), names=names
        )
        return Card(body=(Para(said),), to="speaker")
