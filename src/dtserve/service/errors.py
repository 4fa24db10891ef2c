"""Errors of the service (SERVICE §2–§6)."""

from __future__ import annotations

from dtserve.errors import AccessDenied, DtserveError, TransientError, UsageError

__all__ = [
    "AlertNotFound",
    "AlertNotSent",
    "AlreadyRunning",
    "AtCapacity",
    "BadAlert",
    "BadSetting",
    "BadSettingsFile",
    "BadTimetable",
    "BadToken",
    "ExecutionNotFound",
    "FileNotAllowed",
    "JobGone",
    "KeyBusy",
    "NameTaken",
    "NoServiceManager",
    "NotRunning",
    "RequestInvalid",
    "RestoreInterrupted",
    "RestoreRunning",
    "ScheduleNotFound",
    "SealBroken",
    "ServiceError",
    "StateTooNew",
    "StateUnavailable",
    "SystemLogUnavailable",
    "TelemetryMissing",
    "TimedOut",
    "TooLarge",
    "TooManyWatchers",
    "UnknownSetting",
]


class ServiceError(DtserveError):
    """The service cannot do what was asked."""

    code = 0xC0D51800
    symbol = "DTSERVE_E_SERVICE"
    template = "{detail}"


class StateUnavailable(ServiceError, TransientError):
    """The service's own database cannot be read or written."""

    code = 0xC0D51801
    symbol = "DTSERVE_E_STATEUNAVAILABLE"
    template = "The service's database is not available: {detail}."
    remedy = "Free disk space and check that no other program holds the file."


class StateTooNew(ServiceError):
    """The service's own database was written by a later version."""

    code = 0xC0D51802
    symbol = "DTSERVE_E_STATETOONEW"
    template = 'The database "{path}" has version {found}; this dtserve knows up to {known}.'
    remedy = "Install the later version of dtserve, or restore a backup of that time."


class AlreadyRunning(ServiceError):
    """Another service runs on the same home folder or address."""

    code = 0xC0D51803
    symbol = "DTSERVE_E_ALREADYRUNNING"
    template = "{detail}"
    remedy = "Stop the other service, or give this one its own DTSERVE_HOME and port."


class ExecutionNotFound(ServiceError):
    """No execution has that id."""

    code = 0xC0D51804
    symbol = "DTSERVE_E_EXECUTIONNOTFOUND"
    template = 'There is no execution "{id}".'
    remedy = "List the executions."


class NotRunning(ServiceError):
    """The execution has ended already."""

    code = 0xC0D51805
    symbol = "DTSERVE_E_NOTRUNNING"
    template = 'The execution "{id}" is not running: it is {state}.'


class RequestInvalid(UsageError):
    """A request whose content makes no sense."""

    code = 0xC0D51806
    symbol = "DTSERVE_E_REQUESTINVALID"
    template = "{detail}"
    remedy = "See docs/reference/rest.md."


class TooLarge(UsageError):
    """A request whose body is larger than the limit."""

    code = 0xC0D51807
    symbol = "DTSERVE_E_TOOLARGE"
    template = "The content is larger than {limit} bytes."
    remedy = "Raise max_package_bytes in dtserve.toml."


class BadToken(AccessDenied):
    """The request carries no token, or one that is not known."""

    code = 0xC0D51808
    symbol = "DTSERVE_E_UNAUTHENTICATED"
    template = "Access is denied: a valid token is needed."
    remedy = "Use the administrator token that the first start wrote, or ask for one."


class SealBroken(ServiceError):
    """Something sealed cannot be opened."""

    code = 0xC0D51820
    symbol = "DTSERVE_E_SEALBROKEN"
    template = 'What was sealed cannot be opened with the key "{path}".'
    remedy = "The key was replaced or the file changed; start the package again."


class AtCapacity(ServiceError, TransientError):
    """The queue is full."""

    code = 0xC0D51821
    symbol = "DTSERVE_E_ATCAPACITY"
    template = "The service is at capacity: {running} packages run and {queued} wait."
    remedy = "Try again later, or raise execution.max_concurrent_packages or execution.max_queued_packages."


class KeyBusy(ServiceError):
    """A run of the same key is under way, and the caller did not want to wait."""

    code = 0xC0D51822
    symbol = "DTSERVE_E_KEYBUSY"
    template = 'An execution with the key "{key}" is queued or running already: {id}.'
    remedy = "Wait for its end, or start without refusing."


class FileNotAllowed(AccessDenied):
    """A package file outside the folders that the settings name."""

    code = 0xC0D51823
    symbol = "DTSERVE_E_FILENOTALLOWED"
    template = 'The file "{path}" is not in a folder from which packages may be run.'
    remedy = "Add its folder to execution.allowed_folders, or import the package into a store."


class JobGone(ServiceError):
    """The request of a queued execution is not on disk any more."""

    code = 0xC0D51824
    symbol = "DTSERVE_E_JOBGONE"
    template = "What this execution was asked to do is gone: {detail}"
    remedy = "Start the package again."


