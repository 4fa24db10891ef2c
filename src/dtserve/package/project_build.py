"""Building an .ispac, taking one apart, and changing the protection of a whole project (FORMAT §4.5, §1.5, §1.8)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from dtserve.package.document import PackageDocument
from dtserve.package.edit import with_protection
from dtserve.package.errors import PackagePasswordEmpty, ProjectInvalid, ProtectFailed
from dtserve.package.manifest import LEVEL_NAMES
from dtserve.package.model import ProtectionLevel
from dtserve.package.project import MANIFEST, PARAMETERS, Project, Reader
from dtserve.package.protection.inline import blank_inline, open_inline, seal_inline
from dtserve.package.protection.schemes import Scheme
from dtserve.package.source import SourceMap, TextEdit, escape_attribute
from dtserve.package.xml import SSIS, parse_xml, to_utf8

__all__ = ["build_ispac", "project_parts", "protect_project", "unpack"]

_S = f"{{{SSIS}}}"
_CONTENT_TYPES = "[Content_Types].xml"
_EMPTY_PARAMETERS = b'<?xml version="1.0"?>\n<SSIS:Parameters xmlns:SSIS="www.microsoft.com/SqlServer/SSIS" />'
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>\s*")
_DATE = (1980, 1, 1, 0, 0, 0)
"""The time stamp of all entries: equal projects give equal archives."""
_WHOLE = (ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD, ProtectionLevel.ENCRYPT_ALL_WITH_USER_KEY)


def project_parts(project: Project) -> dict[str, bytes]:
    """The parts an .ispac of the project holds, by name, in the order Visual Studio writes them.

    Raises ProjectPartMissing and ProjectInvalid (a package whose level is not the project's).
    """
    if project.manifest.deployment_model != "Project":
        raise ProjectInvalid(detail="it is in the package deployment model, which has no .ispac.")
    parts = dict(project.packages)
    for name, data in parts.items():
        _check_level(project, name, data)
    for name in project.manifest.connections:
        parts[name] = project.part(name) or b""
        if not parts[name]:
            raise ProjectInvalid(detail=f'its connection manager "{name}" is missing.')
    parts[PARAMETERS] = project.part(PARAMETERS) or _EMPTY_PARAMETERS
    parts[MANIFEST] = _manifest_part(project.manifest_bytes)
    return parts


def _check_level(project: Project, name: str, data: bytes) -> None:
    """Every package of a project has its level; what is all ciphertext says so by itself."""
    root = parse_xml(data, huge_text=data.count(b"<") < 200)
    stored = root.get("{www.microsoft.com/SqlServer/Dts}ProtectionLevel")
    if root.tag.endswith("}EncryptedData"):
        stored = str(int(ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD))
    if stored is None:
        stored = str(int(PackageDocument.open(data).protection_level))
    if stored != str(int(project.protection_level)):
        raise ProjectInvalid(
            detail=f'the package "{name}" has the protection level {stored}, the project {int(project.protection_level)}.'
        )


def _manifest_part(data: bytes) -> bytes:
    """``@Project.manifest``: the ``SSIS:Project`` element of a .dtproj, without declaration."""
    clear = to_utf8(data)
    root = parse_xml(data, huge_text=True)
    if root.tag == f"{_S}Project":
        return _DECLARATION.sub(b"", clear)
    project = next(root.iter(f"{_S}Project"))
    source = SourceMap(clear, root)
    outer = source.outer(project)
    line = clear.rfind(b"\n", 0, source.span(project).start) + 1
    indent = clear[line : source.span(project).start]
    return outer.replace(b"\n" + indent, b"\n") if indent and not indent.strip() else outer


def build_ispac(project: Project, parts: Mapping[str, bytes] | None = None) -> bytes:
    """The .ispac of a project; equal input gives equal bytes. Raises what :func:`project_parts` raises."""
    entries = dict(parts or project_parts(project))
    extensions = sorted(
        {name.rpartition(".")[2] for name in entries}, key=["dtsx", "conmgr", "params", "manifest"].index
    )
    defaults = "".join(f'<Default Extension="{each}" ContentType="text/xml" />' for each in extensions)
    types = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{defaults}</Types>'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            _write(archive, quote(name, safe="@()[]!$&'+,;=~"), _crlf(to_utf8(data)))
        _write(archive, _CONTENT_TYPES, b"\xef\xbb\xbf" + types.encode("utf-8"))
    return stream.getvalue()


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def _crlf(data: bytes) -> bytes:
    """Line ends as in archives; CDATA and text read the same, XML normalises both."""
    return data if b"\r\n" in data else data.replace(b"\n", b"\r\n")


def unpack(project: Project, folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write the parts of a project into a folder, and a .dtproj that makes a project of it.

    Files that are there are kept, and ProjectInvalid is raised before anything is written,
    unless ``overwrite``. Returns the files in order.
    """
    parts = project_parts(project)
    manifest = parts.pop(MANIFEST)
    name = re.sub(r'[/\\:*?"<>|]', "_", project.name) or "Project"
    parts[f"{name}.dtproj"] = _dtproj(manifest)
    targets = {folder / part: data for part, data in parts.items()}
    present = [path.name for path in targets if path.exists()]
    if present and not overwrite:
        raise ProjectInvalid(detail=f'the folder "{folder}" has {", ".join(present[:5])} already.')
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in targets.items():
        path.write_bytes(data)
    return list(targets)


def _dtproj(manifest: bytes) -> bytes:
    return (
        b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\n'
        b'<Project xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        b"  <DeploymentModel>Project</DeploymentModel>\n"
        b"  <DeploymentModelSpecificContent>\n    <Manifest>\n" + manifest + b"\n"
        b"    </Manifest>\n  </DeploymentModelSpecificContent>\n</Project>\n"
    )


# --- protection -----------------------------------------------------------------------------


def protect_project(
    project: Project, level: ProtectionLevel, password: str | None = None, scheme: Scheme = Scheme.AES
) -> Project:
    """The project with all its parts at another protection level, as :func:`build_ispac` takes it.

    Raises PackagePasswordEmpty; ProtectFailed when sensitive values cannot be read and the
    new level keeps them.
    """
    by_password = level in (ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD, ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD)
    password = password or project.password
    if by_password and not password:
        raise PackagePasswordEmpty
    key = password if by_password else None
    parts = project_parts(project)
    sealed: dict[str, bytes] = {}
    for name, data in parts.items():
        if name.lower().endswith(".dtsx"):
            document = PackageDocument.open(data, project.password)
            sealed[name] = with_protection(document, level, password, scheme=scheme, allow_server_storage=True).original
        else:
            sealed[name] = _protect_part(project, name, data, level, key, scheme)
    return Project.from_manifest(sealed[MANIFEST], _reader(sealed), password, project.configuration)


def _reader(parts: Mapping[str, bytes]) -> Reader:
    lower = {name.lower(): data for name, data in parts.items()}
    return lambda name: lower.get(name.lower())


def _protect_part(
    project: Project, name: str, data: bytes, level: ProtectionLevel, key: str | None, scheme: Scheme
) -> bytes:
    """A ``.params``, ``.conmgr`` or manifest at another level."""
    opened = open_inline(data, project.password, owner=project.manifest.id)
    lost = [each for each in opened.unreadable if each != "PasswordVerifier"]
    if lost and level is not ProtectionLevel.DONT_SAVE_SENSITIVE:
        raise ProtectFailed(detail=f"these sensitive values of {name} cannot be read: {', '.join(lost)}.")
    clear = opened.clear
    if name == MANIFEST:
        clear = _manifest_level(clear, level)
    if level is ProtectionLevel.DONT_SAVE_SENSITIVE:
        return blank_inline(clear)
    if level is ProtectionLevel.SERVER_STORAGE:
        return clear
    return seal_inline(clear, whole=level in _WHOLE, password=key, scheme=scheme, owner=project.manifest.id)


def _manifest_level(clear: bytes, level: ProtectionLevel) -> bytes:
    """The level by name and, for each package, by number; the verifier where a level has one (FORMAT §1.5)."""
    root = parse_xml(clear)
    source = SourceMap(clear, root)
    edit = TextEdit(source)
    name = next(key for key, value in LEVEL_NAMES.items() if value is level)
    edit.set_attribute(root, f"{_S}ProtectionLevel", name)
    for metadata in root.iter(f"{_S}PackageMetaData"):
        for each in metadata.iterfind(f"{_S}Properties/{_S}Property"):
            if each.get(f"{_S}Name") == "ProtectionLevel":
                edit.set_text(each, str(int(level)))
    verified = level in (
        ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD,
        ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY,
    )
    stored = [e for e in root.iterfind(f"{_S}Properties/{_S}Property") if e.get(f"{_S}Name") == "PasswordVerifier"]
    for each in stored:
        if verified:
            edit.set_text(each, "SSIS")
        else:
            edit.replace_element(each, b"")
    if verified and not stored:
        last = list(root.iterfind(f"{_S}Properties/{_S}Property"))[-1]
        at = source.span(last).start
        line = clear.rfind(b"\n", 0, at) + 1
        new = b'<SSIS:Property SSIS:Name="%s" SSIS:Sensitive="1">SSIS</SSIS:Property>' % escape_attribute(
            "PasswordVerifier"
        )
        edit.replace(at, at, new + (b"\n" + clear[line:at] if not clear[line:at].strip() else b""))
    return edit.apply()
