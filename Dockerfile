# One image for web, worker and beat: docker-compose.yml says which of them a container is.

FROM node:24-bookworm-slim AS browser-packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.11-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
RUN pip install --no-cache-dir uv && python -m venv /venv
WORKDIR /app
COPY pyproject.toml requirements.lock ./
# Versions and hashes are those of the lock; tools for development stay out.
RUN uv pip install --no-cache --python /venv/bin/python -r pyproject.toml -c requirements.lock
COPY . .
COPY --from=browser-packages /app/node_modules node_modules
RUN /venv/bin/pybabel --quiet compile --domain django --directory locale \
    && DJANGO_SETTINGS_MODULE=config.settings.prod SECRET_KEY=only-collects-static-files-and-is-not-in-the-image-at-all \
       ALLOWED_HOSTS=localhost DATABASE_URL=postgresql://nowhere/lejek REDIS_URL=redis://nowhere/0 EMAIL_URL=consolemail:// \
       /venv/bin/python manage.py collectstatic --noinput \
    # Of the browser's packages only the icons are read at run time.
    && mv node_modules/@tabler/icons/icons /icons && rm -rf node_modules \
    && mkdir -p node_modules/@tabler/icons && mv /icons node_modules/@tabler/icons/icons

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home lejek \
    && install --directory --owner lejek --group lejek /data/media
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod MEDIA_ROOT=/data/media
USER lejek
EXPOSE 8000
CMD ["granian", "--interface", "asginl", "--no-ws", "--http", "1", "--log-level", "warning", "--host", "0.0.0.0", "--port", "8000", "--backpressure", "4096", "config.asgi:application"]
