"""Setting Telegram up: what `tocsin init` asks and tells."""

from collections.abc import Mapping, Sequence

from adapters.telegram.examine import RIGHTS
from bot.ports import Grammar

ASKED = {
    "room": "Telegram: the id of the group (-100…; @RawDataBot, added for a moment, tells it)",
    "account": "Telegram: your own user id (a number; @userinfobot tells it)",
}
"""Settings, and `account`: the id of whoever sets it up."""
TOKENS = ("TELEGRAM_TOKEN",)


def files(grammar: Grammar) -> Mapping[str, str]:
    """What is written beside the configuration: nothing."""
    return {}


def steps(given: Mapping[str, str]) -> Sequence[str]:
    """What is done in Telegram."""
    return (
        "@BotFather: /newbot. The token that it answers with is TELEGRAM_TOKEN.",
        "@BotFather: /setprivacy, your bot, Disable: so it hears what is typed in the war rooms.",
        "Make a group and turn on Topics in its settings.",
        f"Add the bot and make it an administrator who may: {', '.join(RIGHTS.values())}.",
        "Everybody who is to be paged opens the bot and presses Start, once.",
    )
