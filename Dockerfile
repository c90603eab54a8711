# The API and the workers: one image, three commands (opentrace api | worker ingestion | worker answers).
FROM python:3.12-slim AS build
WORKDIR /srv
COPY locks/uv.txt locks/runtime.txt locks/
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r locks/uv.txt \
    && /venv/bin/uv pip install --no-cache --python /venv/bin/python --require-hashes -r locks/runtime.txt

FROM python:3.12-slim
# Text recognition, and Word files from before 2007. Not pinned: a rebuild is to bring Debian's security updates.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends tesseract-ocr antiword \
    && rm -rf /var/lib/apt/lists/* && useradd --system --uid 10001 opentrace
WORKDIR /srv
COPY --from=build /venv /venv
COPY backend/ backend/
COPY db/ db/
RUN printf '#!/bin/sh\nexec /venv/bin/python -m backend.cli "$@"\n' > /usr/local/bin/opentrace \
    && chmod 0755 /usr/local/bin/opentrace
ENV PATH=/venv/bin:$PATH PYTHONPATH=/srv PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
CMD ["opentrace", "api"]
