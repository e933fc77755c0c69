"""The one place that opens outgoing HTTP: a client with a deadline, a size limit and an address guard.

Inside: ``client`` follows redirects, ``addresses`` reads URLs, ``guard`` says where we don't connect, ``connect`` opens
the sockets, ``body`` decodes within bounds, ``failures`` turns every library's exception into one of ours.
"""

from aggregator.http.addresses import Address, basic_authorization, parse_address
from aggregator.http.client import Hop, HttpClient, Response, user_agent

__all__ = ["Address", "Hop", "HttpClient", "Response", "basic_authorization", "parse_address", "user_agent"]
