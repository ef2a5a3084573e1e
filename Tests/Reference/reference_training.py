"""What the trainers of Hugging Face's tokenizers make of texts.

reference_training.py bpe SIZE OUT FILE...        trains byte-level BPE and writes tokenizer.json
reference_training.py wordpiece SIZE OUT FILE...  trains WordPiece on words between white space and writes a list
reference_training.py unigram SIZE OUT FILE...    trains Unigram on such words with U+2581 before them; writes a list
reference_training.py score PIECES FILE...        nats per byte of the best way to cut each word into PIECES
reference_training.py encode TOKENIZER FILE...    a line of ids for each file
"""
import json
import sys

from tokenizers import Tokenizer, models, pre_tokenizers, trainers


def texts(paths):
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            if path.endswith(".jsonl"):
                yield from (json.loads(line)["text"] for line in file if line.strip())
            else:
                yield file.read()


def words(paths):
    for text in texts(paths):
        yield from text.split()


def train(tokenizer, trainer, items):
    tokenizer.train_from_iterator(items, trainer)
    return tokenizer


def main(kind, name, *rest):
    if kind == "bpe":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=int(name),
            special_tokens=["<|bos|>", "<|eos|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        train(tokenizer, trainer, texts(rest[1:])).save(rest[0])
    elif kind == "wordpiece":
        # The trainer numbers "##a" in the order of a hash table; as special tokens they come in a fixed one.
        found = set(words(rest[1:]))
        characters = sorted({c for word in found for c in word})
        inner = sorted({c for word in found for c in word[1:]})
        specials = ["[PAD]", "[UNK]"] + characters + ["##" + c for c in inner]
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        trainer = trainers.WordPieceTrainer(vocab_size=int(name), special_tokens=specials, show_progress=False)
        vocabulary = train(tokenizer, trainer, texts(rest[1:])).get_vocab()
        json.dump(sorted(vocabulary, key=vocabulary.get), open(rest[0], "w"))
    elif kind == "unigram":
        tokenizer = Tokenizer(models.Unigram())
        # One space between words: Metaspace puts U+2581 before each.
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=int(name), show_progress=False)
        train(tokenizer, trainer, (" ".join(text.split()) for text in texts(rest[1:])))
        json.dump(json.loads(tokenizer.to_str())["model"]["vocab"], open(rest[0], "w"))
    elif kind == "score":
        pieces = [(piece, score) for piece, score in json.load(open(name))]
        scores = dict(pieces)
        lowest = min(scores.values())
        tokenizer = Tokenizer(models.Unigram([("<unk>", lowest - 10)] + pieces, unk_id=0))
        total, size = 0.0, 0
        for word in words(rest):
            word = "\u2581" + word
            size += len(word.encode())
            total += sum(scores.get(piece, lowest - 10) for piece in tokenizer.encode(word).tokens)
        print(-total / size)
    elif kind == "encode":
        tokenizer = Tokenizer.from_file(name)
        for path in rest:
            print(*tokenizer.encode(open(path, encoding="utf-8", newline="").read()).ids)


main(*sys.argv[1:])
