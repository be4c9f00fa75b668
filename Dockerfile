# The site in one image; the same image runs the worker and the migrations (see compose.yaml).

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/jiebang
RUN python -m venv .venv
COPY requirements.txt ./
RUN .venv/bin/python -m pip install --require-hashes -r requirements.txt
COPY . .
RUN .venv/bin/python -m app.core.translations \
    && .venv/bin/python -m whitenoise.compress --quiet app/static \
    && .venv/bin/python -m compileall -q app config.py wsgi.py migrations

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /srv/jiebang --shell /usr/sbin/nologin jiebang \
    && install -d -o jiebang -g jiebang -m 0700 /var/lib/jiebang
WORKDIR /srv/jiebang
COPY --from=build /srv/jiebang ./
ENV PATH=/srv/jiebang/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    DEMO=0 \
    VAR_DIR=/var/lib/jiebang
USER jiebang
VOLUME /var/lib/jiebang
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["gunicorn", "wsgi:app"]
