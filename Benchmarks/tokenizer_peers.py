"""Tokenizers of others on one text, in a process of their own; a JSON object on the last line.

tokenizer_peers.py encode tiktoken|gigatoken|hf TOKENIZER TEXT THREADS   first and second encoding
tokenizer_peers.py train hf|gigatoken SIZE TEXT                         byte-level BPE; peak memory of the process
tokenizer_peers.py run COMMAND...                                       time and peak memory of another program"""
import base64, json, os, pathlib, resource, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def timed(body):
    start = time.perf_counter()
    result = body()
    return time.perf_counter() - start, result


def encoder(kind, path):
    """A function from a text to the number of its tokens."""
    if kind == "hf":
        from tokenizers import Tokenizer
        tokenizer = Tokenizer.from_file(path)
        return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)
    if kind == "gigatoken":
        import gigatoken
        tokenizer = gigatoken.Tokenizer.from_tiktoken(path)
        return lambda text: len(tokenizer.encode(text.encode()))
    import tiktoken
    sys.path.append(str(ROOT / "Tests/Reference"))
    from reference_tokenizers import PATTERNS
    with open(path, "rb") as file:
        ranks = {base64.b64decode(token): int(rank) for token, rank in (x.split() for x in file if x.strip())}
    name = pathlib.Path(path).name.removesuffix(".tiktoken")
    tokenizer = tiktoken.Encoding(name, pat_str=PATTERNS[name], mergeable_ranks=ranks, special_tokens={})
    return lambda text: len(tokenizer.encode_ordinary(text))


def encode(kind, path, text, threads):
    os.environ["RAYON_NUM_THREADS"] = threads
    with open(text, encoding="utf-8", newline="") as file:
        text = file.read()
    count = encoder(kind, path)
    rates = []
    for _ in range(2):
        seconds, tokens = timed(lambda: count(text))
        rates.append(len(text.encode()) * 1e-6 / seconds)
    return {"tokens": tokens, "cold_mb_per_second": rates[0], "warm_mb_per_second": rates[1]}


def train(kind, size, text):
    if kind == "gigatoken":
        import gigatoken
        seconds, _ = timed(lambda: gigatoken.train_bpe(text, int(size), []))
    else:
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=int(size), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
        seconds, _ = timed(lambda: tokenizer.train([text], trainer))
    return {"seconds": seconds, "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def run(*command):
    seconds, _ = timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
    return {"seconds": seconds, "peak_rss_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}


print(json.dumps({"encode": encode, "train": train, "run": run}[sys.argv[1]](*sys.argv[2:])))
