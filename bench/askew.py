"""`tocsin` on a machine whose clock is wrong: `askew.py SECONDS run --config ...`. Only chaos begins it so."""

import sys
from importlib import import_module

from tests.clock import OWN, askew

ASK = (
    "bot.run",
    "adapters.slack",
    "adapters.discord",
    "adapters.telegram",
    "adapters.notify.links",
    "adapters.web.hooks",
)
"""What must be loaded before its clock can be set wrong."""

if __name__ == "__main__":
    OWN.set(float(sys.argv.pop(1)))
    askew()  # what binds the clock while it is loaded
    for name in ASK:
        import_module(name)
    askew()  # and what is loaded now
    import_module("bot.cli").app(prog_name="tocsin")
