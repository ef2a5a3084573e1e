import Glibc
import LMFormats
import LMRuntime
import LMTensor
import LMTestSupport
import Testing

/// Models that are read where the file lies: memory, and files that change meanwhile.
@Suite struct MappedModelTests {
  let temporary = TemporaryDirectory()

  /// A folder of a Llama of so many layers whose weights are small numbers of any type, and the bytes of these.
  private func folder(_ name: String, layers: Int, width: Int, dtype: DType) throws -> (
    path: String, bytes: Int
  ) {
    let hidden = 4 * width, vocabulary = 259
    var shapes: [(String, [Int])] = [
      ("model.embed_tokens.weight", [vocabulary, width]), ("model.norm.weight", [width]),
    ]
    for layer in 0..<layers {
      let own = "model.layers.\(layer)"
      shapes += ["q", "k", "v", "o"].map { ("\(own).self_attn.\($0)_proj.weight", [width, width]) }
      shapes += ["gate", "up"].map { ("\(own).mlp.\($0)_proj.weight", [hidden, width]) }
      shapes += [("\(own).mlp.down_proj.weight", [width, hidden])]
      shapes += ["input", "post_attention"].map { ("\(own).\($0)_layernorm.weight", [width]) }
    }
    let pattern = sampleTensor([max(hidden, vocabulary) * width], scale: 0.02, dtype: dtype)
    var tensors = NamedTensors()
    for (name, shape) in shapes { tensors[name] = Tensor(shape, dtype: dtype, storage: pattern.storage) }
    let path = temporary(name)
    try FileSystem.createDirectory(path)
    try AtomicFile.write("\(path)/model.safetensors") { file throws(LMError) in try tensors.write(to: file) }
    let config: JSON = [
      "model_type": "llama", "vocab_size": .integer(vocabulary), "max_position_embeddings": 1024,
      "hidden_size": .integer(width), "num_hidden_layers": .integer(layers), "num_attention_heads": 8,
      "intermediate_size": .integer(hidden), "tie_word_embeddings": true,
    ]
    try config.write(to: "\(path)/config.json")
    let tokenizer = try TemporaryDirectory.bytes(of: "\(try SampleRun.finished().output)/tokenizer.json")
    try temporary.write("\(name)/tokenizer.json", tokenizer)
    return (path, try FileSystem.size(of: "\(path)/model.safetensors"))
  }

  private func peakMebibytes(_ folder: String, _ precision: String) throws -> Int {
    let outcome = try LM.run([
      "bench", "generate", "--model", folder, "--prompt-tokens=16", "--max-tokens=4", "--runs=1",
      "--precision=\(precision)",
    ])
    let field = JSONField(try JSON.parse(Array(outcome.output.utf8), from: "bench"), in: "bench")
    return try field["peak_rss_mb"].integer(in: 1...100_000)
  }

  /// Of two models that differ in the number of layers only: what a process needs beside the weights is in both.
  @Test(arguments: [DType.float32, .float16, .bfloat16])
  func `opening and generating takes the weights once`(_ dtype: DType) throws {
    let small = try folder("small", layers: 1, width: 256, dtype: dtype)
    let large = try folder("large", layers: 33, width: 256, dtype: dtype)
    for precision in ["fp32", "bf16"] {
      let more = try peakMebibytes(large.path, precision) - peakMebibytes(small.path, precision)
      let weights = (large.bytes - small.bytes) >> 20
      // Caches of 32 layers, a page of 96 positions each, take 6.3 MB in float32.
      #expect(more <= weights + 8, "\(dtype) \(precision): \(more) MiB more for \(weights) MiB of weights")
      #expect(more >= weights / 2, "nothing was read: \(more) MiB")
    }
  }

  /// Twenty times, the file is shortened so many hundredths of a second after it was mapped.
  @Test func `a file that is shortened while it is in use ends the program with one line`() throws {
    let whole = try folder("model", layers: 1, width: 256, dtype: .float32)
    let bytes = try TemporaryDirectory.bytes(of: "\(whole.path)/model.safetensors")
    var refused = 0
    for round in 0..<20 {
      try temporary.write("model/model.safetensors", bytes)
      let lm = try LM(["generate", "--model", whole.path, "-p", "the", "-n", "900", "--temp", "0"])
      var maps = ""
      let deadline = ContinuousClock.now + .seconds(20)
      while !maps.contains("model.safetensors"), ContinuousClock.now < deadline, kill(lm.process, 0) == 0 {
        usleep(1000)
        maps = contents(of: "/proc/\(lm.process)/maps")
      }
      usleep(UInt32(round) * 10_000)
      truncate("\(whole.path)/model.safetensors", [0, 4096, bytes.count / 2][round % 3])
      let outcome = try lm.wait()
      #expect([0, 2].contains(outcome.exitCode), "round \(round): \(outcome.exitCode) \(outcome.errors)")
      guard outcome.exitCode == 2 else { continue }
      refused += 1
      let lines = outcome.errors.split(separator: "\n")
      #expect(lines.count == 1 && outcome.errors.hasPrefix("lm: "), "\(outcome.errors)")
      #expect(outcome.errors.contains("model.safetensors"), "\(outcome.errors)")
    }
    #expect(refused >= 2, "only \(refused) runs were interrupted")
  }

  @Test func `weights that are no numbers are named`() throws {
    let whole = try folder("model", layers: 2, width: 64, dtype: .float32)
    var bytes = try TemporaryDirectory.bytes(of: "\(whole.path)/model.safetensors")
    let entry = try SafeTensorsFile("\(whole.path)/model.safetensors").entry(
      "model.layers.1.mlp.up_proj.weight")
    bytes.replaceSubrange(
      entry.byteRange.lowerBound + 400..<entry.byteRange.lowerBound + 404, with: [0, 0, 0xC0, 0x7F])
    try temporary.write("model/model.safetensors", bytes)
    for verb in [["generate", "-p", "the"], ["info"], ["logits", "--ids=1,2", "--out", temporary("x.npy")]] {
      let outcome = try LM.run(verb + ["--model", whole.path])
      #expect(
        outcome.isRefused(2, saying: "NaN or infinite numbers in model.layers.1.mlp.up_proj.weight"),
        "\(outcome.errors)")
    }
  }

  private func contents(of path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var text = ""
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, 4096, file) != nil {
      text += String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return text
  }
}
