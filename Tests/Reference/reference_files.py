"""What the reference libraries read from, or write to, tokenizer files.

reference_files.py sentencepiece MODEL OUT.json   pieces and specifications, by way of protobuf
reference_files.py gguf FILE.gguf OUT.json        writes a vocabulary and tensors, and what they are
reference_files.py writer ALIGNMENT FILE.gguf      the file that GGUFWriterTests write
reference_files.py vocabulary PRE SOURCE FILE.gguf    the vocabulary of a tokenizer.json, .model or vocab.txt as GGUF
reference_files.py variant MODEL SEED OUT.model       the model with some pieces user-defined or unused, chosen at random
reference_files.py encode MODEL TEXTS.json OUT.json   sentencepiece's ids of each text, and the text of these
"""
import json
import sys


def hexadecimal(data):
    return " ".join(f"{byte:x}" for byte in data)


def sentencepiece(path):
    from sentencepiece import sentencepiece_model_pb2

    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(open(path, "rb").read())
    trainer = model.trainer_spec

    def normalizer(spec):
        return {
            "name": spec.name,
            "charsmap": hexadecimal(spec.precompiled_charsmap),
            "add_dummy_prefix": spec.add_dummy_prefix,
            "remove_extra_whitespaces": spec.remove_extra_whitespaces,
            "escape_whitespaces": spec.escape_whitespaces,
        }

    keys = "model_type byte_fallback treat_whitespace_as_suffix unk_id bos_id eos_id pad_id unk_piece unk_surface"
    return {
        "pieces": [[piece.piece, piece.score, piece.type] for piece in model.pieces],
        **{key: getattr(trainer, key) for key in keys.split()},
        "normalizer": normalizer(model.normalizer_spec),
        "denormalizer": normalizer(model.denormalizer_spec),
    }


