"""Modals: opened by a trigger, changed by their id, and what a person's client makes of them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.playground.slack.blocks import MOST_IN_VIEW, check
from adapters.playground.slack.workspace import APP, BOT_ID, TEAM, No, Trigger, Workspace
from adapters.playground.stage import Input, Sheet

Args = Mapping[str, Any]
View = dict[str, Any]


def open_view(at: Workspace, args: Args) -> View:
    """views.open"""
    view = checked(args["view"])
    trigger = spent(at, str(args.get("trigger_id") or ""))
    return {"view": shown(at, trigger.user, view, at.id("V"))}


def update_view(at: Workspace, args: Args) -> View:
    """views.update"""
    owner = next((user for user, view in at.views.items() if view["id"] == args.get("view_id")), None)
    if owner is None:
        raise No("not_found")
    if args.get("hash") and args["hash"] != at.views[owner]["hash"]:
        raise No("hash_conflict")
    return {"view": shown(at, owner, checked(args["view"]), at.views[owner]["id"])}


def publish_view(at: Workspace, args: Args) -> View:
    """views.publish"""
    user, view = str(args["user_id"]), checked(args["view"], "home")
    if user not in at.users or at.users[user].bot:
        raise No("invalid_arguments", response_metadata={"messages": ["invalid `user_id`"]})
    before = at.homes.get(user)
    if args.get("hash") and before and args["hash"] != before["hash"]:
        raise No("hash_conflict")
    at.homes[user] = framed(at, view, before["id"] if before else at.id("V"))
    return {"view": at.homes[user]}


def spent(at: Workspace, id: str) -> Trigger:
    """A trigger, used up. Raises `No` where it is unknown, was used, or came too late."""
    trigger = at.triggers.get(id)
    if trigger is None:
        raise No("invalid_trigger_id")
    if trigger.used:
        raise No("exchanged_trigger_id")
    if trigger.until < at.now:
        raise No("expired_trigger_id")
    trigger.used = True
    return trigger


def shown(at: Workspace, user: str, view: Mapping[str, Any], id: str) -> View:
    """The modal as it stands open before somebody."""
    at.views[user] = framed(at, view, id)
    return at.views[user]


def framed(at: Workspace, view: Mapping[str, Any], id: str) -> View:
    """A view with all that the platform adds to it."""
    blocks = [{"block_id": f"b{index}", **block} for index, block in enumerate(view["blocks"])]
    about = {"team_id": TEAM, "app_id": APP, "bot_id": BOT_ID, "hash": f"{at.now}.{at.id('h')}"}
    frame = {**about, "callback_id": "", "private_metadata": "", "external_id": "", "state": {"values": {}}}
    return {**frame, **view, "id": id, "root_view_id": id, "previous_view_id": None, "blocks": blocks}


def checked(view: Any, kind: str = "modal") -> View:
    """A view, if the platform takes it."""
    if not isinstance(view, dict) or view.get("type") != kind:
        raise wrong(f"must be a valid enum value: {kind} [json-pointer:/view/type]")
    for name, most in (("title", 24), ("submit", 24), ("close", 24)) if kind == "modal" else ():
        letters = view.get(name, {"text": "-"} if name != "title" else {}).get("text", "")
        if not 0 < len(letters) <= most:
            raise wrong(f"must be less than {most + 1} characters [json-pointer:/view/{name}/text]")
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(view.get(name, "")) > most:
            raise wrong(f"must be less than {most + 1} characters [json-pointer:/view/{name}]")
    blocks = checked_blocks(view.get("blocks"))
    if kind == "modal" and "submit" not in view and any(block["type"] == "input" for block in blocks):
        raise wrong("missing required field: submit [json-pointer:/view]")
    if len(json.dumps(view)) > 250_000:
        raise No("view_too_large")
    return view


def checked_blocks(blocks: Any) -> list[Any]:
    """The blocks of a view: what is wrong with them is wrong with the arguments."""
    try:
        return check(blocks, MOST_IN_VIEW)
    except No as no:
        raise No("invalid_arguments", **no.more) from None


def wrong(why: str) -> No:
    """The platform's word for arguments that it does not take."""
    return No("invalid_arguments", response_metadata={"messages": [f"[ERROR] {why}"]})


def sheet(at: Workspace, view: View) -> Sheet:
    """The modal as a client draws it."""
    submit = view.get("submit", {"text": "Submit"})["text"]
    return Sheet(view["id"], view["title"]["text"], submit, tuple(inputs(at, view)))


def inputs(at: Workspace, view: View) -> Iterator[Input]:
    """Its fields."""
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            label, required = block["label"]["text"], not block.get("optional", False)
            value, choices = element.get("initial_value", ""), tuple[tuple[str, str], ...]()
            if element["type"] == "static_select":
                value = element.get("initial_option", {}).get("value", "")
                choices = tuple((each["value"], each["text"]["text"]) for each in element["options"])
            if element["type"] == "users_select":
                value = element.get("initial_user", "")
                choices = tuple((user.id, user.real_name) for user in at.users.values() if not user.bot)
            if element["type"] == "external_select":
                value = element.get("initial_option", {}).get("value", "")
            kind = "choice" if choices else KINDS.get(element["type"], "long" if element.get("multiline") else "text")
            yield Input(block["block_id"], label, kind, required, value, choices, block.get("hint", {}).get("text", ""))


def filled(view: View, answers: Mapping[str, str], found: Mapping[str, Any]) -> View:
    """The modal with what somebody put in, as a submission carries it; `found` are the entries that selects offered."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element, given = block["element"], answers.get(block["block_id"], "")
            values[block["block_id"]] = {
                element["action_id"]: {"type": element["type"], **state(element, given, found.get(block["block_id"]))}
            }
    return {**view, "state": {"values": values}}


def state(element: Mapping[str, Any], given: str, found: Any) -> View:
    """What one field holds."""
    match element["type"]:
        case "external_select":
            return {"selected_option": found}
        case "static_select":
            chosen = next((each for each in element["options"] if each["value"] == given), None)
            return {"selected_option": chosen}
        case "users_select":
            return {"selected_user": given or None}
    return {"value": given or None}


KINDS = {"external_select": "search"}
METHODS = {"views.open": open_view, "views.update": update_view, "views.publish": publish_view}
"""A method's name, and what does it."""
