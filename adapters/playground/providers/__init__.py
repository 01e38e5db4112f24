"""Stand-ins for the providers that are no chats: a mail server, Twilio, ntfy, and a target of Apprise."""

from adapters.playground.providers.providers import Providers

__all__ = ["Providers"]
