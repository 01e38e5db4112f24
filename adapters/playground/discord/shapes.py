"""The shapes that the API takes, with the sizes at which it refuses them. What is unknown passes: it may be newer."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from adapters.playground.discord.refusal import Refusal, bad_form

Snowflake = Annotated[str, Meta(pattern=r"^\d{1,20}$")] | int
Label = Annotated[str, Meta(max_length=80)]
CustomId = Annotated[str, Meta(min_length=1, max_length=100)]
CommandName = Annotated[str, Meta(pattern=r"^[-_'\w]{1,32}$")]
Description = Annotated[str, Meta(min_length=1, max_length=100)]
Url = Annotated[str, Meta(pattern=r"^(https?|discord)://\S+$", max_length=2048)]

V2 = 1 << 15
EPHEMERAL = 1 << 6
MODAL_PARTS = 5
CHAT_INPUT = 1


class Field(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=256)]
    value: Annotated[str, Meta(min_length=1, max_length=1024)]
    inline: bool | None = None


class Footer(Struct):
    text: Annotated[str, Meta(max_length=2048)]


class Author(Struct):
    name: Annotated[str, Meta(max_length=256)]
    url: Url | None = None


class Embed(Struct):
    title: Annotated[str, Meta(max_length=256)] | None = None
    description: Annotated[str, Meta(max_length=4096)] | None = None
    url: Url | None = None
    color: Annotated[int, Meta(ge=0, le=0xFFFFFF)] | None = None
    footer: Footer | None = None
    author: Author | None = None
    fields: Annotated[list[Field], Meta(max_length=25)] | None = None

    def size(self) -> int:
        """The letters that count toward the 6,000 of a message."""
        parts = [self.title, self.description, self.footer and self.footer.text, self.author and self.author.name]
        return sum(len(part or "") for part in parts) + sum(len(f.name) + len(f.value) for f in self.fields or ())


class Component(Struct):
    """Any component: which of its fields matter is told by `type`."""

    type: int
    custom_id: CustomId | None = None
    label: Label | None = None
    style: Annotated[int, Meta(ge=1, le=6)] | None = None
    url: Annotated[str, Meta(pattern=r"^(https?|discord)://\S+$", max_length=512)] | None = None
    content: Annotated[str, Meta(min_length=1, max_length=4000)] | None = None
    components: "list[Component] | None" = None
    accessory: "Component | None" = None


class Mentions(Struct):
    parse: list[Literal["roles", "users", "everyone"]] | None = None
    users: Annotated[list[Snowflake], Meta(max_length=100)] | None = None
    roles: Annotated[list[Snowflake], Meta(max_length=100)] | None = None
    replied_user: bool | None = None


class Reference(Struct):
    message_id: Snowflake
    fail_if_not_exists: bool = True


class Body(Struct):
    """A message to be created or edited."""

    content: Annotated[str, Meta(max_length=2000)] | None = None
    embeds: Annotated[list[Embed], Meta(max_length=10)] | None = None
    components: Annotated[list[Component], Meta(max_length=40)] | None = None
    allowed_mentions: Mentions | None = None
    flags: int | None = None
    nonce: Annotated[str, Meta(max_length=25)] | int | None = None
    enforce_nonce: bool | None = None
    message_reference: Reference | None = None
    username: Annotated[str, Meta(min_length=1, max_length=80)] | None = None
    avatar_url: Annotated[str, Meta(max_length=2048)] | None = None


class Choice(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    value: str | int | float
    name_localizations: dict[str, Annotated[str, Meta(min_length=1, max_length=100)]] | None = None


class Choices(Struct):
    """What may complete what somebody types."""

    choices: Annotated[list[Choice], Meta(max_length=25)]


class CommandOption(Struct):
    type: Annotated[int, Meta(ge=1, le=11)]
    name: CommandName
    description: Description
    required: bool | None = None
    choices: Annotated[list[Choice], Meta(max_length=25)] | None = None
    options: "Annotated[list[CommandOption], Meta(max_length=25)] | None" = None
    description_localizations: dict[str, Description] | None = None


class Command(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=32)]
    type: int = 1
    description: Annotated[str, Meta(max_length=100)] = ""
    name_localizations: dict[str, Annotated[str, Meta(min_length=1, max_length=32)]] | None = None
    options: Annotated[list[CommandOption], Meta(max_length=25)] | None = None
    description_localizations: dict[str, Description] | None = None


class Input(Struct):
    """What stands in a modal's label or row."""

    type: int
    custom_id: CustomId
    style: Annotated[int, Meta(ge=1, le=2)] | None = None
    value: Annotated[str, Meta(max_length=4000)] | None = None
    label: Annotated[str, Meta(max_length=45)] | None = None
    placeholder: Annotated[str, Meta(max_length=150)] | None = None
    required: bool | None = None
    options: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=25)] | None = None


class ModalPart(Struct):
    type: Literal[1, 10, 18]
    label: Annotated[str, Meta(min_length=1, max_length=45)] | None = None
    description: Description | None = None
    component: Input | None = None
    components: Annotated[list[Input], Meta(min_length=1, max_length=1)] | None = None
    content: str | None = None


class Modal(Struct):
    custom_id: CustomId
    title: Annotated[str, Meta(min_length=1, max_length=45)]
    components: Annotated[list[ModalPart], Meta(min_length=1, max_length=MODAL_PARTS)]


