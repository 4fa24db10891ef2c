"""How long ``dtexec`` takes for an empty package, beside Python itself and ``luigi --help``.

Luigi is installed into a virtual environment under ``benchmarks/data`` on first use;
where that is not possible its line is left out.

    python benchmarks/startup.py [--rounds N]
"""

from __future__ import annotations

import argparse
import sys

from support.environments import installed
from support.measure import DATA, fingerprint, rounds, table

from dtserve.service.config import load_home

EMPTY = """<?xml version="1.0"?>
<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:refId="Package" DTS:CreationName="Microsoft.Package"
  DTS:DTSID="{7B0D3B44-7A3F-4B7E-9D0C-2F1B1C6A9E01}" DTS:ExecutableType="Microsoft.Package" DTS:LocaleID="1033"
  DTS:ObjectName="Empty" DTS:ProtectionLevel="0" DTS:VersionGUID="{1F7C6B1E-3B61-4C0D-8B57-6E3C2B8F7A02}">
  <DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property>
</DTS:Executable>
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()

    DATA.mkdir(exist_ok=True)
    package = DATA / "empty.dtsx"
    package.write_text(EMPTY, encoding="utf-8")
    line = [sys.executable, "-m", "dtserve.cli.dtexec", "/FILE", str(package), "/REPORTING", "E"]
    home, nowhere = DATA / "home", DATA / "no-home"
    load_home(home).close()
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "dtexec": [*line, "--home", str(nowhere)],
        "dtexec, with a home folder": [*line, "--home", str(home)],
    }
    luigi = installed("luigi")
    if luigi is not None:
        commands["luigi --help"] = [str(luigi / "luigi"), "--help"]
    figures = rounds(commands, options.rounds)
    print(f"## Starting\n\nAn empty package of format 8; median of {options.rounds} rounds, interleaved.\n")
    print(table(figures, "dtexec"))
    print(f"\n{fingerprint(['lxml', 'polars'])}\n")


if __name__ == "__main__":
    main()
