"""What transformers computes, for the comparison with lm: reference_models.py DIR

For every folder in DIR/ours: opens it with AutoModelForCausalLM, which must miss nothing, and writes to it
  logits.f32  the scores of 50 tokens,
  pieces.f32  the same fed with a cache in pieces of 20, 1, 1 and 28 tokens,
  batch.f32   the scores of sequences of 50, 9 and 23 tokens in one padded batch, one behind the other,
  greedy.i32  20 tokens that continue the first 12.
Then saves random models of odd sizes to DIR/theirs/NAME, with the same files.
Token i of sequence b is (7 i i + 3 i + 11 b) mod vocabulary.
"""
import copy, json, os, sys, torch, transformers
from transformers import (
    AutoModelForCausalLM, BloomConfig, BloomForCausalLM, Gemma2Config, Gemma2ForCausalLM, Gemma3Config,
    Gemma3ForCausalLM, Gemma3ForConditionalGeneration, Gemma3TextConfig, GemmaConfig, GemmaForCausalLM, GPT2Config,
    GPT2LMHeadModel, GPTNeoXConfig, GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM, MistralConfig,
    MistralForCausalLM, MptConfig, MptForCausalLM, Phi3Config, Phi3ForCausalLM, Qwen2Config, Qwen2ForCausalLM,
    Qwen3Config, Qwen3ForCausalLM, SmolLM3Config, SmolLM3ForCausalLM)

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
torch.manual_seed(0)
torch.set_num_threads(1)


def tokens(model, count, sequence=0):
    vocabulary = model.get_input_embeddings().weight.shape[0]
    return [(7 * i * i + 3 * i + 11 * sequence) % vocabulary for i in range(count)]


def in_pieces(model):
    ids, cache, rows = torch.tensor([tokens(model, 50)]), None, []
    for start, end in [(0, 20), (20, 21), (21, 22), (22, 50)]:
        result = model(ids[:, start:end], past_key_values=cache, use_cache=True)
        cache = result.past_key_values
        rows.append(result.logits[0])
    return torch.cat(rows)


def in_batch(model):
    lengths = [50, 9, 23]
    ids = [tokens(model, n, b) + [5] * (50 - n) for b, n in enumerate(lengths)]
    mask = [[1] * n + [0] * (50 - n) for n in lengths]
    logits = model(torch.tensor(ids), attention_mask=torch.tensor(mask)).logits
    return torch.cat([logits[b, :n] for b, n in enumerate(lengths)])


def greedy(model):
    for key in ["eos_token_id", "bos_token_id", "pad_token_id"]:
        setattr(model.generation_config, key, None)
    prompt = torch.tensor([tokens(model, 12)])
    result = model.generate(
        prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=20, do_sample=False, use_cache=True)
    assert result.shape[1] == 32
    return result[0, 12:].to(torch.int32)


def whole(model):
    return model(torch.tensor([tokens(model, 50)])).logits[0]


def write_answers(model, folder):
    model = model.float().eval()
    for name, answer in [("logits.f32", whole), ("pieces.f32", in_pieces), ("batch.f32", in_batch),
                         ("greedy.i32", greedy)]:
        with torch.no_grad():
            # Dynamic rotation remembers the longest sequence so far, hence a copy for each.
            result = answer(copy.deepcopy(model))
        with open(os.path.join(folder, name), "wb") as file:
            file.write(result.contiguous().numpy().tobytes())


def spell_as_before(folder):
    """Rewrites config.json with the keys of transformers 4."""
    path = os.path.join(folder, "config.json")
    with open(path) as file:
        config = json.load(file)
    rope = config.pop("rope_parameters")
    if "full_attention" in rope:
        config["rope_local_base_freq"] = rope["sliding_attention"]["rope_theta"]
        rope = rope["full_attention"]
        config["sliding_window_pattern"] = config["layer_types"].index("full_attention") + 1
    base, part = rope.pop("rope_theta"), rope.pop("partial_rotary_factor", None)
    if config["model_type"] == "gpt_neox":
        config["rotary_emb_base"], config["rotary_pct"] = base, part
    else:
        config["rope_theta"] = base
    config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    for key in ["layer_types", "no_rope_layers", "dtype"]:
        config.pop(key, None)
    with open(path, "w") as file:
        json.dump(config, file)


