from dtserve.connections.stored import children, decode, is_old_format, is_true, nested, stored_properties, to_int
from dtserve.package.xml import parse_xml
from support.connections import NEW, OLD


def test_values():
    assert decode("a_x002C__x000D__x000A_b") == "a,\r\nb"
    assert decode("plain_xyz") == "plain_xyz"
    assert [is_true(v) for v in ("True", "-1", "1", "False", "0", "")] == [True, True, True, False, False, False]
    assert is_true("", True)
    assert (to_int(" 7 "), to_int("x", 3), to_int("")) == (7, 3, 0)


def test_both_ways_of_storing():
    new = parse_xml(
        NEW.format(
            '<DTS:FtpConnection DTS:ServerName="h"><DTS:Property DTS:Name="ServerPassword" Sensitive="1">x</DTS:Property></DTS:FtpConnection>'
        ).encode()
    )
    old = parse_xml(
        OLD.format(
            '<DTS:FtpConnection><DTS:Property DTS:Name="ServerName">h</DTS:Property></DTS:FtpConnection>'
        ).encode()
    )
    assert nested(new, "FtpConnection") == nested(old, "FtpConnection") == {"ServerName": "h"}
    assert nested(new, "Nothing") == nested(None, "FtpConnection") == {}
    assert is_old_format(old)
    assert not is_old_format(new)
    assert not is_old_format(None)
    assert [stored_properties(e)["ServerName"] for e in children(old, "FtpConnection")] == ["h"]
