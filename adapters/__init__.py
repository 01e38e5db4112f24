"""The world outside: each adapter imports `bot.ports` and `bot.text`, and never another adapter."""