for name in sorted(os.listdir(os.path.join(sys.argv[1], "ours"))):
    folder = os.path.join(sys.argv[1], "ours", name)
    model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    assert type(model).__name__.lower().startswith(name.split("-")[0]), (name, type(model))
    assert not any(info.values()), (name, info)
    write_answers(model, folder)

shared = dict(vocab_size=1003, initializer_range=0.2, bos_token_id=0, eos_token_id=1, pad_token_id=None)
sizes = dict(hidden_size=60, intermediate_size=77, num_hidden_layers=3, num_attention_heads=3)
rotary = dict(num_key_value_heads=1, max_position_embeddings=128, **sizes, **shared)
gemma = dict(head_dim=20, **rotary)
bounded = dict(query_pre_attn_scalar=9, sliding_window=7, **gemma)
pattern = ["sliding_attention", "sliding_attention", "full_attention"]
vision = dict(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=28,
              patch_size=14, model_type="siglip_vision_model")


def stretched(kind, base=10_000.0, **parameters):
    return dict(rope_type=kind, rope_theta=base, **parameters)


def llama(**changes):
    return LlamaForCausalLM, LlamaConfig(**{**rotary, **changes})


def gemma3(**changes):
    return Gemma3ForCausalLM, Gemma3TextConfig(layer_types=pattern, **{**bounded, **changes})


