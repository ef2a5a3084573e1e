"""What is measured: every section is a list of runs, `lm` and the peer in turn within each round."""
import dataclasses, json, pathlib, subprocess, sys
from typing import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
PEERS = SHARED / "peers"
TINY_SHAKESPEARE = SHARED / "data/corpora/tinyshakespeare.txt"
WIKITEXT = [SHARED / "data/corpora/wikitext2-valid.txt", SHARED / "data/corpora/wikitext2-test.txt"]
SHAPES = ["char-0.8M", "char-10M", "llama-30M", "gpt2-124M"]
TORCH_MODES = ["fp32", "bf16", "fp32-compile", "bf16-compile"]
# Timed steps of a run: some seconds of work on each shape.
STEPS = {"char-0.8M": 100, "char-10M": 8, "llama-30M": 8, "gpt2-124M": 10}


@dataclasses.dataclass
class Run:
    """One command. Its last line of stdout, or all, are JSON objects."""
    labels: dict  # what it measures: side, shape, mode, round
    command: list | Callable[[list], list | None]  # or made from the records so far; None: not needed
    seconds: float  # rough expectation, for the time left
    folder: pathlib.Path = ROOT
    is_optional: bool = False  # a failure is recorded, not fatal


@dataclasses.dataclass
class Options:
    lm: str
    rounds: int
    steps: int | None  # a trial: so few steps everywhere
    scratch: pathlib.Path  # models of the runs; thrown away

    def lm_bench(self, *words):
        return [self.lm, "bench", *words]

    def peer(self, script, *words):
        return [sys.executable, script, *words]


def both(round_number, ours, theirs):
    """Ours first in even rounds, theirs first in odd ones: neither always finds the warmer machine."""
    return [*ours, *theirs] if round_number % 2 == 0 else [*theirs, *ours]


def ceilings(o):
    return [Run({"round": r}, o.lm_bench("ceilings"), 8) for r in range(o.rounds)]


def kernels(o):
    shapes = SHAPES if o.steps is None else SHAPES[:1]
    return [
        Run({"round": r, "shape": shape}, o.lm_bench("kernels", "--shape", shape, "--json"), 40)
        for r in range(o.rounds) for shape in shapes]


def best_mode(records, shape):
    """PyTorch's fastest mode in the probes of `shape`."""
    probes = [x for x in records if x["round"] == "probe" and x["shape"] == shape and x["output"]]
    return max(probes, key=lambda x: x["output"][-1]["tokens_per_second"])["mode"]


def train_runs(o, shape):
    """Makers of a run of ours and of PyTorch's on one shape."""
    steps = str(o.steps or STEPS[shape])

    def ours(r, mode):
        command = o.lm_bench("train", "--shape", shape, "--precision", mode, "--steps", steps)
        return Run({"side": "lm", "shape": shape, "mode": mode, "round": r}, command, 12)

    def theirs(r, mode, command=None, seconds=25.0):
        command = command or o.peer("train_torch.py", shape, mode, steps)
        return Run(
            {"side": "torch", "shape": shape, "mode": mode, "round": r}, command, seconds, PEERS,
            is_optional=r == "probe")

    return ours, theirs


def training(o):
    """Ours in bf16 beside the fastest of PyTorch's modes, which is found first."""
    runs = []
    for shape in SHAPES:
        ours, theirs = train_runs(o, shape)
        runs += [theirs("probe", mode, seconds=70 if "compile" in mode else 25) for mode in TORCH_MODES]

        def best(records, shape=shape):
            return o.peer("train_torch.py", shape, best_mode(records, shape), str(o.steps or STEPS[shape]))

        for r in range(o.rounds):
            runs.append(Run({"side": "ceilings", "shape": shape, "mode": "", "round": r}, o.lm_bench("ceilings"), 8))
            runs += both(r, [ours(r, "bf16")], [theirs(r, "best", best, 40)])
    return runs


def float32(o):
    """Both in float32, without a compiler."""
    runs = []
    for shape in SHAPES:
        ours, theirs = train_runs(o, shape)
        for r in range(o.rounds):
            runs.append(Run({"side": "ceilings", "shape": shape, "mode": "", "round": r}, o.lm_bench("ceilings"), 8))
            runs += both(r, [ours(r, "fp32")], [theirs(r, "fp32")])
    return runs


def attention(o):
    repeats = "5" if o.steps is None else "1"
    runs = []
    for r in range(o.rounds):
        runs += both(
            r, [Run({"side": "lm", "round": r}, o.lm_bench("kernels", "--shape", "long-context", "--json"), 40)],
            [Run({"side": "torch", "round": r}, o.peer(ROOT / "Benchmarks/attention_torch.py", repeats), 60)])
    return runs


def pretrain(o, preset, precision, seed, data, *words, steps=None):
    """`lm pretrain` from one of its presets, with metrics.jsonl kept long enough to be read."""
    name = f"{preset}-{precision}-{seed}"
    steps = o.steps or steps
    limits = [] if steps is None else ["--steps", str(steps)]
    if o.steps: limits += ["--warmup-steps", "1", "--steps-per-eval", str(o.steps)]
    return [
        o.lm, "pretrain", "--preset", preset, "--data", *data, "--precision", precision, "--seed", str(seed),
        "--save-every", "1000000", *words, *limits, "--out", o.scratch / name, "--json", "--quiet"]


