import ArgumentParser
import LMEvaluation
import LMFormats
import LMRuntime
import LMTransformer
import LanguageModels

extension Pooling: ExpressibleByArgument {}

/// `lm embed`: texts to vectors.
struct Embed: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn texts into vectors.",
    discussion: """
      Prints {"embedding": […]} for each text, in order. The folder of a sentence-transformers model says how rows
      become vectors (modules.json); others give means of length 1.
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "Folder of a model (default: the small model in checkpoints/).") var model: String?
  @Option(help: "Texts, one a line; .jsonl has objects; - reads stdin.") var input: String
  @Option(help: "Key of the text in the objects of a JSONL input (default: text).") var field: String?
  @Option(help: "mean, cls or last (default: the folder's, else mean).") var pooling: Pooling?
  @Flag(inversion: .prefixedNo, help: "Vectors of length 1 (default: as the folder says, else yes).")
  var normalize: Bool?
  @Option(help: "Most tokens of a text, longer ones are cut (default: the folder's, else the context).")
  var maxLength: Int?
  @Option(help: "A .npy file, float32 [texts, width], or a .jsonl file, instead of stdout.") var out: String?
  @Option(help: "auto, fp32 or bf16.") var precision = Precision.fp32

  func run() throws {
    try common.apply()
    var embedder = try TextEmbedder(opening: try model ?? BundledModel.path(), precision: precision.dtype)
    if let pooling { embedder.settings.pooling = pooling }
    if let normalize { embedder.settings.normalizes = normalize }
    if let maxLength {
      guard maxLength > 0 else {
        throw LMError(.usage, at: "--max-length", "is \(maxLength)", remedy: "use a number from 1")
      }
      embedder.settings.maximumTokens = maxLength
    }
    let texts = try texts()
    let progress = common.progress("embed", total: texts.count)
    let start = ContinuousClock.now
    let summary = try write(texts, embedder, progress)
    progress.finish()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let cut = summary.cutTexts > 0 ? ", \(summary.cutTexts) of them cut" : ""
    common.say(
      "\(texts.count) texts of \(summary.tokens) tokens\(cut), \(NumberText.short(Double(texts.count) / seconds)) texts/s"
    )
  }

  private func texts() throws -> [String] {
    guard input == "-" else { return try Segments.read(input, field: field) }
    return try standardInputBytes().withUnsafeBytes {
      try Segments.texts(in: $0, field: field, from: "stdin")
    }
  }

  private func write(
    _ texts: [String], _ embedder: TextEmbedder, _ progress: ProgressLine
  ) throws(LMError) -> TextEmbedder.Summary {
    var summary = TextEmbedder.Summary()
    func embed(_ body: (UnsafeBufferPointer<Float>) throws(LMError) -> Void) throws(LMError) {
      summary = try embedder.embed(texts, onProgress: { progress.update(step: $0) }) {
        _, vector throws(LMError) in
        try body(vector)
      }
    }
    guard let out else {
      try embed { print(Self.line($0)) }
      return summary
    }
    if out.hasSuffix(".npy") {
      try NPYFile.write(shape: [texts.count, embedder.width], to: out) { file throws(LMError) in
        try embed { vector throws(LMError) in try file.write(UnsafeRawBufferPointer(vector)) }
      }
    } else {
      try AtomicFile.write(out) { file throws(LMError) in
        try embed { vector throws(LMError) in try file.write(Self.line(vector) + "\n") }
      }
    }
    return summary
  }

  /// The fewest digits that give each float again.
  private static func line(_ vector: UnsafeBufferPointer<Float>) -> String {
    "{\"embedding\":[" + vector.map { $0.description }.joined(separator: ",") + "]}"
  }
}
