# The service alone: no compiler, no tests, not root. Put the database and its key on the volume; everything
# else may be read-only (docker run --read-only --cap-drop ALL -v riskengine:/var/lib/riskengine ...).
FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/riskengine riskengine
COPY --from=build /venv /venv
USER riskengine
WORKDIR /var/lib/riskengine
VOLUME /var/lib/riskengine
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    RISKENGINE_HOST=0.0.0.0 \
    RISKENGINE_DATABASE=sqlite:////var/lib/riskengine/riskengine.db
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health/ready', timeout=2)"]
ENTRYPOINT ["riskengine"]
CMD ["serve"]
