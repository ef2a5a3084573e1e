"""Greedy, batched and beam generation of transformers, for GenerationParityTests.

Usage: reference_generation.py FOLDER: every model folder in FOLDER gets a generation.json.
"""
import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM

torch.set_num_threads(1)
root = sys.argv[1]
prompts = [[3, 60, 0, 17, 17, 5], [9], [8, 7, 6, 5, 4, 3, 2, 1, 0, 11, 12, 13], [100, 200, 300]]
length = 16

for name in sorted(os.listdir(root)):
    folder = os.path.join(root, name)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    model.generation_config.bos_token_id = None

    def run(rows, **settings):
        longest = max(map(len, rows))
        ids = torch.tensor([[0] * (longest - len(r)) + r for r in rows])
        mask = torch.tensor([[0] * (longest - len(r)) + [1] * len(r) for r in rows])
        with torch.no_grad():
            out = model.generate(
                input_ids=ids, attention_mask=mask, do_sample=False, max_new_tokens=length, **settings)
        return [row[longest:].tolist() for row in out]

    greedy = run(prompts)
    searches = []
    # Tokens that the model does choose end texts, so that some hypotheses finish early.
    for stops in ([greedy[0][3]], [greedy[0][1], greedy[2][2], 5]):
        for beams, penalty, stopping in [
            (2, 1.0, False), (3, 1.0, True), (3, 0.0, "never"), (4, 2.0, "never"), (4, 2.0, False),
            (5, -1.0, False), (5, 0.5, True), (3, -0.5, "never"),
        ]:
            found = run(
                prompts[:1], num_beams=beams, length_penalty=penalty, early_stopping=stopping,
                eos_token_id=stops, num_return_sequences=beams)
            searches.append({
                "beams": beams, "length_penalty": penalty, "stops": stops,
                "stopping": {False: "heuristic", True: "early", "never": "never"}[stopping], "found": found})
    with open(os.path.join(folder, "generation.json"), "w") as file:
        json.dump({"prompts": prompts, "length": length, "greedy": greedy, "searches": searches}, file)
