"""Slack's payloads, read: what was said, and where the answer goes. Each raises `Unreadable` and nothing else."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from adapters.signs import below, edited
from adapters.slack import native
from adapters.slack.letters import shown, things, typed, words
from adapters.slack.native import Interaction, Message, View, key, moment, parse
from adapters.slack.show import ABOUT, FORM, METADATA, SAYS
from bot.ports import Grammar, Handle, MessageId, Place, Remark, Said

Payload = Mapping[str, Any]

SPOKEN = frozenset(("", "me_message", "file_share", "thread_broadcast"))
"""The subtypes of messages in which somebody says something."""
ENTITIES = {ord(each): f"\\u{ord(each):04x}" for each in "&<>"}
PIN, MINE = "pin", "mine"
"""What a reaction says, and what somebody's Home shows."""


class Back(Struct, frozen=True, kw_only=True):
    """Where an answer goes."""

    user: str
    room: str = ""
    """Empty: in person, wherever that is."""
    thread: str = ""
    direct: bool = False
    home: bool = False
    """Into the Home that it was asked in."""
    url: str = ""
    """A `response_url`: works where the bot is no member, five times within half an hour."""
    trigger: str = ""
    """Opens a form, once, within three seconds."""


class Heard(Struct, frozen=True):
    """What was said, and where its answer goes. `points` names a message that it may be about, still to be fetched."""

    said: Said
    back: Back
    points: str = ""


class Kept(Struct, frozen=True, kw_only=True):
    """What a form carries until it is sent: the command so far, where its answer goes, and what it is about."""

    words: str
    back: Back
    about: Remark | None = None


# ---- commands, presses, forms


def command(body: Payload) -> Heard:
    """A slash command."""
    given = parse(body, native.Command)
    back = Back(room=given.channel_id, user=given.user_id, url=given.response_url, trigger=given.trigger_id)
    said = Said(key=f"slack:{back.trigger}", by=_by(back.user), place=_place(back.room), words=words(given.text))
    return Heard(said, back)


def press(body: Payload) -> Heard | None:
    """A pressed button; None where it was none of ours, or only a link. A Home has no room: it is said in person."""
    given = parse(body, Interaction)
    action = given.actions[0] if given.actions else native.Action()
    home = given.view.type == "home"
    room = given.container.channel_id or given.channel.id
    if not action.action_id.startswith(SAYS) or not (room or home):
        return None
    back = Back(
        room=room,
        user=given.user.id,
        thread=given.message.thread_ts or given.container.thread_ts,
        direct=home or room.startswith("D"),
        home=home,
        url=given.response_url,
        trigger=given.trigger_id,
    )
    said = Said(
        key=f"slack:{given.trigger_id or action.action_ts}",
        by=_by(back.user),
        place=_place(room),
        words=action.value,
        direct=back.direct,
        message=MessageId(given.container.message_ts) if given.container.message_ts else None,
    )
    return Heard(said, back, back.thread if back.thread != given.container.message_ts else "")


def shortcut(body: Payload, url: str) -> Heard | None:
    """A verb from a message's menu, about that message, or from everywhere; None where it is none of ours.

    `url` is the workspace's own address."""
    given = parse(body, Interaction)
    about = given.callback_id.startswith(ABOUT) and given.type == "message_action"
    if not about and not given.callback_id.startswith(SAYS):
        return None
    room, message = given.channel.id, given.message
    direct = room.startswith("D") or not room
    back = Back(
        room=room,
        user=given.user.id,
        thread=message.thread_ts,
        direct=direct,
        url=given.response_url,
        trigger=given.trigger_id,
    )
    said = Said(
        key=f"slack:{given.trigger_id or given.action_ts}",
        by=_by(back.user),
        place=_place(room),
        words=given.callback_id.removeprefix(ABOUT if about else SAYS).replace(".", " "),
        direct=direct,
        pressed=True,
        about=remark(message, room, url) if about else None,
    )
    return Heard(said, back)


def submission(body: Payload) -> Heard | None:
    """A form that was sent; None where it is none of ours."""
    given = parse(body, Interaction)
    if given.view.callback_id != FORM:
        return None
    kept = _kept(given.view)
    back = msgspec.structs.replace(kept.back, user=given.user.id, trigger=given.trigger_id)
    said = Said(
        key=f"slack:{given.trigger_id or given.view.id + given.view.hash}",
        by=_by(back.user),
        place=_place(back.room),
        words=kept.words,
        fields=_fields(given.view),
        direct=back.direct,
        about=kept.about,
    )
    return Heard(said, back)


def suggestion(body: Payload) -> tuple[Said, str] | None:
    """A select that asks what its option may be; None where it is none of ours."""
    given = parse(body, Interaction)
    if given.view.callback_id != FORM:
        return None
    kept = _kept(given.view)
    said = Said(
        key=f"slack:{given.action_ts}",
        by=_by(given.user.id),
        place=_place(kept.back.room),
        words=kept.words,
        fields={**_fields(given.view), given.block_id: given.value},
        direct=kept.back.direct,
        about=kept.about,
    )
    return said, given.block_id


def remember(words: str, back: Back, about: Remark | None) -> str:
    """What a form carries for `submission`. Of a long message only the beginning goes along."""
    kept = Kept(words=words, back=msgspec.structs.replace(back, trigger=""), about=about)
    # The platform may give `&`, `<` and `>` back as entities.
    written = json.dumps(msgspec.to_builtins(kept), ensure_ascii=False).translate(ENTITIES)
    if about is None or len(written) <= METADATA:
        return written
    # Letters count for up to six of what is written: so much shorter that it comes near, and once more if need be.
    room = len(about.text) * METADATA // len(written)
    return remember(words, back, msgspec.structs.replace(about, text=about.text[:room]) if about.text else None)


