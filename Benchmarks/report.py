"""Writes the measured part of Documentation/Benchmarks.md from the JSON that bench.py keeps."""
import json, math, statistics

from sections import SECTIONS, SHAPES, STEPS, TEXTS, TOKENIZERS, TORCH_MODES, TRAINED_SIZE, best_mode

BEGIN = "<!-- begin: written by `make bench`, do not edit -->"
END = "<!-- end of what `make bench` writes -->"


def table(heads, rows):
    return ["| " + " | ".join(heads) + " |", "|" + "--|" * len(heads), *("| " + " | ".join(row) + " |" for row in rows), ""]


def spread(values, digits=0):
    """Median and, in brackets, the lowest and the highest."""
    if not values: return "–"
    numbers = f"{statistics.median(values):,.{digits}f}"
    return numbers if len(values) == 1 else f"{numbers} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def select(records, **labels):
    """Records that ran and carry these labels."""
    return [x for x in records if x["output"] and all(x.get(key) == value for key, value in labels.items())]


def by_round(records):
    return {x["round"]: x["output"][-1] for x in records}


def paired(ours, theirs, value):
    """value(ours) / value(theirs) in each round that has both."""
    ours, theirs = by_round(ours), by_round(theirs)
    return [value(ours[r]) / value(theirs[r]) for r in sorted(ours.keys() & theirs.keys())]


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def speed(output):
    return output["tokens_per_second"]


def share(value, digits=0):
    return f"{100 * value:.{digits}f} %"


def ceilings(records):
    outputs = [x["output"][-1] for x in records]
    names = [
        ("f32 multiply-add, GFLOP/s", "f32_gflops", 1), ("bf16 dot product, GFLOP/s", "bf16_gflops", 1),
        ("int8 dot product, GOP/s", "int8_gops", 1), ("memory read, GB/s", "read_gb_per_second", 1),
        ("fork and join of all threads, µs", "fork_join_us", 2), ("empty job, µs", "empty_job_us", 2)]
    rows = []
    for label, key, digits in names:
        best, middle = [[x.get(key) for x in side if x.get(key) is not None] for side in (outputs, [x["median"] for x in outputs])]
        rows.append([label, spread(best, digits), spread(middle, digits)])
    last = outputs[-1]
    return [
        f"`lm bench ceilings`, {last['threads']} threads, {last['isa']}, fastest read: {last['read_pattern']}. "
        "Per run the best and the median of its repeats; here the median of all runs (lowest–highest).", "",
        *table(["what", "best", "median"], rows)]


def kernels(records):
    lines = ["`lm bench kernels --shape SHAPE --json`: medians over the rounds; shares are of the ceiling of the same run, "
             "f32 or bf16 operations, or memory read (what stays in caches can exceed that).", ""]
    for shape in SHAPES:
        cells = {}
        for record in select(records, shape=shape):
            for x in record["output"]:
                if "kernel" in x:
                    cells.setdefault((x["kernel"], x["size"]), {}).setdefault(x["type"], []).append(x)
        if not cells: continue
        def cell(found):
            if not found: return "", ""
            unit = "gflops" if "gflops" in found[0] else "gb_per_second"
            name = "GFLOP/s" if unit == "gflops" else "GB/s"
            return (f"{statistics.median(x[unit] for x in found):,.1f} {name}",
                    share(statistics.median(x["share_of_ceiling"] for x in found)))
        rows = [[kernel, size, *cell(types.get("f32")), *cell(types.get("bf16"))] for (kernel, size), types in cells.items()]
        lines += [f"**{shape}**", "", *table(["kernel", "size", "f32", "share", "bf16", "share"], rows)]
    return lines


