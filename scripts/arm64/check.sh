#!/usr/bin/env bash
# Builds the kernels for arm64 and runs them under qemu.
# Needs: apt-get install clang qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
set -euo pipefail
cd "$(dirname "$0")/../../Sources/CLMKernels"
for tool in clang qemu-aarch64 aarch64-linux-gnu-gcc; do
  command -v "$tool" > /dev/null || { echo "skipped: $tool is missing (the first lines of this script tell what to install)"; exit 0; }
done
out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
sources=(isa/scalar.c isa/neonbf16.c dispatch.c ../../scripts/arm64/kernels.c)
for source in "${sources[@]}"; do
  clang -O2 -Wall -Werror --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include -Iinclude \
    -c "$source" -o "$out/$(basename "$source").o"
done
aarch64-linux-gnu-gcc -static "$out"/*.o -lm -o "$out/kernels"
qemu-aarch64 -cpu max "$out/kernels"
