"""What transformers makes of a BERT that lm trained: reference_bert.py FOLDER TEXT TEXT

Opens FOLDER with BertForPreTraining and BertTokenizerFast; writes ids, segments, and both heads' scores of the pair of
texts to reference.json in it.
"""
import json, os, sys, torch
from transformers import BertForPreTraining, BertTokenizerFast

folder, first, second = sys.argv[1:]
tokenizer = BertTokenizerFast.from_pretrained(folder)
assert tokenizer.mask_token == "[MASK]" and tokenizer.cls_token == "[CLS]", tokenizer
model, info = BertForPreTraining.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
assert not info["missing_keys"] and not info["unexpected_keys"], info
inputs = tokenizer(first, second, return_tensors="pt")
with torch.no_grad():
    outputs = model.eval()(**inputs)
result = {
    "ids": inputs["input_ids"][0].tolist(), "segments": inputs["token_type_ids"][0].tolist(),
    "logits": outputs.prediction_logits.flatten().tolist(), "next_sentence": outputs.seq_relationship_logits[0].tolist(),
}
with open(os.path.join(folder, "reference.json"), "w") as file:
    json.dump(result, file)
