import LMGeneration
import LMTestSupport
import LMTraining
import LMTransformer
import LanguageModels

/// What a model says to the tokens of `reference_models.py`: by lm, or by transformers.
struct ModelAnswers {
  /// Scores of 50 tokens, of the same in pieces with a cache, and of three sequences of unequal length.
  let scores: [(name: String, values: [Float])]
  /// What follows the first 12.
  let greedy: [Int32]

  /// Computes them, in float32.
  init(_ folder: ModelFolder) throws {
    let model = folder.model
    func ids(_ count: Int, _ sequence: Int = 0) -> [Int32] {
      Self.ids(count, sequence, vocabulary: model.configuration.vocabularySize)
    }
    let whole = try folder.checkedLogits(ids(50), precision: .float32).toArray()
    let cache = model.makeCache(.float32)
    let pieces = [0..<20, 20..<21, 21..<22, 22..<50].flatMap { piece in
      model.logits(
        Array(ids(50)[piece]), ForwardContext([cache], tokens: [piece.count], precision: .float32)
      ).toArray()
    }
    let batch = model.logits(
      ids(50) + ids(9, 1) + ids(23, 2),
      ForwardContext(lengths: [50, 9, 23], isCausal: true, precision: .float32)
    ).toArray()
    scores = [("logits", whole), ("pieces", pieces), ("batch", batch)]
    greedy = try Generator(model, precision: .float32).generate(ids(12), .greedy, maximumTokens: 20).ids
  }

  /// Reads what transformers computed.
  init(writtenTo folder: String) throws {
    scores = try ["logits", "pieces", "batch"].map { ($0, try Self.read("\(folder)/\($0).f32")) }
    greedy = try Self.read("\(folder)/greedy.i32")
  }

  /// Token i of sequence b is (7 i² + 3 i + 11 b) mod V.
  static func ids(_ count: Int, _ sequence: Int = 0, vocabulary: Int) -> [Int32] {
    (0..<count).map { Int32((7 * $0 * $0 + 3 * $0 + 11 * sequence) % vocabulary) }
  }

  private static func read<Value>(_ path: String) throws -> [Value] {
    let bytes = try TemporaryDirectory.bytes(of: path)
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Value.self) }
    }
  }

  /// The largest difference, in units of the largest score.
  static func difference(_ a: [Float], _ b: [Float]) -> Float {
    let largest = b.reduce(0) { max($0, abs($1)) }
    guard a.count == b.count, largest > 0.1, (a + b).allSatisfy(\.isFinite) else { return .infinity }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }
}
