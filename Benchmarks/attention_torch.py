"""Causal attention by PyTorch's scaled_dot_product_attention, forward and backward, on the lengths of
`lm bench kernels --shape long-context`: 8 heads of 64, 8,192 tokens in sequences of 512, 2,048 and 8,192.

usage: attention_torch.py [REPEATS] [THREADS]     one JSON object per line: length, type, medians in ms"""
import json, os, resource, statistics, sys, time
import torch
from torch.nn.functional import scaled_dot_product_attention

HEADS, WIDTH, TOKENS = 8, 64, 8192


def measure(length, dtype, repeats):
    shape = TOKENS // length, length, HEADS, WIDTH
    # As in a model: [B, T, H, d] from a projection, seen as [B, H, T, d].
    q, k, v = (torch.randn(shape, dtype=dtype).transpose(1, 2).requires_grad_() for _ in range(3))
    gradient = torch.randn(shape, dtype=dtype).transpose(1, 2)
    forward, backward = [], []
    for repeat in range(repeats + 1):
        start = time.perf_counter()
        y = scaled_dot_product_attention(q, k, v, is_causal=True)
        middle = time.perf_counter()
        y.backward(gradient)
        end = time.perf_counter()
        q.grad = k.grad = v.grad = None
        if repeat > 0:  # the first one warms up
            forward.append(1e3 * (middle - start))
            backward.append(1e3 * (end - middle))
    return statistics.median(forward), statistics.median(backward)


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else len(os.sched_getaffinity(0)))
    torch.manual_seed(0)
    for length in (512, 2048, 8192):
        for name, dtype in (("f32", torch.float32), ("bf16", torch.bfloat16)):
            forward, backward = measure(length, dtype, repeats)
            print(json.dumps({
                "peer": f"pytorch {torch.__version__}", "length": length, "type": name,
                "forward_ms": round(forward, 3), "backward_ms": round(backward, 3),
                "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}), flush=True)


if __name__ == "__main__":
    main()
