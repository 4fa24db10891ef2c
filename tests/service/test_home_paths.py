"""Places of a home folder follow its settings."""

from pathlib import Path

from dtserve.service.home_paths import HomePaths
from dtserve.service.settings import read_settings


def test_places_and_allowed_folders(tmp_path) -> None:
    settings = tmp_path / "dtserve.toml"
    settings.write_text('[execution]\nfolder = "W"\nallowed_folders = "Drop; /srv/packages ;"\n')
    home = HomePaths(tmp_path, read_settings(settings, {}))
    assert home.work_path == tmp_path / "W"
    assert home.allowed_folders == ((tmp_path / "Drop").resolve(), Path("/srv/packages").resolve())
    assert {home.spool_path.parent, home.seal_path.parent, home.state_path.parent} == {tmp_path}
    assert HomePaths(tmp_path, read_settings(tmp_path / "none.toml", {})).allowed_folders == ()
