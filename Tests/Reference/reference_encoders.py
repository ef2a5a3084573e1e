"""Outputs of encoders by transformers, for the comparison with lm: reference_encoders.py DIR [FOLDER]

For every folder in DIR/ours: opens it with the class that its `architectures` names. Saves random models of odd sizes to
DIR/theirs/NAME. For each, writes what it computes of a padded batch of unequal lengths, rows of padding left out, as
float32: hidden.f32, logits.f32, pooled.f32, next_sentence.f32, those that the class has. The outputs of FOLDER, a model
with real weights, go to DIR/real.

Token i of sequence s, which has LENGTHS[s] tokens, is (7 i i + 3 i + 5 s) mod (vocabulary - 10) + 10, its segment 1 in the
second half where there are two.
"""
import json, os, sys, torch, transformers
from transformers import (BertConfig, BertForMaskedLM, BertForNextSentencePrediction, BertForPreTraining, BertModel,
                          DistilBertConfig, DistilBertForMaskedLM, DistilBertModel, RobertaConfig, RobertaForMaskedLM,
                          RobertaModel)

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
torch.manual_seed(0)
torch.set_num_threads(1)
LENGTHS = [13, 5, 29, 1]


def write_outputs(model, folder):
    config, longest = model.eval().config, max(LENGTHS)
    padding = config.pad_token_id or 0
    ids = torch.full((len(LENGTHS), longest), padding)
    mask = torch.zeros_like(ids)
    segments = torch.zeros_like(ids)
    for s, length in enumerate(LENGTHS):
        for i in range(length):
            ids[s, i] = (7 * i * i + 3 * i + 5 * s) % (config.vocab_size - 10) + 10
        mask[s, :length] = 1
        if getattr(config, "type_vocab_size", 1) > 1:
            segments[s, (length + 1) // 2:length] = 1
    inputs = dict(input_ids=ids, attention_mask=mask)
    if hasattr(config, "type_vocab_size"):
        inputs["token_type_ids"] = segments
    with torch.no_grad():
        body, whole = model.base_model(**inputs), model(**inputs)
    nsp = isinstance(model, BertForNextSentencePrediction)
    found = {
        "hidden": body.last_hidden_state,
        "logits": whole.get("prediction_logits", None if nsp else whole.get("logits")),
        "pooled": body.get("pooler_output"),
        "next_sentence": whole.get("seq_relationship_logits", whole.get("logits") if nsp else None),
    }
    os.makedirs(folder, exist_ok=True)
    for name, value in found.items():
        if value is not None:
            value = value[mask.bool()] if value.dim() == 3 else value
            with open(os.path.join(folder, name + ".f32"), "wb") as file:
                file.write(value.float().contiguous().numpy().tobytes())


def opened(folder):
    with open(os.path.join(folder, "config.json")) as file:
        kind = getattr(transformers, json.load(file)["architectures"][0])
    model, info = kind.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    # Untied heads have a second bias, which nothing reads.
    info["missing_keys"] = set(info["missing_keys"]) - {"cls.predictions.bias", "lm_head.bias"}
    assert not info["missing_keys"] and not info["unexpected_keys"], (folder, info)
    return model


for name in sorted(os.listdir(os.path.join(sys.argv[1], "ours"))):
    folder = os.path.join(sys.argv[1], "ours", name)
    write_outputs(opened(folder), folder)

shared = dict(vocab_size=1003, initializer_range=0.2)
bert = dict(hidden_size=60, intermediate_size=77, max_position_embeddings=64, num_hidden_layers=3,
            num_attention_heads=3, **shared)
distil = dict(dim=60, hidden_dim=77, max_position_embeddings=64, n_layers=2, n_heads=3, **shared)
cases = {
    "bert-pretraining": (BertForPreTraining, BertConfig(**bert)),
    "bert-masked": (BertForMaskedLM, BertConfig(hidden_act="gelu_new", layer_norm_eps=1e-3, **bert)),
    "bert-masked-untied": (BertForMaskedLM, BertConfig(tie_word_embeddings=False, hidden_act="relu", **bert)),
    "bert-next-sentence": (BertForNextSentencePrediction, BertConfig(type_vocab_size=3, **bert)),
    "bert-bare": (BertModel, BertConfig(**bert)),
    "roberta-masked": (RobertaForMaskedLM, RobertaConfig(type_vocab_size=1, **bert)),
    "roberta-bare": (RobertaModel, RobertaConfig(type_vocab_size=1, pad_token_id=4, **bert)),
    "distilbert-masked": (DistilBertForMaskedLM, DistilBertConfig(**distil)),
    "distilbert-bare": (DistilBertModel, DistilBertConfig(activation="relu", **distil)),
}
for name, (kind, config) in cases.items():
    model = kind(config)
    for parameter in model.parameters():
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, 0.7, 0.3)
    folder = os.path.join(sys.argv[1], "theirs", name)
    model.save_pretrained(folder)
    write_outputs(model, folder)

if len(sys.argv) > 2:
    write_outputs(opened(sys.argv[2]), os.path.join(sys.argv[1], "real"))
