# Dateline: the API, the pages and the indexer, over an archive in /archive.
FROM python:3.11-slim AS build
WORKDIR /src
# What pip keeps for a second time would be of no use here.
ENV PIP_NO_CACHE_DIR=1
COPY pyproject.toml README.md constraints.txt models.txt ./
COPY docker/build.sh docker/build.sh
COPY archive archive
COPY dateline dateline
COPY indexer indexer
COPY search_api search_api
COPY web web
RUN sh docker/build.sh /opt/dateline

FROM python:3.11-slim
COPY --from=build /opt/dateline /opt/dateline
ENV PATH=/opt/dateline/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    DATELINE_ARCHIVE=/archive/news \
    DATELINE_CACHE=/opt/dateline/share/dateline \
    DATELINE_HOST=0.0.0.0 \
    DATELINE_LOG_FORMAT=json
# A volume that is mounted here the first time takes over its owner.
RUN mkdir /archive && chown 10001:10001 /archive
USER 10001:10001
WORKDIR /archive
VOLUME /archive
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["dateline"]
CMD ["serve", "--create"]
