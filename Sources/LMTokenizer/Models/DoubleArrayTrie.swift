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

  /// Places that are tried for one node before it goes to the end of the array.
  private static let attempts = 512

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
    let sorted = keys.enumerated().filter { !$1.key.isEmpty }.sorted { left, right in
      left.element.key.lexicographicallyPrecedes(right.element.key)
        || left.offset < right.offset && left.element.key.elementsEqual(right.element.key)
    }.map(\.element)
    var builder = Builder()
    builder.build(sorted)
    count = builder.units.count
    keyCount = sorted.count
    longestKey = sorted.lazy.map(\.key.count).max() ?? 0
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
  func find(_ key: UnsafeBufferPointer<UInt8>) -> Int32? {
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

  private struct Builder {
    var units = [Unit(base: 1, parent: 0)]
    private var firstFree = 1

    /// A node whose children are still to be placed: the keys `range` agree in their first `depth` bytes.
    private struct Task {
      let node: Int
      let range: Range<Int>
      let depth: Int
    }

    mutating func build(_ keys: [(key: ArraySlice<UInt8>, value: Int32)]) {
      var tasks = [Task(node: 0, range: 0..<keys.count, depth: 0)]
      var children: [(byte: UInt8, range: Range<Int>)] = []
      while let task = tasks.popLast() {
        children.removeAll(keepingCapacity: true)
        for position in task.range {
          let key = keys[position].key
          guard key.count > task.depth else {
            units[task.node].value = keys[position].value
            continue
          }
          let byte = key[key.startIndex + task.depth]
          if let last = children.last, last.byte == byte {
            children[children.count - 1].range = last.range.lowerBound..<position + 1
          } else {
            children.append((byte, position..<position + 1))
          }
        }
        guard let first = children.first else { continue }
        let base = place(children.map(\.byte), first.byte)
        units[task.node].base = Int32(base)
        for child in children { units[base + Int(child.byte)].parent = Int32(task.node) }
        for child in children {
          tasks.append(Task(node: base + Int(child.byte), range: child.range, depth: task.depth + 1))
        }
      }
      // Every base has 256 units behind it, so that look-ups need no check of bounds.
      let longest = units.lazy.map { Int($0.base) }.max() ?? 0
      reserve(longest + 256)
    }

    /// A base whose units for all `bytes` are free.
    private mutating func place(_ bytes: [UInt8], _ first: UInt8) -> Int {
      while firstFree < units.count, units[firstFree].parent >= 0 { firstFree += 1 }
      var position = max(firstFree, Int(first) + 1)
      var tried = 0
      while position < units.count {
        if units[position].parent < 0 {
          let base = position - Int(first)
          if bytes.allSatisfy({ isFree(base + Int($0)) }) {
            reserve(base + 256)
            return base
          }
          tried += 1
          if tried > DoubleArrayTrie.attempts {
            // What lies before is nearly full.
            if bytes.count == 1 { firstFree = max(firstFree, position) }
            break
          }
        }
        position += 1
      }
      let base = max(units.count, Int(first) + 1) - Int(first)
      reserve(base + 256)
      return base
    }

    private func isFree(_ position: Int) -> Bool { position >= units.count || units[position].parent < 0 }

    private mutating func reserve(_ size: Int) {
      if units.count < size { units.append(contentsOf: repeatElement(Unit(), count: size - units.count)) }
    }
  }
}
