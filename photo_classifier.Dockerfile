# docker build -f photo_classifier.Dockerfile -t clip_testbench .
# docker run -p 127.0.0.1:5000:5000 clip_testbench
# docs/container.md says how to bring photos along.
ARG BASE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE} AS build
# Processors only: the wheels for graphics cards are gigabytes larger.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY . /source
# torch comes from that index alone, before all else: a newer build for graphics cards of another
# index must not win. photo_classifier.lock, written by scripts/lock_container.py, names its version.
RUN touch /source/photo_classifier.lock \
 && python3 -m venv /opt/photorank \
 && /opt/photorank/bin/pip install --no-cache-dir --index-url "${TORCH_INDEX}" \
      --constraint /source/photo_classifier.lock "torch==2.*" torchvision \
 && /opt/photorank/bin/pip install --no-cache-dir \
      --constraint /source/photo_classifier.lock "/source[embedded,service]" \
 && /opt/photorank/bin/pip uninstall -y pip setuptools \
 && mkdir -p /data/index /data/datasets /photos
# The sample is part of the image, so that the first start need not build it.
RUN PHOTORANK_HOME=/data /opt/photorank/bin/photorank demo --build-only

FROM ${BASE}
COPY --from=build /opt/photorank /opt/photorank
COPY --from=build --chown=10001:10001 /data /data
COPY --from=build /photos /photos
ENV PATH=/opt/photorank/bin:$PATH \
    PHOTORANK_HOME=/data \
    PHOTORANK_FIRST_PAGE=compare \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
VOLUME ["/data/index", "/photos"]
# The dashboard, and `photorank serve`.
EXPOSE 5000 8700
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s \
  CMD ["sh", "-c", "for url in 5000/_stcore/health 8700/healthz; do python3 -c \"from urllib.request import urlopen; urlopen('http://127.0.0.1:$url', timeout=2)\" 2>/dev/null && exit 0; done; exit 1"]
# What Ctrl-C sends: the first process of a container hears no SIGTERM unless it asks for it.
STOPSIGNAL SIGINT
# The one place that listens on a network: publish the port on 127.0.0.1.
CMD ["photorank", "demo", "--no-open", "--listen", "0.0.0.0", "--port", "5000"]
