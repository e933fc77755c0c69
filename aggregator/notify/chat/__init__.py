"""An issue as chat messages: a layout for each service, split at entries where a message would be too long."""

from aggregator.notify.chat.lines import lines_of
from aggregator.notify.chat.service import Service
from aggregator.notify.chat.services import SERVICES, reaction_to_answer, send_chat

__all__ = ["SERVICES", "Service", "lines_of", "reaction_to_answer", "send_chat"]
