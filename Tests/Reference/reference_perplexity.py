"""Losses of a model by transformers: reads FOLDER/model and FOLDER/input.json (ids, and for each case its windows
as [start, end, first counted, end of counted]), writes FOLDER/output.json.
"""
import json
import sys

import torch
from transformers import AutoModelForCausalLM

folder = sys.argv[1]
with open(f"{folder}/input.json") as file:
    given = json.load(file)
model = AutoModelForCausalLM.from_pretrained(f"{folder}/model", dtype=torch.float32).eval()
ids = torch.tensor([given["ids"]])
answers = []
with torch.no_grad():
    for windows in given["cases"]:
        losses = []
        for start, end, first, last in windows:
            labels = ids[:, start:end].clone()
            labels[:, : first - start] = -100
            labels[:, last - start :] = -100
            mean = model(ids[:, start:end], labels=labels).loss.double()
            scores = torch.log_softmax(model(ids[:, start:end]).logits[0].double(), -1)
            rows = [-scores[place - start - 1, ids[0, place]] for place in range(first, last)]
            assert abs(torch.stack(rows).mean() - mean) < 1e-4
            losses += rows
        losses = torch.stack(losses)
        answers.append(
            {
                "tokens": len(losses),
                "nats": losses.mean().item(),
                "error": (losses.std() / len(losses) ** 0.5).item(),
                "perplexity": losses.mean().exp().item(),
            }
        )
with open(f"{folder}/output.json", "w") as file:
    json.dump(answers, file)
