"""Imported by the server that forks test processes: it goes through everything once, so that they are quick."""

from __future__ import annotations

import os
import tempfile

from tests.newsroom import Newsroom, make_config

with tempfile.TemporaryDirectory() as _folder:
    _room = Newsroom(
        make_config(
            f"sqlite:///{_folder}/warm.db",
            {"every": "now", "to": [{"email": ["a@example.org"]}, {"webhook": "http://127.0.0.1:9/"}]},
            email={"from": "News <news@example.org>", "maildir": f"{_folder}/mail"},
        )
    )
    _room.publish("Lunar ice found")
    _room.issues()
    _room.deliver()
    _room.close()
    assert os.listdir(f"{_folder}/mail/new")  # noqa: PTH208 - it was delivered
