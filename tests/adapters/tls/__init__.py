"""Servers on loopback that show a certificate: one that is theirs, or another host's; both of an authority of our own.

The keys are for tests alone, and good from 2020 to 2120: no test makes any, and none depends on the day.
"""

import ssl
from pathlib import Path

FOLDER = Path(__file__).parent
AUTHORITY = str(FOLDER / "ca.pem")


def shown(name: str = "here") -> ssl.SSLContext:
    """What a server shows: the certificate of `here` (localhost, 127.0.0.1), or of `elsewhere`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / f"{name}.pem")
    return context
