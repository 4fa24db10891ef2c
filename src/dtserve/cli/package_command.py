"""``dtserve package …``: look into a package or project file, compare, check and change it."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dtserve.cli.errors import InvalidArgument
from dtserve.cli.package_files import (
    add_output,
    add_password,
    open_document,
    output_path,
    password_of,
    read_bytes,
    write_result,
)
from dtserve.errors import hresult
from dtserve.package.document import PackageDocument
from dtserve.package.model import Package, Parameter, ProtectionLevel

if TYPE_CHECKING:
    from dtserve.package.project import Project

__all__ = ["add_arguments", "run"]

_LEVELS = {
    "dont-save-sensitive": ProtectionLevel.DONT_SAVE_SENSITIVE,
    "encrypt-sensitive-with-user-key": ProtectionLevel.ENCRYPT_SENSITIVE_WITH_USER_KEY,
    "encrypt-sensitive-with-password": ProtectionLevel.ENCRYPT_SENSITIVE_WITH_PASSWORD,
    "encrypt-all-with-password": ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD,
    "encrypt-all-with-user-key": ProtectionLevel.ENCRYPT_ALL_WITH_USER_KEY,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    info = _verb(verbs, "info", "what is in a package or project file")
    info.add_argument("--json", action="store_true", help="one JSON object instead of text")
    check = _verb(verbs, "validate", "check a package without its databases and files; exit code 1 for findings")
    check.add_argument("--json", action="store_true", help="a JSON array of findings")
    compare = verbs.add_parser("diff", help="structural difference of two packages; exit code 1 when they differ")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    compare.add_argument("--ids", action="store_true", help="compare ids and version numbers as well")
    compare.add_argument("--layout", action="store_true", help="compare the designer's layout as well")
    compare.add_argument("--json", action="store_true", help="a JSON array of changes")
    add_password(compare)
    normal = _verb(verbs, "normalize", "write the normal form for version control")
    normal.add_argument("--check", action="store_true", help="only tell by the exit code whether it is in normal form")
    normal.add_argument("--keep-layout", action="store_true", help="keep the designer's layout")
    normal.add_argument("--keep-versions", action="store_true", help="keep version numbers")
    normal.add_argument("--drop-binaries", action="store_true", help="leave compiled scripts out")
    group = normal.add_mutually_exclusive_group()
    group.add_argument("-o", "--output", type=Path, help="file to write; standard output without it")
    group.add_argument("--in-place", action="store_true", help="replace the file itself")
    newer = _verb(verbs, "upgrade", "write a package of format 2, 3, 5 or 6 in format 8")
    newer.add_argument("--keep-providers", action="store_true", help="leave SQLNCLI providers as they are")
    newer.add_argument("--json", action="store_true", help="the report as a JSON array")
    add_output(newer)
    seal = _verb(verbs, "protect", "change the protection level of a package or project")
    seal.add_argument("--level", required=True, choices=[*_LEVELS, *(str(int(each)) for each in _LEVELS.values())])
    seal.add_argument("--scheme", choices=["aes", "3des"], help="scheme of a password; that of the file, else aes")
    seal.add_argument("--values", type=Path, help="JSON file: sensitive values that cannot be read, by their path")
    add_password(seal, "new-password", "the result")
    add_output(seal)
    clear = _verb(verbs, "unprotect", "write a package or project without its sensitive values (DontSaveSensitive)")
    add_output(clear)
    params = _verb(verbs, "params", "the parameters of a package or project")
    params.add_argument("--json", action="store_true", help="a JSON array")
    scripts = _verb(verbs, "extract-scripts", "write the sources of all scripts into a folder")
    scripts.add_argument("--to", type=Path, required=True, help="folder to write to")
    scripts.add_argument("--json", action="store_true", help="a JSON array of the files")


def _verb(verbs: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    parser.add_argument("file", type=Path)
    add_password(parser)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; returns the exit code."""
    actions = {
        "info": _info, "validate": _validate, "diff": _diff, "normalize": _normalize, "upgrade": _upgrade,
        "protect": _protect, "unprotect": _unprotect, "params": _params, "extract-scripts": _extract_scripts,
    }  # fmt: skip
    return actions[arguments.action](arguments)