class TimedOut(ServiceError):
    """The execution took longer than it may."""

    code = 0xC0D51825
    symbol = "DTSERVE_E_TIMEDOUT"
    template = "The package ran longer than {seconds} seconds and was stopped."
    remedy = "Raise timeout_seconds, or find what took so long in the events."


class BadTimetable(UsageError):
    """A schedule whose times make no sense."""

    code = 0xC0D51826
    symbol = "DTSERVE_E_BADTIMETABLE"
    template = "The schedule cannot be followed: {detail}"
    remedy = 'Write five fields as in cron ("30 2 * * 1-5") and a time zone as "Europe/Berlin", or an interval.'


class ScheduleNotFound(ServiceError):
    """No schedule has that id."""

    code = 0xC0D51827
    symbol = "DTSERVE_E_SCHEDULENOTFOUND"
    template = 'There is no schedule "{id}".'
    remedy = "List the schedules."


class AlertNotFound(ServiceError):
    """No alert has that id."""

    code = 0xC0D51828
    symbol = "DTSERVE_E_ALERTNOTFOUND"
    template = 'There is no alert "{id}".'
    remedy = "List the alerts."


class NameTaken(ServiceError):
    """Another schedule or alert has the name."""

    code = 0xC0D51829
    symbol = "DTSERVE_E_NAMETAKEN"
    template = 'A {kind} of the name "{name}" exists already.'
    remedy = "Choose another name, or remove the other one."


class BadAlert(UsageError):
    """An alert that can never be sent."""

    code = 0xC0D5182A
    symbol = "DTSERVE_E_BADALERT"
    template = "The alert cannot work: {detail}"
    remedy = "See docs/reference/service.md, Alerts."


class AlertNotSent(ServiceError, TransientError):
    """A mail server or web hook did not take a message."""

    code = 0xC0D5182B
    symbol = "DTSERVE_E_ALERTNOTSENT"
    template = "The message was not taken by {target}: {reason}"
    remedy = "It is sent again later, five times in all."


class NoServiceManager(ServiceError):
    """The operating system's manager of services cannot be used."""

    code = 0xC0D5182C
    symbol = "DTSERVE_E_NOSERVICEMANAGER"
    template = "The service cannot be installed here: {detail}"
    remedy = "Run dtserve serve from whatever starts programs on this machine; --print shows what would be installed."


class TooManyWatchers(ServiceError, TransientError):
    """As many live streams are open as the service serves at once."""

    code = 0xC0D518C0
    symbol = "DTSERVE_E_TOOMANYWATCHERS"
    template = "{most} live streams are open, as many as the service serves at once."
    remedy = "Try again later, ask for the events page by page, or raise service.max_watchers."


class SystemLogUnavailable(ServiceError):
    """The log of the operating system that a setting names is not there."""

    code = 0xC0D518A0
    symbol = "DTSERVE_E_SYSTEMLOG"
    template = "Entries of the event log cannot go to {kind}: {reason}."
    remedy = "Set service.system_log to auto, which takes what there is, or to none."


class TelemetryMissing(ServiceError):
    """Traces are asked for, and OpenTelemetry is not installed."""

    code = 0xC0D518A1
    symbol = "DTSERVE_E_TELEMETRYMISSING"
    template = "Traces are asked for (telemetry.endpoint), but OpenTelemetry is not installed."
    remedy = "Install it with: pip install 'dtserve[telemetry]'; or leave telemetry.endpoint empty."


class RestoreRunning(ServiceError):
    """A backup is being restored into a home folder."""

    code = 0xC0D518B0
    symbol = "DTSERVE_E_RESTORERUNNING"
    template = 'A backup is being restored into the home folder "{path}".'
    remedy = "Wait until that restore has ended."


class RestoreInterrupted(ServiceError):
    """A restore did not come to its end, and cannot be undone at the moment."""

    code = 0xC0D518B1
    symbol = "DTSERVE_E_RESTOREINTERRUPTED"
    template = 'A restore into the home folder "{path}" was interrupted, and what it did cannot be undone yet: {reason}'
    remedy = "Remove the cause; the next command or the next start of the service undoes it. Nothing is lost meanwhile."


class BadSettingsFile(ServiceError):
    """dtserve.toml is no TOML."""

    code = 0xC0D51880
    symbol = "DTSERVE_E_SETTINGSFILE"
    template = 'The settings file "{path}" cannot be read: {reason}'
    remedy = "See docs/reference/configuration.md."


class UnknownSetting(ServiceError):
    """dtserve.toml holds a name that is no setting."""

    code = 0xC0D51881
    symbol = "DTSERVE_E_UNKNOWNSETTING"
    template = 'The settings file "{path}" holds unknown settings: {names}.'
    remedy = "docs/reference/configuration.md lists all settings."


class BadSetting(ServiceError):
    """A setting has a value of the wrong kind."""

    code = 0xC0D51882
    symbol = "DTSERVE_E_BADSETTING"
    template = 'The setting "{name}" has a value that does not fit: {reason}'
    remedy = "docs/reference/configuration.md tells the kind and the default."
