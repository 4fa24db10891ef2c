"""Errors of access and network: accounts, tokens, roles, sign-in, TLS (SERVICE §4)."""

from __future__ import annotations

from dtserve.errors import AccessDenied, TransientError, UsageError
from dtserve.service.errors import BadToken, ServiceError

__all__ = [
    "AccountExists",
    "AccountNotFound",
    "BadAccountName",
    "BadCertificate",
    "BadLogin",
    "BadScope",
    "InsecureAddress",
    "KeyReused",
    "LastAdministrator",
    "LengthRequired",
    "OidcDisabled",
    "OidcRefused",
    "OidcUnavailable",
    "RevisionMismatch",
    "RoleExists",
    "RoleNotFound",
    "SocketUnavailable",
    "TokenNotFound",
    "TooManyLogins",
    "WeakPassword",
]


class BadLogin(BadToken):
    """A name and password that do not fit together; the same words for every reason."""

    code = 0xC0D51860
    symbol = "DTSERVE_E_BADLOGIN"
    template = "Access is denied: the user name or the password is not right."
    remedy = "Check both; an administrator can set a new password with dtserve accounts password."


class TooManyLogins(AccessDenied, TransientError):
    """Too many failed logins from one address or for one name."""

    code = 0xC0D51861
    symbol = "DTSERVE_E_TOOMANYLOGINS"
    template = "Too many failed logins; try again in {seconds} seconds."
    remedy = "Wait; an administrator can set a new password with dtserve accounts password."


class AccountExists(ServiceError):
    """An account has that name already."""

    code = 0xC0D51862
    symbol = "DTSERVE_E_ACCOUNTEXISTS"
    template = 'There is an account "{name}" already.'
    remedy = "Choose another name, or change that account's password."


class AccountNotFound(ServiceError):
    """No account has that name."""

    code = 0xC0D51863
    symbol = "DTSERVE_E_ACCOUNTNOTFOUND"
    template = 'There is no account "{name}".'
    remedy = "List them with dtserve accounts list."


class BadAccountName(UsageError):
    """A name that no account may have."""

    code = 0xC0D51864
    symbol = "DTSERVE_E_BADACCOUNTNAME"
    template = '"{name}" cannot be the name of an account: {reason}'
    remedy = "Take letters, digits, blanks inside, and . _ - @."


class WeakPassword(UsageError):
    """A password that is too short."""

    code = 0xC0D51865
    symbol = "DTSERVE_E_WEAKPASSWORD"
    template = "The password must have at least {least} and at most {most} characters."
    remedy = "The setting access.min_password_length tells how many."


class TokenNotFound(ServiceError):
    """No token has that id, or it is somebody else's."""

    code = 0xC0D51866
    symbol = "DTSERVE_E_TOKENNOTFOUND"
    template = 'There is no token "{id}".'
    remedy = "List them with dtserve tokens list."


class RoleNotFound(ServiceError):
    """No role or right has that name."""

    code = 0xC0D51867
    symbol = "DTSERVE_E_ROLENOTFOUND"
    template = 'The role "{role}" does not exist.'
    remedy = "dtserve access roles lists the roles; dtserve access add-role makes one."


class RoleExists(ServiceError):
    """A role has that name already."""

    code = 0xC0D51868
    symbol = "DTSERVE_E_ROLEEXISTS"
    template = 'There is a role "{role}" already.'
    remedy = "Grant that one, or choose another name."


class LastAdministrator(ServiceError):
    """The change would leave nobody who may grant rights."""

    code = 0xC0D51869
    symbol = "DTSERVE_E_LASTADMINISTRATOR"
    template = '"{name}" is the last administrator.'
    remedy = "Make somebody else administrator first: dtserve access grant NAME administrator."


class BadScope(UsageError):
    """A token's scope names an action that does not exist, or a time that is over."""

    code = 0xC0D5186A
    symbol = "DTSERVE_E_BADSCOPE"
    template = "The token cannot be made: {reason}"
    remedy = "docs/reference/access.md lists the actions."


class RevisionMismatch(ServiceError):
    """The condition of If-Match does not hold any more."""

    code = 0xC0D5186B
    symbol = "DTSERVE_E_PRECONDITION"
    template = "The package was changed or deleted meanwhile, or is not the one that If-Match names."
    remedy = "Read it again and repeat the change."


class KeyReused(UsageError):
    """An idempotency key came again with another request."""

    code = 0xC0D5186C
    symbol = "DTSERVE_E_KEYREUSED"
    template = "That Idempotency-Key was used for a different start."
    remedy = "Take a new key for each start, and the same key only to repeat one."


class LengthRequired(UsageError):
    """A request body without Content-Length."""

    code = 0xC0D5186D
    symbol = "DTSERVE_E_LENGTHREQUIRED"
    template = "The request must tell its Content-Length."
    remedy = "Send the body at once instead of in chunks."


class InsecureAddress(ServiceError):
    """An address that other machines reach, without TLS."""

    code = 0xC0D5186E
    symbol = "DTSERVE_E_INSECUREADDRESS"
    template = "The service does not listen on {host} without TLS: tokens and passwords would be readable on the way."
    remedy = "Give --tls-certificate and --tls-key, or --self-signed for a first try, or --insecure behind a TLS proxy."


class BadCertificate(ServiceError):
    """A certificate or key that cannot be used."""

    code = 0xC0D5186F
    symbol = "DTSERVE_E_BADCERTIFICATE"
    template = 'The certificate "{path}" cannot be used: {reason}'
    remedy = "It must be PEM, with its chain; the key must be PEM, belong to it and have no passphrase."


class OidcUnavailable(ServiceError, TransientError):
    """The OpenID provider does not answer as it should."""

    code = 0xC0D51870
    symbol = "DTSERVE_E_OIDCUNAVAILABLE"
    template = "The OpenID provider {issuer} cannot be used: {reason}"
    remedy = "Check oidc.issuer and that this machine reaches it."


class OidcRefused(BadToken):
    """A sign-in through OpenID Connect that does not hold."""

    code = 0xC0D51871
    symbol = "DTSERVE_E_OIDCREFUSED"
    template = "Access is denied: the sign-in cannot be accepted ({reason})."
    remedy = "Sign in again."


class OidcDisabled(UsageError):
    """No OpenID provider is configured."""

    code = 0xC0D51872
    symbol = "DTSERVE_E_OIDCDISABLED"
    template = "This service has no OpenID provider."
    remedy = "Set oidc.issuer and oidc.client_id in dtserve.toml."


class SocketUnavailable(ServiceError):
    """The local socket cannot be opened."""

    code = 0xC0D51873
    symbol = "DTSERVE_E_SOCKET"
    template = "The local socket {path} cannot be opened: {reason}"
    remedy = "Choose another place with service.socket, or switch it off with an empty one."
