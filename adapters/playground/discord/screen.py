"""What one person's client shows, made from the native payloads."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from adapters.playground.discord.guild import BOT, Payload, Post
from adapters.playground.discord.markdown import Shown, reader
from adapters.playground.discord.messages import PINNED
from adapters.playground.discord.town import Town
from adapters.playground.stage import Actor, Bubble, Input, Knob, Room, Screen, Sheet

STYLES = {1: "primary", 3: "success", 4: "danger"}


class Glass:
    """One person's client, at one moment."""

    def __init__(self, town: Town, actor: Actor) -> None:
        self.town = town
        self.actor = actor
        self.me = actor.ids["discord"]
        users = tuple((id, each["global_name"]) for id, each in town.guild.users.items())
        channels = tuple((id, each["name"]) for id, each in town.guild.channels.items() if "name" in each)
        self.reader = reader(users, channels, town.guild.clock.now().replace(microsecond=0))
        self.menu = tuple(self._menu())

    def screen(self) -> Screen:
        """All of it."""
        guild = self.town.guild
        seen = [each for each in guild.channels.values() if guild.sees(self.me, each)]
        return Screen(
            tuple(self._room(each) for each in sorted(seen, key=lambda each: each["type"] == 1)),
            self._sheet(),
            hints=tuple(self._hints()),
        )

    def _user(self, id: str) -> str:
        return str(self.town.guild.users.get(id, {}).get("global_name", "unknown-user"))

    def _room(self, channel: Payload) -> Room:
        guild, direct = self.town.guild, channel["type"] == 1
        posts = [post for post in guild.posts[channel["id"]].values() if post.only in ("", self.me)]
        return Room(
            channel["id"],
            guild.users[BOT]["global_name"] if direct else channel["name"],
            "direct" if direct else "channel",
            "" if direct else channel["topic"] or "",
            private=not direct and any(not guild.sees(id, channel) for id in guild.users),
            members=tuple(self._user(id) for id in guild.members(channel)),
            bubbles=tuple(self._bubble(post) for post in posts),
        )

    # ---- messages

    def _bubble(self, post: Post) -> Bubble:
        message, author = post.payload, post.payload["author"]
        html, text = self._shown(post)
        return Bubble(
            id=message["id"],
            author=author.get("global_name") or author["username"],
            text=text,
            html=html,
            at=datetime.fromisoformat(message["timestamp"]),
            bot=bool(author.get("bot")),
            avatar=author.get("avatar_url") or "",
            edited=bool(message["edited_timestamp"]) and not message.get("application_id"),
            pinned=message["pinned"],
            ephemeral=bool(post.only),
            colour=next((f"#{each['color']:06x}" for each in message["embeds"] if each.get("color")), ""),
            reply_to=(message.get("message_reference") or {}).get("message_id", "") if message["type"] == 19 else "",
            buttons=tuple(row for row in map(self._row, message["components"]) if row),
            menu=() if post.only else self.menu,
            reactions={emoji: len(users) for emoji, users in post.reactions.items() if users},
        )

    def _menu(self) -> Iterator[Knob]:
        """The bot's commands in a message's own menu, in this person's language."""
        for each in self.town.commands:
            if each["type"] == 3:
                words = each.get("name_localizations") or {}
                yield Knob(each["name"], words.get(self.actor.locale) or each["name"])

    def _shown(self, post: Post) -> Shown:
        message = post.payload
        if post.loading:
            return "<em>Tocsin is thinking…</em>", "Tocsin is thinking…"
        if message["type"] == PINNED:
            text = f"{self._user(message['author']['id'])} pinned a message to this channel."
            return f"<em>{escape(text)}</em>", text
        parts = [self.reader.read(message["content"])] if message["content"] else []
        parts += [self._embed(embed) for embed in message["embeds"]]
        parts += [shown for each in message["components"] for shown in self._component(each)]
        return "".join(part[0] for part in parts), "\n".join(part[1] for part in parts)

    def _embed(self, embed: Mapping[str, Any]) -> Shown:
        parts: list[Shown] = []
        if embed.get("title"):
            html, text = self.reader.inline(embed["title"])
            parts.append((f"<h4>{html}</h4>", text))
        if embed.get("description"):
            parts.append(self.reader.read(embed["description"]))
        for field in embed.get("fields") or ():
            name, value = self.reader.inline(field["name"]), self.reader.read(field["value"])
            named = name[1].strip("\u200b ")
            shown = f"<dl><dt>{name[0]}</dt><dd>{value[0]}</dd></dl>" if named else value[0]
            parts.append((shown, f"{named}: {value[1]}" if named else value[1]))
        if embed.get("footer"):
            text = embed["footer"]["text"]
            parts.append((f"<small>{escape(text)}</small>", text))
        html = "".join(part[0] for part in parts)
        return f'<div class="embed">{html}</div>', "\n".join(part[1] for part in parts)

    def _component(self, component: Mapping[str, Any]) -> Iterator[Shown]:
        """The text of the second generation of components."""
        if component["type"] == 10:
            yield self.reader.read(component["content"])
        for inner in component.get("components") or ():
            yield from self._component(inner)

    def _row(self, component: Mapping[str, Any]) -> tuple[Knob, ...]:
        inner = component.get("components") or ()
        knobs = tuple(knob(each) for each in (*inner, component.get("accessory") or {}) if each.get("type") == 2)
        return knobs + tuple(each for part in inner for each in self._row(part))

    # ---- forms and hints

    def _sheet(self) -> Sheet | None:
        if self.me not in self.town.interactions.forms:
            return None
        _, form = self.town.interactions.forms[self.me]
        inputs = tuple(each for part in form["components"] for each in self._input(part))
        return Sheet(form["id"], form["title"], "Submit", inputs)

    def _input(self, part: Mapping[str, Any]) -> Iterator[Input]:
        for each in [part["component"]] if part.get("component") else part.get("components") or ():
            label = part.get("label") or each.get("label") or ""
            required, hint = bool(each.get("required", True)), part.get("description") or ""
            if each["type"] == 4:
                kind = "long" if each["style"] == 2 else "text"
                yield Input(each["custom_id"], label, kind, required, each.get("value") or "", hint=hint)
            else:
                yield Input(each["custom_id"], label, "choice", required, *self._choices(each), hint)

    def _choices(self, select: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
        if select["type"] == 5:
            people = ((id, each["global_name"]) for id, each in self.town.guild.users.items() if id != BOT)
            return "", tuple(people)
        options = select.get("options") or ()
        chosen = next((each["value"] for each in options if each.get("default")), "")
        return chosen, tuple((each["value"], each["label"]) for each in options)

    def _hints(self) -> Iterator[tuple[str, str]]:
        for command in (each for each in self.town.commands if each["type"] == 1):
            yield from self._paths(command["name"], command)

    def _paths(self, name: str, command: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        inner = [each for each in command.get("options") or () if each["type"] <= 2]
        if not inner:
            words = command.get("description_localizations") or {}
            yield name, words.get(self.actor.locale) or command["description"]
        for each in inner:
            yield from self._paths(f"{name} {each['name']}", each)


def knob(button: Mapping[str, Any]) -> Knob:
    """A button as the client shows it."""
    id = button.get("custom_id") or button.get("url", "")
    return Knob(id, button.get("label") or "", STYLES.get(button["style"], ""), button.get("url") or "")
