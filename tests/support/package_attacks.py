"""Hostile files made on the spot: what a stranger might upload as a package or project."""

import io
import struct
import zipfile
from collections.abc import Iterator

DTS = 'xmlns:DTS="www.microsoft.com/SqlServer/Dts"'
HEAD = f'<?xml version="1.0"?><DTS:Executable {DTS} DTS:ExecutableType="Microsoft.Package">'
FORMAT = '<DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property>'
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 10))
    + "]>"
)


def xml_attacks() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of hostile packages, every one of which must be refused."""
    laughs = f'<?xml version="1.0"?>{LAUGHS}<DTS:Executable {DTS}>&lol9;</DTS:Executable>'
    yield "billion laughs", laughs.encode()
    for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"):
        yield f"billion laughs in {codec}", laughs.encode(codec)
    for name in ("UTF-7", "UTF-32", "cp037", "hz", "iso-2022-jp", "no-such-encoding"):
        declared = laughs.replace("?>", f' encoding="{name}"?>', 1)
        try:
            yield f"billion laughs declared as {name}", declared.encode(name)
        except LookupError:
            yield f"billion laughs declared as {name}", declared.encode()
    yield (
        "DOCTYPE hidden by UTF-7",
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<DTS:Executable ' + DTS.encode() + b"/>"),
    )
    yield (
        "external entity",
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><DTS:Executable {DTS}>&x;</DTS:Executable>'.encode(),
    )
    yield "external DTD", f'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><DTS:Executable {DTS}/>'.encode()
    yield "DOCTYPE after a comment", f"<!-- <a> --> <?pi x?>\n<!DOCTYPE a><DTS:Executable {DTS}/>".encode()
    yield "undefined entity", f"{HEAD}{FORMAT}&lol;</DTS:Executable>".encode()
    yield "nested executables", (HEAD + "<DTS:Executable>" * 200_000).encode()
    yield "nested and closed", (HEAD + "<DTS:Executable>" * 200_000 + "</DTS:Executable>" * 200_001).encode()
    attributes = " ".join(f'a{n}="x"' for n in range(300_000))
    yield "attributes", f"{HEAD}<a {attributes}/></DTS:Executable>".encode()
    yield "attributes in single quotes", f"{HEAD}<a {attributes}/></DTS:Executable>".replace('"x"', "'x'").encode()
    yield (
        "namespaces",
        (HEAD + "<a " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(200_000)) + "/></DTS:Executable>").encode(),
    )
    yield "empty elements", (HEAD + "<a/>" * 900_000 + "</DTS:Executable>").encode()
    yield "comments", (HEAD + "<!---->" * 1_100_000 + "</DTS:Executable>").encode()
    yield "long attribute", f'{HEAD}<a b="{"x" * 20_000_000}"/></DTS:Executable>'.encode()
    yield "long text", f"{HEAD}<a>{'x' * 20_000_000}</a></DTS:Executable>".encode()
    yield "too large", (HEAD + " " * (64 * 1024 * 1024) + "</DTS:Executable>").encode()
    yield "long name", f"{HEAD}<{'x' * 200_000}/></DTS:Executable>".encode()
    yield (
        "long number",
        f'{HEAD}{FORMAT}<DTS:Property DTS:Name="MaxErrorCount">{"9" * 1_000_000}</DTS:Property></DTS:Executable>'.encode(),
    )
    yield (
        "encrypted values",
        (
            HEAD + FORMAT + '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/>' * 20_000 + "</DTS:Executable>"
        ).encode(),
    )
    for name, data in (
        ("nothing", b""), ("blanks", b" \n "), ("zeros", bytes(100_000)), ("not XML", b"MZ\x90\0" * 1000),
        ("bad UTF-8", HEAD.encode() + b"\xff\xfe\xff</DTS:Executable>"), ("odd UTF-16", b"\xff\xfe<\0a"),
        ("cut", HEAD.encode()), ("another root", b"<html/>"), ("root in no namespace", b"<Executable/>"),
        ("no format", f"{HEAD}</DTS:Executable>".encode()),
        ("unknown format", f"{HEAD}{FORMAT.replace('8', '99')}</DTS:Executable>".encode()),
        ("format that is no number", f"{HEAD}{FORMAT.replace('>8<', '>eight<')}</DTS:Executable>".encode()),
    ):  # fmt: skip
        yield name, data


def _zip(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()


MANIFEST = b'<SSIS:Project SSIS:ProtectionLevel="DontSaveSensitive" xmlns:SSIS="www.microsoft.com/SqlServer/SSIS"/>'


def zip_attacks() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of hostile project archives, every one of which must be refused."""
    plain = ("@Project.manifest", MANIFEST)
    yield "bomb", _zip(plain, ("bomb.dtsx", b"\0" * 60_000_000))
    layer = b"\0" * 30_000_000
    for _ in range(3):
        layer = _zip(("@Project.manifest", layer), ("a.zip", layer))
    yield "bomb in layers", layer
    for name in ("../up.dtsx", "/etc/passwd", "C:\\x.dtsx", "a/b.dtsx", "..%2fup.dtsx", "..", "a%00b.dtsx", ""):
        yield f"name {name!r}", _zip(plain, (name, b"x"))
    yield "two of a name", _zip(plain, ("A.dtsx", b"1"), ("a.dtsx", b"2"))
    yield "two of a decoded name", _zip(plain, ("a b.dtsx", b"1"), ("a%20b.dtsx", b"2"))
    yield "many entries", _zip(*((f"{n}.dtsx", b"") for n in range(30_000)), method=zipfile.ZIP_STORED)
    yield "no manifest", _zip(("a.dtsx", b"x"))
    yield "hostile manifest", _zip(("@Project.manifest", LAUGHS.encode() + MANIFEST))
    good = _zip(plain, ("a.dtsx", b"x" * 1000))
    yield "cut", good[: len(good) // 2]
    directory = good.rindex(b"PK\x01\x02")
    yield "overlap", good[: directory + 42] + struct.pack("<I", 0) + good[directory + 46 :]
    yield "encrypted flag", good[: directory + 8] + struct.pack("<H", 1) + good[directory + 10 :]
    yield "claims a huge size", good[: directory + 24] + struct.pack("<I", 0xFFFFFF00) + good[directory + 28 :]
    yield "only the signature", b"PK\x03\x04"
