"""What enumerators share."""

from lxml import etree

from dtserve.controlflow.enumerator import enumerator_data

D = 'xmlns:D="www.microsoft.com/SqlServer/Dts"'


def test_the_own_element_is_found_wherever_the_reader_starts() -> None:
    whole = etree.fromstring(
        f"<D:ForEachEnumerator {D}><D:Variables/><D:ObjectData><FEEADO VarName='x'/></D:ObjectData></D:ForEachEnumerator>"
    )
    assert enumerator_data(whole).tag == "FEEADO"
    assert enumerator_data(whole[1]).tag == "FEEADO"
    assert enumerator_data(whole[1][0]).tag == "FEEADO"
    assert enumerator_data(None) is None
    assert enumerator_data(etree.fromstring(f"<D:ForEachEnumerator {D}/>")) is None
