import CIntrinsics

/// Short pre-token → ids: entries of 32 bytes, two to a cache line, so that a hit costs one line.
///
/// Up to three ids stand in the entry; more are in a spill. The table doubles until it reaches its cap and
/// from then on replaces entries, so hostile text cannot grow it.
struct ShortPieceCache: ~Copyable {
  /// One pre-token with its ids.
  struct Entry {
    var piece: ShortPiece
    /// Number of ids; 0 marks a free entry, above 3 the ids are in the spill from `ids.0` on.
    var count: Int32
    var ids: (Int32, Int32, Int32)
  }

  /// The table as the loop over a batch of pre-tokens sees it; valid until the next insertion.
  struct SlotView {
    let entries: UnsafeMutablePointer<Entry>
    let shift: UInt64

    /// The first of the two entries where `piece` is looked for first; they share a cache line.
    @inline(__always) func home(_ piece: ShortPiece) -> Int {
      Int(truncatingIfNeeded: piece.hash &>> shift) & ~1
    }

    /// Asks for the cache line of a pair of entries, to have it a little later.
    @inline(__always) func prefetch(_ slot: Int) { lm_prefetch(entries + slot) }
  }

  /// Entries in a row that a look-up visits.
  private static let probes = 16
  private static let firstBits = 16
  private static let free = Entry(piece: .vacant, count: 0, ids: (0, 0, 0))

  private var entries: UnsafeMutablePointer<Entry>
  private var bits: Int
  private let lastBits: Int
  private var used = 0
  private var spill: [Int32] = []
  private let spillLimit: Int

  /// A cache of at most `byteLimit` bytes.
  init(byteLimit: Int) {
    let entryLimit = max(1 << Self.firstBits, byteLimit * 3 / 4 / MemoryLayout<Entry>.stride)
    lastBits = Int.bitWidth - 1 - entryLimit.leadingZeroBitCount
    spillLimit = byteLimit / 4 / MemoryLayout<Int32>.stride
    bits = Self.firstBits
    entries = HugePages.allocate(1 << bits, repeating: Self.free)
  }

  deinit { HugePages.free(entries) }

  /// The table for look-ups.
  @inline(__always) var slotView: SlotView {
    SlotView(entries: entries, shift: UInt64(truncatingIfNeeded: 64 &- bits))
  }

  /// Bytes that the cache occupies.
  var byteCount: Int { MemoryLayout<Entry>.stride << bits + spill.count * MemoryLayout<Int32>.stride }

  /// Appends the ids of `piece` and returns true, or returns false where it is not known.
  ///
  /// An entry that is found away from its pair changes places with one in it, so that what is met often is
  /// found at once. Both still lie behind full places from their homes on.
  func append(_ piece: ShortPiece, to output: inout TokenBuffer) -> Bool {
    guard let entry = find(piece) else { return false }
    append(entry.pointee, to: &output)
    let home = slotView.home(piece)
    let other = entries + (home &+ 1)
    let distance = (entry - entries &- slotView.home(other.pointee.piece)) & (1 &<< bits &- 1)
    if entry != entries + home, entry != other, distance < Self.probes { exchange(entry, other) }
    return true
  }

  private func find(_ piece: ShortPiece) -> UnsafeMutablePointer<Entry>? {
    let (home, mask) = (slotView.home(piece), 1 &<< bits &- 1)
    for step in 0..<Self.probes {
      let entry = entries + ((home &+ step) & mask)
      if entry.pointee.count == 0 { return nil }
      if entry.pointee.piece.difference(piece) == 0 { return entry }
    }
    return nil
  }

  private func exchange(_ a: UnsafeMutablePointer<Entry>, _ b: UnsafeMutablePointer<Entry>) {
    (a.pointee, b.pointee) = (b.pointee, a.pointee)
  }

  private func append(_ entry: Entry, to output: inout TokenBuffer) {
    if entry.count <= 3 {
      output.reserve(3)
      return output.appendThree(entry.ids, Int(entry.count))
    }
    spill.withUnsafeBufferPointer { spill in
      if let base = spill.baseAddress { output.append(base + Int(entry.ids.0), Int(entry.count)) }
    }
  }

  /// Stores `ids`, at least one, for `piece`, which is not known yet.
  mutating func insert(_ piece: ShortPiece, _ ids: UnsafeBufferPointer<Int32>) {
    if used * 8 >= 3 << bits, bits < lastBits { grow() }
    var entry = Entry(piece: piece, count: Int32(ids.count), ids: (0, 0, 0))
    if ids.count > 3 {
      if spill.count + ids.count > spillLimit { removeAll() }
      entry.ids.0 = Int32(spill.count)
      spill.append(contentsOf: ids)
    } else {
      entry.ids = (ids[0], ids.count > 1 ? ids[1] : 0, ids.count > 2 ? ids[2] : 0)
    }
    place(entry)
  }

  private mutating func place(_ entry: Entry) {
    let mask = 1 << bits - 1
    let home = slotView.home(entry.piece)
    for step in 0..<Self.probes where entries[(home + step) & mask].count == 0 {
      entries[(home + step) & mask] = entry
      used += 1
      return
    }
    // All taken: the farthest goes, because the first ones came first and are likely to be common.
    entries[(home + Self.probes - 1) & mask] = entry
  }

  private mutating func removeAll() {
    spill.removeAll(keepingCapacity: true)
    entries.update(repeating: Self.free, count: 1 << bits)
    used = 0
  }

  private mutating func grow() {
    let old = entries
    let oldCount = 1 << bits
    bits += 1
    used = 0
    entries = HugePages.allocate(1 << bits, repeating: Self.free)
    for index in 0..<oldCount where old[index].count > 0 { place(old[index]) }
    HugePages.free(old)
  }
}
