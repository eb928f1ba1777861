"""Makes the virtual environment. Runs on any Python, so that an old one gets a sentence and not a traceback."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from typing import NoReturn

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
REQUIREMENTS = {"runtime": ["requirements.txt"], "develop": ["requirements.txt", "requirements-dev.txt"]}


def main(wanted: str) -> None:
    """Make `.venv` hold what `wanted` (runtime or develop) names; do nothing where it already does."""
    refuse_old_python()
    refuse_missing_git()
    if stamp_is_current(wanted):
        return
    if not works():
        shutil.rmtree(VENV, ignore_errors=True)
        make_venv()
    install(wanted)
    write_stamp(wanted)


def stop(sentence: str) -> NoReturn:
    """End with one sentence for a person."""
    sys.stderr.write("penstock: " + sentence + "\n")
    sys.exit(1)


def refuse_old_python() -> None:
    """Penstock's own code needs 3.11; this file must run on anything to say so."""
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:2]))
        stop("Python 3.11 or newer is needed, and this is " + found + ". Try: make demo PYTHON=python3.11")


def refuse_missing_git() -> None:
    """The engine verifies with real git, 2.39 or newer."""
    try:
        answer = subprocess.run(["git", "version"], stdout=subprocess.PIPE, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        stop("git is not installed, or does not run. Penstock needs git 2.39 or newer.")
    found = re.search(r"(\d+)\.(\d+)", answer)
    if found is None or tuple(map(int, found.groups())) < (2, 39):
        stop("git 2.39 or newer is needed, and this is " + answer.strip() + ".")


def python() -> str:
    """The interpreter inside the virtual environment."""
    return os.path.join(VENV, "bin", "python")


def works() -> bool:
    """A virtual environment whose interpreter has moved or was half made does not start."""
    try:
        test = subprocess.run(
            [python(), "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return False
    return test.returncode == 0


def make_venv() -> None:
    """Create the environment; Debian ships Python without venv's other half."""
    sys.stderr.write("Making the virtual environment in .venv ...\n")
    made = subprocess.run([sys.executable, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        stop("the virtual environment could not be made. On Debian and Ubuntu: apt install python3-venv")


def install(wanted: str) -> None:
    """Install the pinned packages; pip's own words only where they help."""
    sys.stderr.write("Installing the pinned packages (half a minute the first time) ...\n")
    names = [argument for name in REQUIREMENTS[wanted] for argument in ("-r", os.path.join(HERE, name))]
    command = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run(command + names, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 0:
        return
    said = done.stdout.decode("utf-8", "replace")
    # "from versions: none" is all that pip says when it may not retry.
    if re.search(r"NewConnectionError|name resolution|ConnectTimeout|No route|ProxyError|from versions: none", said):
        stop("the packages could not be fetched: no package index answers. Is the network there? Try again then.")
    last = [line for line in said.splitlines() if line.strip() and not line.startswith("WARNING")][-3:]
    stop("the packages could not be installed. pip says:\n  " + "\n  ".join(last))


def digest(wanted: str) -> str:
    """What the environment was made from: interpreter and pins."""
    sha = hashlib.sha256(sys.version.encode() + HERE.encode())
    for name in REQUIREMENTS[wanted]:
        with open(os.path.join(HERE, name), "rb") as file:
            sha.update(file.read())
    return sha.hexdigest()


def stamp_is_current(wanted: str) -> bool:
    """Whether a stamp of the wanted set, or of the larger one, matches and the interpreter is there."""
    if not os.path.exists(python()):
        return False
    wider = ["develop"] if wanted == "develop" else ["runtime", "develop"]
    for name in wider:
        try:
            with open(os.path.join(VENV, "installed-" + name)) as file:
                if file.read() == digest(name):
                    return True
        except OSError:
            continue
    return False


def write_stamp(wanted: str) -> None:
    """Written last, so that an interrupted installation is taken up again."""
    with open(os.path.join(VENV, "installed-" + wanted), "w") as file:
        file.write(digest(wanted))


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "runtime")
    except KeyboardInterrupt:
        stop("interrupted; run it again to go on.")
