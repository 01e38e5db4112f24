"""The engine: hear, see, tick, deliver."""
