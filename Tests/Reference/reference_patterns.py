"""Where Hugging Face's tokenizers cuts texts.

reference_patterns.py INPUT.json
    INPUT.json: {"patterns": [...], "texts": [...]}. For each pattern, a line for each text: the ends of the pieces of
    Split(Regex(pattern), "isolated"), in bytes; "refused" where the pattern is not accepted.
"""
import json
import sys

from tokenizers import Regex, pre_tokenizers

document = json.load(open(sys.argv[1], encoding="utf-8"))
for pattern in document["patterns"]:
    try:
        split = pre_tokenizers.Split(Regex(pattern), "isolated")
    except Exception:
        print("refused\n" * len(document["texts"]), end="")
        continue
    for text in document["texts"]:
        ends, end = [], 0
        for piece, _ in split.pre_tokenize_str(text):
            end += len(piece.encode())
            ends.append(end)
        print(*ends)
