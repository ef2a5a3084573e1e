/// Pre-tokens of 16 bytes and more → ids. Wiped when it reaches its cap.
struct LongPieceCache: ~Copyable {
  private struct Entry {
    var hash: UInt64 = 0
    var bytesStart: Int32 = 0
    /// 0 marks a free entry.
    var bytesCount: Int32 = 0
    var idsStart: Int32 = 0
    var idsCount: Int32 = 0
  }

  /// Longer pre-tokens are rarely met twice.
  static let lengthLimit = 512
  private static let firstSize = 1 << 10

  private var entries = Array(repeating: Entry(), count: firstSize)
  private var bytes: [UInt8] = []
  private var ids: [Int32] = []
  private var used = 0
  private let byteLimit: Int

  init(byteLimit: Int) { self.byteLimit = min(byteLimit, Int(Int32.max)) }

  /// Appends the ids of the piece to `output` and returns true, or returns false where it is not known.
  func append(_ piece: UnsafeBufferPointer<UInt8>, _ hash: UInt64, to output: inout TokenBuffer) -> Bool {
    var slot = Int(truncatingIfNeeded: hash) & (entries.count - 1)
    while entries[slot].bytesCount > 0 {
      let entry = entries[slot]
      if entry.hash == hash, entry.bytesCount == piece.count, matches(entry, piece) {
        ids.withUnsafeBufferPointer { ids in
          if let base = ids.baseAddress { output.append(base + Int(entry.idsStart), Int(entry.idsCount)) }
        }
        return true
      }
      slot = (slot + 1) & (entries.count - 1)
    }
    return false
  }

  /// Stores `newIDs` for a piece that is not known yet.
  mutating func insert(
    _ piece: UnsafeBufferPointer<UInt8>, _ hash: UInt64, _ newIDs: UnsafeBufferPointer<Int32>
  ) {
    if byteCount + piece.count + newIDs.count * 4 > byteLimit { removeAll() }
    if used * 2 >= entries.count { grow() }
    let entry = Entry(
      hash: hash, bytesStart: Int32(bytes.count), bytesCount: Int32(piece.count),
      idsStart: Int32(ids.count), idsCount: Int32(newIDs.count))
    bytes.append(contentsOf: piece)
    ids.append(contentsOf: newIDs)
    place(entry)
    used += 1
  }

  /// Bytes that the cache occupies.
  var byteCount: Int { entries.count * MemoryLayout<Entry>.stride + bytes.count + ids.count * 4 }

  private func matches(_ entry: Entry, _ piece: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = Int(entry.bytesStart)
    return bytes.withUnsafeBufferPointer {
      ByteHash.areEqual(UnsafeBufferPointer(rebasing: $0[start..<start + piece.count]), piece)
    }
  }

  private mutating func place(_ entry: Entry) {
    var slot = Int(truncatingIfNeeded: entry.hash) & (entries.count - 1)
    while entries[slot].bytesCount > 0 { slot = (slot + 1) & (entries.count - 1) }
    entries[slot] = entry
  }

  private mutating func removeAll() {
    entries = Array(repeating: Entry(), count: Self.firstSize)
    bytes.removeAll()
    ids.removeAll()
    used = 0
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(), count: old.count * 2)
    for entry in old where entry.bytesCount > 0 { place(entry) }
  }
}
