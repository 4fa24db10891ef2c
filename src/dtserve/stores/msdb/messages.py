"""What the procedures of msdb say, and who may execute them (MSDB §4.1, §4.2)."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ADMIN", "GRANTS", "LIMITED", "MAX_MESSAGE", "MESSAGES", "OPERATOR", "ProcedureError"]

MESSAGES = {
    229: "The EXECUTE permission was denied on the object '{0}', database 'msdb', schema 'dbo'.",
    2601: "Cannot insert duplicate key row in object '{0}' with unique index '{1}'. The duplicate key value is ({2}).",
    14307: "Access to Integration Services package '{0}' is denied.",
    14586: "Only the owner of DTS Package '{0}' or a member of the sysadmin role may create new versions of it.",
    14591: "SSIS folder '{0}' already exists in the specified parent folder.",
    14593: "SSIS folder '{0}' contains packages and/or other folders. You must drop these first.",
    15014: "The role '{0}' does not exist in the current database.",
}
ADMIN, LIMITED, OPERATOR = "db_ssisadmin", "db_ssisltduser", "db_ssisoperator"
_ALL = frozenset({ADMIN, LIMITED, OPERATOR})
_KEEPERS = frozenset({ADMIN, LIMITED})
GRANTS: Mapping[str, frozenset[str]] = {
    "sp_ssis_listpackages": _ALL,
    "sp_ssis_listfolders": _ALL,
    "sp_ssis_getfolder": _ALL,
    "sp_ssis_checkexists": _ALL,
    "sp_ssis_getpackage": _ALL,
    "sp_ssis_putpackage": _ALL,
    "sp_ssis_deletepackage": _ALL,
    "sp_ssis_addlogentry": _ALL,
    "sp_ssis_addfolder": _KEEPERS,
    "sp_ssis_renamefolder": _KEEPERS,
    "sp_ssis_deletefolder": _KEEPERS,
    "sp_ssis_getpackageroles": _KEEPERS,
    "sp_ssis_setpackageroles": _KEEPERS,
}
"""Who may execute what (MSDB §4.1; the rows of addlogentry, addfolder and deletefolder are inferred there)."""
MAX_MESSAGE = 2048


class ProcedureError(Exception):
    """What a procedure raises: SQL Server's number and the text of its message."""

    def __init__(self, number: int, *names: str) -> None:
        self.number = number
        super().__init__(MESSAGES[number].format(*names))

    @classmethod
    def told(cls, number: int, text: str) -> ProcedureError:
        """What a server told, in its own words."""
        error = cls.__new__(cls)
        Exception.__init__(error, text)
        error.number = number
        return error
