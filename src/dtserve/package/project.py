"""Projects: ``.ispac`` archives, ``.dtproj`` files and their folders (FORMAT §4).

A project gives its packages, its parameters and its connection managers. The parts are read
when they are asked for. :meth:`Project.package` is a package as it runs in its project: with
the project's connection managers, whose properties ``CM.<connection>.<Property>`` may set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from dtserve.package.archive import Archive
from dtserve.package.document import PackageDocument
from dtserve.package.errors import Notice, PackagePasswordWrong, ProjectInvalid, ProjectPartMissing
from dtserve.package.manifest import Manifest, read_manifest, read_parameters
from dtserve.package.model import ConnectionManager, Package, Parameter, ProtectionLevel
from dtserve.package.overrides import set_connection_part
from dtserve.package.protection.inline import InlineOpened, open_inline
from dtserve.package.reader.connections import read_connection
from dtserve.package.xml import SSIS, parse_xml

__all__ = ["MANIFEST", "PARAMETERS", "Project", "Reader"]

MANIFEST = "@Project.manifest"
PARAMETERS = "Project.params"
_VERIFIER = "SSIS"
_S = f"{{{SSIS}}}"

Reader = Callable[[str], bytes | None]


@dataclass(frozen=True, eq=False)
class Project:
    """An opened project. ``warnings`` tell what could not be decrypted."""

    manifest: Manifest
    manifest_bytes: bytes = field(repr=False)
    password: str | None = field(default=None, repr=False)
    warnings: tuple[Notice, ...] = ()
    read_part: Reader = field(default=lambda name: None, repr=False)
    configuration: str = ""

    @classmethod
    def open(cls, source: Path | str | bytes, password: str | None = None, *, configuration: str = "") -> Project:
        """Open an .ispac (path or bytes), a .dtproj, a bare manifest, or a folder with one .dtproj.

        ``configuration`` names a build configuration whose parameter values apply.
        Raises ArchiveRefused, ProjectInvalid, ProjectPartMissing, PackagePasswordWrong.
        """
        read: Reader
        if isinstance(source, bytes):
            if source[:2] != b"PK":
                return cls.from_manifest(source, lambda name: None, password, configuration)
            return cls._from_archive(source, password, configuration)
        path = Path(source)
        if path.is_dir():
            found = sorted(path.glob("*.dtproj")) or sorted(path.glob(MANIFEST))
            if len(found) != 1:
                raise ProjectInvalid(detail=f'the folder "{path}" has {len(found)} project files instead of one.')
            path = found[0]
        try:
            data = path.read_bytes()
        except OSError:
            raise ProjectPartMissing(name=str(path)) from None
        if data[:2] == b"PK":
            return cls._from_archive(data, password, configuration)
        read = _folder_reader(path.parent)
        return cls.from_manifest(data, read, password, configuration)

    @classmethod
    def _from_archive(cls, data: bytes, password: str | None, configuration: str) -> Project:
        archive = Archive(data)
        manifest = archive.read(MANIFEST)
        if manifest is None:
            raise ProjectPartMissing(name=MANIFEST)
        return cls.from_manifest(manifest, archive.read, password, configuration)

    @classmethod
    def from_manifest(cls, data: bytes, read: Reader, password: str | None = None, configuration: str = "") -> Project:
        """Open a project by its manifest (or .dtproj) and a function that reads its other parts."""
        opened = open_inline(data, password, owner=_project_id(data))
        manifest = read_manifest(opened.root)
        _verify_password(manifest, opened, password)
        if configuration and configuration not in manifest.configurations:
            raise ProjectInvalid(detail=f'it has no configuration "{configuration}".')
        notices = tuple(_notice(name) for name in opened.unreadable if name != "PasswordVerifier")
        return cls(manifest, data, password, notices, read, configuration)

    # --- facts ------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The project's name."""
        return self.manifest.name

    @property
    def protection_level(self) -> ProtectionLevel:
        """The level of the project and all its packages."""
        return self.manifest.protection_level

    @cached_property
    def packages(self) -> Mapping[str, bytes]:
        """The packages' bytes by name as in the manifest (``Load.dtsx``), in its order, read when asked for."""
        return _Parts([each.name for each in self.manifest.packages], self._required)

    def part(self, name: str) -> bytes | None:
        """The bytes of any part by name, None when it is not there."""
        return self.read_part(name)

    def _required(self, name: str) -> bytes:
        data = self.read_part(name)
        if data is None:
            raise ProjectPartMissing(name=name)
        return data

    @cached_property
    def _parameters_file(self) -> InlineOpened | None:
        data = self.read_part(PARAMETERS)
        return None if data is None else open_inline(data, self.password, owner=self.manifest.id)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The project's parameters, those of the chosen configuration applied."""
        if self._parameters_file is None:
            return ()
        return tuple(self._configured(each) for each in read_parameters(self._parameters_file.root))

    def _configured(self, parameter: Parameter) -> Parameter:
        values = self.manifest.configurations.get(self.configuration, {})
        value = values.get(parameter.dtsid.strip("{}").lower())
        return parameter if value is None else replace(parameter, value=value)

    @cached_property
    def connections(self) -> tuple[ConnectionManager, ...]:
        """The project's connection managers, with what ``CM.…`` parameters of the configuration set.

        Those whose file is not there are left out (:attr:`absent_connections`): packages that do not use them run.
        """
        found = []
        for name in self.manifest.connections:
            data = self.read_part(name)
            if data is None:
                continue
            opened = open_inline(data, self.password, owner=self.manifest.id)
            found.append(self._connection(read_connection(opened.root, scope="project")))
        return tuple(found)

    @property
    def absent_connections(self) -> tuple[str, ...]:
        """The names of connection manager files that the project lists and that are not there."""
        return tuple(name for name in self.manifest.connections if self.read_part(name) is None)

    def _connection(self, connection: ConnectionManager) -> ConnectionManager:
        head = f"CM.{connection.name}."
        values = self.manifest.configurations.get(self.configuration, {})
        for parameter in self.manifest.connection_parameters:
            value = values.get(parameter.dtsid.strip("{}").lower() or parameter.name.lower())
            if parameter.name.startswith(head) and value is not None:
                connection = set_connection_part(connection, parameter.name[len(head) :], value)
        return connection

    # --- packages ---------------------------------------------------------------------------

    def document(self, name: str) -> PackageDocument:
        """A package by name, with or without ``.dtsx``, in any case; raises ProjectPartMissing."""
        wanted = name.lower()
        for each in self.manifest.packages:
            if each.name.lower() in (wanted, f"{wanted}.dtsx"):
                return PackageDocument.open(self._required(each.name), self.password)
        raise ProjectPartMissing(name=name)

    def package(self, name: str) -> Package:
        """A package as it runs in the project: its own and the project's connection managers."""
        model = self.document(name).model
        own = {each.name.lower() for each in model.connections}
        shared = tuple(each for each in self.connections if each.name.lower() not in own)
        return replace(model, connections=model.connections + shared)


