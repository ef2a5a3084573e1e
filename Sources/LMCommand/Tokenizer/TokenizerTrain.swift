import ArgumentParser
import LMData
import LMRuntime
import LMTokenizer

struct TokenizerTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a byte-level BPE and write tokenizer.json.")
  @OptionGroup var common: CommonOptions
  @Argument(help: "Text files, .jsonl files with \"text\", folders of them.") var files: [String]
  @Option(help: "Entries, special tokens and the 256 bytes included.") var vocabSize = 8192
  @Option(help: "Folder to write tokenizer.json to.") var out: String
  @Option(help: "How text is split: gpt2, cl100k, o200k, llama3, qwen2.") var pattern = "gpt2"
  @Option(parsing: .upToNextOption, help: "Special tokens (default: <|bos|> <|eos|> <|pad|>).") var special:
    [String] = []

  func run() throws {
    try common.apply()
    guard let split = SplitPattern(rawValue: pattern) else {
      let known = SplitPattern.allCases.map(\.rawValue).joined(separator: ", ")
      throw LMError(.usage, at: "--pattern", "\"\(pattern)\" is unknown", remedy: "use one of \(known)")
    }
    let source = try TextSource.read(files)
    var counts = WordCounts(pattern: split)
    for document in source.documents { document.withBytes { counts.add($0) } }
    let trainer = BPETrainer(
      vocabularySize: vocabSize, specialTokens: special.isEmpty ? Tokenizer.standardSpecialTokens : special)
    let progress = ProgressLine("merge", total: vocabSize, style: common.progressStyle)
    let tokenizer = try trainer.train(counts) { progress.update(step: $0.vocabularySize) }
    progress.finish()
    try FileSystem.createDirectory(out)
    try tokenizer.save(to: out)
    common.say("\(tokenizer.vocabularySize) entries in \(out)/tokenizer.json")
  }
}
