"""What people do in Slack's own client: type, press, fill in; and what it then sends to the app."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any
from uuid import uuid4

from adapters.playground.slack import forms, paint
from adapters.playground.slack.api import respond
from adapters.playground.slack.app import App
from adapters.playground.slack.socket import Switchboard, Unanswered
from adapters.playground.slack.workspace import APP, DOMAIN, TEAM, Channel, Message, User, Workspace

Payload = Mapping[str, Any]
VERIFICATION = "playground"
"""The old verification token, which every payload still carries."""


class Client:
    """Everybody's client. `base` is where the platform's own addresses begin."""

    base = ""

    def __init__(self, at: Workspace, board: Switchboard, app: App, changed: Callable[[], None]) -> None:
        self.at, self.board, self.app, self.changed = at, board, app, changed

    # ---- typing

    async def say(self, viewer: str, room: str, text: str, reply_to: str = "") -> None:
        """Type it and press enter."""
        user, channel = self.at.user_of(viewer), self._enter(viewer, room)
        word = text.split(maxsplit=1)[0] if text.strip() else ""
        if not word.startswith("/"):
            self._post(user, channel, text, reply_to)
        elif word not in dict(self.app.commands):
            self._slackbot(user, channel, f"`{word}` is not a valid command.")
        elif reply_to:
            self._slackbot(user, channel, f"{word} is not supported in threads. Sorry!")
        else:
            await self._command(user, channel, word, text.strip()[len(word) :].strip())
        self.changed()

    def _post(self, user: User, channel: Channel, text: str, reply_to: str) -> None:
        segments = list(self.segments(text))
        said = "".join(marked(kind, value) for kind, value in segments)
        inside = [element(kind, value) for kind, value in segments]
        section = {"type": "rich_text_section", "elements": inside}
        message: Message = {"user": user.id, "text": said, "client_msg_id": str(uuid4())}
        message["blocks"] = [{"type": "rich_text", "block_id": "b0", "elements": [section]}]
        if reply_to:
            message["thread_ts"] = self.at.message(channel, reply_to).get("thread_ts", reply_to)
        self.at.post(channel, message)

    async def _command(self, user: User, channel: Channel, command: str, text: str) -> None:
        words = "".join(marked(kind, value, self.at.users) for kind, value in self.segments(text))
        hook = self.at.hook(channel.id, user.id)
        payload = {
            "token": VERIFICATION,
            "api_app_id": APP,
            "team_id": TEAM,
            "team_domain": DOMAIN,
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.im else "privategroup" if channel.private else channel.name,
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": words,
            "is_enterprise_install": "false",
            "trigger_id": self.at.trigger(user.id),
            "response_url": self._address(hook),
        }
        try:
            said = await self.board.ask("slash_commands", payload)
        except Unanswered as wrong:
            self._slackbot(user, channel, f'{command} failed with the error "{wrong}"')
        else:
            if said.get("text") or said.get("blocks") or said.get("attachments"):
                respond(self.at, self.at.hooks[hook], said)

    def segments(self, text: str) -> Iterator[tuple[str, str]]:
        """Typed letters as the composer takes them: people, links, and the rest."""
        people = {name.lower(): user for user in self.at.users.values() for name in names(user)}
        known = "|".join(re.escape(name) for name in sorted(people, key=len, reverse=True))
        last = 0
        for found in re.finditer(rf"(?<!\w)@(?P<who>{known})\b|(?P<url>https?://[^\s<>]+)", text, re.IGNORECASE):
            if letters := text[last : found.start()]:
                yield "text", letters
            yield ("user", people[found["who"].lower()].id) if found["who"] else ("link", found["url"])
            last = found.end()
        if letters := text[last:]:
            yield "text", letters

    # ---- pressing and filling in

    async def press(self, viewer: str, room: str, bubble: str, knob: str) -> None:
        """Press a button."""
        user, channel = self.at.user_of(viewer), self._enter(viewer, room)
        message, whispered = self._find(user, channel, bubble)
        attached = any(
            each["block_id"] == knob.split("/")[0] for one in message.get("attachments", ()) for each in one["blocks"]
        )
        container: dict[str, Any] = {"type": "message_attachment" if attached else "message", "message_ts": bubble}
        container |= {"channel_id": channel.id, "is_ephemeral": whispered}
        payload = {
            "type": "block_actions",
            **self._frame(user),
            "container": container | ({"attachment_id": 1, "is_app_unfurl": False} if attached else {}),
            "team": {"id": TEAM, "domain": DOMAIN},
            "channel": {"id": channel.id, "name": channel.name or "directmessage"},
            **({} if whispered else {"message": message}),
            "state": {"values": {}},
            "response_url": self._address(self.at.hook(channel.id, user.id, bubble)),
            "actions": [{**paint.pressed(message, knob), "type": "button", "action_ts": self.at.ts()}],
        }
        await self._interact(user, payload, "Tocsin did not answer in time. Try again.")

    async def send(
        self, user: User, view: dict[str, Any], answers: Mapping[str, str], found: Mapping[str, Any]
    ) -> None:
        """Send the open form, or close it; `found` are the entries that its selects offered."""
        if not answers:
            self._close(user)
            return
        payload = {
            "type": "view_submission",
            **self._frame(user),
            "team": {"id": TEAM, "domain": DOMAIN},
            "view": forms.filled(view, answers, found),
            "response_urls": [],
        }
        said = await self._interact(user, payload, "We had some trouble connecting. Try again?")
        if said is not None:
            self._follow(user, said)

    def _follow(self, user: User, said: Payload) -> None:
        """Do with the form what the app answered."""
        match said.get("response_action", ""):
            case "errors":
                self.at.toasts[user.id] = " ".join(said["errors"].values())
            case "update":
                forms.shown(self.at, user.id, forms.checked(said["view"]), self.at.views[user.id]["id"])
            case _:
                self._close(user)
        self.changed()

    async def _interact(self, user: User, payload: Payload, trouble: str) -> Payload | None:
        """What the app answers, or None with a notice over the screen."""
        self.at.toasts.pop(user.id, None)
        try:
            return await self.board.ask("interactive", payload)
        except Unanswered:
            self.at.toasts[user.id] = trouble
            return None
        finally:
            self.changed()

    def _close(self, user: User) -> None:
        self.at.views.pop(user.id, None)
        self.changed()

    # ---- what they have in common

    def _enter(self, viewer: str, room: str) -> Channel:
        """A channel of somebody's; whoever acts in a public one joins it first."""
        user, channel = self.at.user_of(viewer), self.at.channels[room]
        if not channel.open_to(user.id):
            raise KeyError(room)
        self.at.join(channel, user.id)
        return channel

    def _find(self, user: User, channel: Channel, ts: str) -> tuple[Message, bool]:
        for to, message in channel.whispers:
            if to == user.id and message["ts"] == ts:
                return message, True
        return self.at.message(channel, ts), False

    def _frame(self, user: User) -> dict[str, Any]:
        person = {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM}
        frame = {"api_app_id": APP, "token": VERIFICATION, "enterprise": None, "is_enterprise_install": False}
        return {**frame, "user": person, "trigger_id": self.at.trigger(user.id)}

    def _address(self, hook: str) -> str:
        return f"{self.base}/slack/hooks/{APP}/{TEAM}/{hook}"

    def _slackbot(self, user: User, channel: Channel, text: str) -> None:
        """The platform's own word to somebody."""
        message = {"type": "message", "ts": self.at.ts(), "username": "Slackbot", "bot_id": "B01", "text": text}
        channel.whispers.append((user.id, message))


def names(user: User) -> Sequence[str]:
    """What somebody may be called after an `@`."""
    return tuple(dict.fromkeys((user.real_name, user.name, user.real_name.split()[0], user.id)))


def marked(kind: str, value: str, users: Mapping[str, User] | None = None) -> str:
    """A segment in the platform's mark-up; a command's mentions carry names."""
    if kind == "text":
        return escape(value, quote=False)
    name = f"|{users[value].name}" if users and kind == "user" else ""
    return f"<@{value}{name}>" if kind == "user" else f"<{escape(value, quote=False)}>"


def element(kind: str, value: str) -> Payload:
    """A segment as a run of rich text."""
    match kind:
        case "user":
            return {"type": "user", "user_id": value}
        case "link":
            return {"type": "link", "url": value}
    return {"type": "text", "text": value}
