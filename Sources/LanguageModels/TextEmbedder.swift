import LMRuntime
import LMTensor
import LMTokenizer
import LMTraining
import LMTransformer

/// Turns texts into vectors with an encoder or a decoder.
///
///     let embedder = try TextEmbedder(opening: "all-MiniLM-L6-v2")
///     try embedder.embed(["a text", "another"]) { index, vector in … }
///
/// Texts are sorted by length and computed many at a time, their rows one behind the other without padding. What a
/// text gets does not depend on the others but for rounding: sums inside attention are cut at other places.
public struct TextEmbedder {
  /// How rows become vectors.
  public var settings: EmbeddingSettings
  /// Type of products.
  public let precision: DType
  private let model: Transformer
  private let tokenizer: Tokenizer
  /// The files that hold the weights; nil for a model in memory.
  private let folder: ModelFolder?
  /// Tokens of a pass: few enough that what a layer computes stays in the cache. Where the rotation depends on the
  /// length of a sequence, each is a pass of its own.
  private var batchTokens: Int { model.frequenciesDependOnLength ? 0 : 2048 }
  /// Texts that are sorted together; so many vectors wait for their place.
  private static let textsPerWave = 4096

  /// Opens the folder `path`, a sentence-transformers model or any other.
  /// - Throws: ``LMError`` where files are missing or broken, or there is no tokenizer.
  public init(opening path: String, precision: DType = .float32) throws(LMError) {
    let folder = try ModelFolder(opening: path)
    guard let tokenizer = folder.tokenizer else {
      throw LMError(at: path, "has no tokenizer.json", remedy: "copy the tokenizer's files into the folder")
    }
    (model, self.tokenizer, settings) = (folder.model, tokenizer, try EmbeddingSettings(folder: path))
    (self.precision, self.folder) = (precision, folder)
  }

  /// An embedder of a model in memory.
  public init(
    _ model: Transformer, _ tokenizer: Tokenizer, _ settings: EmbeddingSettings = .init(), precision: DType
  ) {
    (self.model, self.tokenizer, self.settings, self.precision) = (model, tokenizer, settings, precision)
    folder = nil
  }

  /// Columns of a vector.
  public var width: Int { model.configuration.width }

  /// What a run of ``embed(_:onProgress:_:)`` has to say.
  public struct Summary: Sendable, Equatable {
    /// Tokens that were computed.
    public var tokens = 0
    /// Texts that were cut.
    public var cutTexts = 0

    /// Nothing computed yet.
    public init() {}
  }

  /// Computes a vector for each text.
  /// - Parameters:
  ///   - onProgress: gets the number of texts done.
  ///   - body: gets the index of each text, in order, and its vector `[width]`.
  /// - Throws: ``LMError`` where a text has no tokens, vectors are not finite, or the weights were changed
  ///   on the disk meanwhile, or what `body` throws.
  /// - Complexity: a forward pass over all tokens; memory of 4096 texts' ids and vectors.
  @discardableResult
  public func embed(
    _ texts: [String], onProgress: (Int) -> Void = { _ in },
    _ body: (Int, UnsafeBufferPointer<Float>) throws(LMError) -> Void
  ) throws(LMError) -> Summary {
    var summary = Summary()
    for start in stride(from: 0, to: texts.count, by: Self.textsPerWave) {
      let wave = Array(texts[start..<min(texts.count, start + Self.textsPerWave)])
      let ids = try encode(wave, from: start, &summary)
      let vectors = try vectors(ids) { onProgress(start + $0) }
      for index in ids.indices {
        let row = vectors.floats[index * width..<(index + 1) * width]
        try withExtendedLifetime(vectors) { () throws(LMError) in
          try body(start + index, UnsafeBufferPointer(rebasing: row))
        }
      }
    }
    try folder?.checkUnchanged()
    return summary
  }

  /// The ids of each text, cut to the limit between the tokens that the tokenizer puts around.
  private func encode(_ texts: [String], from start: Int, _ summary: inout Summary) throws(LMError)
    -> [[Int32]]
  {
    let context = model.configuration.contextLength
    let limit = min(settings.maximumTokens ?? context, context)
    let (prefix, suffix) = (tokenizer.template.prefix, tokenizer.template.suffix)
    let lead = prefix.isEmpty ? tokenizer.beginOfText.map { [$0] } ?? [] : prefix
    guard limit >= lead.count + suffix.count + (lead.isEmpty && suffix.isEmpty ? 1 : 0) else {
      throw LMError(
        .usage, at: "--max-length", "is \(limit)", remedy: "leave room for the tokens around a text")
    }
    var result: [[Int32]] = []
    for (index, ids) in try tokenizer.encode(batch: texts, addSpecialTokens: false).enumerated() {
      let room = limit - lead.count - suffix.count
      if ids.count > room { summary.cutTexts += 1 }
      let whole = lead + ids.prefix(room) + suffix
      guard !whole.isEmpty else {
        throw LMError(at: "text \(start + index + 1)", "has no tokens", remedy: "leave empty texts out")
      }
      summary.tokens += whole.count
      result.append(whole)
    }
    return result
  }

  /// The vectors `[texts, D]`, computed from the shortest text to the longest.
  private func vectors(_ ids: [[Int32]], _ onProgress: (Int) -> Void) throws(LMError) -> Tensor {
    let result = Tensor([ids.count, width])
    let order = ids.indices.sorted { (ids[$0].count, $0) < (ids[$1].count, $1) }
    var next = 0
    while next < order.count {
      var (end, tokens) = (next, 0)
      while end < order.count, end == next || tokens + ids[order[end]].count <= batchTokens {
        tokens += ids[order[end]].count
        end += 1
      }
      let batch = order[next..<end]
      let rows = model.embeddings(
        batch.map { ids[$0] }, settings.pooling, normalizes: settings.normalizes, precision: precision)
      guard rows.floats.allSatisfy(\.isFinite) else {
        throw LMError(
          .diverged, at: "the model's vectors", "are not finite numbers",
          remedy: "the weights are damaged: fetch them again, or take --precision fp32")
      }
      for (row, index) in batch.enumerated() {
        rows.rows(row..<row + 1).copy(into: result.rows(index..<index + 1))
      }
      onProgress(end)
      next = end
    }
    return result
  }
}
