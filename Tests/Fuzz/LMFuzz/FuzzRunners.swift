import Glibc
import LMRuntime
import LMTensor
import LMTokenizer
import LMTraining
import LMTransformer

/// What reads an input. Errors that are thrown are answers like any other.
enum FuzzRunners {
  private static let sample = "It's <e> ab 12,345!\r\n  漢字 é\u{301}\u{FFFD} x"

  /// A folder in memory that is removed with the process's last file in it.
  final class Folder: Sendable {
    let path: String

    init() throws {
      path = "/dev/shm/lm-fuzz-\(getpid())-\(UInt64.random(in: 0 ... .max))"
      try FileSystem.createDirectory(path)
    }

    deinit { try? FileSystem.removeTree(path) }

    /// Writes a file without the care that ``AtomicFile`` takes, a million times.
    func write(_ name: String, _ bytes: [UInt8]) {
      let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { fatalError("cannot write \(path)/\(name)") }
      defer { close(descriptor) }
      guard bytes.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count else {
        fatalError("cannot write \(path)/\(name)")
      }
    }
  }

  /// Encodes and decodes with a tokenizer that was read; what comes out is not checked.
  private static func use(_ path: String) -> String? {
    guard let tokenizer = try? Tokenizer.load(path: path) else { return nil }
    if let ids = try? tokenizer.encode(sample, specials: .allowed) { _ = try? tokenizer.decode(ids) }
    return nil
  }

  static func tokenizerJSON() throws -> ([UInt8]) -> String? {
    let folder = try Folder()
    return { input in
      folder.write("tokenizer.json", input)
      return use("\(folder.path)/tokenizer.json")
    }
  }

  static func tokenizerConfig() throws -> ([UInt8]) -> String? {
    let folder = try Folder()
    folder.write("tokenizer.json", SeedFiles.tokenizerJSON[0])
    return { input in
      folder.write("tokenizer_config.json", input)
      return use(folder.path)
    }
  }

  static func vocabularyText() throws -> ([UInt8]) -> String? {
    let folder = try Folder()
    return { input in
      folder.write("vocab.txt", input)
      return use(folder.path)
    }
  }

