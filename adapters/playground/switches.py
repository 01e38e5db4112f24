"""The page's switches: what goes wrong on a platform, what time it is, whether the bot lives."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters.playground.bell import Bell
from adapters.playground.bot import Bot
from adapters.playground.deeds import Life, Limits, Push, Switch, read
from adapters.playground.stage import Clock, Machine, StandIn


class Switches:
    """`bot` is there where this playground can kill and start it: only then its clock can be pushed as well."""

    def __init__(self, stands: Mapping[str, StandIn], bell: Bell, clock: Clock) -> None:
        self.stands, self.bell, self.clock = stands, bell, clock
        self.bot: Bot | None = None

    def routes(self) -> Sequence[BaseRoute]:
        """All of them."""
        return (
            Route("/fault", self.fault, methods=["POST"]),
            Route("/limits", self.limits, methods=["POST"]),
            Route("/time", self.time, methods=["POST"]),
            Route("/life", self.life, methods=["POST"]),
        )

    def house(self) -> Mapping[str, Any] | None:
        """How the bot is; None where it lives elsewhere."""
        bot = self.bot
        return {"up": bot.up, "pid": bot.pid, "deaths": bot.deaths, "ahead": bot.ahead} if bot else None

    async def fault(self, request: Request) -> Response:
        """See `Switch`."""
        switch = await read(request, Switch)
        faults = self.stand(switch.platform).faults
        if switch.fault not in {each.name for each in faults.menu}:
            raise HTTPException(404, f"{switch.platform.capitalize()} knows no fault {switch.fault!r}.")
        if switch.on:
            faults.switch(switch.fault, switch.times)
        else:
            faults.mend(switch.fault)
        return self.switched()

    async def limits(self, request: Request) -> Response:
        """See `Limits`."""
        switch = await read(request, Limits)
        self.stand(switch.platform).limits = switch.on
        return self.switched()

    async def time(self, request: Request) -> Response:
        """See `Push`."""
        seconds = (await read(request, Push)).seconds
        bot = self.living()
        if not isinstance(self.clock, Machine):
            raise HTTPException(404, "The clock of this playground is pushed elsewhere.")
        self.clock.push(seconds)
        bot.push(seconds)
        return self.switched()

    async def life(self, request: Request) -> Response:
        """See `Life`."""
        life, bot = await read(request, Life), self.living()
        if life.up:
            bot.start()
        else:
            await bot.kill()
        return self.switched()

    def switched(self) -> Response:
        """The switches are on everybody's screen."""
        self.bell.ring()
        return Response(status_code=204)

    def living(self) -> Bot:
        """The bot, if it is the playground's; else a 404."""
        if self.bot is None:
            raise HTTPException(404, "The bot of this playground lives elsewhere.")
        return self.bot

    def stand(self, name: str) -> StandIn:
        """Which platform is meant; a 404 where none is."""
        if name not in self.stands:
            raise HTTPException(404, f"There is no platform {name!r}: there are {', '.join(self.stands)}.")
        return self.stands[name]
