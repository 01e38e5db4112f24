"""What people do in Slack's client besides typing: react, choose from menus, look at the app's Home, close channels."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.playground.slack import paint
from adapters.playground.slack.client import Client, Payload
from adapters.playground.slack.rooms import close
from adapters.playground.slack.socket import Unanswered
from adapters.playground.slack.workspace import BOT, DOMAIN, TEAM, No

TROUBLE = "Tocsin did not answer in time. Try again."


class Gestures(Client):
    """Everybody's client, with its menus."""

    # ---- reactions

    def react(self, viewer: str, room: str, bubble: str, emoji: str) -> None:
        """Put a reaction under a message, or take it away."""
        user, channel = self.at.user_of(viewer), self._enter(viewer, room)
        name = {face: name for name, face in paint.EMOJI.items()}.get(emoji, emoji.strip(":"))
        message = self.at.message(channel, bubble)
        who = message.setdefault("reactions", {}).setdefault(name, [])
        kind = "reaction_removed" if user.id in who else "reaction_added"
        (who.remove if user.id in who else who.append)(user.id)
        item = {"type": "message", "channel": channel.id, "ts": bubble}
        by = {"item_user": message["user"]} if "user" in message else {}
        if BOT in channel.members:
            ts = self.at.ts()
            self.at.tell({"type": kind, "user": user.id, "reaction": name, "item": item, **by, "event_ts": ts})
        self.changed()

    # ---- shortcuts

    async def shortcut(self, viewer: str, room: str, bubble: str, name: str) -> None:
        """Choose one of the app's shortcuts in a message's menu, or from everywhere where there is no message."""
        kind = "message" if bubble else "global"
        if not any(each["type"] == kind and each["callback_id"] == name for each in self.app.shortcuts):
            raise KeyError(name)
        user = self.at.user_of(viewer)
        frame = {**self._frame(user), "callback_id": name, "action_ts": self.at.ts()}
        frame["team"] = {"id": TEAM, "domain": DOMAIN}
        about = self._about(viewer, room, bubble) if bubble else {"type": "shortcut"}
        await self._interact(user, {**frame, **about}, TROUBLE)

    def _about(self, viewer: str, room: str, bubble: str) -> Payload:
        """What the platform says of the message. The app need not be in its channel."""
        user, channel = self.at.user_of(viewer), self._enter(viewer, room)
        hook = self.at.hook(channel.id, user.id, bubble)
        message = {name: each for name, each in self.at.message(channel, bubble).items() if name != "reactions"}
        return {
            "type": "message_action",
            "message_ts": bubble,
            "message": message,
            "channel": {"id": channel.id, "name": channel.name or "directmessage"},
            "response_url": self._address(hook),
        }

    # ---- forms and the Home

    async def search(self, viewer: str, block: str, typed: str) -> Sequence[Mapping[str, Any]]:
        """What a select in the open form offers. Raises `Unanswered`."""
        user = self.at.user_of(viewer)
        view = self.at.views[user.id]
        element = next(each["element"] for each in view["blocks"] if each["block_id"] == block)
        if len(typed) < element.get("min_query_length", 3):
            return ()
        frame = {name: value for name, value in self._frame(user).items() if name != "trigger_id"}
        payload = {
            "type": "block_suggestion",
            **frame,
            "container": {"type": "view", "view_id": view["id"]},
            "team": {"id": TEAM, "domain": DOMAIN},
            "action_id": element["action_id"],
            "block_id": block,
            "value": typed,
            "view": view,
        }
        said = await self.board.ask("interactive", payload)
        return paint.offered(said)

    async def fill(self, viewer: str, sheet: str, answers: Mapping[str, str]) -> None:
        """Send the open form, or close it. What a select offered is what can stand in it: the first that fits."""
        user = self.at.user_of(viewer)
        view = self.at.views.get(user.id)
        if view is None or view["id"] != sheet:
            return
        found: dict[str, Any] = {}
        for block in view["blocks"] if answers else ():
            if block.get("element", {}).get("type") != "external_select" or not answers.get(block["block_id"]):
                continue
            try:
                offers = await self.search(viewer, block["block_id"], answers[block["block_id"]])
            except (Unanswered, No) as wrong:
                self.at.toasts[user.id] = f"Could not load the options: {wrong}"
                return
            found[block["block_id"]] = chosen(offers, answers[block["block_id"]])
        await self.send(user, view, answers, found)

    def visit(self, viewer: str) -> None:
        """Look at the app's Home."""
        user = self.at.user_of(viewer)
        direct = next(each for each in self.at.channels.values() if each.im == user.id)
        shown = {"view": self.at.homes[user.id]} if user.id in self.at.homes else {}
        opened = {"type": "app_home_opened", "user": user.id, "channel": direct.id, "tab": "home", **shown}
        self.at.tell({**opened, "event_ts": self.at.ts()})

    async def press_home(self, viewer: str, knob: str) -> None:
        """Press a button in the Home: the app is told of no channel."""
        user = self.at.user_of(viewer)
        view = self.at.homes[user.id]
        payload = {
            "type": "block_actions",
            **self._frame(user),
            "container": {"type": "view", "view_id": view["id"]},
            "team": {"id": TEAM, "domain": DOMAIN},
            "view": view,
            "actions": [{**paint.pressed(view, knob), "type": "button", "action_ts": self.at.ts()}],
        }
        await self._interact(user, payload, TROUBLE)

    # ---- channels

    def archive(self, viewer: str, room: str) -> None:
        """Archive a channel."""
        close(self.at, self._enter(viewer, room), self.at.user_of(viewer).id)
        self.changed()

    def delete_room(self, viewer: str, room: str) -> None:
        """Delete a channel, as an administrator may."""
        channel = self.at.channels[room]
        kind = "group_deleted" if channel.private else "channel_deleted"
        self.at.inform(channel, {"type": kind, "actor_id": self.at.user_of(viewer).id})
        del self.at.channels[room]
        self.changed()

    def rename(self, viewer: str, room: str, name: str) -> None:
        """Give a channel another name."""
        channel = self._enter(viewer, room)
        channel.name = name
        about = {"id": room, "name": name, "name_normalized": name, "created": channel.created, "is_channel": True}
        kind = "group_rename" if channel.private else "channel_rename"
        self.at.inform(channel, {"type": kind, "channel": about})
        self.changed()

    def remove_bot(self, viewer: str, room: str) -> None:
        """Remove the app from a channel."""
        channel, by = self._enter(viewer, room), self.at.user_of(viewer).id
        kind = {"channel": "C", "group": "G"}[channel.kind]
        left = {"type": "member_left_channel", "user": BOT, "channel_type": kind, "team": TEAM}
        self.at.inform(channel, left)
        self.at.inform(channel, {"type": "group_left" if channel.private else "channel_left", "actor_id": by})
        del channel.members[BOT]
        self.changed()

    def move(self, room: str, to: str) -> None:
        """The channel gets another id, as when it is shared with another company."""
        channel = self.at.channels[to] = self.at.channels.pop(room)
        channel.id = to
        if BOT in channel.members:
            moved = {"type": "channel_id_changed", "old_channel_id": room, "new_channel_id": to}
            self.at.tell({**moved, "event_ts": self.at.ts()})
        self.changed()


def chosen(offers: Sequence[Mapping[str, Any]], wanted: str) -> Mapping[str, Any] | None:
    """The offer that is meant: by its value, by its label, or because it is the first."""
    same = (each for each in offers if wanted in (each["value"], each["text"]["text"]))
    return next(same, offers[0] if offers else None)
