"""Slack, by Socket Mode: `chat.py` is the way out, `desk.py` the way in; `read.py` and `show.py` are pure."""
