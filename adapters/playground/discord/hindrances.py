"""Faults of the HTTP API: what each looks like to the bot."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.playground.discord.refusal import Refusal, missing_access, unauthorized
from adapters.playground.discord.town import Town
from adapters.playground.faults import HungUp

VIA = {"Via": "1.1 google"}
"""Stands in every answer of the platform's own, and in none of the wall before it."""
CHANGES = ("PATCH", "PUT", "DELETE")


def before(town: Town, request: Request, path: str) -> Response | None:
    """What a request is answered instead of being done. Raises `Refusal`."""
    faults, at = town.faults, (f"{request.method} {path}", str(request.path_params.get("channel", "")))
    if faults.strikes("revoked"):
        raise unauthorized()
    if strike := faults.strikes("throttled_bare", *at):
        return Response("error code: 1015", 429, {"Retry-After": str(round(strike.seconds) or 1)}, "text/plain")
    for name in ("throttled", "throttled_globally"):
        if strike := faults.strikes(name, *at):
            raise throttled(strike.seconds or 1.0, "global" if name.endswith("globally") else "user")
    if faults.strikes("server_error", *at):
        return Response("500 Internal Server Error", 500, VIA)
    room(town, request, at)
    return None


def room(town: Town, request: Request, at: tuple[str, str]) -> None:
    """Faults of the channel that a request is about. Raises `Refusal`."""
    faults, channel = town.faults, town.guild.channels.get(at[1])
    if channel is None:
        return
    posting = request.method == "POST" and request.url.path.endswith("/messages")
    if channel["type"] == 1:
        if posting and faults.strikes("dm_closed", *at, channel["recipients"][0]["id"]):
            raise Refusal(403, 50007, "Cannot send messages to this user")
        return
    if faults.strikes("not_in_channel", *at):
        raise missing_access()
    if request.method in CHANGES and faults.strikes("archived_thread", *at):
        raise Refusal(400, 50083, "Thread is archived")
    message = str(request.path_params.get("message", ""))
    if request.method == "PATCH" and message:
        if faults.strikes("edit_limit", *at):
            text = "Maximum number of edits to messages older than 1 hour reached. Try again later."
            raise Refusal(429, 30046, text)
        if faults.strikes("message_gone", *at):
            town.guild.posts[at[1]].pop(message, None)


async def after(town: Town, request: Request, path: str) -> Response | None:
    """What becomes of the answer to what was done. Raises `HungUp`."""
    if request.method == "GET":
        return None
    at = (f"{request.method} {path}", str(request.path_params.get("channel", "")))
    if town.faults.strikes("dropped_after_commit", *at):
        raise HungUp
    await town.faults.dawdle(*at)
    return Response("500", 500, VIA) if town.faults.strikes("server_error_after_commit", *at) else None


def throttled(wait: float, scope: str) -> Refusal:
    """A 429, as the platform's own."""
    no = Refusal(429, 0, "You are being rate limited.")
    body: dict[str, Any] = {"message": no.body["message"], "retry_after": round(wait, 3), "global": scope == "global"}
    no.body = body
    no.headers = {**VIA, "Retry-After": str(int(-(-wait // 1))), "X-RateLimit-Scope": scope}
    if scope == "global":
        no.headers["X-RateLimit-Global"] = "true"
    return no
