"""``aggregator doctor``: what may be wrong with the database and around the program, and what to do about it.

Nothing is changed, no mail is sent, and servers of sources are connected to and asked nothing.
"""

from aggregator.entrypoints.doctor.examine import examine
from aggregator.entrypoints.doctor.finding import Finding, Health

__all__ = ["Finding", "Health", "examine"]