cases = {
    "llama": llama(head_dim=14),
    "llama-biased-tied-old": llama(
        attention_bias=True, mlp_bias=True, rope_parameters=stretched("default", 5000.0),
        tie_word_embeddings=True, rms_norm_eps=1e-3),
    "llama-attention-bias": llama(attention_bias=True, num_attention_heads=6, num_key_value_heads=2),
    "llama-mlp-bias": llama(mlp_bias=True),
    "llama-linear": llama(rope_parameters=stretched("linear", factor=3.0)),
    "llama-dynamic-old": llama(rope_parameters=stretched("dynamic", factor=2.5), max_position_embeddings=20),
    "llama-llama3": llama(rope_parameters=stretched(
        "llama3", 500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)),
    "llama-yarn-old": llama(
        rope_parameters=stretched("yarn", factor=4.0, original_max_position_embeddings=16)),
    "llama-yarn-given": llama(rope_parameters=stretched(
        "yarn", 300.0, factor=3.0, original_max_position_embeddings=20, beta_fast=8.0, beta_slow=2.0,
        mscale=0.7, mscale_all_dim=0.3, truncate=False)),
    "llama-shards-bf16": llama(),
    "llama-f16": llama(),
    "smollm3": (SmolLM3ForCausalLM, SmolLM3Config(no_rope_layer_interval=2, **rotary)),
    "smollm3-window-old": (SmolLM3ForCausalLM, SmolLM3Config(
        no_rope_layer_interval=2, use_sliding_window=True, sliding_window=7, attention_bias=True,
        tie_word_embeddings=False, **rotary)),
    "mistral": (MistralForCausalLM, MistralConfig(sliding_window=7, **rotary)),
    "mistral-full-old": (MistralForCausalLM, MistralConfig(sliding_window=None, head_dim=14, **rotary)),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(tie_word_embeddings=True, **rotary)),
    "qwen2-window-old": (Qwen2ForCausalLM, Qwen2Config(
        use_sliding_window=True, sliding_window=7, max_window_layers=1, **rotary)),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(head_dim=14, **rotary)),
    "qwen3-biased-window": (Qwen3ForCausalLM, Qwen3Config(
        head_dim=6, attention_bias=True, use_sliding_window=True, sliding_window=9, max_window_layers=2,
        tie_word_embeddings=True, **rotary)),
    "phi3": (Phi3ForCausalLM, Phi3Config(
        sliding_window=7, rope_parameters=stretched("default", partial_rotary_factor=0.7), **rotary)),
    "phi3-full-old": (Phi3ForCausalLM, Phi3Config(tie_word_embeddings=True, **rotary)),
    "gemma": (GemmaForCausalLM, GemmaConfig(**gemma)),
    "gemma-old": (GemmaForCausalLM, GemmaConfig(tie_word_embeddings=False, attention_bias=True, **gemma)),
    "gemma2": (Gemma2ForCausalLM, Gemma2Config(attn_logit_softcapping=2.0, final_logit_softcapping=5.0, **bounded)),
    "gemma2-unbounded-old": (Gemma2ForCausalLM, Gemma2Config(
        attn_logit_softcapping=None, final_logit_softcapping=None, attention_bias=True, tie_word_embeddings=False,
        **bounded)),
    "gemma3": gemma3(rope_parameters={
        "full_attention": stretched("linear", 1e4, factor=8.0), "sliding_attention": stretched("default", 100.0)}),
    "gemma3-bounded-old": gemma3(
        final_logit_softcapping=6.0, tie_word_embeddings=False, rope_parameters={
            "full_attention": stretched("default", 3e3), "sliding_attention": stretched("default", 200.0)}),
    "gemma3-seeing-shards": (Gemma3ForConditionalGeneration, Gemma3Config(
        text_config=gemma3()[1].to_dict(), vision_config=vision, mm_tokens_per_image=4, image_token_index=1002,
        boi_token_index=1000, eoi_token_index=1001)),
    "gpt2": (GPT2LMHeadModel, GPT2Config(n_embd=60, n_head=3, n_layer=3, n_positions=128, **shared)),
    "gpt2-exact-untied": (GPT2LMHeadModel, GPT2Config(
        n_embd=21, n_head=7, n_layer=2, n_inner=50, n_positions=64, activation_function="gelu",
        tie_word_embeddings=False, **shared)),
    "gptneox": (GPTNeoXForCausalLM, GPTNeoXConfig(
        max_position_embeddings=128, rope_parameters=stretched("default", partial_rotary_factor=0.3),
        **sizes, **shared)),
    "gptneox-sequential-old": (GPTNeoXForCausalLM, GPTNeoXConfig(
        max_position_embeddings=128, use_parallel_residual=False, attention_bias=False, hidden_act="gelu_new",
        tie_word_embeddings=True, rope_parameters=stretched("linear", factor=2.0, partial_rotary_factor=0.8),
        **sizes, **shared)),
    "bloom": (BloomForCausalLM, BloomConfig(hidden_size=60, n_head=6, n_layer=3, **shared)),
    "bloom-8": (BloomForCausalLM, BloomConfig(
        hidden_size=40, n_head=8, n_layer=2, tie_word_embeddings=False, **shared)),
    "mpt": (MptForCausalLM, MptConfig(d_model=60, n_heads=6, n_layers=3, max_seq_len=128, **shared)),
    "mpt-scaled-untied": (MptForCausalLM, MptConfig(
        d_model=60, n_heads=3, n_layers=2, max_seq_len=64, tie_word_embeddings=False,
        attn_config=dict(softmax_scale=0.4), **shared)),
}
for name, (kind, config) in cases.items():
    model = kind(config)
    for key, parameter in model.named_parameters():
        if parameter.dim() == 1:
            # Norms of Gemma multiply with one more than their weights.
            stored_less_one = name.startswith("gemma") and "norm" in key and "vision" not in key
            torch.nn.init.normal_(parameter, -0.3 if stored_less_one else 0.7, 0.3)
    folder = os.path.join(sys.argv[1], "theirs", name)
    words = name.split("-")
    if "bf16" in words:
        model.bfloat16()
    if "f16" in words:
        model.half()
    model.save_pretrained(folder, max_shard_size="40KB" if "shards" in words else "1GB")
    if "bf16" in words or "f16" in words:
        # The copy in memory has its rotation in the short type too.
        model = kind.from_pretrained(folder, dtype=torch.float32)
    if "old" in words:
        spell_as_before(folder)
    write_answers(model, folder)