def steps_of(records):
    shapes = list(dict.fromkeys(x["shape"] for x in select(records, side="lm")))
    return (
        "`lm bench train --shape SHAPE --precision TYPE --steps N` beside `train_torch.py SHAPE MODE N` "
        f"(N {', '.join(f'{STEPS[s]} for {s}' for s in shapes)}), in turn within each round: forward, backward, clipping, AdamW on "
        "random tokens. A ratio is the median of the rounds' ratios. Memory is the peak of the process.")


def beside_torch(records, ours, mode_of, label):
    """One line per shape: ours of type `ours` beside PyTorch's runs called `label`."""
    rows, ratios, memories = [], [], []
    for shape in dict.fromkeys(x["shape"] for x in select(records, side="lm")):
        mine = select(records, shape=shape, side="lm", mode=ours)
        theirs = [x for x in select(records, shape=shape, side="torch", mode=label) if x["round"] != "probe"]
        ratio = paired(mine, theirs, speed)
        if not ratio: continue
        peaks = by_round(select(records, shape=shape, side="ceilings"))
        key = "bf16_gflops" if ours == "bf16" else "f32_gflops"
        # Both sides do the operations that lm counts, so theirs per second follow from their tokens.
        shares = [[], []]
        for r, x in by_round(mine).items():
            peak = peaks.get(r, {}).get(key)
            if not peak: continue
            shares[0].append(x["gflops"] / peak)
            other = by_round(theirs).get(r)
            if other: shares[1].append(x["gflops"] / speed(x) * speed(other) / peak)
        peak_memory = [max(x["output"][-1]["peak_rss_mb"] for x in side) for side in (mine, theirs)]
        ratios.append(statistics.median(ratio))
        memories.append(peak_memory[0] / peak_memory[1])
        rows.append([
            shape, mode_of(shape), *(spread([speed(x["output"][-1]) for x in side]) for side in (mine, theirs)),
            f"**{spread(ratio, 2)}**", *(share(statistics.median(x)) if x else "–" for x in shares),
            *(f"{x:,}" for x in peak_memory), share(memories[-1])])
    return [
        f"Geometric mean of the ratios **{geometric_mean(ratios):.2f}**, of the memory {share(geometric_mean(memories))}:", "",
        *table(["shape", "PyTorch's mode", "lm tokens/s", "PyTorch tokens/s", "ratio", "lm of ceiling", "PyTorch of ceiling",
                "lm MiB", "PyTorch MiB", "memory"], rows)]


def training(records):
    shapes = list(dict.fromkeys(x["shape"] for x in select(records, side="lm")))
    probes = [[s, *(spread([speed(x["output"][-1]) for x in select(records, shape=s, mode=m, round="probe")])
                    for m in TORCH_MODES)] for s in shapes]
    failures = [f"{x['shape']} {x['mode']}: {x['error']}" for x in records if "error" in x]
    return [
        steps_of(records), "", "PyTorch's modes, one run each, tokens/s:", "", *table(["shape", *TORCH_MODES], probes),
        *beside_torch(records, "bf16", lambda shape: best_mode(records, shape), "best"),
        *([f"Did not run: {'; '.join(failures)}.", ""] if failures else [])]


def float32(records):
    return [steps_of(records), "", *beside_torch(records, "fp32", lambda shape: "fp32", "fp32")]


def attention_times(record):
    """(type, length) → milliseconds forward and backward."""
    times = {}
    for x in record["output"]:
        if "kernel" in x:  # ours: size "4×2048, …"
            length = int(x["size"].split(",")[0].split("×")[1])
            times.setdefault((x["type"], length), [0, 0])["backward" in x["kernel"]] = x["median_ms"]
        elif "length" in x:
            times[x["type"], x["length"]] = [x["forward_ms"], x["backward_ms"]]
    return times


