import LMFormats
import LMGeneration
import LMRuntime
import LMTensor
import LMTestSupport
import LMTokenizer
import LMTraining
import LMTransformer
import LanguageModels
import Testing

@Suite struct ModelConversionTests {
  private let temporary = TemporaryDirectory()

  private func scores(_ path: String) throws -> [Double] {
    let folder = try ModelFolder(opening: path)
    let ids = (0..<30).map { Int32((7 * $0 * $0 + 3 * $0) % folder.config.configuration.vocabularySize) }
    return doubles(try folder.checkedLogits(ids, precision: .float32))
  }

  private func convert(_ path: String, _ output: String, dtype: DType? = nil) throws {
    try ModelConversion(from: path, to: output, dtype: dtype).run()
  }

  @Test(arguments: GGUFSample.all)
  func `a folder becomes GGUF and a folder again, bit for bit`(_ sample: GGUFSample) throws {
    let folder = temporary("model")
    try sample.write(to: folder)
    try convert(folder, temporary("m.gguf"))
    try convert(temporary("m.gguf"), temporary("back"))
    #expect(
      try TemporaryDirectory.bytes(of: "\(folder)/model.safetensors")
        == TemporaryDirectory.bytes(of: temporary("back/model.safetensors")))
    let expected = try scores(folder)
    #expect(try scores(temporary("m.gguf")) == expected)
    #expect(try scores(temporary("back")) == expected)
    #expect(try FileSystem.entries(of: temporary.path) == ["back", "m.gguf", "model"])
  }

  @Test(arguments: [(DType.float16, 1e-3), (.bfloat16, 1e-2)])
  func `matrices in half precision give scores that are near`(type: DType, tolerance: Double) throws {
    let sample = GGUFSample.all[0]
    try sample.write(to: temporary("model"))
    try convert(temporary("model"), temporary("m.gguf"), dtype: type)
    let file = try GGUFFile(path: temporary("m.gguf"))
    for tensor in file.tensors {
      #expect(tensor.type == (tensor.dimensions.count > 1 ? type.ggmlNumber : 0), "\(tensor.name)")
    }
    let expected = try scores(temporary("model"))
    #expect(relativeError(try scores(temporary("m.gguf")), expected) < 20 * tolerance)
    // Matrices in half precision come back as they are; a folder has its norms in half precision too.
    try convert(temporary("m.gguf"), temporary("back"))
    try convert(temporary("back"), temporary("again.gguf"))
    #expect(
      try TemporaryDirectory.bytes(of: temporary("m.gguf")).count
        == TemporaryDirectory.bytes(of: temporary("again.gguf")).count)
    #expect(relativeError(try scores(temporary("back")), try scores(temporary("m.gguf"))) < tolerance)
  }

  @Test func `the bundled model keeps its tokenizer`() throws {
    let bundled = SharedData.packageRoot + "/checkpoints/stories"
    try convert(bundled, temporary("m.gguf"))
    let (own, file) = (try ModelFolder(opening: bundled), try ModelFolder(opening: temporary("m.gguf")))
    let text = "One day, Lily's 12 cats\n  went."
    #expect(
      try file.tokenizer?.encode(text, specials: .asText, addSpecialTokens: false)
        == own.tokenizer?.encode(text, specials: .asText, addSpecialTokens: false))
    #expect(file.tokenizer?.specialIDs == own.tokenizer?.specialIDs)
    #expect(file.config.specialTokens == own.config.specialTokens)
    var settings = SamplingSettings()
    settings.temperature = 0
    var texts: [String] = []
    for folder in [own, file] {
      var text = ""
      try LanguageModel(folder, precision: .float32, place: "model").generate(
        "One day", settings, maximumTokens: 20
      ) {
        text += $0
        return true
      }
      texts.append(text)
    }
    #expect(texts[0] == texts[1] && !texts[0].isEmpty)
  }

  @Test func `stories260K converts`() throws {
    guard let path = SharedData.path("models/stories260K.bin") else { return }
    try convert(path, temporary("stories"))
    let folder = try ModelFolder(opening: temporary("stories"))
    #expect(folder.tokenizer == nil && folder.config.configuration.parameterCount == 260_032)
    // A trained model knows far more than chance: ln 512 is 6.2.
    let ids: [Int32] = [1, 403, 407, 261, 378]
    let logits = try folder.checkedLogits(ids, precision: .float32)
    #expect(logits.shape == [5, 512] && logits.toArray().allSatisfy { $0.isFinite })
    try convert(path, temporary("stories.gguf"))
    #expect(try scores(temporary("stories.gguf")) == scores(temporary("stories")))
  }

  @Test func `what cannot be read is refused in words`() throws {
    func refusal(_ path: String, _ output: String = "out", dtype: DType? = nil) -> String {
      do {
        try convert(path, temporary(output), dtype: dtype)
        return "was converted"
      } catch { return "\(error)" }
    }
    let zip = Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 100)
    try temporary.write("pytorch_model.bin", zip)
    try temporary.write("old.pt", [0x80, 2, 0x8A, 10])
    try FileSystem.createDirectory(temporary("pickled"))
    try temporary.write("pickled/pytorch_model.bin", zip)
    for path in ["pytorch_model.bin", "old.pt", "pickled"] {
      #expect(refusal(temporary(path)).contains("save_pretrained"), "\(path)")
    }
    try temporary.write("short.bin", [1, 0, 0])
    try temporary.write("sizes.bin", GGUFSample.words([64, 172, 5, 8, 3, 512, 512]))
    try temporary.write("missing.bin", GGUFSample.words([64, 172, 5, 8, 4, 512, 512]))
    try temporary.write("negative.bin", GGUFSample.words([-64, 172, 5, 8, 4, 512, 512]))
    try temporary.write(
      "huge.bin", GGUFSample.words([131_072, 1 << 20, 4_096, 4_096, 4_096, 1 << 24, 1 << 20]))
    try temporary.write("new.bin", Array("24ka".utf8) + GGUFSample.words([1, 64, 172, 5, 8, 4, 512, 512]))
    for name in ["short", "sizes", "missing", "negative", "huge", "new"] {
      #expect(refusal(temporary("\(name).bin")) != "was converted", "\(name)")
    }
    #expect(refusal(temporary("none")).contains("is not there"))
    try GGUFSample.all[0].write(to: temporary("model"))
    #expect(refusal(temporary("model"), "model").contains("is there already"))
    #expect(FileSystem.kind(of: temporary("out")) == nil)
  }

  @Test func `values that float16 cannot hold are named, and nothing is left`() throws {
    for value in [Float.infinity, .nan, 70_000, -65_520] {
      try GGUFSample.all[0].write(to: temporary("model")) { $0.parameters[0].value.floats[7] = value }
      do {
        try convert(temporary("model"), temporary("m.gguf"), dtype: .float16)
        Issue.record("\(value) was converted")
      } catch { #expect("\(error)".contains("token_embd.weight") && "\(error)".contains("bf16"), "\(error)") }
      #expect(try FileSystem.entries(of: temporary.path) == ["model"])
    }
  }

  @Test func `combinations that GGUF has no words for are refused by name`() throws {
    let sample = GGUFSample("gpt2 with ReLU", GPT2Family.self) {
      GGUFSample.classic(&$0)
      ($0.position, $0.activation) = (.learned, .relu)
    }
    try sample.write(to: temporary("model"))
    do {
      try convert(temporary("model"), temporary("m.gguf"))
      Issue.record("was converted")
    } catch { #expect("\(error)".contains("activation"), "\(error)") }
    let own = GGUFSample("ours", NativeFamily.self) { $0.residualScale = 0.5 }
    try own.write(to: temporary("own"))
    #expect(throws: LMError.self) { try convert(temporary("own"), temporary("m.gguf")) }
  }
}
