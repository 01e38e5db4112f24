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
    """The view as it stands open before somebody."""
    blocks = [{"block_id": f"b{index}", **block} for index, block in enumerate(view["blocks"])]
    frame = {
        "team_id": TEAM,
        "app_id": APP,
        "bot_id": BOT_ID,
        "hash": at.ts(),
        "callback_id": "",
        "state": {"values": {}},
    }
    at.views[user] = {"private_metadata": "", **frame, **view, "id": id, "root_view_id": id, "blocks": blocks}
    return at.views[user]


def checked(view: Any) -> View:
    """A modal, if the platform takes it."""
    if not isinstance(view, dict) or view.get("type") != "modal":
        raise wrong("must be a modal [json-pointer:/view/type]")
    for name, most in (("title", 24), ("submit", 24), ("close", 24)):
        letters = view.get(name, {"text": "-"} if name != "title" else {}).get("text", "")
        if not 0 < len(letters) <= most:
            raise wrong(f"must be less than {most + 1} characters [json-pointer:/view/{name}/text]")
    for name, most in (("private_metadata", 3000), ("callback_id", 255)):
        if len(view.get(name, "")) > most:
            raise wrong(f"must be less than {most + 1} characters [json-pointer:/view/{name}]")
    blocks = check(view.get("blocks"), MOST_IN_VIEW)
    if "submit" not in view and any(block["type"] == "input" for block in blocks):
        raise wrong("missing required field: submit [json-pointer:/view]")
    if len(json.dumps(view)) > 250_000:
        raise No("view_too_large")
    return view


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
            kind = "choice" if choices else "long" if element.get("multiline") else "text"
            yield Input(block["block_id"], label, kind, required, value, choices)


def filled(view: View, answers: Mapping[str, str]) -> View:
    """The modal with what somebody put in, as a submission carries it."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element, given = block["element"], answers.get(block["block_id"], "")
            values[block["block_id"]] = {element["action_id"]: {"type": element["type"], **state(element, given)}}
    return {**view, "state": {"values": values}}


def state(element: Mapping[str, Any], given: str) -> View:
    """What one field holds."""
    match element["type"]:
        case "static_select":
            chosen = next((each for each in element["options"] if each["value"] == given), None)
            return {"selected_option": chosen}
        case "users_select":
            return {"selected_user": given or None}
    return {"value": given or None}


METHODS = {"views.open": (open_view, ("view",)), "views.update": (update_view, ("view",))}
"""A method's name: what does it, and the arguments it cannot do without."""