def attention(records):
    sides = {side: {x["round"]: attention_times(x) for x in select(records, side=side)} for side in ("lm", "torch")}
    rows, scaling = [], []
    for kind in ("f32", "bf16"):
        for length in (512, 2048, 8192):
            key = kind, length
            ours, theirs = [[t[key] for t in sides[s].values() if key in t] for s in ("lm", "torch")]
            ratios = [
                sum(sides["torch"][r][key]) / sum(t[key]) for r, t in sides["lm"].items()
                if key in t and key in sides["torch"].get(r, {})]
            if not ours: continue
            rows.append([f"{8192 // length} × {length:,}", kind,
                         *(spread([x[part] for x in side], 1) for part in (0, 1) for side in (ours, theirs)),
                         f"**{spread(ratios, 2)}**"])
        # Time per visible pair, T (T + 1) / 2 of them in each of 8192 / T sequences, beside that at 512.
        def grown(times, length):
            return sum(times[kind, length]) / sum(times[kind, 512]) * 513 / (length + 1)
        for length in (2048, 8192):
            cells = [[grown(t, length) for t in sides[s].values() if (kind, length) in t and (kind, 512) in t] for s in ("lm", "torch")]
            scaling.append([kind, f"{length:,}", *(spread(x, 2) for x in cells)])
    return [
        "Causal, 8 heads of 64, 8,192 tokens: `lm bench kernels --shape long-context` beside "
        "`Benchmarks/attention_torch.py` (scaled_dot_product_attention). The ratio is of forward and backward together.", "",
        *table(["sequences", "type", "lm forward ms", "PyTorch", "lm backward ms", "PyTorch", "ratio"], rows),
        "Time per token divided by what the number of operations predicts from T = 512 (1.00: as predicted; goal at 8,192: at most 1.10):", "",
        *table(["type", "T", "lm", "PyTorch"], scaling)]


def reached(record, loss):
    """Seconds and step at which a validation first reached `loss`; None where none did."""
    return next(((seconds, step) for step, seconds, found in record.get("validations", []) if found <= loss), None)


def recipes(records):
    peers = select(records, side="torch")
    loss = statistics.median(x["output"][-1]["validation_loss"] for x in peers)
    seconds = [x["output"][-1]["seconds"] for x in peers]
    steps = peers[-1]["output"][-1]["steps"]
    rows = [["PyTorch", "fp32", f"{steps:,}", spread(seconds, 1), "", spread([x["output"][-1]["validation_loss"] for x in peers], 4),
             spread(seconds, 1), "1.00"]]
    for preset in dict.fromkeys(x["preset"] for x in select(records, side="lm")):
        for mode in ("fp32", "bf16"):
            mine = select(records, side="lm", preset=preset, mode=mode)
            if not mine: continue
            hits = [reached(x, loss) for x in mine]
            times = [hit[0] for hit in hits if hit]
            peer = {x["round"]: x["output"][-1]["seconds"] for x in peers}
            faster = [peer[x["round"]] / hit[0] for x, hit in zip(mine, hits) if hit and x["round"] in peer]
            missed = len(hits) - len(times)
            rows.append([
                f"lm `{preset}`", mode, f"{mine[-1]['output'][-1]['steps']:,}",
                spread([x["output"][-1]["seconds"] for x in mine], 1), spread(paired(
                    peers, mine, lambda x: x["seconds"]), 2),
                spread([x["output"][-1]["validation_loss"] for x in mine], 4),
                spread(times, 1) + (f"; {missed} of {len(hits)} never" if missed else ""),
                f"**{spread(faster, 2)}**" if faster else "–"])
    return [
        "nanoGPT's CPU recipe on tinyshakespeare (characters, the last tenth held out): `lm pretrain --preset PRESET --tokenizer bytes "
        "--data tinyshakespeare.txt --precision TYPE --seed 1337…` beside `shakespeare_torch.py`, in turn; seeds 1337, 1338, … "
        f"(PyTorch's is fixed). Times are of training, without validation. The same loss is PyTorch's median, {loss:.4f}, seen by "
        "validating every 250 steps, or 20 of the fast recipe.", "",
        *table(["recipe", "type", "steps", "seconds", "× faster", "validation loss", "seconds to the same loss", "× faster"], rows)]


