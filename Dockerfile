# The front-end files that package-lock.json names.
FROM node:22-slim AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements/app.txt requirements/app.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/app.txt
COPY . .
COPY --from=front-end /build/node_modules /packages
# Settings want an environment; none of these values leaves this step.
RUN python -c "import dev, pathlib; dev.copy_served(pathlib.Path('/packages'))" \
 && SECRET_KEY=$(python -c "import secrets; print(secrets.token_urlsafe(50))") \
    ENCRYPTION_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE= ALLOWED_HOSTS=build \
    DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    python manage.py collectstatic --no-input --verbosity 0 \
 && rm -r /packages \
 && useradd --system --no-create-home impasse
USER impasse
EXPOSE 8000
CMD ["gunicorn", "impasse_tracker.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", \
     "--workers=2", "--threads=4", "--worker-tmp-dir=/dev/shm", "--no-control-socket"]
