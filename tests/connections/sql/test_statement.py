from dtserve.connections.sql.statement import SLOT, Statement, from_slots
from dtserve.datatypes import DT, TypeSpec


def test_slots_and_rendering():
    found = from_slots(f"SELECT '%', {SLOT}?0{SLOT} WHERE a = {SLOT}@x{SLOT}", rows=True, names=["a"])
    assert found.slots == ("?0", "@x")
    assert found.text == "SELECT '%', ? WHERE a = ?"
    assert (
        found.render(lambda at, slot: f"%({slot})s", lambda piece: piece.replace("%", "%%"))
        == "SELECT '%%', %(?0)s WHERE a = %(@x)s"
    )
    kinds = (TypeSpec(DT.I4), None)
    assert found.with_slot_types(kinds).slot_types == kinds
    assert Statement(("SELECT 1",)).text == "SELECT 1"
