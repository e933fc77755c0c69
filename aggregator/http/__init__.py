"""The one place that opens outgoing HTTP: a client with a deadline, a size limit and an address guard.

Inside: ``client`` follows redirects, ``addresses`` reads URLs, ``guard`` says where we don't connect, ``proxies`` what
goes through a proxy and ``tunnel`` how, ``sockets`` opens them, ``connect`` keeps connections, ``body`` decodes within
bounds, ``failures`` turns every library's exception into one of ours.
"""

from aggregator.http.addresses import Address, basic_authorization, parse_address
from aggregator.http.body import ends_whole
from aggregator.http.client import HttpClient, user_agent
from aggregator.http.conversation import Conversation
from aggregator.http.proxies import proxies_of
from aggregator.http.response import Response, date_of

__all__ = [
    "Address",
    "Conversation",
    "HttpClient",
    "Response",
    "basic_authorization",
    "date_of",
    "ends_whole",
    "parse_address",
    "proxies_of",
    "user_agent",
]
