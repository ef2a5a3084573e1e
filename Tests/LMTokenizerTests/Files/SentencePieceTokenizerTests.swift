import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct SentencePieceTokenizerTests {
  @Test(arguments: ["llama2", "nai-t5", "spm_test_model"]) func `ids are those of sentencepiece`(
    name: String
  ) throws {
    guard let path = SharedData.path("tokenizers/sentencepiece/\(name).model"), let python else { return }
    try compare(path, python)
  }

  @Test(arguments: ["llama2", "nai-t5", "spm_test_model"], 0..<3)
  func `user-defined and unused pieces are treated as sentencepiece treats them`(
    name: String, seed: Int
  ) throws {
    guard let path = SharedData.path("tokenizers/sentencepiece/\(name).model"), let python else { return }
    let folder = TemporaryDirectory()
    #expect(Python.run(python, [Self.script, "variant", path, "\(seed)", folder("v.model")]) == 0)
    try compare(folder("v.model"), python)
  }

  private static let script = SharedData.packageRoot + "/Tests/Reference/reference_files.py"

  private var python: String? {
    let python = Python.interpreter(finding: ["sentencepiece"])
    if python == nil { print("skipped: no Python with sentencepiece (set LM_PYTHON)") }
    return python
  }

  private func compare(_ path: String, _ python: String) throws {
    let model = try SentencePieceModel(path: path)
    let tokenizer = try Tokenizer(model, from: path)
    var generator = SeededGenerator(seed: 41)
    var texts = (0..<400).map { RandomText.hostile(1 + $0 % 30, using: &generator) }
    texts += [
      "", " ", "   ", "Hello world", "  two  spaces ", "a\n\nb\tc", "ﬁ ½ ㈱ Ⅳ ＡＢ", "日本語のテキスト、한국어 텍스트",
      "x\u{3000}y\u{A0}z",
      "<x> <y> <x>  <y>   z", "  za  b  a  b s  the", "漢字Ａ the漢字 ﬁ  <x> ", "<extra_id_1>a <extra_id_12>",
      "\u{2581}", "\u{2581} a", "<s> </s> <unk> <0x41>", "😀👩‍👩‍👧🏽", String(repeating: "ab ", count: 500),
    ]
    // sentencepiece ends a text at a zero byte in some places, and its rules for one are its own.
    texts = texts.filter { !$0.utf8.contains(0) }
    let folder = TemporaryDirectory()
    try folder.write("texts.json", Array(JSON.array(texts.map { .string($0) }).text().utf8))
    #expect(Python.run(python, [Self.script, "encode", path, folder("texts.json"), folder("out.json")]) == 0)
    let expected = try JSONField(try JSON.read(folder("out.json")), in: "out.json").array()
    var wrong = 0
    for (text, field) in zip(texts, expected) {
      let ids = try field["ids"].array().map { Int32(try $0.integer(in: 0...Int(Int32.max))) }
      let found = try tokenizer.encode(text)
      if found != ids {
        wrong += 1
        if wrong < 4 { Issue.record("\(path): \(JSON.quoted(text)): \(found), expected \(ids)") }
      } else if !ids.contains(where: { model.pieces[Int($0)].type == .unknown }) {
        // Unknown pieces have a surface of their own, which is not decoded to yet.
        let decoded = try tokenizer.decode(ids)
        #expect(try field["text"].string().utf8.elementsEqual(decoded.utf8), "\(JSON.quoted(text))")
      }
    }
    #expect(wrong == 0, "\(wrong) of \(texts.count)")
  }
}
