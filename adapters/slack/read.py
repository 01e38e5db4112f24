"""Slack's payloads, read: what was said, and where the answer goes."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import unescape
from typing import Any

from msgspec import Struct

from adapters.slack.show import FORM, SAYS
from bot.ports import Grammar, Handle, MessageId, Place, Said

Payload = Mapping[str, Any]

SPOKEN = frozenset(("", "me_message", "file_share", "thread_broadcast"))
"""The subtypes of messages in which somebody says something."""
REFERENCE = re.compile(r"<([^<>\n]+)>")


class Back(Struct, frozen=True, kw_only=True):
    """Where an answer goes."""

    room: str
    user: str
    thread: str = ""
    direct: bool = False
    url: str = ""
    """A `response_url`: works where the bot is no member, five times within half an hour."""
    trigger: str = ""
    """Opens a form, once, within three seconds."""


class Heard(Struct, frozen=True):
    """What was said, and where its answer goes."""

    said: Said
    back: Back


def command(body: Payload) -> Heard:
    """A slash command."""
    user, room = body["user_id"], body["channel_id"]
    back = Back(room=room, user=user, url=body.get("response_url", ""), trigger=body.get("trigger_id", ""))
    said = Said(key=f"slack:{back.trigger}", by=_by(user), place=_place(room), words=words(body.get("text", "")))
    return Heard(said, back)


def press(body: Payload) -> Heard | None:
    """A pressed button; None where it was none of ours, or only a link."""
    action: Payload = next(iter(body.get("actions", ())), {})
    container, message = body.get("container", {}), body.get("message", {})
    room = container.get("channel_id", "") or (body.get("channel") or {}).get("id", "")
    if not str(action.get("action_id", "")).startswith(SAYS) or not room:
        return None
    thread = message.get("thread_ts", "") or container.get("thread_ts", "")
    user, trigger = body["user"]["id"], body.get("trigger_id", "")
    back = Back(
        room=room,
        user=user,
        thread=thread,
        direct=room.startswith("D"),
        url=body.get("response_url", ""),
        trigger=trigger,
    )
    said = Said(
        key=f"slack:{trigger or action.get('action_ts', '')}",
        by=_by(user),
        place=_place(room),
        words=action.get("value", ""),
        direct=back.direct,
        message=MessageId(container["message_ts"]) if container.get("message_ts") else None,
    )
    return Heard(said, back)


def submission(body: Payload) -> Heard | None:
    """A form that was sent; None where it is none of ours."""
    view = body["view"]
    if view.get("callback_id") != FORM:
        return None
    kept = json.loads(view["private_metadata"])
    user, trigger = body["user"]["id"], body.get("trigger_id", "")
    back = Back(**{**kept["back"], "user": user, "trigger": trigger})
    said = Said(
        key=f"slack:{trigger or view['id'] + view.get('hash', '')}",
        by=_by(user),
        place=_place(back.room),
        words=kept["words"],
        fields={name: value for name, value in _filled(view) if value},
        direct=back.direct,
    )
    return Heard(said, back)


def remember(words: str, back: Back) -> str:
    """What a form carries for `submission`: the command so far, and where its answer goes."""
    kept = {"room": back.room, "user": back.user, "thread": back.thread, "direct": back.direct, "url": back.url}
    return json.dumps({"words": words, "back": kept})


def _filled(view: Payload) -> Iterator[tuple[str, str]]:
    for name, inside in view.get("state", {}).get("values", {}).items():
        for each in inside.values():
            if chosen := each.get("selected_option"):
                yield name, chosen["value"]
            elif user := each.get("selected_user"):
                yield name, f"@slack:{user}"
            else:
                yield name, each.get("value") or ""


def message(body: Payload, me: str, grammar: Grammar) -> Heard | None:
    """A message that somebody typed; None for our own, for other bots', and for what nobody said."""
    event = body["event"]
    user, room = event.get("user", ""), event.get("channel", "")
    if event.get("bot_id") or user in ("", me, "USLACKBOT") or event.get("subtype", "") not in SPOKEN:
        return None
    direct = event.get("channel_type") == "im"
    line, addressed = spoken(_typed(event), me, grammar, direct)
    if not (line or addressed):
        return None
    thread = event.get("thread_ts", "")
    said = Said(
        key=f"slack:{body['event_id']}",
        by=_by(user),
        place=_place(room),
        words=line,
        addressed=addressed,
        direct=direct,
        at=datetime.fromtimestamp(float(event["ts"]), UTC),
        message=MessageId(event["ts"]),
    )
    return Heard(said, Back(room=room, user=user, thread=thread, direct=direct))


