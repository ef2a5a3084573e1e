#!/usr/bin/env python3
"""Training steps of lm and of PyTorch on the same shapes, alternating; medians, spread and ratios.

usage: compare_training.py PEERS_PYTHON [--rounds 5] [--steps 10] [--modes fp32 bf16] [--shapes NAME ...]
PEERS_PYTHON has torch; the peer's script is ../shared/peers/train_torch.py. Prints a Markdown table."""
import argparse, json, pathlib, statistics, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEER = ROOT.parent / "shared" / "peers"
SHAPES = ["char-0.8M", "char-10M", "llama-30M", "gpt2-124M"]


def run(command, folder):
    output = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(output.stdout.decode().strip().splitlines()[-1])


def ours(shape, mode, steps):
    return run([ROOT / ".build/release/lm", "bench", "train", "--shape", shape, "--precision", mode, "--steps", str(steps)], ROOT)


def theirs(python, shape, mode, steps):
    return run([python, "train_torch.py", shape, mode, str(steps)], PEER)


def text(values):
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}–{max(values):,.0f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--modes", nargs="+", default=["fp32", "bf16"])
    parser.add_argument("--shapes", nargs="+", default=SHAPES)
    options = parser.parse_args()
    python = str(pathlib.Path(options.python).absolute())
    print("| shape | mode | lm tokens/s | PyTorch tokens/s | ratio | lm MiB | PyTorch MiB | share |")
    print("|--|--|--|--|--|--|--|--|")
    for shape in options.shapes:
        for mode in options.modes:
            a, b = [], []
            for _ in range(options.rounds):
                a.append(ours(shape, mode if mode in ("fp32", "bf16") else mode.split("-")[0], options.steps))
                b.append(theirs(python, shape, mode, options.steps))
            speed = [x["tokens_per_second"] for x in a], [x["tokens_per_second"] for x in b]
            memory = [max(x["peak_rss_mb"] for x in side) for side in (a, b)]
            ratio = statistics.median(x / y for x, y in zip(*speed))
            print(f"| {shape} | {mode} | {text(speed[0])} | {text(speed[1])} | {ratio:.2f} | {memory[0]:,} | {memory[1]:,} | {memory[0] / memory[1]:.0%} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
