# Two commands: `make demo` (the main job, about four minutes) and `make test` (everything).
SHELL := /bin/bash
LM := .build/release/lm
DEMO ?= .build/demo
export LM_PYTHON ?= $(CURDIR)/.python/bin/python

.PHONY: demo build test bench corpus checkpoint

demo: build
	rm -rf $(DEMO)
	$(LM) pretrain --preset demo --data corpora/english.train.jsonl corpora/chinese.train.jsonl \
	  --validation-data corpora/english.heldout.jsonl --entropy-floor 0.195 --out $(DEMO)
	@echo; echo "A story by the model that was just trained:"; echo
	@$(LM) generate --model $(DEMO) -p "There was once" -n 200 --seed 1 --stats
	@echo; echo "model:  $(DEMO)"; echo "report: $(DEMO)/report.html"

build:
	scripts/setup.sh
	swift build -c release --product lm

test:
	scripts/setup.sh --tests
	swift build -c release --build-tests
	swift build -c release
	swift test -c release --skip-build

# Rewrites the bundled corpus; it is the same, bit for bit, on every machine.
corpus:
	swift run -c release StoryCorpus corpora
