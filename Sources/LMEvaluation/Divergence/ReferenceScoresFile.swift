import LMFormats
import LMRuntime
import LMTensor

/// What a reference model thinks of a text, on the disk: a safetensors file with the ids, how they were cut into
/// windows, and a ``ReferenceRow`` for every token that counts. It takes 2 V + 12 bytes a token.
public struct ReferenceScoresFile {
  /// The text.
  public let text: EvaluationText
  /// How it is cut.
  public let settings: WindowSettings
  /// Vocabulary V of the reference.
  public let vocabularySize: Int
  private let file: SafeTensorsFile
  private let rows: SafeTensorsEntry

  private static let version = "1"

  /// Opens the file at `path`, mapped.
  /// - Throws: ``LMError`` where it is no such file or what it says does not fit together.
  public init(_ path: String) throws(LMError) {
    let file = try SafeTensorsFile(path)
    let metadata = file.header.metadata
    guard metadata["format"] == .string("lm-reference-scores"), metadata["version"] == .string(Self.version)
    else { throw Self.misfit(path, "holds no reference scores of version \(Self.version)") }
    guard case .string(let name)? = metadata["windows"], let kind = WindowSettings.Kind(rawValue: name) else {
      throw Self.misfit(path, "does not say how its windows are cut")
    }
    func number(_ key: String, in range: ClosedRange<Int>) throws(LMError) -> Int {
      if case .string(let text)? = metadata[key], let number = Int(text), range.contains(number) {
        return number
      }
      throw Self.misfit(path, "has no \(key) from \(range.lowerBound) to \(range.upperBound)")
    }
    let length = try number("max_length", in: 2...1 << 30)
    let settings = WindowSettings(kind, length: length, stride: try number("stride", in: 1...length))
    let vocabulary = try number("vocabulary_size", in: 1...1 << 24)
    let begin = try number("begin", in: -1...vocabulary - 1)
    let ids = try Self.ids(file, path)
    let rows = try file.entry("rows")
    let scored = settings.windows(of: ids.count).reduce(0) { $0 + $1.scored.count }
    guard rows.type == .uint16, rows.shape == [scored, ReferenceRow.headLength + vocabulary] else {
      throw Self.misfit(
        path, "has rows of shape \(rows.shape) for \(scored) tokens and \(vocabulary) entries")
    }
    text = EvaluationText(
      ids: ids, byteCount: try number("bytes", in: 0...1 << 50), begin: begin < 0 ? nil : Int32(begin))
    (self.settings, vocabularySize, self.file, self.rows) = (settings, vocabulary, file, rows)
  }

  private static func ids(_ file: SafeTensorsFile, _ path: String) throws(LMError) -> [Int32] {
    let entry = try file.entry("ids")
    guard entry.type == .int32, entry.shape.count == 1 else { throw misfit(path, "has no list of ids") }
    return file.withBytes(of: entry) { bytes in
      (0..<entry.shape[0]).map {
        Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))
      }
    }
  }

  private static func misfit(_ path: String, _ problem: String) -> LMError {
    LMError(at: path, problem, remedy: "write it again with lm evaluate --save-reference")
  }

  /// Calls `body` with the index, from 0, and the row of each of the tokens `range` (counted from the first that
  /// counts), on all threads.
  func withRows(_ range: Range<Int>, _ body: (Int, ReferenceRow) -> Void) {
    let width = ReferenceRow.headLength + vocabularySize
    file.withBytes(of: rows) { bytes in
      ThreadPool.shared.run(range.count) { part, _ in
        let start = (range.lowerBound + part) * width * 2
        // Copied: files that others wrote may be misaligned.
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: width) { copy in
          UnsafeMutableRawBufferPointer(copy).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + width * 2]))
          body(part, ReferenceRow(UnsafeBufferPointer(copy)))
        }
      }
    }
  }

  /// A row of this file does not decode.
  func damaged(_ row: Int) -> LMError { Self.misfit(file.file.path, "row \(row) is damaged") }

  /// Computes and writes the file: as the scores come, nothing is kept.
  /// - Returns: how well the reference predicts the text.
  /// - Throws: ``LMError`` where the text is too short, scores are not finite, or the disk has no space.
  @discardableResult
  public static func write(
    _ text: EvaluationText, _ settings: WindowSettings, _ scorer: TokenScorer, to path: String,
    onProgress: (Int, Int, Double) -> Void = { _, _, _ in }
  ) throws(LMError) -> Perplexity {
    let windows = try settings.checkedWindows(text)
    let vocabulary = scorer.model.configuration.vocabularySize
    let width = ReferenceRow.headLength + vocabulary
    let count = windows.reduce(0) { $0 + $1.scored.count }
    let plan = try SafeTensorsWriter(
      [.init("ids", .int32, [text.ids.count]), .init("rows", .uint16, [count, width])],
      metadata: [
        ("begin", "\(text.begin ?? -1)"), ("bytes", "\(text.byteCount)"), ("format", "lm-reference-scores"),
        ("max_length", "\(settings.length)"), ("stride", "\(settings.stride)"), ("version", version),
        ("vocabulary_size", "\(vocabulary)"), ("windows", settings.kind.rawValue),
      ])
    try requireSpace(plan.byteCount, path)
    var result = Perplexity(text)
    try AtomicFile.write(path) { file throws(LMError) in
      try plan.write(to: file) { entry, file throws(LMError) in
        guard entry.name == "rows" else { return try file.write(bytes(of: text.ids)) }
        try scorer.forEachScores(windows, of: text.ids, begin: settings.begin(of: text)) {
          places, scores throws(LMError) in
          let losses = try TokenScorer.losses(scores, targets: text.ids[places])
          try file.write(encoded(scores, losses))
          for loss in losses { result.losses.add(Double(loss)) }
          onProgress(places.upperBound, text.ids.count, result.natsPerToken)
        }
      }
    }
    return result
  }

  private static func bytes(of ids: [Int32]) -> [UInt8] {
    ids.flatMap { id in withUnsafeBytes(of: id.littleEndian) { Array($0) } }
  }

  /// Rows of scores `[n, V]`, in the file's byte order.
  private static func encoded(_ scores: Tensor, _ losses: [Float]) -> [UInt8] {
    let (width, columns) = (ReferenceRow.headLength + scores.columnCount, scores.columnCount)
    return [UInt8](unsafeUninitializedCapacity: losses.count * width * 2) { bytes, count in
      let numbers = UnsafeMutableRawBufferPointer(bytes).bindMemory(to: UInt16.self)
      parallel(losses.count, grain: max(1, elementGrain / columns)) { range in
        for row in range {
          ReferenceRow.encode(
            UnsafeBufferPointer(rebasing: scores.floats[row * columns..<(row + 1) * columns]),
            loss: losses[row],
            into: UnsafeMutableBufferPointer(rebasing: numbers[row * width..<(row + 1) * width]))
        }
      }
      count = losses.count * width * 2
    }
  }

  private static func requireSpace(_ size: Int, _ path: String) throws(LMError) {
    let free = try FileSystem.freeBytes(at: FileSystem.parent(of: path))
    guard size > free else { return }
    throw LMError(
      .diskFull, at: path, "takes \(size >> 20) MiB, the disk has \(free >> 20)",
      remedy: "give less text, or another place")
  }
}
