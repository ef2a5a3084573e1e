/// The state of one thread that encodes: scratch memory and the cache of pre-tokens.
package final class BPEEncoder {
  /// Bytes that the caches of one encoder may occupy: three quarters for short pre-tokens.
  package static let cacheByteLimit = 64 << 20

  private let model: BPEModel
  private var merger: PieceMerger
  private var short: ShortPieceCache
  private var long: LongPieceCache

  package init(_ model: BPEModel, cacheByteLimit: Int = BPEEncoder.cacheByteLimit) {
    self.model = model
    merger = PieceMerger(model)
    short = ShortPieceCache(byteLimit: cacheByteLimit / 4 * 3)
    long = LongPieceCache(byteLimit: cacheByteLimit / 4)
  }

  /// Bytes that the caches occupy.
  package var cacheByteCount: Int { short.byteCount + long.byteCount }

  /// Appends the ids of the bytes `range` of the text; pre-tokens start at its beginning and end at its end.
  package func encode(
    _ text: TextCursor, _ range: Range<Int>, pattern: SplitPattern?, into output: inout TokenBuffer
  ) {
    switch pattern {
    case nil: encode(WholeTextSplitter(text: text), text, range, &output)
    case .gpt2: encode(GPT2Splitter(text: text), text, range, &output)
    case .cl100k, .llama3: encode(CL100KSplitter(text: text, digits: 3), text, range, &output)
    case .qwen2: encode(CL100KSplitter(text: text, digits: 1), text, range, &output)
    case .o200k: encode(O200KSplitter(text: text), text, range, &output)
    }
  }

  @inline(__always) private func encode(
    _ splitter: some PieceSplitter, _ text: TextCursor, _ range: Range<Int>, _ output: inout TokenBuffer
  ) {
    var start = range.lowerBound
    let wideEnd = text.count &- 16
    while start < range.upperBound {
      let end = splitter.pieceEnd(from: start)
      let length = end &- start
      let bytes = text.bytes + start
      if length <= ShortPiece.lengthLimit {
        let piece =
          start <= wideEnd
          ? ShortPiece(wide: bytes, length: length) : ShortPiece(narrow: bytes, length: length)
        if let entry = short.find(piece), entry.pointee.count <= 3 {
          output.reserve(3)
          output.appendThree(entry.pointee.ids, Int(entry.pointee.count))
        } else {
          encodeShort(piece, bytes, length, &output)
        }
      } else {
        encodeLong(UnsafeBufferPointer(start: bytes, count: length), &output)
      }
      start = end
    }
  }

  /// A short pre-token that is unknown or has more than three ids.
  @inline(never) private func encodeShort(
    _ piece: ShortPiece, _ bytes: UnsafePointer<UInt8>, _ length: Int, _ output: inout TokenBuffer
  ) {
    if let entry = short.find(piece) {
      let start = Int(entry.pointee.ids.0)
      let count = Int(entry.pointee.count)
      short.spill.withUnsafeBufferPointer { spill in
        if let base = spill.baseAddress { output.append(base + start, count) }
      }
      return
    }
    let before = output.count
    merger.encode(UnsafeBufferPointer(start: bytes, count: length), into: &output)
    guard output.count > before else { return }
    short.insert(piece, UnsafeBufferPointer(start: output.base + before, count: output.count - before))
  }

  @inline(never) private func encodeLong(_ piece: UnsafeBufferPointer<UInt8>, _ output: inout TokenBuffer) {
    guard piece.count <= LongPieceCache.lengthLimit else { return merger.encode(piece, into: &output) }
    let hash = ByteHash.hash(piece)
    if long.append(piece, hash, to: &output) { return }
    let before = output.count
    merger.encode(piece, into: &output)
    long.insert(piece, hash, UnsafeBufferPointer(start: output.base + before, count: output.count - before))
  }
}