  static func merges() throws -> ([UInt8]) -> String? {
    let folder = try Folder()
    folder.write("vocab.json", Array(#"{"a": 0, "b": 1, "ab": 2, "\u0120": 3, "abb": 4}"#.utf8))
    return { input in
      folder.write("merges.txt", input)
      return use(folder.path)
    }
  }

  static func tiktoken() throws -> ([UInt8]) -> String? {
    let folder = try Folder()
    return { input in
      folder.write("r50k_base.tiktoken", input)
      return use("\(folder.path)/r50k_base.tiktoken")
    }
  }

  static func sentencePiece(_ input: [UInt8]) -> String? {
    input.withUnsafeBytes { bytes in
      guard let model = try? SentencePieceModel(bytes, from: "input") else { return nil }
      if let tokenizer = try? Tokenizer(model, from: "input"), let ids = try? tokenizer.encode(sample) {
        _ = try? tokenizer.decode(ids)
      }
      return model.pieces.allSatisfy { !$0.bytes.isEmpty && $0.score.isFinite } ? nil : "has a bad piece"
    }
  }

  static func gguf(_ input: [UInt8]) -> String? {
    input.withUnsafeBytes { bytes in
      guard let file = try? GGUFFile(bytes, from: "input") else { return nil }
      for tensor in file.tensors {
        guard let size = tensor.byteCount, file.dataOffset + tensor.offset + size <= input.count else {
          return "has a tensor outside of the file"
        }
      }
      guard let vocabulary = try? GGUFVocabulary(file) else { return nil }
      for id in 0..<vocabulary.count { _ = vocabulary.token(id) }
      if let tokenizer = try? Tokenizer(vocabulary, from: "input"), let ids = try? tokenizer.encode(sample) {
        _ = try? tokenizer.decode(ids)
      }
      return vocabulary.specialIDs.values.allSatisfy { $0 >= 0 && $0 < vocabulary.count }
        ? nil : "has a bad id"
    }
  }

  /// Opens a model and asks it for the scores of a few tokens.
  static func ggufModel() throws -> ([UInt8]) -> String? {
    let folder = try Folder()
    return { input in
      folder.write("m.gguf", input)
      guard let model = try? ModelFolder(gguf: "\(folder.path)/m.gguf") else { return nil }
      let c = model.config.configuration
      let ids = (0..<Int32(min(3, c.contextLength))).map { $0 % Int32(c.vocabularySize) }
      let scores = model.model.logits(ids, ForwardContext(batch: 1, tokens: ids.count, precision: .float32))
      return scores.shape == [ids.count, c.vocabularySize] ? nil : "has scores of the shape \(scores.shape)"
    }
  }

  static func chatTemplate(_ input: [UInt8]) -> String? {
    var limits = ChatTemplate.Limits()
    (limits.steps, limits.symbols, limits.output) = (300_000, 1 << 22, 1 << 16)
    guard let template = try? ChatTemplate(String(decoding: input, as: UTF8.self), limits: limits) else {
      return nil
    }
    let tool: JSON = ["type": "function", "function": ["name": "f", "parameters": ["a": 1]]]
    let rendered = try? template.render(
      messages: [["role": "system", "content": "s"], ["role": "user", "content": "<e> x"]], tools: [tool],
      addGenerationPrompt: true, specialTokens: ["bos_token": "<s>"], now: 0)
    return rendered.map { $0.text.unicodeScalars.count <= limits.output } ?? true
      ? nil : "is longer than allowed"
  }

  static func pattern(_ input: [UInt8]) -> String? {
    guard let matcher = try? PatternMatcher(String(decoding: input, as: UTF8.self)) else { return nil }
    return Array(sample.utf8).withUnsafeBufferPointer { text in
      var scan = PatternScan(matcher, TextCursor(text))
      var last = 0
      while let match = scan.next() {
        if match.lowerBound < last || match.upperBound > text.count { return "matches overlap" }
        last = match.upperBound
      }
      return nil
    }
  }

  /// Encodes and decodes an input as text: the same bytes must come back.
  static func roundTrip(_ tokenizer: Tokenizer) -> ([UInt8]) -> String? {
    func fault(_ input: [UInt8], isExact: Bool) -> String? {
      guard let ids = try? tokenizer.encode(bytes: input, addSpecialTokens: false) else {
        return "is not encoded"
      }
      guard let bytes = try? tokenizer.decodeBytes(ids, skipSpecialTokens: false) else {
        return "is not decoded"
      }
      return !isExact || bytes == input ? nil : "does not come back"
    }
    // A tokenizer that normalizes changes the text; then only the process's life is at stake.
    let isExact = fault(Array("a\u{301}".utf8) + (0...255).map { UInt8($0) }, isExact: true) == nil
    return { fault($0, isExact: isExact) }
  }

  /// The tokenizers that texts go through: one of bytes, and those of the test data beside the package.
  static let tokenizers: [(name: String, load: @Sendable () throws -> Tokenizer)] = {
    let folder =
      #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/../shared/data/tokenizers"
    let files: [(name: String, path: String)] = [
      ("gpt2", "hf/gpt2.tokenizer.json"), ("llama3", "hf/llama3.derived.tokenizer.json"),
      ("qwen2", "hf/qwen2.derived.tokenizer.json"), ("cl100k", "tiktoken/cl100k_base.tiktoken"),
      ("o200k", "tiktoken/o200k_base.tiktoken"),
    ]
    var tokenizers: [(name: String, load: @Sendable () throws -> Tokenizer)] = [
      ("bytes", { Tokenizer.bytes() })
    ]
    for (name, file) in files where FileSystem.kind(of: "\(folder)/\(file)") != nil {
      tokenizers.append((name, { try Tokenizer.load(path: "\(folder)/\(file)") }))
    }
    return tokenizers
  }()
}
