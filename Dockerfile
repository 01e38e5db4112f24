FROM python:3.11.13-slim-bookworm AS build
WORKDIR /src
COPY requirements.txt requirements.run.txt ./
RUN python -m venv /build && /build/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
RUN python -m venv --without-pip /opt/tocsin \
    && /build/bin/pip --python /opt/tocsin/bin/python install --no-cache-dir --require-hashes -r requirements.run.txt
COPY pyproject.toml README.md LICENSE tocsin.example.toml ./
COPY bot bot
COPY adapters adapters
RUN /build/bin/python -m hatchling build -t wheel \
    && /build/bin/pip --python /opt/tocsin/bin/python install --no-cache-dir --no-deps dist/*.whl

FROM python:3.11.13-slim-bookworm
COPY --from=build /opt/tocsin /opt/tocsin
WORKDIR /data
RUN chown 10001:10001 /data
USER 10001:10001
ENV PATH=/opt/tocsin/bin:$PATH PYTHONUNBUFFERED=1
VOLUME /data
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s CMD ["tocsin", "health"]
CMD ["tocsin", "run"]
