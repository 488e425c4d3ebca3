# The live loop as a container: docs/operations.md#a-container says how it is run.
FROM python:3.11-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
# uv, and not pip alone: it keeps to the pins of pyproject.toml.
RUN pip install --no-cache-dir uv \
    && uv pip install --no-cache --python /usr/local/bin/python3 --prefix=/installed ".[server,ical,terraform]"

FROM python:3.11-slim
COPY --from=build /installed /usr/local
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin accord \
    && install -d -o accord -g accord -m 0700 /var/lib/accord \
    && install -d -m 0755 /contracts
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /contracts
# The ledger, and beside it the secret of the links: a disk of this machine, no network file system.
VOLUME /var/lib/accord
EXPOSE 9095
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9095/-/healthy', timeout=4)"]
ENTRYPOINT ["accord"]
CMD ["serve", "/contracts", "--last", "keeper", "--listen", "0.0.0.0:9095", "--ledger", "/var/lib/accord/accord.ledger", "--log", "json"]