def knows(lm, preset):
    """Whether this `lm` has the preset."""
    text = subprocess.run([lm, "pretrain", "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return preset in " ".join(text.split())


def recipes(o):
    presets = ["nanogpt-cpu"] + (["nanogpt-fast"] if knows(o.lm, "nanogpt-fast") else [])
    runs = []
    for r in range(max(3, o.rounds) if o.steps is None else 1):
        ours = [
            Run(
                {"side": "lm", "preset": preset, "mode": precision, "round": r},
                pretrain(
                    o, preset, precision, 1337 + r, [TINY_SHAKESPEARE], "--tokenizer", "bytes",
                    "--steps-per-eval", "20" if preset == "nanogpt-fast" else "250"), 40)
            for preset in presets for precision in ["fp32", "bf16"]]
        theirs = [
            Run(
                {"side": "torch", "preset": "nanogpt-cpu", "mode": "fp32", "round": r},
                o.peer("shakespeare_torch.py", TINY_SHAKESPEARE, *([str(o.steps)] if o.steps else [])), 90, PEERS)]
        runs += both(r, ours, theirs)
    return runs


def precision(o):
    cases = [("nanogpt-cpu", [TINY_SHAKESPEARE], None), ("llama-5m", WIKITEXT, 300)]
    return [
        Run(
            {"preset": preset, "mode": mode, "seed": seed, "text": "+".join(x.name for x in data)},
            pretrain(o, preset, mode, seed, data, "--steps-per-eval", "1000000", steps=steps),
            (300 if steps else 40) // (2 if mode == "bf16" else 1))
        for preset, data, steps in cases for seed in ([1, 2, 3] if o.steps is None else [1])
        for mode in ["fp32", "bf16"]]


TOKENIZERS = {
    "r50k": "tiktoken/r50k_base.tiktoken", "cl100k": "tiktoken/cl100k_base.tiktoken", "o200k": "tiktoken/o200k_base.tiktoken",
    "GPT-2": "hf/gpt2.tokenizer.json", "Llama 3": "hf/llama3.derived.tokenizer.json", "Qwen 2": "hf/qwen2.derived.tokenizer.json",
    "Llama 2": "hf/llama2.tokenizer.json", "BERT": "hf/bert_base_cased.tokenizer.json",
    "T5 (.model)": "sentencepiece/nai-t5.model"}
TEXTS = {"English": SHARED / "data/ir/scifact/corpus.jsonl", "Japanese": SHARED / "data/corpora/wagahai.txt"}
TRAINED_SIZE = "32768"


def text_file(o, name, copies=1):
    """The text as plain UTF-8 in the scratch folder; copies make a big file of it."""
    path = o.scratch / f"{name}-{copies}.txt"
    if not path.exists():
        text = TEXTS[name].read_text(encoding="utf-8")
        if TEXTS[name].suffix == ".jsonl": text = "\n".join(json.loads(line)["text"] for line in text.splitlines())
        path.write_text("\n".join([text] * copies), encoding="utf-8")
    return path


def tokenize(o):
    """Encoding on one thread beside tiktoken, gigatoken and HF tokenizers; two threads; training."""
    script = ROOT / "Benchmarks/tokenizer_peers.py"

    def ours(r, vocabulary, path, name, threads, copies=1):
        def command(records):
            return o.lm_bench("tokenize", "--threads", threads, "--runs", "1" if copies > 1 or o.steps else "3",
                              "--tokenizer", path, "--input", text_file(o, name, copies))
        labels = {"side": "lm", "vocabulary": vocabulary, "text": name, "threads": threads, "copies": copies, "round": r}
        return Run(labels, command, 10 if copies > 1 else 4)

    def theirs(r, side, vocabulary, path, name):
        def command(records):
            return o.peer(script, "encode", side, path, text_file(o, name), "1")
        labels = {"side": side, "vocabulary": vocabulary, "text": name, "threads": 1, "copies": 1, "round": r}
        return Run(labels, command, 10, is_optional=True)

    def trained(r, side):
        def command(records):
            text = text_file(o, "English")
            if side != "lm": return o.peer(script, "train", side, TRAINED_SIZE, text)
            return o.peer(script, "run", o.lm, "tokenizer", "train", text, "--vocab-size", TRAINED_SIZE,
                          "--special", "<|endoftext|>", "--out", o.scratch / "tokenizer", "--quiet")
        return Run({"side": side, "task": "train", "round": r}, command, 4, is_optional=side != "lm")

    runs = []
    for r in range(o.rounds):
        for vocabulary, file in TOKENIZERS.items():
            path = SHARED / "data/tokenizers" / file
            peers = {"tiktoken": ["tiktoken", "gigatoken"], "json": ["hf"]}.get(path.suffix[1:], [])
            for name in TEXTS:
                runs += both(r, [ours(r, vocabulary, path, name, 1)], [theirs(r, side, vocabulary, path, name) for side in peers])
            runs.append(ours(r, vocabulary, path, "English", 2, copies=14))
        runs += both(r, [trained(r, "lm")], [trained(r, side) for side in ("hf", "gigatoken")])
    return runs


# In the order of the report.
SECTIONS = {
    "ceilings": ceilings, "kernels": kernels, "training": training, "float32": float32, "attention": attention, "recipes": recipes,
    "precision": precision, "tokenize": tokenize}
