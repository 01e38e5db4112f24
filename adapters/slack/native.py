"""The parts of Slack's payloads that we read, with their types: newer fields pass, what is not so is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

T = TypeVar("T")


class Unreadable(Exception):
    """A payload is not as the platform documents it."""


def parse(payload: object, kind: type[T]) -> T:
    """The payload as this kind. Raises `Unreadable`, which quotes nothing of it."""
    try:
        return msgspec.convert(present(payload), kind)
    except msgspec.ValidationError as wrong:
        raise Unreadable(str(wrong)) from None


def present(value: Any) -> Any:
    """Without what is null, which the platform means as absent, and with whole letters only."""
    if isinstance(value, dict):
        return {whole(name): present(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [present(each) for each in value if each is not None]
    return whole(value) if isinstance(value, str) else value


def whole(text: str) -> str:
    """Without half letters and zeros, which no database takes."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def key(body: Mapping[str, Any]) -> str:
    """The delivery's own id. Raises `Unreadable`."""
    given = parse(body, Delivery)
    id = given.event_id or f"{given.event.type}:{given.event.channel}:{given.event.event_ts}"
    return f"slack:{id}"


def moment(ts: str) -> datetime | None:
    """When a message was posted, from its name."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return None


class Happened(Struct, frozen=True):
    """What every event tells of itself."""

    type: str = ""
    channel: Any = ""
    event_ts: str = ""


class Delivery(Struct, frozen=True):
    """An event as it was delivered: each try of the same delivery has the same id."""

    event_id: str = ""
    event: Happened = Happened()


class Named(Struct, frozen=True):
    """Somebody or something, by its id."""

    id: str = ""


class Edited(Struct, frozen=True):
    """When somebody said otherwise what they had said."""

    ts: str = ""


class Message(Struct, frozen=True, kw_only=True):
    """A message, from history, from a menu or as an event."""

    ts: str = ""
    text: str = ""
    user: str = ""
    username: str = ""
    bot_id: str = ""
    subtype: str = ""
    thread_ts: str = ""
    channel: str = ""
    channel_type: str = ""
    blocks: list[Any] = field(default_factory=list)
    attachments: list[Any] = field(default_factory=list)
    files: list[Any] = field(default_factory=list)
    edited: Edited | None = None


class Changed(Struct, frozen=True, kw_only=True):
    """A message as it is now, and as it was."""

    channel: str = ""
    channel_type: str = ""
    message: Message = Message()
    previous_message: Message = Message()


class Command(Struct, frozen=True, kw_only=True):
    """A slash command."""

    user_id: str
    channel_id: str
    text: str = ""
    trigger_id: str = ""
    response_url: str = ""


class Action(Struct, frozen=True, kw_only=True):
    """One element that was pressed."""

    action_id: str = ""
    action_ts: str = ""
    value: str = ""


class Container(Struct, frozen=True, kw_only=True):
    """Where it was pressed."""

    channel_id: str = ""
    message_ts: str = ""
    thread_ts: str = ""


class Picked(Struct, frozen=True):
    """An entry of a select."""

    value: str = ""


class Field(Struct, frozen=True, kw_only=True):
    """What stands in one field of a form."""

    value: str = ""
    selected_option: Picked | None = None
    selected_user: str = ""


class Filled(Struct, frozen=True):
    """What stands in a form: by block, by element."""

    values: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)


class View(Struct, frozen=True, kw_only=True):
    """A form, or somebody's Home."""

    id: str = ""
    type: str = ""
    hash: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    state: Filled = Filled()


class Interaction(Struct, frozen=True, kw_only=True):
    """A press, a shortcut, a form that was sent, a select that asks what it may offer."""

    user: Named
    type: str = ""
    callback_id: str = ""
    trigger_id: str = ""
    response_url: str = ""
    action_ts: str = ""
    block_id: str = ""
    value: str = ""
    channel: Named = Named()
    container: Container = Container()
    message: Message = Message()
    view: View = View()
    actions: list[Action] = field(default_factory=list)


class Item(Struct, frozen=True, kw_only=True):
    """What somebody reacted to."""

    type: str = ""
    channel: str = ""
    ts: str = ""


class Reaction(Struct, frozen=True, kw_only=True):
    """Somebody put a reaction under something."""

    user: str = ""
    reaction: str = ""
    item: Item = Item()


class HomeOpened(Struct, frozen=True, kw_only=True):
    """Somebody looked at the app."""

    user: str = ""
    channel: str = ""
    tab: str = ""


class Renamed(Struct, frozen=True, kw_only=True):
    """A channel and its new name."""

    id: str = ""
    name: str = ""


class Change(Struct, frozen=True, kw_only=True):
    """Something befell a channel. Of a renamed one there is more than the id."""

    type: str = ""
    channel: str | Renamed = ""
    user: str = ""
    actor_id: str = ""
    old_channel_id: str = ""
    new_channel_id: str = ""
