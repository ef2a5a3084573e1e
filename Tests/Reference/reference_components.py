"""Tokenizers of single components, and what Hugging Face's tokenizers say about them.

reference_components.py FOLDER SEED COUNT
    writes FOLDER/NAME.json (a tokenizer) and FOLDER/NAME.cases.json: [text, ids, offsets, decoded] for each text
reference_components.py check TOKENIZER.json CASES.json ...
    prints for each pair the number of texts whose ids differ
reference_components.py cases TOKENIZER OUT SEED COUNT
    writes the same cases for a tokenizer that exists: a tokenizer.json, a FILE.model of sentencepiece or a
    FILE.tiktoken; the latter two have null for offsets
"""
import base64
import json
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

WORDS = "the of and to in a is that it was he for on are with as his they at be this have from or one had by".split()
PARTS = [" ", " ", " ", "  ", "   ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "\u0085", "\u200b", "\u2028", "▁", "▁▁", "_",
    "-", "--", "'", "\"", "``", "''", ".", ",", "!", "?", "#", "##", "$", "(", ")", "、", "。", "…", "～", "§", "１", "1", "23", "456",
    "²", "Ⅳ", "é", "e\u0301", "Å", "\u212b", "ﬁ", "İ", "ß", "Σ", "ς", "ǅ", "か\u3099", "が", "각", "\u1100\u1161\u11a8", "ﾞ",
    "ạ\u0308", "a\u0308\u0323", "\u0301", "\u0316\u0301", "\u0344", "\u0958", "क्ष", "สวัสดี", "שָׁלוֹם", "مُ", "漢字", "日本", "豈", "丽",
    "👨‍👩‍👧", "🇩🇪🇫", "❤\ufe0f", "\x00", "\x01", "\x7f", "\x9f", "\ufffd", "\ufeff", "\u00ad", "\u0890", "\u07fd", "\U00011938",
    "\u1acf", "\u32ff", "\uab69", "<s>", "[X]", "<x>", "Wort", "wort", "aaaa", "aaaaaaaaaaaaaaa", "<0x41>", "</w>", "<extra_id_0>", "<extra_id_99>", "<unk>", "</s>", "<extra_id_", " 's", "n't", " do not"]


def text(generator):
    def part():
        kind = generator.random()
        if kind < 0.3: return generator.choice(WORDS)
        if kind < 0.9: return generator.choice(PARTS)
        code = generator.choice([generator.randrange(1, 0x3000), generator.randrange(0x3000, 0xD800), generator.randrange(0xE000, 0x20000)])
        return chr(code)
    return "".join(part() for _ in range(generator.choice([1, 2, 3, 6, 12])))


def words(texts, tokenizer):
    """Every piece that the texts give, as a vocabulary."""
    vocabulary = {"<unk>": 0}
    for text in texts:
        normal = tokenizer.normalizer.normalize_str(text) if tokenizer.normalizer else text
        pieces = tokenizer.pre_tokenizer.pre_tokenize_str(normal) if tokenizer.pre_tokenizer else [(normal, None)]
        for piece, _ in pieces: vocabulary.setdefault(piece, len(vocabulary))
    return vocabulary


def characters(texts, tokenizer):
    return {c for piece in words(texts, tokenizer) for c in piece}


def components():
    n, p = normalizers, pre_tokenizers
    bert = lambda **k: n.BertNormalizer(**{**dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False), **k})
    yield from {
        "nfc": n.NFC(), "nfd": n.NFD(), "nfkc": n.NFKC(), "nfkd": n.NFKD(), "lowercase": n.Lowercase(), "strip_accents": n.StripAccents(),
        "nfd_strip": n.Sequence([n.NFD(), n.StripAccents()]), "nmt": n.Nmt(), "strip": n.Strip(), "strip_left": n.Strip(right=False),
        "strip_right": n.Strip(left=False), "prepend": n.Prepend("▁"), "replace": n.Replace(" ", "▁"), "replace_two": n.Replace("aa", "b"),
        "replace_spaces": n.Replace(Regex(r"\s+"), " "), "byte_level_normalizer": n.ByteLevel(), "bert_clean": bert(clean_text=True),
        "bert_chinese": bert(handle_chinese_chars=True), "bert_accents": bert(strip_accents=True), "bert_lower": bert(lowercase=True),
        "bert": n.BertNormalizer(), "llama": n.Sequence([n.Prepend("▁"), n.Replace(" ", "▁")]),
        "many": n.Sequence([n.NFKD(), n.StripAccents(), n.Lowercase(), n.Strip()]),
    }.items()
    yield from {
        "byte_level": p.ByteLevel(add_prefix_space=True), "byte_level_whole": p.ByteLevel(add_prefix_space=False, use_regex=False),
        "bert_words": p.BertPreTokenizer(), "whitespace": p.Whitespace(), "whitespace_split": p.WhitespaceSplit(),
        "digits": p.Digits(), "digits_each": p.Digits(individual_digits=True), "delimiter": p.CharDelimiterSplit("a"),
        "fixed": p.FixedLength(length=3), "metaspace": p.Metaspace(), "metaspace_first": p.Metaspace(prepend_scheme="first"),
        "metaspace_never": p.Metaspace(prepend_scheme="never"), "metaspace_whole": p.Metaspace(split=False),
        "metaspace_words": p.Sequence([p.WhitespaceSplit(), p.Metaspace()]),
        "starcoder": p.Sequence([p.Digits(individual_digits=True), p.ByteLevel(add_prefix_space=False)]),
        "byte_level_twice": p.Sequence([p.Whitespace(), p.ByteLevel(add_prefix_space=True), p.Punctuation()]),
    }.items()
    for behavior in ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]:
        yield f"punctuation_{behavior}", p.Punctuation(behavior)
        for invert in (False, True):
            yield f"split_{behavior}_{invert}", p.Split("a", behavior, invert)
            yield f"split_spaces_{behavior}_{invert}", p.Split(Regex(r"\s+"), behavior, invert)
            yield f"split_gpt2_{behavior}_{invert}", p.Split(Regex(GPT2), behavior, invert)


GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def unigram(texts, tokenizer, generator):
    tokens = {"<unk>": 0.0}
    for piece in words(texts, tokenizer):
        for _ in range(3):
            start = generator.randrange(len(piece) + 1)
            part = piece[start : start + generator.choice([1, 1, 2, 3])]
            if part: tokens.setdefault(part, -generator.random() * 12)
    return list(tokens.items())


def bpe(texts, tokenizer, generator, prefix="", suffix=""):
    """Random merges, as deep as they come."""
    first = sorted(characters(texts, tokenizer))
    tokens = ["<unk>"] + [c for c in first if generator.random() < 0.9]
    if prefix: tokens += [prefix + c for c in tokens[1:]]
    if suffix: tokens += [t + suffix for t in tokens[1:]]
    ids = {t: i for i, t in enumerate(dict.fromkeys(tokens))}
    merges = []
    heads = [t for t in ids if t != "<unk>" and not (suffix and t.endswith(suffix))]
    tails = [t for t in ids if t != "<unk>" and t.startswith(prefix)]
    for _ in range(4000):
        left, right = generator.choice(heads), generator.choice(tails)
        if generator.random() < 0.7: left, right = (generator.choice(heads[: len(heads) // 4 + 1]), generator.choice(tails))
        token = left + right[len(prefix) :]
        if len(token) > 12: continue
        ids.setdefault(token, len(ids))
        merges.append((left, right))
        if not (suffix and token.endswith(suffix)): heads.append(token)
        if token.startswith(prefix): tails.append(token)
    return ids, list(dict.fromkeys(merges))


def families(texts, generator):
    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = pre_tokenizers.Metaspace()
    for fuse in (False, True):
        ids, merges = bpe(texts, plain, generator)
        yield f"bpe_{fuse}", models.BPE(ids, merges, unk_token="<unk>", fuse_unk=fuse), pre_tokenizers.Metaspace(), decoders.Metaspace()
        for byte in range(256): ids.setdefault(f"<0x{byte:02X}>", len(ids))
        if fuse: del ids["<0xE3>"]
        chain = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
        yield f"bpe_fallback_{fuse}", models.BPE(ids, merges, unk_token="<unk>", fuse_unk=fuse, byte_fallback=True), pre_tokenizers.Metaspace(split=False), chain
    ids, merges = bpe(texts, plain, generator)
    yield "bpe_no_unk", models.BPE(ids, merges), None, None
    yield "bpe_ignore", models.BPE(ids, merges, ignore_merges=True), pre_tokenizers.Metaspace(), None
    ids, merges = bpe(texts, plain, generator, suffix="</w>")
    yield "bpe_suffix", models.BPE(ids, merges, unk_token="<unk>", end_of_word_suffix="</w>"), pre_tokenizers.BertPreTokenizer(), decoders.BPEDecoder()
    ids, merges = bpe(texts, plain, generator, prefix="##")
    yield "bpe_prefix", models.BPE(ids, merges, unk_token="<unk>", continuing_subword_prefix="##"), pre_tokenizers.Whitespace(), decoders.WordPiece(cleanup=False)
    tokens = unigram(texts, plain, generator)
    yield "unigram", models.Unigram(tokens, 0, False), pre_tokenizers.Metaspace(), decoders.Metaspace()
    yield "unigram_whole", models.Unigram(tokens, 0, False), None, decoders.Sequence([decoders.Fuse(), decoders.Strip("a", 2, 0)])
    fallback = tokens + [(f"<0x{byte:02X}>", -20.0) for byte in range(256) if byte != 0xE6]
    yield "unigram_fallback", models.Unigram(fallback, 0, True), pre_tokenizers.Metaspace(), decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    vocabulary = {"[UNK]": 0}
    for piece in list(words(texts, plain)):
        piece = piece.lstrip("▁")
        if not piece: continue
        cut = generator.randrange(len(piece)) + 1
        vocabulary.setdefault(piece[:cut], len(vocabulary))
        for c in piece[1:]: vocabulary.setdefault("##" + c, len(vocabulary))
        vocabulary.setdefault("##" + piece[cut : cut + 3], len(vocabulary))
    yield "wordpiece", models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=14), pre_tokenizers.BertPreTokenizer(), decoders.WordPiece()
    yield "ctc", models.WordLevel({**words(texts, plain), "<pad>": len(words(texts, plain)), "|": len(words(texts, plain)) + 1}, "<unk>"), pre_tokenizers.Metaspace(), decoders.CTC()


def cases(tokenizer, texts):
    rows = []
    for text, encoding in zip(texts, tokenizer.encode_batch(texts)):
        rows.append([text, encoding.ids, encoding.offsets, tokenizer.decode(encoding.ids), tokenizer.decode(encoding.ids, skip_special_tokens=False)])
    return rows


def sentencepiece_cases(path, texts):
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_file=path)
    # sentencepiece ends a text at a zero byte in some places, and its rules for one are its own.
    texts = [text.replace("\x00", "") for text in texts]
    unknown = processor.unk_id()
    for text, ids in zip(texts, processor.encode(texts)):
        # An unknown piece is decoded to a surface of its own.
        decoded = None if unknown in ids else processor.decode(ids)
        yield [text, ids, None, decoded, decoded]


def tiktoken_cases(path, texts):
    import tiktoken
    from reference_tokenizers import PATTERNS

    lines = (line.split() for line in open(path, "rb") if line.strip())
    ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
    name = path.split("/")[-1].removesuffix(".tiktoken")
    encoder = tiktoken.Encoding(name, pat_str=PATTERNS[name], mergeable_ranks=ranks, special_tokens={})
    for text, ids in zip(texts, encoder.encode_ordinary_batch(texts, num_threads=1)):
        yield [text, ids, None, text, text]


def published_cases(path, texts):
    if path.endswith(".model"): return list(sentencepiece_cases(path, texts))
    if path.endswith(".tiktoken"): return list(tiktoken_cases(path, texts))
    tokenizer = Tokenizer.from_file(path)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return cases(tokenizer, texts)


def write(folder, name, tokenizer, texts):
    path = f"{folder}/{name}.json"
    tokenizer.save(path)
    json.dump(cases(Tokenizer.from_file(path), texts), open(f"{folder}/{name}.cases.json", "w"), ensure_ascii=False)
    print(name)


def build(folder, seed, count):
    generator = random.Random(seed)
    texts = [text(generator) for _ in range(count)]
    for name, component in components():
        tokenizer = Tokenizer(models.WordLevel({"<unk>": 0}, "<unk>"))
        if isinstance(component, normalizers.Normalizer): tokenizer.normalizer = component
        else: tokenizer.pre_tokenizer = component
        tokenizer.model = models.WordLevel(words(texts, tokenizer), "<unk>")
        write(folder, name, tokenizer, texts)
    for name, model, pre_tokenizer, decoder in families(texts, generator):
        tokenizer = Tokenizer(model)
        if pre_tokenizer: tokenizer.pre_tokenizer = pre_tokenizer
        if decoder: tokenizer.decoder = decoder
        write(folder, name, tokenizer, texts)
    for number, normalizer in enumerate([None, normalizers.Lowercase(), normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])]):
        tokenizer = Tokenizer(models.WordLevel(words(texts, Tokenizer(models.WordLevel({"<unk>": 0}, "<unk>"))), "<unk>"))
        if normalizer: tokenizer.normalizer = normalizer
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
        tokenizer.add_special_tokens([AddedToken("<s>", special=True), AddedToken("[X]", lstrip=True, rstrip=True, special=True)])
        tokenizer.add_tokens([AddedToken("Wort", normalized=True), AddedToken("aa", single_word=True), AddedToken("<x>", normalized=False), AddedToken("  ", normalized=True), AddedToken("the", single_word=True, lstrip=True)])
        tokenizer.post_processor = processors.TemplateProcessing("<s> $A [X]", "<s> $A [X]:1 $B:1 <s>:3", [("<s>", tokenizer.token_to_id("<s>")), ("[X]", tokenizer.token_to_id("[X]"))])
        write(folder, f"added_{number}", tokenizer, texts)


def main(kind, *rest):
    if kind == "check":
        for path, expected in zip(rest[::2], rest[1::2]):
            tokenizer = Tokenizer.from_file(path)
            print(sum(tokenizer.encode(row[0]).ids != row[1] for row in json.load(open(expected))))
    elif kind == "cases":
        generator = random.Random(int(rest[2]))
        texts = [text(generator) for _ in range(int(rest[3]))]
        json.dump(published_cases(rest[0], texts), open(rest[1], "w"), ensure_ascii=False)
    else:
        build(kind, int(rest[0]), int(rest[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
