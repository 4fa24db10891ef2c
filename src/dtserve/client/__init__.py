"""A typed client of the service's REST API, for programs and for the command line.

>>> from dtserve.client import Address
>>> Address.parse("https://prod01:8730/").url
'https://prod01:8730'
"""

from dtserve.client.address import Address
from dtserve.client.client import Client
from dtserve.client.errors import ConnectFailed, InvalidServerName, RemoteProblem, UnknownServer
from dtserve.client.model import Event, Execution, Folder, Listing, Package, Session
from dtserve.client.servers import Servers

__all__ = [
    "Address",
    "Client",
    "ConnectFailed",
    "Event",
    "Execution",
    "Folder",
    "InvalidServerName",
    "Listing",
    "Package",
    "RemoteProblem",
    "Servers",
    "Session",
    "UnknownServer",
]