class NewChannel(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    type: int | None = 0
    topic: Annotated[str, Meta(max_length=1024)] | None = None
    parent_id: Snowflake | None = None
    permission_overwrites: list[dict[str, Any]] | None = None


class NewThread(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    type: Literal[10, 11, 12] | None = None


class NewWebhook(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=80)]


class Recipient(Struct):
    recipient_id: Snowflake


class Callback(Struct):
    type: int
    data: dict[str, Any] | None = None


S = TypeVar("S", bound=Struct)
PLACE = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)\]")


def take(kind: type[S], payload: Any) -> S:
    """The payload in this shape. Raises `Refusal` as the API words it."""
    try:
        return msgspec.convert(payload, kind)
    except msgspec.ValidationError as wrong:
        raise fault(str(wrong)) from None


def fault(wrong: str) -> Refusal:
    """msgspec's words for what is wrong, in Discord's."""
    what, _, where = wrong.partition(" - at `$")
    path = tuple(name or number for name, number in PLACE.findall(where.rstrip("`")))
    code = "BASE_TYPE_BAD_TYPE"
    if "length <=" in what:
        code, what = "BASE_TYPE_MAX_LENGTH", f"Must be {what.rpartition('<= ')[2]} or fewer in length."
    elif "length >=" in what:
        code, what = "BASE_TYPE_MIN_LENGTH", f"Must be {what.rpartition('>= ')[2]} or more in length."
    elif "required field" in what:
        path += (what.split("`")[1],)
        code, what = "BASE_TYPE_REQUIRED", "This field is required"
    return bad_form((path or ("_",), code, what))


def message(payload: Mapping[str, Any], *, edit: bool = False) -> Body:
    """A message's body. Raises `Refusal` for what the API refuses."""
    body = take(Body, payload)
    if sum(embed.size() for embed in body.embeds or ()) > 6000:
        raise bad_form((("embeds",), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000"))
    if (body.flags or 0) & V2 and (body.content or body.embeds):
        text = "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        raise bad_form((("content",), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text))
    _components(body)
    if not edit and not (body.content or body.embeds or body.components or payload.get("attachments")):
        raise Refusal(400, 50006, "Cannot send an empty message")
    return body


def _components(body: Body) -> None:
    seen: set[str] = set()
    if len([row for row in body.components or () if row.type == 1]) > 5 and not (body.flags or 0) & V2:
        raise bad_form((("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."))
    for path, each in walk(body.components or (), ("components",)):
        if each.type == 1 and not 1 <= len(each.components or ()) <= 5:
            raise bad_form(((*path, "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."))
        if each.type == 2 and bool(each.url) == bool(each.custom_id):
            raise bad_form((path, "BUTTON_COMPONENT_CUSTOM_ID_OR_URL", "A button has a custom id or a url, not both"))
        if each.type == 2 and each.style is None:
            raise bad_form(((*path, "style"), "BASE_TYPE_REQUIRED", "This field is required"))
        if each.custom_id and each.custom_id in seen:
            text = "Component custom id cannot be duplicated"
            raise bad_form(((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", text))
        seen.add(each.custom_id or "")


def walk(parts: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Component]]:
    """Every component of a message, the nested ones behind their parents, with the path to each."""
    for number, each in enumerate(parts):
        yield (*path, number), each
        yield from walk(each.components or (), (*path, number, "components"))
        if each.accessory:
            yield (*path, number, "accessory"), each.accessory


def commands(payload: Any) -> list[Command]:
    """The commands to be registered. Raises `Refusal` where they are more or longer than the API takes."""
    if not isinstance(payload, list) or len(payload) > 100:
        raise bad_form((("_",), "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 100 in length."))
    taken = [take(Command, each) for each in payload]
    for number, command in enumerate(taken):
        if letters(command) > 8000:
            text = "Command exceeds maximum size (8000)"
            raise bad_form(((number,), "APPLICATION_COMMAND_TOO_LARGE", text))
        _named(number, command)
        _options((number,), command.options or ())
    return taken


def _named(number: int, command: Command) -> None:
    if command.type == CHAT_INPUT and not re.fullmatch(r"[-_'\w]{1,32}", command.name):
        text = "Command name is invalid"
        raise bad_form(((number, "name"), "APPLICATION_COMMAND_INVALID_NAME", text))
    if command.type == CHAT_INPUT and not command.description:
        raise bad_form(((number, "description"), "BASE_TYPE_REQUIRED", "This field is required"))
    if command.type != CHAT_INPUT and (command.description or command.options):
        text = "Context menu commands cannot have a description or options"
        raise bad_form(((number, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID", text))


def _options(path: tuple[str | int, ...], options: Any) -> None:
    names = [option.name for option in options]
    if len(set(names)) < len(names):
        text = "Option name must be unique"
        raise bad_form(((*path, "options"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", text))
    required = [bool(option.required) for option in options if option.type > 2]
    if required != sorted(required, reverse=True):
        text = "Required options must be placed before non-required options"
        raise bad_form(((*path, "options"), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text))
    for number, option in enumerate(options):
        _options((*path, "options", number), option.options or ())


def letters(command: Any) -> int:
    """What counts toward a command's 8,000 letters: of each description the longest language."""
    described = max(map(len, [command.description, *(command.description_localizations or {}).values()]))
    choices = getattr(command, "choices", None) or ()
    inner = sum(letters(option) for option in command.options or ())
    return len(command.name) + described + inner + sum(len(c.name) + len(str(c.value)) for c in choices)
