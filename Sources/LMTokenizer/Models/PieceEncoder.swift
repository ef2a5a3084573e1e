/// The state of one thread that encodes with any model but byte-level BPE: a worker and caches of pieces.
struct PieceEncoder: ~Copyable {
  /// Bytes that the caches of one encoder may occupy: three quarters for short pieces.
  static let cacheByteLimit = 64 << 20

  private let worker: any PieceWorker
  private let cuts: CutTable?
  private var short: ShortPieceCache
  private var long: LongPieceCache

  /// An encoder with empty caches.
  init(_ worker: any PieceWorker, cuts: CutTable?, cacheByteLimit: Int = PieceEncoder.cacheByteLimit) {
    self.worker = worker
    self.cuts = cuts
    short = ShortPieceCache(byteLimit: cacheByteLimit / 4 * 3)
    long = LongPieceCache(byteLimit: cacheByteLimit / 4)
  }

  /// Bytes that the caches occupy.
  var cacheByteCount: Int { short.byteCount + long.byteCount }

  /// Appends the ids of a piece, which is not empty.
  mutating func encode(_ piece: TextCursor, into output: inout TokenBuffer) {
    guard let cuts else { return encodeWhole(piece, &output) }
    var start = 0
    var (codePoint, length) = piece.codePoint(0)
    var index = length
    while index < piece.count {
      let (next, nextLength) = piece.codePoint(index)
      if cuts.allowsCut(codePoint, next) {
        encodeWhole(piece.part(start..<index), &output)
        start = index
      }
      codePoint = next
      length = nextLength
      index &+= nextLength
    }
    encodeWhole(piece.part(start..<piece.count), &output)
  }

  @inline(__always) private mutating func encodeWhole(_ piece: TextCursor, _ output: inout TokenBuffer) {
    guard piece.count <= ShortPiece.lengthLimit else { return encodeLong(piece, &output) }
    let key = ShortPiece(exact: piece.bytes, length: piece.count)
    let slots = short.slotView
    let entry = slots.entries + slots.home(key)
    if entry.pointee.piece == key, entry.pointee.count <= 3 {
      output.reserve(3)
      return output.appendThree(entry.pointee.ids, Int(entry.pointee.count))
    }
    encodeSlowly(piece, key, &output)
  }

  @inline(never) private mutating func encodeSlowly(
    _ piece: TextCursor, _ key: ShortPiece, _ output: inout TokenBuffer
  ) {
    if short.append(key, to: &output) { return }
    let before = output.count
    worker.encode(piece, into: &output)
    guard output.count > before else { return }
    short.insert(key, UnsafeBufferPointer(start: output.base + before, count: output.count - before))
  }

  private mutating func encodeLong(_ piece: TextCursor, _ output: inout TokenBuffer) {
    guard piece.count <= LongPieceCache.lengthLimit else { return worker.encode(piece, into: &output) }
    let hash = ByteHash.hash(piece.bytes, piece.count)
    if long.append(piece.buffer, hash, to: &output) { return }
    let before = output.count
    worker.encode(piece, into: &output)
    long.insert(
      piece.buffer, hash, UnsafeBufferPointer(start: output.base + before, count: output.count - before))
  }
}