def precision(records):
    rows = []
    for preset in dict.fromkeys(x["preset"] for x in records):
        losses = {mode: {x["seed"]: x["output"][-1]["validation_loss"] for x in select(records, preset=preset, mode=mode)}
                  for mode in ("fp32", "bf16")}
        last = select(records, preset=preset)[-1]
        seeds = sorted(losses["fp32"].keys() & losses["bf16"].keys())
        differences = [100 * (losses["bf16"][s] / losses["fp32"][s] - 1) for s in seeds]
        rows.append([
            f"`{preset}`", last["text"], f"{last['output'][-1]['steps']:,}", *(", ".join(f"{losses[m][s]:.4f}" for s in seeds) for m in ("fp32", "bf16")),
            f"**{statistics.fmean(differences):+.2f} %** ({min(differences):+.2f} to {max(differences):+.2f})"])
    return [
        "`lm pretrain --preset PRESET --precision TYPE --seed S`, S = 1, 2, 3: final validation loss, nats per token.", "",
        *table(["preset", "text", "steps", "fp32", "bf16", "bf16 against fp32, mean"], rows)]


PEER_TITLES = {"tiktoken": "tiktoken", "gigatoken": "gigatoken", "hf": "HF tokenizers"}


def tokenize(records):
    def rates(found, key):
        return spread([x["output"][-1][key] for x in found], 0)

    lines = [
        "`lm bench tokenize --threads 1 --tokenizer FILE --input TEXT` and `Benchmarks/tokenizer_peers.py encode` in turn, each in a "
        "process of its own: cold is the first encoding of the text, warm the second. MB/s. English is SciFact, Japanese wagahai.", ""]
    for text in TEXTS:
        rows = []
        for vocabulary in TOKENIZERS:
            mine = select(records, side="lm", vocabulary=vocabulary, text=text, threads=1)
            if not mine: continue
            first = True
            for side in PEER_TITLES:
                other = select(records, side=side, vocabulary=vocabulary, text=text)
                if not other: continue
                same = all(x["tokens"] == by_round(other)[r]["tokens"] for r, x in by_round(mine).items() if r in by_round(other))
                ratios = [paired(mine, other, lambda x, key=key: x[key]) for key in ("cold_mb_per_second", "warm_mb_per_second")]
                rows.append([
                    vocabulary if first else "", *([rates(mine, k) for k in ("cold_mb_per_second", "warm_mb_per_second", "load_ms")] if first else ["", "", ""]),
                    PEER_TITLES[side] + ("" if same else " (**other number of tokens**)"),
                    *(rates(other, k) for k in ("cold_mb_per_second", "warm_mb_per_second")), *(f"**{spread(x, 2)}**" for x in ratios)])
                first = False
            if first:
                rows.append([vocabulary, *(rates(mine, k) for k in ("cold_mb_per_second", "warm_mb_per_second", "load_ms")), "", "", "", "", ""])
        lines += [f"**{text}**", "", *table(
            ["vocabulary", "lm cold", "lm warm", "lm load, ms", "peer", "cold", "warm", "lm / peer, cold", "warm"], rows)]
    rows = []
    for vocabulary in TOKENIZERS:
        two = [x["output"][-1] for x in select(records, side="lm", vocabulary=vocabulary, threads=2)]
        if not two: continue
        cells = [[x[key] for x in two] for key in ("cold_mb_per_second", "warm_mb_per_second", "threaded_cold_mb_per_second", "threaded_mb_per_second")]
        factors = [[b / a for a, b in zip(cells[i], cells[i + 2])] for i in (0, 1)]
        rows.append([vocabulary, *(spread(x) for x in cells), *(f"**{spread(x, 2)}**" for x in factors)])
    lines += ["Two threads on one text of 100 MB (SciFact 14 times), MB/s:", "", *table(
        ["vocabulary", "one, cold", "one, warm", "two, cold", "two, warm", "two / one, cold", "warm"], rows)]
    trained = {side: select(records, task="train", side=side) for side in ("lm", "hf", "gigatoken")}
    rows = [
        ["lm" if side == "lm" else PEER_TITLES[side], spread([x["output"][-1]["seconds"] for x in found], 2),
         spread([x["output"][-1]["peak_rss_mb"] for x in found]),
         "" if side == "lm" else f"**{spread(paired(found, trained['lm'], lambda x: x['seconds']), 2)}**",
         "" if side == "lm" else f"**{spread(paired(found, trained['lm'], lambda x: x['peak_rss_mb']), 2)}**"]
        for side, found in trained.items() if found]
    failures = sorted({f"{x['side']}: {x['error']}" for x in records if "error" in x})
    return lines + [
        f"Training byte-level BPE of {int(TRAINED_SIZE):,} entries on SciFact: the whole process of `lm tokenizer train`, of the others the "
        "training alone; memory is the peak of the process.", "",
        *table(["trainer", "seconds", "MiB", "time / lm's", "memory / lm's"], rows),
        *([f"Did not run: {'; '.join(failures)}.", ""] if failures else [])]


