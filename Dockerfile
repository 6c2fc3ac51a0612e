# syntax=docker/dockerfile:1
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# What changes seldom comes first: an edit of our code does not install the dependencies anew.
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN python -m venv /opt/groupaccess \
 && /opt/groupaccess/bin/pip install --require-hashes --only-binary=:all: -r requirements/runtime.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes --only-binary=:all: -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY operator operator
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/groupaccess/bin/pip install --no-deps --no-index /dist/*.whl \
 && /opt/groupaccess/bin/pip uninstall --yes pip

FROM ${PYTHON}
LABEL org.opencontainers.image.title="groupaccess" \
      org.opencontainers.image.description="Gives Keycloak groups their ClusterRoles" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/groupaccess/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --from=build /opt/groupaccess /opt/groupaccess
# A number, so that the kubelet can see that it is not root.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["groupaccess"]
CMD ["run"]
