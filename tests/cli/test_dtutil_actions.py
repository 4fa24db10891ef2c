"""What the actions of dtutil do where something goes wrong half way."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dtserve.cli.dtutil import main
from dtserve.cli.dtutil_passwords import DECRYPT as DECRYPT_VARIABLE
from dtserve.package.document import PackageDocument
from dtserve.package.signature import is_signed
from dtserve.service.config import ServiceHome, load_home
from support.samba_server import PASSWORD
from support.servers import samba_server
from support.store_packages import package


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return load_home()


def test_the_password_may_come_from_the_environment_or_a_prompt(home, tmp_path, monkeypatch, capsys):
    (tmp_path / "a.dtsx").write_bytes(package(secret="s"))
    assert main(["/FILE", "a.dtsx", "/ENCRYPT", "FILE;b.dtsx;3;banana"]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("banana\n"))
    assert main(["/FILE", "b.dtsx", "/DECRYPT", "/COPY", "FILE;c.dtsx"]) == 0
    monkeypatch.setenv(DECRYPT_VARIABLE, "banana")
    assert main(["/DECRYPT", "/FILE", "b.dtsx", "/COPY", "FILE;d.dtsx"]) == 0
    monkeypatch.setenv(DECRYPT_VARIABLE, "wrong")
    assert main(["/DECRYPT", "/FILE", "b.dtsx", "/COPY", "FILE;e.dtsx"]) == 5
    assert (tmp_path / "d.dtsx").read_bytes() == (tmp_path / "b.dtsx").read_bytes()
    assert "banana" not in capsys.readouterr().out


def test_a_move_whose_source_stays_is_a_failure(home, tmp_path, monkeypatch, capsys):
    (tmp_path / "a.dtsx").write_bytes(package())
    from dtserve.stores.endpoints import FileEndpoint
    from dtserve.stores.errors import WriteFailed

    def refuse(self):
        raise WriteFailed(path=self.shown, reason="Operation not permitted")

    monkeypatch.setattr(FileEndpoint, "delete", refuse)
    assert main(["/FILE", "a.dtsx", "/MOVE", "FILE;b.dtsx"]) == 1
    assert "Operation not permitted" in capsys.readouterr().out
    assert (tmp_path / "a.dtsx").read_bytes() == (tmp_path / "b.dtsx").read_bytes()


def test_a_defect_is_told_without_a_trace(home, tmp_path, monkeypatch, capsys):
    def broken(self, *arguments, **options):
        raise RuntimeError("boom")

    monkeypatch.setattr(ServiceHome, "msdb", broken)
    assert main(["/SQL", "x", "/EXISTS"]) == 6
    out = capsys.readouterr().out
    assert "DTSERVE" not in out.upper() or "Traceback" not in out
    assert "RuntimeError: boom" in out


def test_a_bad_configuration_is_a_failure(home, capsys):
    (home.path / "dtserve.toml").write_text("nothing = 1")
    assert main(["/SQL", "x", "/EXISTS"]) == 1
    assert "unknown settings: nothing" in capsys.readouterr().out


def test_a_path_that_names_no_package(home, tmp_path, capsys):
    (tmp_path / "a.dtsx").write_bytes(package())
    assert main(["/FILE", "a.dtsx", "/COPY", "SQL;folder\\"]) == 1
    assert "0xC0014048" in capsys.readouterr().out


@pytest.fixture
def thumbprint(home):
    """A certificate for code signing in the home's folder; its thumbprint."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dtserve tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    home.certificates_path.mkdir()
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*plain)
    (home.certificates_path / "my.pem").write_bytes(pem)
    return certificate.fingerprint(hashes.SHA1()).hex()


