"""An issue as chat messages: a layout for each service, split at entries where a message would be too long."""

from aggregator.notify.chat.lines import Kind, Line, lines_of
from aggregator.notify.chat.services import LAYOUTS, send_chat

__all__ = ["LAYOUTS", "Kind", "Line", "lines_of", "send_chat"]
