"""What the reference tokenizers say.

reference_tokenizers.py hf TOKENIZER.json FILE...      a line of ids for each file
reference_tokenizers.py transformers FOLDER FILE...    the same through AutoTokenizer
reference_tokenizers.py tiktoken FILE.tiktoken FILE... the same for r50k, cl100k and o200k
reference_tokenizers.py train SIZE OUT FILE...         trains and writes tokenizer.json
"""
import base64
import sys

LETTERS = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
PATTERNS = {
    "r50k_base": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "cl100k_base": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "o200k_base": rf"[^\r\n\p{{L}}\p{{N}}]?{LETTERS[0]}*{LETTERS[1]}+{SUFFIX}"
    rf"|[^\r\n\p{{L}}\p{{N}}]?{LETTERS[0]}+{LETTERS[1]}*{SUFFIX}"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}


def read(path):
    return open(path, encoding="utf-8", newline="").read()


def show(encode, files):
    for path in files:
        print(*encode(read(path)))


def main(kind, name, *rest):
    if kind == "hf":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(name)
        show(lambda text: tokenizer.encode(text).ids, rest)
    elif kind == "transformers":
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(name)
        show(lambda text: tokenizer(text)["input_ids"], rest)
        print(tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id)
    elif kind == "tiktoken":
        import tiktoken

        lines = (line.split() for line in open(name, "rb") if line.strip())
        ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
        encoding = name.split("/")[-1].removesuffix(".tiktoken")
        encoder = tiktoken.Encoding(
            encoding, pat_str=PATTERNS[encoding], mergeable_ranks=ranks, special_tokens={}
        )
        show(encoder.encode_ordinary, rest)
    elif kind == "train":
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=int(name),
            special_tokens=["<|bos|>", "<|eos|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(map(read, rest[1:]), trainer)
        tokenizer.save(rest[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
