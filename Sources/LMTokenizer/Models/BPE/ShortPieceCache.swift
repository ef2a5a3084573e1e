/// A pre-token of 1 … 15 bytes in two words: the bytes, zeros behind them, the length in the last byte.
struct ShortPiece: Equatable {
  static let lengthLimit = 15
  let low: UInt64
  let high: UInt64

  /// Masks of 0 … 8 bytes.
  @inline(__always) private static func mask(_ bytes: Int) -> UInt64 {
    // A shift of 64 gives zero with Swift's smart shift, hence no special case for 0 bytes.
    UInt64.max >> UInt64(truncatingIfNeeded: 64 &- 8 &* bytes)
  }

  /// Reads 16 bytes at `bytes`, all of which must be readable; `length` is in 1 … 15.
  @inline(__always) init(wide bytes: UnsafePointer<UInt8>, length: Int) {
    let raw = UnsafeRawPointer(bytes)
    let first = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
    let second = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let inFirst = length < 8 ? length : 8
    low = first & Self.mask(inFirst)
    high = second & Self.mask(length &- inFirst) | UInt64(truncatingIfNeeded: length) << 56
  }

  /// Reads no more than `length` bytes.
  init(narrow bytes: UnsafePointer<UInt8>, length: Int) {
    var words: (UInt64, UInt64) = (0, UInt64(length) << 56)
    for index in 0..<length {
      let byte = UInt64(bytes[index])
      if index < 8 { words.0 |= byte << UInt64(8 * index) } else { words.1 |= byte << UInt64(8 * (index - 8)) }
    }
    (low, high) = words
  }

  @inline(__always) var hash: UInt64 {
    let mixed = (low ^ (high &* 0xFF51_AFD7_ED55_8CCD)) &* 0x9E37_79B9_7F4A_7C15
    return mixed ^ (mixed >> 32)
  }
}

/// Short pre-token → ids: entries of 32 bytes, two to a cache line, so that a hit costs one line.
///
/// Up to three ids stand in the entry; more are in `spill`. The table doubles until it reaches its cap and
/// from then on replaces entries, so hostile text cannot grow it.
struct ShortPieceCache: ~Copyable {
  /// One pre-token with its ids.
  struct Entry {
    var piece: ShortPiece
    /// Number of ids; 0 marks a free entry, above 3 the ids are in the spill from `ids.0` on.
    var count: Int32
    var ids: (Int32, Int32, Int32)
  }

  /// Entries that a look-up visits.
  private static let probes = 4
  private static let firstBits = 14
  private static let free = Entry(
    piece: ShortPiece(narrow: UnsafePointer(CodePointTable.classes.values), length: 0), count: 0, ids: (0, 0, 0))

  private var entries: UnsafeMutablePointer<Entry>
  private var bits: Int
  private let lastBits: Int
  private var used = 0
  private(set) var spill: [Int32] = []
  private let spillLimit: Int

  /// A cache of at most `byteLimit` bytes.
  init(byteLimit: Int) {
    let entryLimit = max(1 << Self.firstBits, byteLimit * 3 / 4 / MemoryLayout<Entry>.stride)
    lastBits = Int.bitWidth - 1 - entryLimit.leadingZeroBitCount
    spillLimit = byteLimit / 4 / MemoryLayout<Int32>.stride
    bits = Self.firstBits
    entries = Self.allocate(1 << Self.firstBits)
  }

  deinit { entries.deallocate() }

  /// The entry of `piece`, nil where it is not known.
  @inline(__always) func find(_ piece: ShortPiece) -> UnsafePointer<Entry>? {
    let mask = 1 &<< bits &- 1
    let home = Int(truncatingIfNeeded: piece.hash) & mask
    if entries[home].piece == piece { return UnsafePointer(entries + home) }
    return findFurther(piece, home, mask)
  }

  @inline(__always) private func findFurther(
    _ piece: ShortPiece, _ home: Int, _ mask: Int
  ) -> UnsafePointer<Entry>? {
    // Neighbours inside a line of two, then the next line.
    for step in 1..<Self.probes {
      let entry = entries + ((home ^ step) & mask)
      if entry.pointee.piece == piece { return UnsafePointer(entry) }
    }
    return nil
  }

  /// Stores `ids`, at least one, for `piece`, which is not known yet.
  mutating func insert(_ piece: ShortPiece, _ ids: UnsafeBufferPointer<Int32>) {
    if used * 4 > 3 << bits, bits < lastBits { grow() }
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

  /// Bytes that the cache occupies.
  var byteCount: Int { MemoryLayout<Entry>.stride << bits + spill.capacity * MemoryLayout<Int32>.stride }

  private mutating func place(_ entry: Entry) {
    let mask = 1 << bits - 1
    let home = Int(truncatingIfNeeded: entry.piece.hash) & mask
    for step in 0..<Self.probes where entries[(home ^ step) & mask].count == 0 {
      entries[(home ^ step) & mask] = entry
      used += 1
      return
    }
    // The second entry keeps what was there first: common pre-tokens come early.
    entries[(home ^ 1) & mask] = entry
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
    entries = Self.allocate(1 << bits)
    for index in 0..<oldCount where old[index].count > 0 { place(old[index]) }
    old.deallocate()
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Entry> {
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Entry>.stride, alignment: 64)
    return raw.initializeMemory(as: Entry.self, repeating: free, count: count)
  }
}
