# SPDX-License-Identifier: MIT
"""The scripted SMTP server, with each reply of the dialogue replaceable: the one that the SMTP
transport is tested with (see Peer's own words for its settings).

    with Peer(ehlo=["SIZE 2000"], rcpt=lambda line: "550 5.1.1 no") as peer: ... peer.messages"""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parent.parent / "src/provider/smtp/testing"))
from peer import Peer  # noqa: E402,F401
