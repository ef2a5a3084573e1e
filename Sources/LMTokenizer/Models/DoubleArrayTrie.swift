import Glibc

/// A trie of byte strings in one array (Aoe, "An Efficient Digital Search Algorithm by Using a Double-Array
/// Structure", 1989): the child of a node by a byte is at `base + byte`, if that unit names the node as its parent.
package final class DoubleArrayTrie: @unchecked Sendable {
  private struct Unit {
    var base: Int32 = 0
    /// -1 where the unit is free.
    var parent: Int32 = -1
    /// -1 where no key ends.
    var value: Int32 = -1
  }

  private let units: UnsafeMutablePointer<Unit>
  private let count: Int
  /// Length in bytes of the longest key.
  let longestKey: Int
  /// Number of keys.
  let keyCount: Int

  /// The node where every key begins.
  static let root: Int32 = 0

  /// A trie of `keys`; of equal keys the value of the last counts. Empty keys are left out.
  /// - Complexity: O(k log k) for k bytes of all keys.
  package init(_ keys: [(key: ArraySlice<UInt8>, value: Int32)]) {
    let sorted = SortedKeys(keys)
    var builder = Builder()
    builder.build(sorted)
    // Any byte may be asked for at any node, also in a trie without keys.
    let missing = max(0, 2 * 256 - builder.units.count)
    builder.units += repeatElement(Unit(), count: missing)
    count = builder.units.count
    keyCount = sorted.ends.count
    longestKey = sorted.longest
    units = .allocate(capacity: count)
    units.initialize(from: builder.units, count: count)
  }

  deinit { units.deallocate() }

  /// The node that `byte` leads to from `node`, below 0 where there is none.
  @inline(__always) func child(_ node: Int32, _ byte: UInt8) -> Int32 {
    let next = Int(units[Int(node)].base) &+ Int(byte)
    return units[next].parent == node ? Int32(truncatingIfNeeded: next) : -1
  }

  /// The value of the key that ends at `node`, -1 where none does.
  @inline(__always) func value(_ node: Int32) -> Int32 { units[Int(node)].value }

  /// The value of a whole key, nil where there is none.
  package func find(_ key: UnsafeBufferPointer<UInt8>) -> Int32? {
    var node = Self.root
    for byte in key {
      node = child(node, byte)
      if node < 0 { return nil }
    }
    let value = value(node)
    return value < 0 ? nil : value
  }

  /// The longest key that stands at `start` of the text.
  @inline(__always) func longestMatch(in text: TextCursor, at start: Int) -> (end: Int, value: Int32)? {
    var best: (Int, Int32)?
    var node = Self.root
    var index = start
    while index < text.count {
      node = child(node, text.bytes[index])
      if node < 0 { break }
      index &+= 1
      let value = value(node)
      if value >= 0 { best = (index, value) }
    }
    return best
  }

  /// Keys in ascending order, one after the other in one block.
  private struct SortedKeys {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []
    private(set) var values: [Int32] = []
    private(set) var longest = 0

    init(_ keys: [(key: ArraySlice<UInt8>, value: Int32)]) {
      var flat: [UInt8] = []
      var ranges: [Range<Int>] = []
      ranges.reserveCapacity(keys.count)
      for (key, _) in keys {
        ranges.append(flat.count..<flat.count + key.count)
        flat += key
        longest = max(longest, key.count)
      }
      let order = flat.withUnsafeBufferPointer { flat in
        guard let base = flat.baseAddress else { return [Int]() }
        return ranges.indices.filter { !ranges[$0].isEmpty }.sorted { left, right in
          let (a, b) = (ranges[left], ranges[right])
          let order = memcmp(base + a.lowerBound, base + b.lowerBound, min(a.count, b.count))
          if order != 0 { return order < 0 }
          return a.count == b.count ? left < right : a.count < b.count
        }
      }
      bytes.reserveCapacity(flat.count)
      for position in order {
        bytes += flat[ranges[position]]
        ends.append(bytes.count)
        values.append(keys[position].value)
      }
    }

    func start(_ key: Int) -> Int { key == 0 ? 0 : ends[key - 1] }
  }

  private struct Builder {
    /// The root, and the 256 units that a node without children looks at.
    var units = [Unit(base: 1, parent: 0)] + Array(repeating: Unit(), count: 256)
    /// All units before are taken, but for the first 256, which some bytes could never reach.
    private var firstFree = 257
    /// Nodes with several children look for a place among the last units only.
    private static let window = 1024

    /// A node whose children are still to be placed: the keys `range` agree in their first `depth` bytes.
    private struct Task {
      let node: Int
      let range: Range<Int>
      let depth: Int
    }

    mutating func build(_ keys: SortedKeys) {
      var tasks = [Task(node: 0, range: 0..<keys.ends.count, depth: 0)]
      var bytes: [UInt8] = []
      var starts: [Int] = []
      while let task = tasks.popLast() {
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        for key in task.range {
          let place = keys.start(key) + task.depth
          guard place < keys.ends[key] else {
            units[task.node].value = keys.values[key]
            continue
          }
          let byte = keys.bytes[place]
          if byte != bytes.last {
            bytes.append(byte)
            starts.append(key)
          }
        }
        guard !bytes.isEmpty else { continue }
        let base = place(bytes)
        units[task.node].base = Int32(base)
        for (index, byte) in bytes.enumerated() {
          let node = base + Int(byte)
          units[node].parent = Int32(task.node)
          let end = index + 1 < starts.count ? starts[index + 1] : task.range.upperBound
          tasks.append(Task(node: node, range: starts[index]..<end, depth: task.depth + 1))
        }
      }
    }

    /// A base whose units for all `bytes` (ascending) are free. It has 256 units behind it, so that look-ups need
    /// no check of bounds.
    private mutating func place(_ bytes: [UInt8]) -> Int {
      while firstFree < units.count, units[firstFree].parent >= 0 { firstFree += 1 }
      let first = Int(bytes[0])
      let from = bytes.count == 1 ? firstFree : max(firstFree, units.count - Self.window)
      var position = from
      while position < units.count, !isFree(position - first, bytes) { position += 1 }
      let base = position - first
      if units.count < base + 256 {
        units.append(contentsOf: repeatElement(Unit(), count: base + 256 - units.count))
      }
      return base
    }

    private func isFree(_ base: Int, _ bytes: [UInt8]) -> Bool {
      units.withUnsafeBufferPointer { units in
        for byte in bytes {
          let position = base + Int(byte)
          if position < units.count, units[position].parent >= 0 { return false }
        }
        return true
      }
    }
  }
}