def _kept(view: View) -> Kept:
    try:
        return msgspec.json.decode(view.private_metadata, type=Kept)
    except (msgspec.DecodeError, UnicodeEncodeError) as wrong:
        raise native.Unreadable(str(wrong)) from None


def _fields(view: View) -> dict[str, str]:
    return {name: value for name, value in _filled(view) if value}


def _filled(view: View) -> Iterator[tuple[str, str]]:
    for name, inside in view.state.values.items():
        for each in inside.values():
            if each.selected_option:
                yield name, each.selected_option.value
            elif each.selected_user:
                yield name, f"@slack:{each.selected_user}"
            else:
                yield name, each.value


# ---- messages and reactions


def message(body: Payload, me: str, grammar: Grammar) -> Heard | None:
    """A message that somebody typed; None for our own, for other bots', and for what nobody said."""
    event = parse(body.get("event"), Message)
    if event.bot_id or event.user in ("", me, "USLACKBOT") or event.subtype not in SPOKEN:
        return None
    direct = event.channel_type == "im"
    text = typed(event)
    # Somebody else's words, passed on, are nobody's command.
    line, addressed = spoken(text, me, grammar, direct) if text else ("", direct and bool(event.files))
    line = line if addressed else below(line, *things(event, links=True))
    if not (line or addressed) or (direct and not addressed):
        return None
    said = Said(
        # Not the delivery's own id: what is read back from history has none, and is the same message.
        key=f"slack:{event.channel}:{event.ts}",
        by=_by(event.user),
        place=_place(event.channel),
        words=line,
        addressed=addressed,
        direct=direct,
        at=moment(event.ts),
        message=MessageId(event.ts),
    )
    back = Back(room=event.channel, user=event.user, thread=event.thread_ts, direct=direct)
    return Heard(said, back, event.thread_ts if event.thread_ts != event.ts else "")


def enclosed(heard: Heard, body: Payload) -> Heard | None:
    """What came with a command, a picture for example: it goes to the other rooms, as all that is said."""
    said = heard.said
    files = below(*things(parse(body.get("event"), Message), links=True)) if said.addressed and not said.direct else ""
    also = msgspec.structs.replace(said, key=f"{said.key}:enclosed", words=files, addressed=False)
    return Heard(also, heard.back) if files else None


def changed(body: Payload, me: str, grammar: Grammar) -> Heard | None:
    """What somebody made of what they had said; None where something else changed. An edit is no command."""
    event = parse(body.get("event"), native.Changed)
    now, text = event.message, typed(event.message)
    robot = now.bot_id or now.user in ("", me, "USLACKBOT") or now.subtype not in SPOKEN
    if robot or event.channel_type == "im" or not (now.edited and text) or text == typed(event.previous_message):
        return None
    if spoken(text, me, grammar, direct=False)[1]:
        return None
    said = Said(
        key=f"slack:{event.channel}:{now.ts}:{now.edited.ts}",
        by=_by(now.user),
        place=_place(event.channel),
        words=edited(text),
        addressed=False,
        at=moment(now.edited.ts),
        message=MessageId(now.ts),
    )
    return Heard(said, Back(room=event.channel, user=now.user, thread=now.thread_ts))


def reaction(body: Payload, me: str, pins: Collection[str]) -> Heard | None:
    """A reaction that pins a message; None for all others, and for our own."""
    event = parse(body.get("event"), native.Reaction)
    item, emoji = event.item, event.reaction.split("::")[0]
    if emoji not in pins or event.user in ("", me) or item.type != "message" or not item.channel:
        return None
    direct = item.channel.startswith("D")
    said = Said(
        # Not the delivery's own id: what is read back from history has none, and is the same reaction.
        key=f"slack:{item.channel}:{item.ts}:{event.user}:{emoji}",
        by=_by(event.user),
        place=_place(item.channel),
        words=PIN,
        direct=direct,
        pressed=True,
        reacted=True,
    )
    return Heard(said, Back(room=item.channel, user=event.user, direct=direct), item.ts)


def home(body: Payload) -> Heard | None:
    """Somebody looks at their Home; None where they look at the conversation."""
    event = parse(body.get("event"), native.HomeOpened)
    if event.tab != "home" or not event.user:
        return None
    back = Back(room=event.channel, user=event.user, direct=True, home=True)
    return Heard(at_home(back, key(body)), back)


def at_home(back: Back, key: str) -> Said:
    """What somebody's Home asks."""
    return Said(key=key, by=_by(back.user), place=_place(back.room), words=MINE, direct=True, pressed=True)


def remark(message: Message, room: str, url: str) -> Remark:
    """A message as something that can be pointed at. `url` is the workspace's own address."""
    thread = f"?thread_ts={message.thread_ts}&cid={room}" if message.thread_ts not in ("", message.ts) else ""
    return Remark(
        message=MessageId(message.ts),
        text=shown(message),
        by=_by(message.user) if message.user else None,
        name=message.username,
        at=moment(message.ts),
        link=f"{url}archives/{room}/p{message.ts.replace('.', '')}{thread}",
    )


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


def _by(user: str) -> Handle:
    return Handle("slack", user)


def _place(room: str) -> Place:
    # A thread is part of its room: what is said in it is about the room's incident. The answer goes into the thread.
    return Place("slack", room)
