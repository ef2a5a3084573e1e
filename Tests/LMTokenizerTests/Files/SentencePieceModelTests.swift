import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct SentencePieceModelTests {
  private func read(_ bytes: [UInt8]) throws -> SentencePieceModel {
    try bytes.withUnsafeBytes { try SentencePieceModel($0, from: "m.model") }
  }

  /// `<unk>` with score 0 and type 2, then `a` with score -1.
  private static let small: [UInt8] = [
    0x0A, 14, 0x0A, 5, 0x3C, 0x75, 0x6E, 0x6B, 0x3E, 0x15, 0, 0, 0, 0, 0x18, 2, 0x0A, 8, 0x0A, 1, 0x61, 0x15,
    0, 0, 0x80, 0xBF,
  ]

  @Test func `a small model is read, with the defaults of the format`() throws {
    let model = try read(Self.small)
    #expect(model.pieces.map { String(decoding: $0.bytes, as: UTF8.self) } == ["<unk>", "a"])
    #expect(model.pieces.map(\.score) == [0, -1])
    #expect(model.pieces.map(\.type) == [.unknown, .normal])
    #expect(model.algorithm == .unigram && !model.fallsBackToBytes && model.unknownSurface == " \u{2047} ")
    #expect(
      model.normalizer.addsDummyPrefix && model.normalizer.removesExtraSpaces
        && model.normalizer.escapesSpaces)
    #expect([model.unknownID, model.beginID, model.endID, model.paddingID] == [0, 1, 2, -1])
  }

  @Test func `specifications are read, and unknown fields passed over`() throws {
    let negative: [UInt8] = Array(repeating: 0xFF, count: 9) + [1]
    let trainer: [UInt8] = [0x18, 2, 0x98, 0x02, 1, 0xC8, 0x02] + negative + [0xE2, 0x02, 1, 0x3F]
    let normalizer: [UInt8] = [0x0A, 1, 0x6E, 0x12, 2, 7, 8, 0x18, 0, 0x20, 0, 0x28, 0]
    let unknown: [UInt8] = [0x31, 1, 2, 3, 4, 5, 6, 7, 8, 0x3D, 1, 2, 3, 4, 0x40, 0x80, 1]
    let model = try read(
      Self.small + [0x12, UInt8(trainer.count)] + trainer + [0x1A, UInt8(normalizer.count)] + normalizer
        + unknown)
    #expect(
      model.algorithm == .bpe && model.fallsBackToBytes && model.beginID == -1 && model.unknownSurface == "?")
    #expect(model.normalizer.name == "n" && model.normalizer.precompiledCharsmap == [7, 8])
    #expect(
      !model.normalizer.addsDummyPrefix && !model.normalizer.removesExtraSpaces
        && !model.normalizer.escapesSpaces)
    #expect(model.denormalizer == SentencePieceModel.Normalization())
  }

  @Test func `every prefix of a model is read or refused`() {
    for count in 0..<Self.small.count {
      let model = try? read(Array(Self.small[..<count]))
      #expect((model != nil) == (count == 16), "\(count)")
    }
  }

  @Test(
    arguments: [
      ("no unknown piece", [0x0A, 3, 0x0A, 1, 0x61]), ("two of them", [0x0A, 5, 0x0A, 1, 0x62, 0x18, 2]),
      ("an empty piece", [0x0A, 2, 0x0A, 0]), ("a piece without a name", [0x0A, 0]),
      ("a score that is no number", [0x0A, 8, 0x0A, 1, 0x62, 0x15, 0, 0, 0xC0, 0x7F]),
      ("an infinite score", [0x0A, 8, 0x0A, 1, 0x62, 0x15, 0, 0, 0x80, 0xFF]),
      ("type 7", [0x0A, 5, 0x0A, 1, 0x62, 0x18, 7]), ("type 0", [0x0A, 5, 0x0A, 1, 0x62, 0x18, 0]),
      ("a score as a string", [0x0A, 6, 0x0A, 1, 0x62, 0x12, 1, 0x30]),
      ("a length beyond the end", [0x0A, 100]),
      ("a length of 2^64 - 1", [0x0A] + Array(repeating: 0xFF, count: 9) + [1]),
      ("a number of eleven bytes", [0x40] + Array(repeating: 0x80, count: 10) + [1]),
      ("a number of 65 bits", [0x40] + Array(repeating: 0xFF, count: 9) + [2]), ("a group", [0x43, 0x44]),
      ("field 0", [0x00, 0x01]), ("model type 9", [0x12, 2, 0x18, 9]),
      ("an id of 40 bits", [0x12, 8, 0xC0, 0x02, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]),
      ("a surface that is no UTF-8", [0x12, 4, 0xE2, 0x02, 1, 0xFF]),
    ] as [(String, [UInt8])]) func `a hostile model is refused`(name: String, bytes: [UInt8])
  {
    let base = name == "no unknown piece" ? [] : Self.small
    #expect(throws: LMError.self, "\(name)") { _ = try read(base + bytes) }
  }

  @Test(arguments: ["llama2", "nai-t5", "spm_test_model"]) func `models are read as by the reference`(
    name: String
  ) throws {
    guard let path = SharedData.path("tokenizers/sentencepiece/\(name).model") else { return }
    guard let python = Python.interpreter(finding: ["sentencepiece", "google.protobuf"]) else {
      print("skipped: no Python with sentencepiece and protobuf (set LM_PYTHON)")
      return
    }
    let model = try SentencePieceModel(path: path)
    let folder = TemporaryDirectory()
    let script = SharedData.packageRoot + "/Tests/Reference/reference_files.py"
    #expect(Python.run(python, [script, "sentencepiece", path, folder("out.json")]) == 0)
    let expected = JSONField(try JSON.read(folder("out.json")), in: "out.json")
    let pieces = try expected["pieces"].array()
    #expect(model.pieces.count == pieces.count)
    for (piece, field) in zip(model.pieces, pieces) {
      let parts = try field.array()
      let matches =
        try Array(parts[0].string().utf8) == piece.bytes && Float(parts[1].double()) == piece.score
        && parts[2].integer(in: 1...6) == Int(piece.type.rawValue)
      #expect(matches)
      if !matches { return }
    }
    #expect(try expected["model_type"].integer(in: 1...4) == Int(model.algorithm.rawValue))
    #expect(try expected["byte_fallback"].bool() == model.fallsBackToBytes)
    #expect(try expected["treat_whitespace_as_suffix"].bool() == model.putsSpaceBehindWords)
    let range = -1...Int(Int32.max)
    for (key, id) in [
      ("unk_id", model.unknownID), ("bos_id", model.beginID), ("eos_id", model.endID),
      ("pad_id", model.paddingID),
    ] { #expect(try expected[key].integer(in: range) == Int(id), "\(key)") }
    #expect(try expected["unk_surface"].string() == model.unknownSurface)
    #expect(try expected["unk_piece"].string() == model.unknownPiece)
    for (key, spec) in [("normalizer", model.normalizer), ("denormalizer", model.denormalizer)] {
      let field = try expected[key]
      #expect(try field["name"].string() == spec.name)
      #expect(
        try field["charsmap"].string()
          == spec.precompiledCharsmap.map { String($0, radix: 16) }.joined(separator: " "))
      #expect(try field["add_dummy_prefix"].bool() == spec.addsDummyPrefix)
      #expect(try field["remove_extra_whitespaces"].bool() == spec.removesExtraSpaces)
      #expect(try field["escape_whitespaces"].bool() == spec.escapesSpaces)
    }
  }
}
