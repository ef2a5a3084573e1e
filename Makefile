# Two commands: `make demo` (the main job: about two minutes of training after the build) and `make test` (everything).
SHELL := /bin/bash
LM := .build/release/lm
DEMO ?= .build/demo
PEERS ?= .build/peers/venv/bin/python
export LM_PYTHON ?= $(CURDIR)/.python/bin/python

.PHONY: demo build test fuzz lint bench corpus checkpoint

demo: build
	rm -rf $(DEMO)
	$(LM) pretrain --preset demo --data corpora/english.train.jsonl corpora/chinese.train.jsonl \
	  --validation-data corpora/english.heldout.jsonl --entropy-floor 0.195 --out $(DEMO)
	@echo; echo "A story by the model that was just trained:"; echo
	@$(LM) generate --model $(DEMO) -p "Once upon a time" -n 200 --seed 1 --stats
	@echo; echo "model:  $(DEMO)"; echo "report: $(DEMO)/report.html"

build:
	scripts/setup.sh
	swift build -c release --product lm

test:
	scripts/setup.sh --tests
	swift build -c release --build-tests
	swift build -c release
	swift test -c release --skip-build

# Runs mutated files and texts through everything that reads them, a million of each kind; FUZZ="--format gguf" for
# one, FUZZ="--runs 10000 --seed 2" for less. Inputs with a fault are kept in .build/fuzz.
fuzz:
	scripts/setup.sh
	swift build -c release --product lm-fuzz
	.build/release/lm-fuzz $(FUZZ)

lint:
	swift format lint --strict --recursive Package.swift Sources Tests corpora/generator

# Measures lm beside PyTorch and writes Documentation/Benchmarks.md; BENCH="--only training" etc. for less.
bench:
	@"$(PEERS)" -c 'import torch' 2>/dev/null || { echo "bench: $(PEERS) has no PyTorch:" \
	  "run ../shared/peers/setup.sh .build/peers, or say make bench PEERS=/path/to/python" >&2; exit 2; }
	$(MAKE) build
	"$(PEERS)" Benchmarks/bench.py $(BENCH)

# Trains the model in checkpoints/ again, in .build/stories.
checkpoint: build
	$(LM) pretrain --preset demo --layers 5 --steps 2500 --dropout 0.1 --weight-decay 0.3 --warmup-steps 100 \
	  --save-every 1000 --steps-per-eval 250 --data corpora/english.train.jsonl corpora/chinese.train.jsonl \
	  --validation-data corpora/english.heldout.jsonl --entropy-floor 0.195 --out .build/stories

# Rewrites the bundled corpus; it is the same, bit for bit, on every machine.
corpus:
	swift run -c release StoryCorpus corpora
