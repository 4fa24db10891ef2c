"""Fuzzing of whatever reads packages and projects: only dtserve's own errors may come out.

    python tests/fuzz/fuzz_packages.py [--seconds 60] [--seed 1] [--only TARGET]

With atheris installed the mutation is guided by coverage; without it, the same targets get
randomly mutated seeds: bytes flipped, cut, doubled, exchanged between files, tokens put in.
A finding is written to ``build/`` and ends the run with exit code 1.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import hashlib
import importlib
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from dtserve.errors import DtserveError  # noqa: E402
from dtserve.package import PackageDocument  # noqa: E402
from dtserve.package.configurations.base import ConfigurationFailed, ConfiguredValue  # noqa: E402
from dtserve.package.configurations.xml_file import parse_config_file, write_config_file  # noqa: E402
from dtserve.package.diff import diff  # noqa: E402
from dtserve.package.edit import with_property, with_protection  # noqa: E402
from dtserve.package.model import ProtectionLevel  # noqa: E402
from dtserve.package.normalize import normalize  # noqa: E402
from dtserve.package.overrides import apply  # noqa: E402
from dtserve.package.project import Project  # noqa: E402
from dtserve.package.protection.inline import open_inline, seal_inline  # noqa: E402
from dtserve.package.script_sources import script_sources  # noqa: E402
from dtserve.package.signature import check_signature  # noqa: E402
from dtserve.package.upgrade import upgrade  # noqa: E402
from dtserve.package.validate import validate  # noqa: E402
from support.package_attacks import zip_attacks  # noqa: E402
from support.package_projects import sample_ispac  # noqa: E402
from support.package_texts import sample, sample_bytes  # noqa: E402

MODEL = sample(8).model
TOKENS = [
    b"<!DOCTYPE a>", b"<![CDATA[", b"]]>", b"&#0;", b"&#xFFFFFFFF;", b"<!--", b'Encrypted="1"', b'Sensitive="1"', b'DTS:Name="', b"-1", b"\0",
    b"\xff\xfe", b"{00000000-0000-0000-0000-000000000000}", b"999999999999999999999", b"<EncryptedData xmlns='http://www.w3.org/2001/04/xmlenc#'/>",
    b"\\Package.Variables[", b"].Value", b"#{", b"}", b'isArray="true"', b'id="1"', b"_x000D_", b"PK\x05\x06",
]  # fmt: skip


def fuzz_package(data: bytes) -> None:
    """Everything that reads a package; what opens must also be rewritten without loss."""
    document = PackageDocument.open(data, "pw")
    model = document.model
    for executable in model.walk():
        _ = executable.data_flow
    list(script_sources(model))
    validate(document)
    check_signature(document)
    again = PackageDocument.open(normalize(document), "pw")
    assert normalize(again) == again.original
    edited = with_property(document, r"\Package.Properties[Description]", "x")
    assert [change.property for change in diff(model, edited.model)] in (["Description"], [])
    upgrade(document)


def fuzz_project(data: bytes) -> None:
    """Archives and manifests."""
    project = Project.open(data, "pw")
    for name in project.packages:
        _ = project.package(name)
    _ = project.parameters


def fuzz_inline(data: bytes) -> None:
    """Project files encrypted in place."""
    open_inline(data, "pw", "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}")


def fuzz_configuration(data: bytes) -> None:
    """.dtsConfig files."""
    try:
        parse_config_file(data)
    except ConfigurationFailed:
        return


def fuzz_path(data: bytes) -> None:
    """Property paths."""
    text = data.decode("utf-8", "replace")
    path, _, value = text.partition(";")
    assert isinstance(apply(MODEL, path, value).name, str)


def seeds() -> dict[str, tuple[Callable[[bytes], None], list[bytes]]]:
    """The targets and what their mutation starts from."""
    sealed = [
        with_protection(sample(number), ProtectionLevel(level), "pw").original
        for number in (3, 8)
        for level in (1, 2, 3, 4)
    ]
    with tempfile.TemporaryDirectory() as folder:
        archive = sample_ispac(Path(folder))
        params = (Path(folder) / "Project.params").read_bytes()
    values = [ConfiguredValue(r"\Package.Variables[User::Count].Value", "1", "Int32")]
    paths = [
        rb"\Package.Variables[User::Count].Value;5",
        rb"\Package\Steps\Second [x].y.Properties[Disable];True",
        rb"\Package.EventHandlers[OnError].Variables[Propagate].Value;0",
    ]
    return {
        "package": (fuzz_package, [sample_bytes(n) for n in (2, 3, 6, 8)] + sealed),
        "project": (fuzz_project, [archive, *(data for _, data in zip_attacks() if len(data) < 100_000)]),
        "inline": (fuzz_inline, [seal_inline(params, whole=whole, password="pw") for whole in (False, True)] + [params]),
        "configuration": (fuzz_configuration, [write_config_file(values)]),
        "path": (fuzz_path, paths),
    }  # fmt: skip


def mutate(picked: random.Random, pool: list[bytes]) -> bytes:
    """A seed with a few random changes."""
    data = bytearray(picked.choice(pool))
    for _ in range(picked.choice((1, 1, 2, 4, 16))):
        at = picked.randrange(len(data) + 1)
        size = picked.choice((1, 2, 8, 64, 512))
        match picked.randrange(7):
            case 0:
                if at < len(data):
                    data[at] ^= 1 << picked.randrange(8)
            case 1:
                del data[at : at + size]
            case 2:
                data[at:at] = data[at : at + size]
            case 3:
                data[at:at] = picked.choice(TOKENS)
            case 4:
                other = picked.choice(pool)
                start = picked.randrange(len(other) + 1)
                data[at : at + size] = other[start : start + size]
            case 5:
                data[at : at + 1] = bytes([picked.randrange(256)])
            case _:
                words = [i for i in range(len(data)) if data[i : i + 1] in b'">=']
                if words:
                    at = picked.choice(words) + 1
                    data[at:at] = picked.choice(TOKENS)
    return bytes(data)


def attempt(target: Callable[[bytes], None], data: bytes) -> str:
    """Run a target; the symbol of a coded error, empty when it went through."""
    try:
        target(data)
    except DtserveError as error:
        return error.symbol
    return ""


def random_run(seconds: float, seed: int, only: str) -> int:
    """Mutate until the time is up."""
    picked, results = random.Random(seed), Counter[tuple[str, str]]()
    targets = {name: value for name, value in seeds().items() if not only or name == only}
    end, slowest = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        name = picked.choice(list(targets))
        target, pool = targets[name]
        data = mutate(picked, pool)
        began = time.process_time()
        try:
            results[name, attempt(target, data)] += 1
        except Exception:
            finding = ROOT / "build" / f"finding-{name}-{hashlib.sha256(data).hexdigest()[:12]}.bin"
            finding.parent.mkdir(exist_ok=True)
            finding.write_bytes(data)
            traceback.print_exc()
            print(f"Finding of target {name}: {finding}")
            return 1
        slowest = max(slowest, time.process_time() - began)
    for (name, symbol), count in sorted(results.items()):
        print(f"{count:8} {name:14} {symbol or 'opened'}")
    print(f"{sum(results.values())} inputs, slowest {slowest * 1000:.0f} ms, no finding.")
    return 0


def guided_run(atheris: object, seconds: float, only: str) -> None:
    """Coverage-guided fuzzing of one target; libFuzzer ends the process."""
    name = only or "package"
    target, pool = seeds()[name]
    corpus = Path(tempfile.mkdtemp(prefix="dtserve-fuzz-"))
    for index, data in enumerate(pool):
        (corpus / str(index)).write_bytes(data)
    atheris.instrument_all()  # type: ignore[attr-defined]
    atheris.Setup(
        [sys.argv[0], str(corpus), f"-max_total_time={int(seconds)}"], lambda data: attempt(target, data) and None
    )  # type: ignore[attr-defined]
    atheris.Fuzz()  # type: ignore[attr-defined]


def main() -> int:
    """Run with atheris where it is installed, with random mutation elsewhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", default="", choices=["", "package", "project", "inline", "configuration", "path"])
    arguments = parser.parse_args()
    os.environ["DTSERVE_KEY_FILE"] = str(Path(tempfile.mkdtemp(prefix="dtserve-fuzz-")) / "user.key")
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        print(f"seed {arguments.seed}")
        return random_run(arguments.seconds, arguments.seed, arguments.only)
    guided_run(atheris, arguments.seconds, arguments.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
