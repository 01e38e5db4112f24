"""What somebody is sent about their own channels: a code, a test page, and how the test went."""

from bot.people.channels import veiled
from bot.people.person import Person
from bot.ports import Card, Handle
from bot.text.rich import Block, Item, Para, bold, line
from bot.text.words import N_, Voice


def code_card(typed: str, root: str, voice: Voice) -> Card:
    """A code, where it proves that the address is theirs."""
    spaced = f"{typed[:4]} {typed[4:]}"
    title = voice.say(N_("Your code for Tocsin: {code}"), code=bold(spaced))
    more = voice.say(
        N_("Type `/{root} me verify {code}` in a chat. If you did not ask for it, do nothing."), root=root, code=typed
    )
    return Card(title=title, body=(Para(more),), language=voice.language)


def trial_card(person: Person, voice: Voice) -> Card:
    """A test page: loud, and nothing is on fire."""
    title = voice.say(N_("TEST PAGE for {name}: nothing is on fire"), name=person.name)
    said = voice.say(N_("This is how a page reaches you here. There is nothing to do."))
    return Card(title=title, body=(Para(said),), tone="warn", language=voice.language)


def outcome_card(person: Person, voice: Voice) -> Card:
    """How a test page went, channel by channel."""
    title = line(bold(voice.word(N_("How the test page went"))))
    went = person.trial.went if person.trial else {}
    body = tuple(_went(Handle.parse(handle), why, voice) for handle, why in went.items())
    return Card(title=title, body=body, tone="warn" if any(went.values()) else "calm", language=voice.language)


def _went(handle: Handle, why: str, voice: Voice) -> Block:
    said = voice.say(N_("failed: {why}"), why=why) if why else voice.say(N_("accepted"))
    return Item(line("✗ " if why else "✓ ", veiled(handle), " · ", said))
