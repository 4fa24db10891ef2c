"""Errors of transactions of containers (CONTROL_FLOW §8)."""

from __future__ import annotations

from dtserve.errors import ControlFlowError, UnsupportedError

__all__ = [
    "IsolationLevelUnusable",
    "TransactionInDoubt",
    "TransactionNotStarted",
    "TransactionPartlyCommitted",
    "TransactionUndone",
]


class TransactionNotStarted(ControlFlowError):
    """A connection that could not take part in the transaction of its container."""

    code = 0xC001401A
    symbol = "DTS_E_BEGINTRANSACTION"
    template = 'The transaction of "{container}" could not be started on connection manager "{connection}": {detail}'
    remedy = "Check the connection, and whether its database knows the isolation level."


class IsolationLevelUnusable(UnsupportedError):
    """An IsolationLevel that no transaction of a container can have."""

    code = 0xC0D51540
    symbol = "DTSERVE_E_ISOLATIONLEVEL"
    template = 'The IsolationLevel {level} of "{container}" cannot be used for the transaction of a container.'
    remedy = "Use ReadUncommitted, ReadCommitted, RepeatableRead or Serializable."


class TransactionUndone(ControlFlowError):
    """A statement has ended the transaction of the container before its end."""

    code = 0xC0D51541
    symbol = "DTSERVE_E_TRANSACTIONUNDONE"
    template = (
        'The transaction of "{container}" on connection manager "{connection}" has been ended by a statement inside it; '
        "nothing more can be done within it."
    )
    remedy = "Take ROLLBACK and COMMIT out of the statements, or set TransactionOption to NotSupported."


class TransactionPartlyCommitted(ControlFlowError):
    """A commit over several connections that failed after some had committed."""

    code = 0xC0D51542
    symbol = "DTSERVE_E_PARTLYCOMMITTED"
    template = (
        'The transaction of "{container}" is committed on {kept} and undone on {lost}: {detail} The connections cannot '
        "commit in two phases."
    )
    remedy = "Put the work of the connections right; use one database, or databases with prepared transactions."


class TransactionInDoubt(ControlFlowError):
    """A prepared transaction whose second phase did not get through."""

    code = 0xC0D51543
    symbol = "DTSERVE_E_TRANSACTIONINDOUBT"
    template = (
        'The transaction of "{container}" is decided ({verb}), but connection manager "{connection}" could not be told: '
        "{detail} Its database holds the prepared transaction '{name}'."
    )
    remedy = "Run COMMIT PREPARED or ROLLBACK PREPARED with that name in the database, as decided."
