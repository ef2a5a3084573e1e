#!/usr/bin/env bash
# nanoGPT's recipe for a CPU by lm and by PyTorch, one after the other: seconds and validation loss.
# usage: compare_shakespeare.sh PEERS_PYTHON [ROUNDS]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd); python=$(realpath -s "$1"); rounds=${2:-1}
text=$root/../shared/data/corpora/tinyshakespeare.txt
for round in $(seq "$rounds"); do
  out=$(mktemp -d)
  for precision in fp32 bf16; do
    echo -n "lm $precision "
    "$root/.build/release/lm" pretrain --data "$text" --tokenizer bytes --preset nanogpt-cpu --precision "$precision" \
      --out "$out/$precision" --json --quiet | cut -c1-160
  done
  rm -rf "$out"
  (cd "$root/../shared/peers" && "$python" shakespeare_torch.py "$text")
done
