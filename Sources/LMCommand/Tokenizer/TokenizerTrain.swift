import ArgumentParser
import LMRuntime
import LMTokenizer

struct TokenizerTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a tokenizer and write tokenizer.json.",
    discussion: """
      Text is read a window at a time: memory is that of the distinct words, not that of the files.
      bpe is byte-level, unigram is SentencePiece's and wordpiece BERT's; transformers opens the folder as
      PreTrainedTokenizerFast. With --continue, a trained BPE gets more entries from new text, and its ids stay.
      """)
  @OptionGroup var common: CommonOptions
  @Argument(help: "Text files, .jsonl files with \"text\", folders of them.") var files: [String]
  @Option(help: "bpe, unigram or wordpiece.") var modelType = TokenizerKind.bpe
  @Option(help: "Entries, special tokens, bytes and characters included (default: 8192).") var vocabSize: Int?
  @Option(help: "Folder to write tokenizer.json to.") var out: String
  @Option(help: "How bpe splits text: gpt2, cl100k, o200k, llama3, qwen2 (default: gpt2).") var pattern:
    String?
  @Option(
    help: """
      What is done to text first: none, nfc, nfkc, nmt_nfkc, bert, bert-cased (default: none for bpe, nmt_nfkc for \
      unigram, bert for wordpiece).
      """)
  var normalizer: TextNormalization?
  @Option(
    parsing: .upToNextOption,
    help: """
      Special tokens (default: <|bos|> <|eos|> <|pad|> for bpe, <unk> <s> </s> <pad> for unigram, [PAD] [UNK] [CLS] \
      [SEP] [MASK] for wordpiece).
      """)
  var special: [String] = []
  @Option(
    name: .customLong("continue"), help: "BPE to extend: a folder, tokenizer.json or FILE.tiktoken.")
  var base: String?

  func run() throws {
    try common.apply()
    let tokenizer = try base.map { try extended(Tokenizer.load(path: $0), $0) } ?? trained()
    try FileSystem.createDirectory(out)
    try tokenizer.save(to: out)
    common.say("\(tokenizer.vocabularySize) entries in \(out)/tokenizer.json")
  }

  private func trained() throws -> Tokenizer {
    if modelType != .bpe, pattern != nil {
      throw LMError(
        .usage, at: "--pattern", "is for bpe, and --model-type is \(modelType.rawValue)",
        remedy: "leave it out")
    }
    switch modelType {
    case .bpe: return try trainedBPE()
    case .unigram: return try trainedUnigram()
    case .wordpiece: return try trainedWordPiece()
    }
  }

  private func trainedBPE() throws -> Tokenizer {
    let name = pattern ?? "gpt2"
    guard let split = SplitPattern(rawValue: name) else {
      let known = SplitPattern.allCases.map(\.rawValue).joined(separator: ", ")
      throw LMError(.usage, at: "--pattern", "\"\(name)\" is unknown", remedy: "use one of \(known)")
    }
    let trainer = BPETrainer(
      vocabularySize: size, specialTokens: special.isEmpty ? Tokenizer.standardSpecialTokens : special)
    let normalization = normalizer ?? TextNormalization.none
    let splitter: any WordSplitter =
      normalization == TextNormalization.none ? split : TokenizerSplitter(split, normalization)
    let words = try counted(WordCounts(splitter: splitter))
    return try withProgress(size) { try trainer.train(words, progress: $0) }
  }

  private func trainedUnigram() throws -> Tokenizer {
    let normalization = normalizer ?? TextNormalization.nmtNFKC
    let words = try counted(WordCounts(splitter: UnigramTrainer.splitter(normalization)))
    return try UnigramTrainer(vocabularySize: size).tokenizer(
      words, normalization,
      specialTokens: special.isEmpty ? UnigramTrainer.standardSpecialTokens : special
    ) { round in
      common.say("round \(round.round) of about \(round.roundCount): \(round.pieceCount) pieces")
    }
  }

  private func trainedWordPiece() throws -> Tokenizer {
    let normalization = normalizer ?? TextNormalization.bert
    let words = try counted(WordCounts(splitter: WordPieceTrainer.splitter(normalization)))
    let trainer = WordPieceTrainer(
      vocabularySize: size,
      specialTokens: special.isEmpty ? WordPieceTrainer.standardSpecialTokens : special)
    return try withProgress(size) { try trainer.tokenizer(words, normalization, progress: $0) }
  }

  private var size: Int { vocabSize ?? 8192 }

  private func extended(_ tokenizer: Tokenizer, _ path: String) throws -> Tokenizer {
    let changed = [
      ("--pattern", pattern != nil), ("--special", !special.isEmpty), ("--normalizer", normalizer != nil),
      ("--model-type", modelType != .bpe),
    ]
    if let (option, _) = changed.first(where: \.1) {
      throw LMError(
        .usage, at: option, "cannot change with --continue",
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

/// What `tokenizer train` can train.
enum TokenizerKind: String, ExpressibleByArgument {
  case bpe, unigram, wordpiece
}

extension TextNormalization: ExpressibleByArgument {}

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