def spoken(typed: str, me: str, grammar: Grammar, direct: bool) -> tuple[str, bool]:
    """The words, and whether they were meant for the bot: by mention, by `!ack`, or because nobody else listens."""
    line, mention = typed.strip(), f"@slack:{me}"
    if line.startswith(mention) and not line[len(mention) :][:1].isalnum():
        return _rootless(line.removeprefix(mention).lstrip(" :,!"), grammar), True
    bare = _rootless(line[1:].lstrip(), grammar) if line.startswith("!") else ""
    if bare and grammar.verb(bare):
        return bare, True
    return (_rootless(line, grammar), True) if direct else (line, False)


def _rootless(line: str, grammar: Grammar) -> str:
    """Without the command's own name, which people put before it out of habit."""
    first, _, rest = line.lstrip("/").partition(" ")
    return rest.strip() if first.lower() == grammar.root and not grammar.verb(first) else line


def _typed(event: Payload) -> str:
    """The letters of a message. Its `text` has mark-up in it that nobody typed; the blocks, if any, have none."""
    blocks = [each for each in event.get("blocks", ()) if each.get("type") == "rich_text"]
    if blocks:
        return "\n".join(letters(each["elements"]) for each in blocks)
    return words(event.get("text", ""))


def letters(elements: Sequence[Payload]) -> str:
    """The letters of a rich_text block."""
    return "\n".join(line for each in elements for line in _block(each)).strip("\n")


def _block(each: Payload) -> Iterator[str]:
    if each["type"] == "rich_text_list":
        yield from (f"• {_runs(item)}" for item in each["elements"])
    else:
        before = "> " if each["type"] == "rich_text_quote" else ""
        yield from (before + one for one in _runs(each).strip("\n").split("\n"))


def _runs(each: Payload) -> str:
    return "".join(_run(inner) for inner in each["elements"])


def _run(run: Payload) -> str:
    match run["type"]:
        case "user":
            return f"@slack:{run['user_id']}"
        case "link":
            return str(run.get("text") or run["url"])
        case "emoji":
            return _emoji(run)
        case "broadcast":
            return f"@{run['range']}"
        case "channel":
            return f"#{run['channel_id']}"
        case "date":
            return str(run.get("fallback", ""))
    return str(run.get("text", ""))


def _emoji(run: Payload) -> str:
    try:
        return "".join(chr(int(each, 16)) for each in run["unicode"].split("-"))
    except (KeyError, ValueError):
        return f":{run['name']}:"


def words(text: str) -> str:
    """Text in the platform's mark-up as bare words: people as `@slack:ID`, links as they were typed."""
    return unescape(REFERENCE.sub(lambda found: _reference(found[1]), text)).strip()


def _reference(inside: str) -> str:
    target, _, label = inside.partition("|")
    match target[0]:
        case "@":
            return f"@slack:{target[1:]}"
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return label or f"@{target[1:].split('^')[0]}"
    return label or target


def _by(user: str) -> Handle:
    return Handle("slack", user)


def _place(room: str) -> Place:
    # A thread is part of its room: what is said in it is about the room's incident. The answer goes into the thread.
    return Place("slack", room)
