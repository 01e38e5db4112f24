"""The core alone: no store, no chat, no clock."""
