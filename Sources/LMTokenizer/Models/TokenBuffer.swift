/// Ids that are being produced: a growing block without the checks of an array.
package struct TokenBuffer: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Int32>
  private var capacity: Int
  /// Number of ids.
  var count = 0

  package init(reserving capacity: Int) {
    self.capacity = max(64, capacity)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// The ids.
  package var ids: UnsafeBufferPointer<Int32> { UnsafeBufferPointer(start: base, count: count) }

  /// Makes room for `extra` more ids.
  @inline(__always) mutating func reserve(_ extra: Int) {
    if count &+ extra > capacity { grow(extra) }
  }

  @inline(never) private mutating func grow(_ extra: Int) {
    capacity = max(capacity * 2, count + extra)
    let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
  }

  /// Appends one id.
  @inline(__always) mutating func append(_ id: Int32) {
    reserve(1)
    base[count] = id
    count &+= 1
  }

  /// Appends the ids of an array.
  mutating func append(contentsOf ids: [Int32]) {
    ids.withUnsafeBufferPointer { buffer in
      if let start = buffer.baseAddress { append(start, buffer.count) }
    }
  }

  /// Writes three ids, for which there must be room, and keeps the first `length` of them.
  @inline(__always) mutating func appendThree(_ ids: (Int32, Int32, Int32), _ length: Int) {
    base[count] = ids.0
    base[count &+ 1] = ids.1
    base[count &+ 2] = ids.2
    count &+= length
  }

  /// Appends `length` ids.
  @inline(__always) mutating func append(_ ids: UnsafePointer<Int32>, _ length: Int) {
    reserve(length)
    (base + count).update(from: ids, count: length)
    count &+= length
  }
}
