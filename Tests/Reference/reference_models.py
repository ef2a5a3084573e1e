"""Logits by transformers, for the comparison with lm: reference_models.py DIR

For every folder in DIR/ours: opens it with AutoModelForCausalLM, writes its logits to `logits.f32` in it.
Then saves random models of odd sizes to DIR/theirs/NAME, with their logits in `logits.f32`.
The ids are (7 i i + 3 i) mod vocabulary for 50 tokens.
"""
import os, sys, torch, transformers
from transformers import (AutoModelForCausalLM, BloomConfig, BloomForCausalLM, GPT2Config, GPT2LMHeadModel,
                          LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM)

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
torch.manual_seed(0)
torch.set_num_threads(1)


def write_logits(model, folder):
    ids = torch.tensor([[(7 * i * i + 3 * i) % model.config.vocab_size for i in range(50)]])
    with torch.no_grad():
        logits = model.eval()(ids).logits[0].float()
    with open(os.path.join(folder, "logits.f32"), "wb") as file:
        file.write(logits.contiguous().numpy().tobytes())


for name in sorted(os.listdir(os.path.join(sys.argv[1], "ours"))):
    folder = os.path.join(sys.argv[1], "ours", name)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    assert type(model).__name__.lower().startswith(name.split("-")[0]), (name, type(model))
    write_logits(model, folder)

shared = dict(vocab_size=1003, initializer_range=0.2)
rotary = dict(hidden_size=60, intermediate_size=77, max_position_embeddings=128, **shared)
cases = {
    "llama": (LlamaForCausalLM, LlamaConfig(num_hidden_layers=3, num_attention_heads=3, num_key_value_heads=1,
                                            head_dim=20, **rotary)),
    "llama-biased-tied": (LlamaForCausalLM, LlamaConfig(
        num_hidden_layers=2, num_attention_heads=3, attention_bias=True, mlp_bias=True, rope_theta=5000.0,
        tie_word_embeddings=True, rms_norm_eps=1e-3, **rotary)),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=2,
                                            head_dim=14, tie_word_embeddings=False, **rotary)),
    "qwen3-tied": (Qwen3ForCausalLM, Qwen3Config(num_hidden_layers=1, num_attention_heads=5, num_key_value_heads=5,
                                                 head_dim=6, tie_word_embeddings=True, **rotary)),
    "gpt2": (GPT2LMHeadModel, GPT2Config(n_embd=60, n_head=3, n_layer=3, n_positions=128, **shared)),
    "gpt2-exact": (GPT2LMHeadModel, GPT2Config(n_embd=21, n_head=7, n_layer=2, n_inner=50, n_positions=64,
                                               activation_function="gelu", **shared)),
    "bloom": (BloomForCausalLM, BloomConfig(hidden_size=60, n_head=6, n_layer=3, **shared)),
    "bloom-8": (BloomForCausalLM, BloomConfig(hidden_size=40, n_head=8, n_layer=2, **shared)),
}
for name, (kind, config) in cases.items():
    model = kind(config)
    for parameter in model.parameters():
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, 0.7, 0.3)
    folder = os.path.join(sys.argv[1], "theirs", name)
    model.save_pretrained(folder)
    write_logits(model, folder)