def vocabulary(pre, source, path):
    """Writes `source` as llama.cpp's converter does."""
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    if source.endswith(".model"):
        from sentencepiece import sentencepiece_model_pb2

        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString(open(source, "rb").read())
        writer.add_tokenizer_model("llama")
        writer.add_token_list([piece.piece for piece in model.pieces])
        writer.add_token_scores([piece.score for piece in model.pieces])
        writer.add_token_types([piece.type for piece in model.pieces])
        writer.add_bos_token_id(1)
    elif source.endswith(".txt"):
        tokens = open(source, encoding="utf8").read().rstrip("\n").split("\n")
        special = [token.startswith("[") and token.endswith("]") and len(token) > 2 for token in tokens]
        writer.add_tokenizer_model("bert")
        writer.add_token_list([
            token if is_special else token[2:] if token.startswith("##") else "\u2581" + token
            for token, is_special in zip(tokens, special)])
        writer.add_token_types([3 if is_special else 1 for is_special in special])
        writer.add_bos_token_id(tokens.index("[CLS]"))
        writer.add_sep_token_id(tokens.index("[SEP]"))
    else:
        file = json.load(open(source, encoding="utf8"))
        added = {token["content"]: token for token in file["added_tokens"]}
        ids = {**file["model"]["vocab"], **{name: token["id"] for name, token in added.items()}}
        tokens = sorted(ids, key=ids.get)
        assert [ids[token] for token in tokens] == list(range(len(tokens)))
        merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in file["model"]["merges"]]
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(pre)
        writer.add_token_list(tokens)
        writer.add_token_types([1 if t not in added else 3 if added[t]["special"] else 4 for t in tokens])
        writer.add_token_merges(merges)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def gguf(path):
    import gguf
    import numpy

    tokens = ["<unk>", "<s>", "</s>", "<pad>"] + [f"tok{i}é" for i in range(300)]
    scores = [-0.25 * i for i in range(len(tokens))]
    types = [2, 3, 3, 3] + [1] * 300
    merges = ["t o", "to k"]
    template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(3)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(template)
    writer.add_float64("test.double", 0.1)
    writer.add_uint64("test.large", 2**64 - 1)
    writer.add_array("test.list", [1, 2, 3])
    tensors = []
    for name, array in [
        ("a.weight", numpy.arange(15, dtype=numpy.float32).reshape(3, 5)),
        ("b.weight", numpy.arange(4, dtype=numpy.float16)),
    ]:
        writer.add_tensor(name, array)
        tensors.append(
            {
                "name": name,
                "dimensions": list(reversed(array.shape)),
                "type": 0 if array.dtype == numpy.float32 else 1,
                "bytes": hexadecimal(array.tobytes()),
            }
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return {
        "tokens": tokens,
        "scores": scores,
        "types": types,
        "merges": merges,
        "chat_template": template,
        "tensors": tensors,
    }


def writer(alignment, path):
    import gguf
    import numpy

    kinds = gguf.GGUFValueType
    writer = gguf.GGUFWriter(path, "llama")
    for name, value in [("uint8", 200), ("int8", -56), ("uint16", 65534), ("int16", -2), ("uint32", 4294967294),
                        ("int32", -2), ("uint64", 2**63 - 1), ("int64", -(2**63))]:
        writer.add_key_value(f"n.{name}", value, kinds[name.upper()])
    writer.add_float32("f.single", 1e-5)
    writer.add_float64("f.double", 0.1)
    writer.add_bool("flag", False)
    writer.add_key_value("text", "é\0", kinds.STRING)
    writer.add_key_value("text.empty", "", kinds.STRING)
    for name, values, kind in [("int32", [1, -2], kinds.INT32), ("uint8", [0, 255], kinds.UINT8),
                               ("single", [0.5, -1.0], kinds.FLOAT32), ("flag", [True, False], kinds.BOOL),
                               ("text", ["", "x", "é"], kinds.STRING)]:
        writer.add_key_value(f"a.{name}", values, kinds.ARRAY, kind)
    if int(alignment) != 32:
        writer.add_custom_alignment(int(alignment))
    for name, count, shape, kind in [("a.weight", 60, [3, 20], gguf.GGMLQuantizationType.F32),
                                     ("b.weight", 8, [8], gguf.GGMLQuantizationType.F16),
                                     ("c.weight", 68, [2, 34], gguf.GGMLQuantizationType.Q8_0)]:
        data = numpy.arange(count).astype(numpy.uint8).reshape(shape)
        writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def variant(path, seed, out):
    import random

    from sentencepiece import sentencepiece_model_pb2

    generator = random.Random(int(seed))
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(open(path, "rb").read())
    types = sentencepiece_model_pb2.ModelProto.SentencePiece
    for piece in model.pieces:
        if piece.type != types.NORMAL: continue
        chance = generator.random()
        # Single characters stay: without one, longer pieces would be made of what is no piece.
        if chance < 0.2 and len(piece.piece) > 1: piece.type = types.UNUSED
        elif chance < 0.23: piece.type = types.USER_DEFINED
    for name in ["<x>", "<x> <y>", "  z", "a  b", "s ", "\u2581the", "\uff21", "ﬁ", "\u6f22\u5b57"]:
        if all(piece.piece != name for piece in model.pieces):
            model.pieces.add(piece=name, score=0, type=types.USER_DEFINED)
    open(out, "wb").write(model.SerializeToString())


def encode(path):
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_file=path)
    ids = [processor.encode(text) for text in json.load(open(sys.argv[3], encoding="utf-8"))]
    return [{"ids": row, "text": processor.decode(row)} for row in ids]


kind, path, out = sys.argv[1], sys.argv[2], sys.argv[-1]
if kind in ("vocabulary", "variant", "writer"):
    {"vocabulary": vocabulary, "variant": variant, "writer": writer}[kind](*sys.argv[2:])
    sys.exit()
json.dump({"sentencepiece": sentencepiece, "gguf": gguf, "encode": encode}[kind](path), open(out, "w", encoding="utf-8"))
