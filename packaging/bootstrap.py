r"""Build the project's private environment in `.venv`, from the hashed lock file alone.

Runs on a bare Python 3.11-3.13 (standard library only) and does nothing when the
environment already matches the lock file. `make` calls it; on Windows run it by hand:
`py -3.11 packaging\bootstrap.py`.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "built-from"
SUPPORTED = ((3, 11), (3, 14))


def interpreter() -> Path:
    """The environment's Python."""
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return ENVIRONMENT / folder / name


def wanted() -> str:
    """A digest of everything the environment is built from."""
    import tomllib  # from 3.11 on: an older Python must hear a sentence, not a traceback

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    parts = (LOCK.read_text(encoding="utf-8"), json.dumps(project, sort_keys=True), sys.version)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def run(*arguments: str) -> None:
    """Run one installation step quietly; on failure show its output and stop."""
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
        sys.exit(
            "\nThe environment could not be built. Check that this machine can reach a Python "
            "package index (pip's usual settings apply), then run the same command again."
        )


def main() -> None:
    if not SUPPORTED[0] <= sys.version_info[:2] < SUPPORTED[1]:
        sys.exit(f"crmdesk needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}.")
    if STAMP.exists() and STAMP.read_text() == wanted() and interpreter().exists():
        return
    print("Building the private environment in .venv (once; about a minute) ...", flush=True)
    try:
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        sys.exit(
            "This Python cannot make a virtual environment. On Debian or Ubuntu:\n"
            f"  sudo apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )
    pip = (str(interpreter()), "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    # --only-binary: a compiler is not among the things a fresh machine must have.
    run(*pip, "--require-hashes", "--only-binary", ":all:", "--no-compile", "-r", str(LOCK))
    run(*pip, "--no-deps", "--no-build-isolation", "--no-compile", "--editable", str(ROOT))
    # Some images set PYTHONDONTWRITEBYTECODE; uncompiled, SQLAlchemy alone costs a second a start.
    packages = next(ENVIRONMENT.glob("[Ll]ib/**/site-packages"))
    # -qq and no check: wheels carry templates that are not Python and can't compile.
    compiling = (str(interpreter()), "-m", "compileall", "-qq", "-j", "0", str(packages))
    subprocess.run(compiling, cwd=ROOT, check=False)
    STAMP.write_text(wanted())


if __name__ == "__main__":
    main()
