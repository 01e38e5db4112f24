"""Telegram: long polling, forum topics, inline keyboards."""