def _is_project(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() in (".ispac", ".dtproj", ".manifest")


def _check_target(arguments: argparse.Namespace) -> None:
    """A changed project is an archive: it never replaces a .dtproj or a folder."""
    if arguments.in_place and arguments.file.suffix.lower() != ".ispac":
        raise InvalidArgument(argument=arguments.file, option="--in-place", reason="a project is written as an .ispac.")


def _project(arguments: argparse.Namespace) -> Project:
    from dtserve.package.project import Project

    return Project.open(arguments.file, password_of(arguments))


# --- looking ------------------------------------------------------------------------------------


def _info(arguments: argparse.Namespace) -> int:
    if _is_project(arguments.file):
        facts = _project_facts(_project(arguments))
    else:
        facts = _package_facts(open_document(arguments.file, password_of(arguments)))
    if arguments.json:
        print(json.dumps(facts, ensure_ascii=False, indent=1))
        return 0
    for name, value in facts.items():
        if isinstance(value, list):
            print(f"{name}:")
            print("\n".join(f"  {_line(each)}" for each in value) or "  (none)")
        else:
            print(f"{name}: {value}")
    return 0


def _line(value: Any) -> str:
    return "  ".join(str(each) for each in value.values()) if isinstance(value, dict) else str(value)


def _package_facts(document: PackageDocument) -> dict[str, Any]:
    from dtserve.package.signature import check_signature

    model = document.model
    parts = Counter(each.part or each.type_id for each in model.walk() if each is not model)
    components = Counter(
        each.part or each.user_type or each.class_id
        for item in model.walk()
        if item.data_flow is not None
        for each in item.data_flow.components
    )
    return {
        "name": model.name,
        "id": model.dtsid,
        "description": model.description,
        "format": document.format_version,
        "version": f"{model.version_major}.{model.version_minor}.{model.version_build}",
        "version id": model.version_guid,
        "protection level": f"{int(document.protection_level)} {_level_name(document.protection_level)}",
        "signature": check_signature(document).state.name.lower(),
        "created": f"{model.creation_date} by {model.creator_name} on {model.creator_computer_name}",
        "executables": [f"{name} × {count}" for name, count in sorted(parts.items())],
        "components": [f"{name} × {count}" for name, count in sorted(components.items())],
        "connection managers": [{"name": each.name, "kind": each.creation_name} for each in model.connections],
        "parameters": [each.name for each in model.parameters],
        "variables": [each.qualified_name for item in model.walk() for each in item.variables],
        "configurations": [each.name for each in model.configurations],
        "log providers": [each.name for each in model.log_providers],
        "warnings": [f"{each.symbol} ({hresult(each.code)}): {each.message}" for each in document.warnings],
    }


def _level_name(level: ProtectionLevel) -> str:
    return "".join(word.capitalize() for word in level.name.split("_")).replace("Dont", "Dont")


def _project_facts(project: Project) -> dict[str, Any]:
    manifest = project.manifest
    return {
        "name": project.name,
        "id": manifest.id,
        "deployment model": manifest.deployment_model,
        "protection level": f"{int(project.protection_level)} {_level_name(project.protection_level)}",
        "target version": manifest.target_version,
        "packages": [
            {"name": each.name, "entry point": "entry point" if each.entry_point else ""} for each in manifest.packages
        ],
        "connection managers": list(manifest.connections),
        "parameters": [each.name for each in project.parameters],
        "configurations": list(manifest.configurations),
        "warnings": [f"{each.symbol} ({hresult(each.code)}): {each.message}" for each in project.warnings],
    }


def _validate(arguments: argparse.Namespace) -> int:
    from dtserve.package.validate import validate

    findings = validate(open_document(arguments.file, password_of(arguments)))
    if arguments.json:
        shown = [
            {"severity": f.severity, "where": f.where, "code": hresult(f.code), "message": f.message} for f in findings
        ]
        print(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        for each in findings:
            print(f"{each.severity}: {each.where}: {hresult(each.code)} {each.message}")
        print(f"{len(findings)} findings.")
    return 1 if any(each.severity == "error" for each in findings) else 0


def _diff(arguments: argparse.Namespace) -> int:
    from dtserve.package.diff import diff_documents, to_json, to_text

    password = password_of(arguments)
    before, after = open_document(arguments.before, password), open_document(arguments.after, password)
    changes = diff_documents(before, after, ids=arguments.ids, layout=arguments.layout)
    if arguments.json:
        print(to_json(changes))
    elif changes:
        print(to_text(changes))
    return 1 if changes else 0


def _params(arguments: argparse.Namespace) -> int:
    found: list[tuple[str, Parameter]] = []
    if _is_project(arguments.file):
        project = _project(arguments)
        found += [("Project", each) for each in project.parameters]
        for name in project.packages:
            found += [(name, each) for each in project.document(name).model.parameters]
    else:
        model: Package = open_document(arguments.file, password_of(arguments)).model
        found += [("Package", each) for each in model.parameters]
    shown = [
        {
            "scope": scope, "name": each.name, "type": each.vt, "required": each.required, "sensitive": each.sensitive,
            "value": None if each.sensitive else each.value, "description": each.description,
        }
        for scope, each in found
    ]  # fmt: skip
    if arguments.json:
        print(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        for row in shown:
            marks = " ".join(mark for mark in ("required", "sensitive") if row[mark])
            value = "(hidden)" if row["sensitive"] else row["value"]
            print(f"{row['scope']}: {row['name']} = {value} {marks}".rstrip())
    return 0


# --- changing -----------------------------------------------------------------------------------


def _normalize(arguments: argparse.Namespace) -> int:
    from dtserve.package.normalize import NormalizeOptions, normalize

    document = open_document(arguments.file, password_of(arguments))
    options = NormalizeOptions(arguments.keep_layout, arguments.keep_versions, not arguments.drop_binaries)
    result = normalize(document, options)
    if arguments.check:
        return 0 if result == document.original else 1
    write_result(arguments.file if arguments.in_place else arguments.output or Path("-"), result)
    return 0


def _upgrade(arguments: argparse.Namespace) -> int:
    import sys

    from dtserve.package.upgrade import upgrade

    report = upgrade(
        open_document(arguments.file, password_of(arguments)), update_providers=not arguments.keep_providers
    )
    write_result(output_path(arguments), report.document.original)
    lines = report.changes or ("The package is of format 8 already.",)
    text = json.dumps(list(lines), ensure_ascii=False, indent=1) if arguments.json else "\n".join(lines)
    print(text, file=sys.stderr if str(output_path(arguments)) == "-" else sys.stdout)
    return 0


def _level(text: str) -> ProtectionLevel:
    return _LEVELS[text] if text in _LEVELS else ProtectionLevel(int(text))


def _protect(arguments: argparse.Namespace) -> int:
    from dtserve.package.edit import with_protection
    from dtserve.package.project_build import build_ispac, protect_project
    from dtserve.package.protection.schemes import Scheme

    level = _level(arguments.level)
    password = password_of(arguments, "new-password")
    scheme = Scheme(arguments.scheme) if arguments.scheme else None
    if _is_project(arguments.file):
        _check_target(arguments)
        changed = protect_project(_project(arguments), level, password, scheme or Scheme.AES)
        write_result(output_path(arguments), build_ispac(changed))
        return 0
    values = json.loads(read_bytes(arguments.values)) if arguments.values else None
    document = open_document(arguments.file, password_of(arguments))
    write_result(
        output_path(arguments), with_protection(document, level, password, scheme=scheme, values=values).original
    )
    return 0


def _unprotect(arguments: argparse.Namespace) -> int:
    from dtserve.package.edit import with_protection
    from dtserve.package.project_build import build_ispac, protect_project

    level = ProtectionLevel.DONT_SAVE_SENSITIVE
    if _is_project(arguments.file):
        _check_target(arguments)
        data = build_ispac(protect_project(_project(arguments), level))
    else:
        data = with_protection(open_document(arguments.file, password_of(arguments)), level).original
    write_result(output_path(arguments), data)
    return 0


def _extract_scripts(arguments: argparse.Namespace) -> int:
    from dtserve.package.script_sources import file_name, script_sources

    document = open_document(arguments.file, password_of(arguments))
    written: list[dict[str, str]] = []
    for source in script_sources(document.model):
        path = arguments.to / file_name(source)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.text.encode("utf-8"))
        written.append({"owner": source.owner, "kind": source.kind, "language": source.language, "file": str(path)})
    if arguments.json:
        print(json.dumps(written, ensure_ascii=False, indent=1))
    else:
        print("\n".join(each["file"] for each in written))
    return 0
