import ArgumentParser
import LMRuntime
import LMTokenizer

struct TokenizerTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a byte-level BPE and write tokenizer.json.",
    discussion: """
      Text is read a window at a time: memory is that of the distinct words, not that of the files.
      With --continue, a trained tokenizer gets more entries from new text, and its ids stay as they are.
      """)
  @OptionGroup var common: CommonOptions
  @Argument(help: "Text files, .jsonl files with \"text\", folders of them.") var files: [String]
  @Option(help: "Entries, special tokens and the 256 bytes included (default: 8192).") var vocabSize: Int?
  @Option(help: "Folder to write tokenizer.json to.") var out: String
  @Option(help: "How text is split: gpt2, cl100k, o200k, llama3, qwen2 (default: gpt2).") var pattern: String?
  @Option(parsing: .upToNextOption, help: "Special tokens (default: <|bos|> <|eos|> <|pad|>).") var special:
    [String] = []
  @Option(
    name: .customLong("continue"), help: "Tokenizer to extend: a folder, tokenizer.json or FILE.tiktoken.")
  var base: String?

  func run() throws {
    try common.apply()
    let tokenizer = try base.map { try extended(Tokenizer.load(path: $0), $0) } ?? trained()
    try FileSystem.createDirectory(out)
    try tokenizer.save(to: out)
    common.say("\(tokenizer.vocabularySize) entries in \(out)/tokenizer.json")
  }

  private func trained() throws -> Tokenizer {
    let name = pattern ?? "gpt2"
    guard let split = SplitPattern(rawValue: name) else {
      let known = SplitPattern.allCases.map(\.rawValue).joined(separator: ", ")
      throw LMError(.usage, at: "--pattern", "\"\(name)\" is unknown", remedy: "use one of \(known)")
    }
    let size = vocabSize ?? 8192
    let trainer = BPETrainer(
      vocabularySize: size, specialTokens: special.isEmpty ? Tokenizer.standardSpecialTokens : special)
    let words = try counted(WordCounts(splitter: split))
    return try withProgress(size) { try trainer.train(words, progress: $0) }
  }

  private func extended(_ tokenizer: Tokenizer, _ path: String) throws -> Tokenizer {
    guard pattern == nil, special.isEmpty else {
      throw LMError(
        .usage, at: pattern == nil ? "--special" : "--pattern", "cannot change with --continue",
        remedy: "leave it out: \(path) says how text is split and which special tokens there are")
    }
    guard let size = vocabSize else {
      throw LMError(
        .usage, at: "--vocab-size", "is missing",
        remedy: "say how many entries to end with, more than the \(tokenizer.vocabularySize) of \(path)")
    }
    let words = try counted(WordCounts(splitter: TokenizerSplitter(tokenizer)))
    return try withProgress(size) {
      try BPETrainer(vocabularySize: size).train(words, continuing: tokenizer, progress: $0)
    }
  }

  /// Counts the words of all files.
  private func counted(_ words: consuming WordCounts) throws -> WordCounts {
    let files = try TextFiles(self.files)
    let progress = ReadingProgress(files.byteCount, common)
    try words.add(files, progress: progress.update)
    progress.finish()
    return words
  }

  private func withProgress(
    _ size: Int, _ body: (@escaping (MergeProgress) -> Void) throws -> Tokenizer
  ) throws -> Tokenizer {
    let progress = ProgressLine("merge", total: size, style: common.progressStyle)
    defer { progress.finish() }
    return try body { progress.update(step: $0.vocabularySize) }
  }
}

/// Progress of reading files, in MiB.
struct ReadingProgress {
  private let line: ProgressLine

  init(_ bytes: Int, _ common: CommonOptions) {
    line = ProgressLine("read MiB", total: max(1, bytes >> 20), style: common.progressStyle)
  }

  /// Says that so many bytes have been read.
  func update(_ bytes: Int) { line.update(step: bytes >> 20) }

  func finish() { line.finish() }
}