TITLES = {
    "ceilings": "Machine and ceilings", "kernels": "Kernels", "training": "Training steps: bf16 beside PyTorch's best mode", "float32": "Training steps: fp32 beside PyTorch fp32", "attention": "Attention and its length",
    "recipes": "To the same loss", "precision": "bf16 against fp32", "tokenize": "Tokenizers"}
WRITERS = {"ceilings": ceilings, "kernels": kernels, "training": training, "float32": float32, "attention": attention, "recipes": recipes,
           "precision": precision, "tokenize": tokenize}


def sections_of(text):
    """The sections of a written report by title, without their headings."""
    parts = text.split("\n### ")[1:]
    return {title: body.strip().splitlines() for title, _, body in (part.partition("\n") for part in parts)}


def measured(store, earlier):
    """All sections that have results, as Markdown; one without keeps what it said `earlier`."""
    found = {}
    for name in SECTIONS:
        file = store / f"{name}.json"
        if file.exists(): found[name] = json.loads(file.read_text())
    if not found: return ["Nothing was measured yet: `make bench`.", ""]
    lines = ["Figures are medians (lowest–highest).", ""]
    for name in SECTIONS:
        if name not in found:
            if TITLES[name] in earlier: lines += [f"### {TITLES[name]}", "", *earlier[TITLES[name]], ""]
            continue
        section = found[name]
        about, records = section["machine"], section["records"]
        # Runs use all processors: a load above their number means that others ran too.
        load = max([about["load"], *(x["load"] for x in records)])
        crowded = about["load"] > 0.5 or load > about["processors"] + 1
        note = f" **Other programs ran (load {about['load']:.1f} before, up to {load:.1f}): these figures say little.**" if crowded else ""
        if about.get("is_trial"): note += " **A trial of few steps: these figures say nothing.**"
        lines += [f"### {TITLES[name]}", "",
                  f"{about['date']}, {about['processors']} processors of {about['processor']}, {about['memory_gib']} GiB, "
                  f"{about['swift']}, PyTorch {about['torch']}, commit {about['commit']}, {about['rounds']} rounds, load {about['load']:.1f} before: "
                  f"`Benchmarks/bench.py --only {name}`.{note}", "", *WRITERS[name](records)]
    return lines


def write(store, template, path):
    """Puts the measured part between the markers of `template`, as `path`."""
    text = template.read_text()
    before, rest = text.split(BEGIN, 1)
    old, after = rest.split(END, 1)
    path.write_text(f"{before}{BEGIN}\n\n" + "\n".join(measured(store, sections_of(old))).rstrip() + f"\n\n{END}{after}")
