# The image of `ops`, which timers run on the operations server (docs/runbooks/ops.md).
#
# Ubuntu as on the servers: its archive has PostgreSQL of the database's major version, where Debian
# has only an older one and a newer one. A release names the base with its digest.
ARG BASE=ubuntu:24.04

FROM ${BASE} AS packages
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates python3-venv
COPY requirements-ops.lock /
# Nothing is compiled: sslyze alone has no wheel, and is Python only.
RUN python3 -m venv /opt/ops/venv \
    && /opt/ops/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        --no-binary sslyze --requirement /requirements-ops.lock

FROM ${BASE}
# Of the database (`database.engine_version`): pg_dump writes what a server of this version takes.
ARG POSTGRESQL_MAJOR=16
# `ops verify` runs a server of its own, with the database's extensions; none starts by itself. It
# has to know the locale of the database, which this image would have none of but C.
RUN mkdir -p /etc/postgresql-common \
    && echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates locales-all python3 postgresql-${POSTGRESQL_MAJOR} \
        postgresql-${POSTGRESQL_MAJOR}-pgaudit \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 ops \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /opt/ops \
        --shell /usr/sbin/nologin ops
COPY --from=packages /opt/ops/venv /opt/ops/venv
COPY policies /opt/ops/policies
COPY service_config /opt/ops/service_config
COPY scripts /opt/ops/scripts
# Compiled once here and not at every start: the user may not write there.
RUN /opt/ops/venv/bin/python -m compileall -q /opt/ops/policies /opt/ops/scripts \
        /opt/ops/service_config

ENV LANG=C.UTF-8 \
    PATH=/opt/ops/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/opt/ops
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["python", "-P", "-m", "scripts"]
CMD ["--help"]

ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ops" \
    org.opencontainers.image.description="Procedures of the messaging application's operations guide" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}"
