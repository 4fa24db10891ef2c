"""Every package of a folder: kept byte for byte, edited in one place only, unchanged in meaning by normal form and upgrade.

    python tests/support/package_roundtrip.py [FOLDER]

The suite samples what this does for all. Exit code 1 and the file's name at the first that fails.
"""

import argparse
import difflib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from dtserve.errors import DtserveError  # noqa: E402
from dtserve.package import PackageDocument  # noqa: E402
from dtserve.package.diff import diff  # noqa: E402
from dtserve.package.edit import with_new_id, with_property  # noqa: E402
from dtserve.package.normalize import normalize  # noqa: E402
from dtserve.package.upgrade import upgrade  # noqa: E402
from dtserve.package.xml import to_utf8  # noqa: E402
from support.package_compare import IDENTIFIERS, model_differences  # noqa: E402


def changed_lines(before: bytes, after: bytes) -> list[str]:
    """The lines of a textual diff, without its headings."""
    old, new = (to_utf8(data).decode().replace(">", ">\n").splitlines(keepends=True) for data in (before, after))
    lines = difflib.unified_diff(old, new, n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def check(data: bytes, document: PackageDocument) -> None:
    """Raise AssertionError at what does not hold."""
    assert document.original == data, "bytes"
    edited = with_property(document, r"\Package.Properties[MaximumErrorCount]", "4711")
    lines = changed_lines(data, edited.original)
    assert 1 <= len(lines) <= 4, f"edit: {lines[:6]}"
    assert any("4711" in line for line in lines), "edit: value"
    for connection in document.model.connections[:1]:
        path = f"\\Package.Connections[{connection.name}].Properties[ConnectionString]"
        again = with_property(document, path, "Data Source=new;")
        assert [change.property for change in diff(document.model, again.model)] in (["ConnectionString"], []), (
            "connection"
        )
    assert len(changed_lines(data, with_new_id(document).original)) <= 4, "id"
    normal = PackageDocument.open(normalize(document))
    assert diff(document.model, normal.model) == [], "normal form"
    if document.format_version < 8:
        upgraded = upgrade(document, update_providers=False).document
        found = [
            d for d in model_differences(document.model, upgraded.model, IDENTIFIERS) if not d[0].endswith(".reference")
        ]
        assert found == [], f"upgrade: {found[:2]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT.parent / "shared" / "corpus" / "files")
    done, refused = 0, 0
    for path in sorted(parser.parse_args().folder.rglob("*.dtsx")):
        data = path.read_bytes()
        try:
            document = PackageDocument.open(data)
        except DtserveError as error:
            sys.stdout.write(f"refused {path.name}: {error.symbol}\n")
            refused += 1
            continue
        try:
            check(data, document)
        except AssertionError as error:
            sys.stdout.write(f"failed {path}: {error}\n")
            return 1
        done += 1
    sys.stdout.write(f"{done} packages hold, {refused} refused.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
