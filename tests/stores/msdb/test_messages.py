"""Numbers and texts of msdb."""

from dtserve.stores.msdb.messages import GRANTS, MESSAGES, ProcedureError


def test_texts():
    assert {229, 2601, 14307, 14586, 14591, 14593, 15014} == set(MESSAGES)
    assert str(ProcedureError(14593, "F")) == (
        "SSIS folder 'F' contains packages and/or other folders. You must drop these first."
    )
    assert str(ProcedureError(14307, "P")) == "Access to Integration Services package 'P' is denied."
    told = ProcedureError.told(15014, "words of the server")
    assert (told.number, str(told)) == (15014, "words of the server")


def test_operators_may_execute_what_reads():
    assert "db_ssisoperator" in GRANTS["sp_ssis_getpackage"]
    assert "db_ssisoperator" not in GRANTS["sp_ssis_addfolder"]
