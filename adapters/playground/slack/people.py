"""People, the bot and the workspace as the Web API knows them."""

from collections.abc import Mapping
from typing import Any

from adapters.playground.slack.rooms import began
from adapters.playground.slack.workspace import APP, BOT, BOT_ID, BOT_NAME, DOMAIN, TEAM, No, User, Workspace

Args = Mapping[str, Any]
Answer = dict[str, Any]


def as_user(user: User) -> Answer:
    """A person as the API shows them."""
    profile = {"real_name": user.real_name, "display_name": user.real_name, "image_48": "", "team": TEAM}
    profile |= {} if user.bot else {"email": user.email}
    return {
        "id": user.id,
        "team_id": TEAM,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "is_bot": user.bot,
        "tz": "Europe/Berlin",
        "locale": user.locale,
        "profile": profile,
    }


def user_info(at: Workspace, args: Args) -> Answer:
    """users.info"""
    if args["user"] not in at.users:
        raise No("user_not_found")
    return {"user": as_user(at.users[args["user"]])}


def users(at: Workspace, args: Args) -> Answer:
    """users.list: a page of them; the cursor is where the next one begins."""
    limit, start = int(args.get("limit") or 0) or len(at.users), began(args)
    after = str(start + limit) if len(at.users) > start + limit else ""
    shown = [as_user(each) for each in list(at.users.values())[start : start + limit]]
    return {"members": shown, "cache_ts": at.now, "response_metadata": {"next_cursor": after}}


def by_address(at: Workspace, args: Args) -> Answer:
    """users.lookupByEmail"""
    found = next((each for each in at.users.values() if each.email == args.get("email") and not each.bot), None)
    if found is None:
        raise No("users_not_found")
    return {"user": as_user(found)}


def bot_info(at: Workspace, args: Args) -> Answer:
    """bots.info"""
    if args.get("bot") not in (None, BOT_ID):
        raise No("bot_not_found")
    return {"bot": {"id": BOT_ID, "deleted": False, "name": BOT_NAME, "app_id": APP, "user_id": BOT, "icons": {}}}


def echo(_at: Workspace, args: Args) -> Answer:
    """api.test"""
    if args.get("error"):
        raise No(str(args["error"]), args=dict(args))
    return {"args": dict(args)}


def test(_at: Workspace, _args: Args) -> Answer:
    """auth.test"""
    team = {"url": f"https://{DOMAIN}.slack.com/", "team": "Tocsin Demo", "team_id": TEAM}
    return {**team, "user": BOT_NAME.lower(), "user_id": BOT, "bot_id": BOT_ID, "app_id": APP}


METHODS = {
    "users.info": user_info,
    "users.list": users,
    "users.lookupByEmail": by_address,
    "bots.info": bot_info,
    "auth.test": test,
    "api.test": echo,
}
"""A method's name, and what does it."""
