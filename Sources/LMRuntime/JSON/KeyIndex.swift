/// An open-addressing hash table from the UTF-8 bytes of a key to its position in an array of keys.
///
/// The caller keeps the keys. A slot holds 32 bits of the hash beside the position, so that growing needs
/// no key and a comparison is made almost only where it succeeds. Hashes are seeded per process: a file
/// cannot be written so that all its keys collide.
package struct KeyIndex: Sendable {
  /// `hash << 32 | position + 1`; zero is an empty slot. The size is a power of two.
  private var slots: [UInt64] = []
  private var used = 0

  package init() {}

  /// Most keys that the table can hold: positions are 32-bit.
  package static let capacityLimit = Int(UInt32.max) - 1

  /// True while nothing was inserted.
  package var isEmpty: Bool { used == 0 }

  /// A hash of the key's UTF-8 bytes.
  /// - Complexity: O(bytes of the key).
  package static func hash(_ key: String) -> UInt32 {
    var hasher = Hasher()
    var key = key
    key.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }

  /// True where the strings have the same UTF-8 bytes.
  /// - Complexity: O(bytes of the shorter key).
  package static func sameBytes(_ left: String, _ right: String) -> Bool {
    let count = left.utf8.count
    guard count == right.utf8.count else { return false }
    return left.utf8.withContiguousStorageIfAvailable { a in
      right.utf8.withContiguousStorageIfAvailable { b in
        a.elementsEqual(b)
      }
    }.flatMap { $0 } ?? left.utf8.elementsEqual(right.utf8)
  }

  /// The position of a key with this hash for which `matches` holds.
  /// - Complexity: O(1) expected calls of `matches`.
  package func find(hash: UInt32, where matches: (Int) -> Bool) -> Int? {
    guard !slots.isEmpty else { return nil }
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      if UInt32(truncatingIfNeeded: slots[slot] >> 32) == hash {
        let position = Int(slots[slot] & 0xFFFF_FFFF) - 1
        if matches(position) { return position }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Adds a key that is not in the table.
  /// - Complexity: O(1) amortised.
  package mutating func insert(hash: UInt32, position: Int) {
    precondition(position < Self.capacityLimit, "KeyIndex: position \(position) does not fit 32 bits")
    if used * 4 >= slots.count * 3 { grow() }
    place(UInt64(hash) << 32 | UInt64(position + 1))
    used += 1
  }

  private mutating func place(_ entry: UInt64) {
    let mask = slots.count - 1
    var slot = Int(entry >> 32) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = entry
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: max(32, old.count * 2))
    for entry in old where entry != 0 { place(entry) }
  }
}
