"""What can be made to go wrong with the SSH OLT, changed while it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Trouble:
    """Switches. Commands are named by a part of their text; "" is never.

    `slow_seconds` is the wait before every prompt. `page_lines` is the height of a page, 0 for no pager. At a command
    `drop_before` the connection goes before anything is done, at `drop_after` after it was done and before it is
    confirmed; `silent_at` says nothing any more. `drop_after_bytes` counts what is sent to the client, per connection.
    """

    slow_seconds: float = 0.0
    page_lines: int = 0
    drop_before: str = ""
    drop_after: str = ""
    silent_at: str = ""
    drop_after_bytes: int = 0
