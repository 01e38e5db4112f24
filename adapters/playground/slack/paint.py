"""Messages as the client shows them, made from their native payloads."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from typing import Any

from adapters.playground.slack.blocks import Bad, check_option
from adapters.playground.slack.mrkdwn import called, mrkdwn, rich
from adapters.playground.slack.workspace import BOT, Channel, Message, No, Workspace, moment
from adapters.playground.stage import Bubble, Knob, Room

COLOURS = {"good": "2eb67d", "warning": "ecb22e", "danger": "e01e5a"}
EMOJI = {"+1": "👍", "eyes": "👀", "white_check_mark": "✅", "tada": "🎉", "heart": "❤️", "fire": "🔥", "pushpin": "📌"}
"""The platform's names for the faces that the page offers."""
MOST_OFFERS = 100
"""Entries that the app may offer to a select."""


def room(at: Workspace, channel: Channel, viewer: str, menu: Sequence[Knob]) -> Room:
    """A channel on somebody's screen."""
    kind, name = ("direct", at.users[BOT].real_name) if channel.im else ("channel", channel.name)
    members = tuple(called(user, at) for user in channel.members)
    bubbles = tuple(bubbles_of(at, channel, viewer, menu))
    return Room(channel.id, name, kind, plain(mrkdwn(channel.topic, at)), channel.private, members, bubbles)


def bubbles_of(at: Workspace, channel: Channel, viewer: str, menu: Sequence[Knob]) -> Iterator[Bubble]:
    """What somebody sees in a channel, oldest first: what was whispered to others is not among it."""
    user = at.user_of(viewer).id
    heard = [(message, False) for message in channel.messages.values()]
    heard += [(message, True) for to, message in channel.whispers if to == user]
    for message, whispered in sorted(heard, key=lambda each: str(each[0]["ts"])):
        yield bubble(at, channel, message, whispered, () if whispered else menu)


def bubble(at: Workspace, channel: Channel, message: Message, whispered: bool, menu: Sequence[Knob]) -> Bubble:
    """One message."""
    html = "".join(parts(at, message))
    return Bubble(
        id=message["ts"],
        author=message.get("username") or called(message.get("user", ""), at),
        text=plain(html),
        html=html,
        at=moment(message["ts"]),
        bot="bot_id" in message,
        avatar=message.get("icons", {}).get("image_48", ""),
        # An edit of blocks alone is not marked by the client.
        edited="edited" in message and "blocks" not in message and "attachments" not in message,
        pinned=message["ts"] in channel.pins,
        ephemeral=whispered,
        colour=colour(message),
        reply_to=message.get("thread_ts", "") if message.get("thread_ts") != message["ts"] else "",
        buttons=tuple(rows(message)),
        reactions={EMOJI.get(name, f":{name}:"): len(who) for name, who in message.get("reactions", {}).items() if who},
        menu=menu,
    )


def parts(at: Workspace, message: Message) -> Iterator[str]:
    """The message's text or blocks, then what is attached. With blocks, the text is only for notifications."""
    if blocks := message.get("blocks"):
        yield from (block(at, each) for each in blocks)
    elif message.get("text"):
        yield f"<p>{mrkdwn(message['text'], at)}</p>"
    for each in message.get("attachments", ()):
        inner = each.get("blocks")
        yield "".join(block(at, one) for one in inner) if inner else f"<p>{mrkdwn(each.get('text', ''), at)}</p>"


def block(at: Workspace, each: Mapping[str, Any]) -> str:
    """One block."""
    match each["type"]:
        case "header":
            return f"<p><b>{letters(at, each['text'])}</b></p>"
        case "rich_text":
            return rich(each["elements"], at)
        case "section":
            said = f"<p>{letters(at, each['text'])}</p>" if "text" in each else ""
            return said + "".join(f"<p>{letters(at, one)}</p>" for one in each.get("fields", ()))
        case "context":
            return f"<p><small>{' '.join(letters(at, one) for one in each['elements'])}</small></p>"
        case "divider":
            return "<hr>"
    return ""


def letters(at: Workspace, text: Mapping[str, Any]) -> str:
    """A text object."""
    if text["type"] == "mrkdwn":
        return mrkdwn(text["text"], at)
    return escape(text["text"], quote=False).replace("\n", "<br>")


def all_blocks(message: Message) -> Iterator[Mapping[str, Any]]:
    """The message's own blocks, then its attachments'."""
    yield from message.get("blocks", ())
    for each in message.get("attachments", ()):
        yield from each.get("blocks", ())


def rows(message: Message) -> Iterator[Sequence[Knob]]:
    """Its buttons."""
    for each in all_blocks(message):
        if each["type"] == "actions":
            yield tuple(
                Knob(
                    f"{each['block_id']}/{one['action_id']}",
                    one["text"]["text"],
                    one.get("style", ""),
                    one.get("url", ""),
                )
                for one in each["elements"]
                if one["type"] == "button"
            )


def colour(message: Message) -> str:
    """The bar at its side."""
    found = next((each["color"] for each in message.get("attachments", ()) if each.get("color")), "")
    return f"#{COLOURS.get(found, found)}" if found else ""


def pressed(message: Message, knob: str) -> Mapping[str, Any]:
    """The button that was pressed. Raises `KeyError` where there is none."""
    for block in all_blocks(message):
        for each in block.get("elements", ()) if block["type"] == "actions" else ():
            if f"{block['block_id']}/{each['action_id']}" == knob:
                return {**each, "block_id": block["block_id"]}
    raise KeyError(knob)


def offered(said: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What the app answered to a select, if the platform takes it. Raises `No`."""
    offers = said.get("options")
    if not isinstance(offers, list) or len(offers) > MOST_OFFERS:
        raise No("invalid_options")
    try:
        for index, each in enumerate(offers):
            check_option(each, f"/options/{index}")
    except Bad as bad:
        raise No(str(bad)) from None
    return offers


def home(at: Workspace, viewer: str) -> Room:
    """The app's Home on somebody's screen."""
    view = at.homes.get(at.user_of(viewer).id)
    return Room("home", at.users[BOT].real_name, "home", bubbles=(page(at, view),) if view else ())


def page(at: Workspace, view: Message) -> Bubble:
    """What was published there."""
    html = "".join(block(at, each) for each in view["blocks"])
    return Bubble(
        view["id"], at.users[BOT].real_name, plain(html), html, at.clock.now(), True, buttons=tuple(rows(view))
    )


class Letters(HTMLParser):
    """Collects what stands between the tags; a block begins a line."""

    LINES = frozenset(("p", "br", "li", "pre", "blockquote", "hr"))

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.LINES and self.found:
            self.found.append("\n")
        if tag == "li":
            self.found.append("• ")

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@lru_cache(maxsize=4096)
def plain(html: str) -> str:
    """The letters alone."""
    parser = Letters()
    parser.feed(html)
    parser.close()
    return "".join(parser.found)