class _Parts(Mapping[str, bytes]):
    """Parts by name; their bytes are read on access."""

    def __init__(self, names: list[str], read: Callable[[str], bytes]) -> None:
        self._names = dict.fromkeys(names)
        self._read = read

    def __getitem__(self, name: str) -> bytes:
        if name not in self._names:
            raise KeyError(name)
        return self._read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _folder_reader(folder: Path) -> Reader:
    """Parts beside a project file; a name that leads out of the folder is not read."""
    home = folder.resolve()

    def read(name: str) -> bytes | None:
        path = (home / name.replace("\\", "/")).resolve()
        if not path.is_relative_to(home):
            return None
        if not path.is_file():
            wanted = path.name.lower()
            path = next((p for p in path.parent.glob("*") if p.name.lower() == wanted and p.is_file()), path)
        return path.read_bytes() if path.is_file() else None

    return read


def _project_id(data: bytes) -> str:
    """The project id, which user-key values are bound to; empty when the manifest is all ciphertext."""
    root = parse_xml(data, huge_text=True)
    for each in root.iter(f"{_S}Property"):
        if each.get(f"{_S}Name") == "ID":
            return (each.text or "").strip()
    return ""


def _verify_password(manifest: Manifest, opened: InlineOpened, password: str | None) -> None:
    """Level 2: the verifier decrypts to the text ``SSIS``, or the password is wrong (FORMAT §1.5)."""
    if manifest.protection_level is not ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD or not password:
        return
    verifier = manifest.properties.get("PasswordVerifier")
    if "PasswordVerifier" in opened.unreadable or (verifier is not None and verifier != _VERIFIER):
        raise PackagePasswordWrong


def _notice(name: str) -> Notice:
    message = (
        f'Failed to decrypt an encrypted XML node ("{name}" of the project) because the password was not specified or '
        "not correct. Package load will attempt to continue without the encrypted information."
    )
    return Notice(0xC001405F, "DTS_E_DECRYPTXML_PASSWORD", message, "error")