def test_38_signing(home, tmp_path, thumbprint, monkeypatch, capsys):
    (tmp_path / "srcPackage.dtsx").write_bytes(package())
    line = ["/FILE", "srcPackage.dtsx", "/SIGN"]
    assert main([*line, "FILE;destpkg.dtsx;1767832648918a9d989fdac9819873a91f919"]) == 1
    assert "0xC0014028" in capsys.readouterr().out
    assert not (tmp_path / "destpkg.dtsx").exists()
    assert main([*line, f"FILE;destpkg.dtsx;{thumbprint}"]) == 0
    signed = PackageDocument.open((tmp_path / "destpkg.dtsx").read_bytes())
    assert is_signed(signed)
    assert signed.model.name == "Load"
    assert main([*line, f"DTS;MSDB\\signed;{thumbprint}"]) == 0
    assert is_signed(PackageDocument.open(home.msdb().read(("signed",))))
    again = ["/FILE", "destpkg.dtsx", "/SIGN", f"FILE;other.dtsx;{thumbprint}"]
    monkeypatch.setattr("sys.stdin", io.StringIO("N\n"))
    assert main(again) == 1
    assert "already signed" in capsys.readouterr().out
    assert not (tmp_path / "other.dtsx").exists()
    assert main([*again, "/Q"]) == 0
    assert (tmp_path / "other.dtsx").exists()


def test_22_41_47_every_file_of_a_folder(home, tmp_path, monkeypatch):
    mapped = tmp_path / "share"
    mapped.mkdir()
    (home.path / "dtserve.toml").write_text(f"[paths]\n'Z:\\' = '{mapped}'\n")
    names = ["a.dtsx", "b c.dtsx", "ü.dtsx"]
    for name in names:
        (tmp_path / name).write_bytes(package(secret="swordfish"))
        assert main(["/I", "/FILE", name]) == 0
        assert main(["/FILE", name, "/ENCRYPT", f"FILE;Z:\\{name};2;pwd"]) == 0
        assert main(["/file", name, "/encrypt", f"file;{name};3;newpassword"]) == 0
    assert sorted(path.name for path in mapped.iterdir()) == names
    for name in names:
        assert PackageDocument.open((mapped / name).read_bytes(), "pwd").protection_level == 2
        assert PackageDocument.open((tmp_path / name).read_bytes(), "newpassword").protection_level == 3


def test_files_on_a_share(home, tmp_path):
    samba = samba_server()
    (home.path / "dtserve.toml").write_text(
        f"[shares]\n'\\\\127.0.0.1\\packages' = {{ user = '{samba.user}', port = {samba.port}, password = '{PASSWORD}' }}\n"
    )
    (tmp_path / "a.dtsx").write_bytes(package())
    place = "\\\\127.0.0.1\\packages\\dtutil.dtsx"
    assert main(["/FILE", "a.dtsx", "/COPY", f"FILE;{place}"]) == 0
    assert (samba.share / "dtutil.dtsx").read_bytes() == package()
    assert main(["/FILE", place, "/EXISTS"]) == 0
    (samba.share / "in").mkdir(exist_ok=True)
    for folder in ("\\\\127.0.0.1\\packages\\in", "\\\\127.0.0.1\\packages\\in\\"):
        assert main(["/FILE", place, "/COPY", f"FILE;{folder}", "/Q"]) == 0
    assert [path.name for path in (samba.share / "in").iterdir()] == ["Load.dtsx"]
    assert main(["/FILE", place, "/MOVE", "SQL;fromshare"]) == 0
    assert main(["/FILE", place, "/EXISTS"]) == 1
    assert home.msdb().read(("fromshare",)) == package()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["/EXISTS"], 0),
        (["/COPY", "FILE;b.dtsx", "/QUIET"], 0),
        (["/MOVE", "FILE;c.dtsx", "/QUIET"], 0),
        (["/ENCRYPT", "FILE;d.dtsx;2;secret", "/QUIET"], 0),
        (["/IDREGENERATE"], 0),
        (["/DELETE", "/QUIET"], 0),
        (["/EXISTS", "/SourceServer", "x"], 6),
    ],
)
def test_files_alone_need_no_home(tmp_path, monkeypatch, capsys, words, code):
    monkeypatch.setenv("DTSERVE_HOME", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.dtsx").write_bytes(package(secret="s"))
    assert main(["/FILE", "a.dtsx", *words]) == code, capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_settings_count_for_files_too(home, tmp_path, monkeypatch, capsys):
    (home.path / "dtserve.toml").write_text(f'[paths]\n"c:\\\\" = "{tmp_path}"\n[dtutil]\nexists_miss_exit_code = 1\n')
    (tmp_path / "a.dtsx").write_bytes(package())
    assert main(["/FILE", r"c:\a.dtsx", "/EXISTS"]) == 0
    assert main(["/FILE", r"c:\b.dtsx", "/EXISTS"]) == 1
