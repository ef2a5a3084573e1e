import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct GGUFVocabularyTests {
  private func word(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  private func text(_ text: String) -> [UInt8] { word(UInt64(text.utf8.count), 8) + Array(text.utf8) }

  private func list(_ type: UInt64, _ elements: [[UInt8]]) -> [UInt8] {
    word(type, 4) + word(UInt64(elements.count), 8) + elements.joined()
  }

  /// A file with the given entries: key, type, value.
  private func read(_ entries: [(String, UInt64, [UInt8])]) throws -> GGUFVocabulary {
    var bytes = Array("GGUF".utf8) + word(3, 4) + word(0, 8) + word(UInt64(entries.count), 8)
    for (key, type, value) in entries { bytes += text("tokenizer." + key) + word(type, 4) + value }
    return try bytes.withUnsafeBytes { try GGUFVocabulary(GGUFFile($0, from: "v.gguf")) }
  }

  private var base: [(String, UInt64, [UInt8])] {
    [
      ("ggml.model", 8, text("llama")), ("ggml.tokens", 9, list(8, ["<unk>", "a", "▁a"].map { text($0) })),
      ("ggml.scores", 9, list(6, [0, -1, -2.5].map { word(UInt64(Float($0).bitPattern), 4) })),
      ("ggml.token_type", 9, list(5, [2, 1, 6].map { word($0, 4) })),
      ("ggml.merges", 9, list(8, [text("▁ a")])),
      ("ggml.bos_token_id", 4, word(1, 4)), ("ggml.padding_token_id", 4, word(0xFFFF_FFFF, 4)),
      ("ggml.add_bos_token", 7, [1]), ("ggml.precompiled_charsmap", 9, list(1, [[200], [7]])),
      ("chat_template", 8, text("{{ a }}")), ("chat_template.tool", 8, text("{{ b }}")),
    ]
  }

  @Test func `the keys of a vocabulary are read`() throws {
    let vocabulary = try read(base)
    #expect(vocabulary.model == "llama" && vocabulary.preTokenizer == nil && vocabulary.count == 3)
    #expect((0..<3).map { String(decoding: vocabulary.token($0), as: UTF8.self) } == ["<unk>", "a", "▁a"])
    #expect(vocabulary.scores == [0, -1, -2.5] && vocabulary.types == [.unknown, .normal, .byte])
    #expect(vocabulary.merges == ["▁ a"] && vocabulary.specialIDs == ["bos": 1])
    #expect(vocabulary.addsBegin == true && vocabulary.addsEnd == nil && vocabulary.addsSpacePrefix == nil)
    #expect(vocabulary.precompiledCharsmap == [200, 7])
    #expect(vocabulary.chatTemplates == ["default": "{{ a }}", "tool": "{{ b }}"])
  }

  @Test func `what does not fit together is refused by its key`() {
    let changes: [(String, UInt64, [UInt8])] = [
      ("ggml.model", 4, word(1, 4)), ("ggml.tokens", 8, text("a")), ("ggml.tokens", 9, list(8, [])),
      ("ggml.tokens", 9, list(4, [word(1, 4)])), ("ggml.scores", 9, list(6, [word(0, 4)])),
      ("ggml.scores", 9, list(6, Array(repeating: word(0x7FC0_0000, 4), count: 3))),
      ("ggml.scores", 9, list(8, ["1", "2", "3"].map { text($0) })),
      ("ggml.token_type", 9, list(5, [word(1, 4)])),
      ("ggml.token_type", 9, list(5, Array(repeating: word(7, 4), count: 3))),
      ("ggml.token_type", 9, list(5, Array(repeating: word(0xFFFF_FFFF, 4), count: 3))),
      ("ggml.merges", 9, list(4, [word(1, 4)])), ("ggml.bos_token_id", 4, word(3, 4)),
      ("ggml.bos_token_id", 5, word(0xFFFF_FFFE, 4)), ("ggml.bos_token_id", 10, word(.max, 8)),
      ("ggml.bos_token_id", 8, text("1")), ("ggml.add_bos_token", 4, word(1, 4)),
      ("ggml.precompiled_charsmap", 8, text("x")),
      ("chat_template", 9, list(8, [text("x")])), ("chat_template", 8, word(1, 8) + [0xFF]),
    ]
    for (key, type, value) in changes {
      do {
        _ = try read(base.map { $0.0 == key ? (key, type, value) : $0 })
        Issue.record("\(key) \(value) was read")
      } catch {
        #expect("\(error)".contains(key), "\(error)")
      }
    }
    #expect(throws: LMError.self) { _ = try read([]) }
    #expect(throws: LMError.self) { _ = try read([base[0]]) }
  }

  @Test func `a file of the gguf package is read as it was written`() throws {
    guard let python = Python.interpreter(finding: ["gguf", "numpy"]) else {
      print("skipped: no Python with gguf (set LM_PYTHON)")
      return
    }
    let folder = TemporaryDirectory()
    let script = SharedData.packageRoot + "/Tests/Reference/reference_files.py"
    #expect(Python.run(python, [script, "gguf", folder("v.gguf"), folder("out.json")]) == 0)
    let file = try GGUFFile(path: folder("v.gguf"))
    let vocabulary = try GGUFVocabulary(file)
    let expected = JSONField(try JSON.read(folder("out.json")), in: "out.json")
    #expect(
      try expected["tokens"].array().map { try $0.string() }
        == (0..<vocabulary.count).map { String(decoding: vocabulary.token($0), as: UTF8.self) })
    #expect(try expected["scores"].array().map { Float(try $0.double()) } == vocabulary.scores)
    #expect(
      try expected["types"].array().map { try $0.integer(in: 0...6) } == vocabulary.types?.map(\.rawValue))
    #expect(try expected["merges"].array().map { try $0.string() } == vocabulary.merges)
    #expect(vocabulary.model == "gpt2" && vocabulary.preTokenizer == "llama-bpe")
    #expect(vocabulary.specialIDs == ["bos": 1, "eos": 2, "unknown": 0, "padding": 3])
    #expect(
      vocabulary.addsBegin == true && vocabulary.addsEnd == false && vocabulary.addsSpacePrefix == false)
    #expect(vocabulary.chatTemplates["default"] == (try expected["chat_template"].string()))
    #expect(try expected["tensors"].array().count == file.tensors.count)
    let data = try TemporaryDirectory.bytes(of: folder("v.gguf"))
    for (tensor, field) in zip(file.tensors, try expected["tensors"].array()) {
      #expect(try field["name"].string() == tensor.name)
      #expect(try field["dimensions"].array().map { try $0.integer(in: 0...1_000) } == tensor.dimensions)
      #expect(try field["type"].integer(in: 0...100) == Int(tensor.type))
      let start = file.dataOffset + tensor.offset
      let bytes = data[start..<start + (tensor.byteCount ?? 0)]
      #expect(try field["bytes"].string() == bytes.map { String($0, radix: 16) }.joined(separator: " "))
    }
  }

  @Test(arguments: [
    ("gpt-2", "hf/gpt2.tokenizer.json"), ("llama-bpe", "hf/llama3.derived.tokenizer.json"),
    ("qwen2", "hf/qwen2.derived.tokenizer.json"), ("", "sentencepiece/llama2.model"),
    ("", "wordpiece/bert-base-uncased-vocab.txt"),
  ])
  func `the tokenizer of a GGUF file gives the ids of the file that it was made from`(
    pattern: String, source: String
  ) throws {
    guard let python = Python.interpreter(finding: ["gguf", "numpy", "sentencepiece"]),
      let path = SharedData.path("tokenizers/" + source)
    else {
      print("skipped: no Python with gguf and sentencepiece (set LM_PYTHON)")
      return
    }
    let folder = TemporaryDirectory()
    let script = SharedData.packageRoot + "/Tests/Reference/reference_files.py"
    #expect(Python.run(python, [script, "vocabulary", pattern, path, folder("v.gguf")]) == 0)
    let tokenizer = try Tokenizer.load(path: folder("v.gguf"))
    let original = try Tokenizer.load(path: path)
    var generator = SeededGenerator(seed: 9)
    for length in 0..<300 {
      let text = RandomText.hostile(length % 60, using: &generator) + " The quick brown fox\n"
      let ids = try tokenizer.encode(text, addSpecialTokens: false)
      #expect(try ids == original.encode(text, addSpecialTokens: false), "\(text.debugDescription)")
      #expect(try tokenizer.decode(ids) == original.decode(ids))
    }
  }

  @Test func `a pattern or a model that is not known is refused by its name`() throws {
    for (key, value) in [("ggml.pre", "chameleon-x"), ("ggml.model", "rwkv")] {
      let entries = base.filter { $0.0 != key && $0.0 != "ggml.model" } + [(key, 8, text(value))]
      let vocabulary = try read(key == "ggml.model" ? entries : entries + [("ggml.model", 8, text("gpt2"))])
      do {
        _ = try Tokenizer(vocabulary, from: "v.gguf")
        Issue.record("\(value) was read")
      } catch {
        #expect("\(error)".contains(value), "\(error)")
      }
    }
  }
}
