/// The state of one thread that encodes: scratch memory and the caches of pre-tokens.
package struct BPEEncoder: ~Copyable {
  /// Bytes that the caches of one encoder may occupy: three quarters for short pre-tokens.
  package static let cacheByteLimit = 64 << 20

  /// Pre-tokens that are cut, at least, before the first of them is looked up.
  private static let batchSize = 64

  private let batch: UnsafeMutablePointer<PendingPiece>
  private let model: BPEModel
  private var merger: PieceMerger
  private var short: ShortPieceCache
  private var long: LongPieceCache
  private var crossings: CrossingMemory?
  /// Bytes of unknown pieces beyond ASCII so far.
  private var wideBytes = 0

  /// So many bytes beyond ASCII are merged whole before ``TokenCrossings`` are worth their making (5 to 13 ms).
  private static let wideByteLimit = 32 << 10

  /// An encoder with empty caches.
  package init(_ model: BPEModel, cacheByteLimit: Int = BPEEncoder.cacheByteLimit) {
    batch = .allocate(capacity: Self.batchSize + ASCIIWindow.size)
    self.model = model
    merger = PieceMerger(model)
    short = ShortPieceCache(byteLimit: cacheByteLimit / 4 * 3)
    long = LongPieceCache(byteLimit: cacheByteLimit / 4)
  }

  deinit { batch.deallocate() }

  /// Bytes that the caches occupy.
  package var cacheByteCount: Int { short.byteCount + long.byteCount }

  /// Appends the ids of the bytes `range` of the text; pre-tokens start at its beginning and end at its end.
  package mutating func encode(
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

  /// Cuts a batch of pre-tokens and asks for their cache lines, then takes the ids: so the processor waits
  /// for many cache lines at once instead of one after the other.
  @inline(__always) private mutating func encode(
    _ splitter: some PieceSplitter, _ text: TextCursor, _ range: Range<Int>, _ output: inout TokenBuffer
  ) {
    let (batch, masks, wideEnd) = (batch, ShortPiece.masks, text.count &- 16)
    var start = range.lowerBound
    while start < range.upperBound {
      let slots = short.slotView
      var count = 0
      while count < Self.batchSize, start < range.upperBound {
        let base = start
        var starts = splitter.starts(from: base, in: text)
        if starts == 0 {
          let end = splitter.pieceEnd(from: start)
          let (bytes, length) = (text.bytes + start, end &- start)
          let piece =
            length > ShortPiece.lengthLimit
            ? ShortPiece.tooLong
            : start <= wideEnd
              ? ShortPiece(wide: bytes, length: length, masks: masks)
              : ShortPiece(narrow: bytes, length: length)
          batch[count] = PendingPiece(piece, start, length, slots)
          count &+= 1
          start = end
          continue
        }
        while starts != 0, start < range.upperBound {
          let end = min(base &+ starts.trailingZeroBitCount, range.upperBound)
          starts &= starts &- 1
          let length = end &- start
          let piece =
            length > ShortPiece.lengthLimit
            ? ShortPiece.tooLong : ShortPiece(wide: text.bytes + start, length: length, masks: masks)
          batch[count] = PendingPiece(piece, start, length, slots)
          count &+= 1
          start = end
        }
      }
      encodeBatch(count, text, &output)
    }
  }

  @inline(__always) private mutating func encodeBatch(
    _ count: Int, _ text: TextCursor, _ output: inout TokenBuffer
  ) {
    output.reserve(3 &* count)
    let slots = short.slotView
    var slotsAreValid = true
    for index in 0..<count {
      let pending = batch + index
      if slotsAreValid {
        let pair = slots.entries + pending.pointee.slot
        // Both entries of the cache line, without a branch that depends on which of them it is.
        let first = pair.pointee.piece.difference(pending.pointee.piece)
        let second = (pair + 1).pointee.piece.difference(pending.pointee.piece)
        let entry = first == 0 ? pair : pair + 1
        if first == 0 || second == 0, entry.pointee.count <= 3 {
          output.appendThree(entry.pointee.ids, Int(entry.pointee.count))
          continue
        }
      }
      encodeSlowly(pending.pointee, text, &output)
      output.reserve(3 &* (count &- index))
      slotsAreValid = slots.shift == short.slotView.shift
    }
  }

  /// A pre-token that is not in its first place, is unknown, is long or has more than three ids.
  @inline(never) private mutating func encodeSlowly(
    _ pending: PendingPiece, _ text: TextCursor, _ output: inout TokenBuffer
  ) {
    let bytes = UnsafeBufferPointer(start: text.bytes + pending.start, count: pending.length)
    if pending.length > ShortPiece.lengthLimit { return encodeLong(bytes, &output) }
    if short.append(pending.piece, to: &output) { return }
    let before = output.count
    encodeUnknown(bytes, &output)
    remember(pending.piece, output, from: before)
  }

  private mutating func encodeLong(_ piece: UnsafeBufferPointer<UInt8>, _ output: inout TokenBuffer) {
    guard piece.count <= LongPieceCache.lengthLimit else { return encodeUnknown(piece, &output) }
    let hash = ByteHash.hash(piece)
    if long.append(piece, hash, to: &output) { return }
    let before = output.count
    encodeUnknown(piece, &output)
    long.insert(piece, hash, UnsafeBufferPointer(start: output.base + before, count: output.count - before))
  }

  /// Stores what `output` has from `start` on for `piece`.
  private mutating func remember(_ piece: ShortPiece, _ output: borrowing TokenBuffer, from start: Int) {
    guard output.count > start else { return }
    short.insert(piece, UnsafeBufferPointer(start: output.base + start, count: output.count - start))
  }

  /// Merges a pre-token, in parts where it falls apart.
  private mutating func encodeUnknown(_ piece: UnsafeBufferPointer<UInt8>, _ output: inout TokenBuffer) {
    guard model.hasAllBytes, let base = piece.baseAddress, piece.contains(where: { $0 >= 0x80 }) else {
      return merger.encode(piece, into: &output)
    }
    if let id = model.wholePieceID(piece) { return output.append(id) }
    if wideBytes < Self.wideByteLimit {
      wideBytes += piece.count
      return merger.merge(piece, into: &output)
    }
    if crossings == nil { crossings = CrossingMemory(model.crossings()) }
    var start = 0
    for index in 1..<max(1, piece.count) where TokenCrossings.isBorder(base + index) {
      if crossings?.crosses(base + index, index, piece.count &- index) ?? true { continue }
      encodePart(UnsafeBufferPointer(rebasing: piece[start..<index]), &output)
      start = index
    }
    let rest = UnsafeBufferPointer(rebasing: piece[start...])
    if start == 0 { merger.merge(rest, into: &output) } else { encodePart(rest, &output) }
  }

  /// Merges a part of a pre-token.
  @inline(__always) private mutating func encodePart(
    _ part: UnsafeBufferPointer<UInt8>, _ output: inout TokenBuffer
  ) {
    guard part.count <= ShortPiece.lengthLimit, let base = part.baseAddress else {
      return merger.merge(part, into: &output)
    }
    let key = ShortPiece(narrow: base, length: part.count).asPart
    if short.append(key, to: &output) { return }
    let before = output.count
    merger.merge(part, into: &output)
    remember(key, output, from: before)
  }
}

/// A pre-token that is cut and waits for its ids.
private struct PendingPiece {
  let piece: ShortPiece
  let start: Int
  let length: Int
  let slot: Int

  /// Asks for the cache line of its entry.
  @inline(__always) init(_ piece: ShortPiece, _ start: Int, _ length: Int, _ slots: ShortPieceCache.SlotView)
  {
    self.piece = piece
    self.start = start
    self.length = length
    slot = slots.home(piece)
    slots.prefetch(slot)
  }
}
